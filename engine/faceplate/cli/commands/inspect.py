"""A plate's header, a track, a model's card, or a grain profile."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from faceplate.cli.report import Report
from faceplate.grain import profile_as_json, read_profile
from faceplate.plate import open_plate
from faceplate.swap import load_model
from faceplate.track import read_track, track_as_json
from faceplate.values import describe_frames


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument("file", metavar="FILE", help="a plate (sequence, still or movie), .track, .onnx or .grain")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Reads the file and says what it holds."""
    reader = readers.get(Path(arguments.file).suffix.lower(), _plate)
    values = reader(arguments.file)
    report.document(values, _words(values))


def _track(file: str) -> dict[str, Any]:
    return track_as_json(read_track(Path(file)))


def _model(file: str) -> dict[str, Any]:
    model = load_model(file)
    return {"file": file, "digest": model.digest, "card": asdict(model.card)}


def _grain(file: str) -> dict[str, Any]:
    return profile_as_json(read_profile(Path(file)))


def _plate(file: str) -> dict[str, Any]:
    plate = open_plate(file)
    header = plate.read(plate.frames[0]).header
    return {
        "source": plate.source,
        "frames": describe_frames(plate.frames),
        "format": header.file_format,
        "display_window": list(header.display),
        "data_window": list(header.data),
        "pixel_aspect": header.pixel_aspect,
        "channels": {name: sample.value for name, sample in zip(header.channels, header.samples, strict=True)},
        "attributes": [{"name": a.name, "type": a.type, "value": _plain(a.value)} for a in header.attributes],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value.item() if hasattr(value, "item") else value


def _words(values: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {_short(value)}" for name, value in values.items())


def _short(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "".join("\n  " + "  ".join(f"{key} {_short(part)}" for key, part in row.items()) for row in value)
    if isinstance(value, dict):
        return "".join(f"\n  {key}: {_short(part)}" for key, part in value.items())
    # Headers may hold bytes that are no text; they are kept as lone surrogates, which no terminal takes.
    text = str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= longest_value else text[:longest_value] + " ... (--json shows all)"


longest_value = 200
readers: Mapping[str, Callable[[str], dict[str, Any]]] = {".track": _track, ".onnx": _model, ".grain": _grain}
