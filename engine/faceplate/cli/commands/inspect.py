"""A plate's header, a track, a model's card, a grain profile, or a Nuke script."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from faceplate.cli.model_summary import model_summary
from faceplate.cli.report import Report
from faceplate.cli.script_summary import script_summary
from faceplate.cli.track_summary import track_summary
from faceplate.errors import CallError
from faceplate.grain import profile_as_json, read_profile
from faceplate.graph.script import read_script, script_as_json
from faceplate.plate import Picture, frame_pictures, open_plate
from faceplate.swap import device_problems, provider_names, recognised_model
from faceplate.track import read_track, track_as_json
from faceplate.values import Header, describe_frames


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument(
        "file", metavar="FILE", help="a plate (sequence, still or movie), .track, .onnx, .dfm, .grain, .nk or .gizmo"
    )


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Reads the file and says what it holds."""
    suffix = Path(arguments.file).suffix.lower()
    values = readers.get(suffix, _plate)(arguments.file)
    report.document(values, summaries.get(suffix, _words)(values))


def _track(file: str) -> dict[str, Any]:
    return track_as_json(read_track(Path(file)))


def _model(file: str) -> dict[str, Any]:
    """What the model is and by what it was known; one that nobody knows is told of as far as the file goes."""
    found, digest = recognised_model(file)
    told = {
        "file": file,
        "digest": digest,
        "recognised": found.kind,
        "why": list(found.why),
        "inputs": [str(port) for port in found.signature.inputs],
        "outputs": [str(port) for port in found.signature.outputs],
    }
    told |= {"precision": found.signature.precision, "runs_on": _runs_on()}
    return told if found.card is None else told | {"card": asdict(found.card)}


def _runs_on() -> list[str]:
    """The devices that run models here, each with its execution providers in their order."""
    there = [device for device, problem in device_problems().items() if problem is None]
    return [f"{device}: {', '.join(provider_names(device))}" for device in there]


def _grain(file: str) -> dict[str, Any]:
    return profile_as_json(read_profile(Path(file)))


def _script(file: str) -> dict[str, Any]:
    return {"file": file, **script_as_json(read_script(Path(file)))}


def _foreign(file: str) -> dict[str, Any]:
    raise CallError(
        file,
        expected="a plate, .track, .onnx, .dfm, .grain, .nk or .gizmo",
        came="a track in another layout",
        next_step=f"make it a track first: faceplate convert {file} -o SHOT.track --plate PLATE.%04d.exr",
    )


def _plate(file: str) -> dict[str, Any]:
    """The header of the first frame; a multi-part EXR tells of every part, `part` being the one that is worked on."""
    plate = open_plate(file)
    frame = plate.read(plate.frames[0])
    header, parts = frame.header, frame.file.parts if frame.file is not None else ()
    told = {
        "source": plate.source,
        "frames": describe_frames(plate.frames),
        "format": header.file_format,
        "display_window": list(header.display),
        "display_window_origin": list(header.origin),
        "pixel_aspect": header.pixel_aspect,
        "pictures": [_picture(found) for found in frame_pictures(frame)],
        **_channels_and_attributes(header),
    }
    if frame.file is None or not parts:
        return told
    return told | {"part": frame.file.part, "parts": [_channels_and_attributes(part) for part in parts]}


def _picture(found: Picture) -> dict[str, Any]:
    named = {"layer": found.layer, "view": found.view, "channels": ", ".join(found.colour)}
    return {**named, "part": found.part, "part_name": found.part_name}


def _channels_and_attributes(header: Header) -> dict[str, Any]:
    return {
        "data_window": list(header.data),
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
    return "\n".join(_lines(values, ""))


def _lines(values: Mapping[str, Any], indent: str) -> Iterator[str]:
    """One line an entry; what it holds in turn stands below it, further in."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield f"{indent}{name}:"
            yield from _lines(value, indent + "  ")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{indent}{name}:"
            for number, row in enumerate(value, 1):
                yield from _row(number, row, indent + "  ")
        else:
            yield f"{indent}{name}: {_short(value)}"


def _row(number: int, row: Mapping[str, Any], indent: str) -> Iterator[str]:
    """A header's entry, or anything without parts of its own, in one line; the rest as a block under its number."""
    if {"name", "type", "value"} == row.keys():
        yield f"{indent}{row['name']} ({row['type']}): {_short(row['value'])}"
    elif any(isinstance(value, dict | list) for value in row.values()):
        yield f"{indent}{number}:"
        yield from _lines(row, indent + "  ")
    else:
        yield indent + ", ".join(f"{name} {_short(value)}" for name, value in row.items() if value != "")


def _short(value: Any) -> str:
    # Headers may hold bytes that are no text; they are kept as lone surrogates, which no terminal takes.
    text = str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= longest_value else text[:longest_value] + " ... (--json shows all)"


longest_value = 200
readers: Mapping[str, Callable[[str], dict[str, Any]]] = {
    ".track": _track,
    **dict.fromkeys((".onnx", ".dfm"), _model),
    ".grain": _grain,
    ".nk": _script,
    ".gizmo": _script,
    **dict.fromkeys((".fsa", ".pak", ".json", ".csv"), _foreign),
}
summaries: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    ".track": track_summary,
    **dict.fromkeys((".onnx", ".dfm"), model_summary),
    ".nk": script_summary,
    ".gizmo": script_summary,
}
