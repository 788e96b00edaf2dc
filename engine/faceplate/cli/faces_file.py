"""Several faces in one go: a JSON list, each with its model and those knobs that differ from the call's own."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from faceplate.cli.knobs import settings_from
from faceplate.errors import CallError
from faceplate.spec import Settings, knobs_of

FaceKnobs = Sequence[tuple[str, type[Settings]]]
"""The settings of a face, each behind the prefix that their knobs have, as on the command line."""

file_knobs = ("source", "identity_model", "identity_converter")
"""Knobs that name files, from the folder of the file of faces; several are parted by semicolons."""

_kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


@dataclass(frozen=True)
class _Entry:
    """One key that a face may have: what it holds, and among what."""

    kind: type
    choices: tuple[str, ...] = ()


def faces_in(path: Path, arguments: argparse.Namespace, knobs: FaceKnobs) -> tuple[argparse.Namespace, ...]:
    """The call once for each face of a file, in the order in which they are painted: the last lies on top.

    A face is an object: `person`, `model`, and any knob by the name of its flag, with underscores. Files that it names
    are looked for from the file's folder. What it does not say is as the call says.

    Raises:
        CallError: the file is no such list, or a face has a key that there is not or a value that makes no sense.
    """
    entries = {"model": _Entry(str), **_entries(knobs)}
    faces = _read(path)
    made = []
    for place, face in enumerate(faces, 1):
        thing = f"{path}, face {place}"
        if not isinstance(face, dict):
            raise _refusal(thing, "an object like {'person': 'person1', 'model': 'ann.onnx'}", face)
        told = {name: _checked(f"{thing}.{name}", value, name, entries) for name, value in face.items()}
        if "model" in told:
            told["model"] = path.parent / told["model"]
        told |= {name: _from(path.parent, told[name]) for name in file_knobs if name in told}
        made.append(argparse.Namespace(**{**vars(arguments), **told}))
        _check_ranges(thing, made[-1], knobs)
    return tuple(made)


def _from(folder: Path, names: str) -> str:
    return ";".join(str(folder / name.strip()) for name in names.split(";") if name.strip())


def _entries(knobs: FaceKnobs) -> dict[str, _Entry]:
    return {
        prefix + name: _Entry(kind, about.choices)
        for prefix, settings in knobs
        for name, (about, _, kind) in knobs_of(settings).items()
    }


def _read(path: Path) -> Sequence[Any]:
    try:
        faces = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise _refusal(str(path), "a JSON file", fault.strerror or str(fault)) from fault
    except (ValueError, RecursionError) as fault:
        raise _refusal(str(path), "JSON", str(fault)) from fault
    if not isinstance(faces, list) or not faces:
        raise _refusal(str(path), "a list of faces", faces)
    return faces


def _checked(thing: str, value: object, name: str, entries: Mapping[str, _Entry]) -> Any:
    if name not in entries:
        near = get_close_matches(name, entries, n=1)
        raise _refusal(thing, f"a knob: {', '.join(near or sorted(entries))}", name)
    about = entries[name]
    if about.choices and value not in about.choices:
        raise _refusal(thing, f"one of {', '.join(about.choices)}", value)
    fits = type(value) is about.kind or (about.kind is float and type(value) is int)
    if not fits:
        raise _refusal(thing, _kinds[about.kind], value)
    return float(value) if about.kind is float and isinstance(value, int) else value


def _check_ranges(thing: str, face: argparse.Namespace, knobs: FaceKnobs) -> None:
    for prefix, settings in knobs:
        try:
            settings_from(face, settings, prefix)
        except CallError as fault:
            raise CallError(
                f"{thing}: {fault.thing}", expected=fault.expected, came=fault.came, next_step=fault.next_step
            ) from fault


def _refusal(thing: str, expected: str, came: object) -> CallError:
    said = came if isinstance(came, str) else repr(came)[:100]
    return CallError(thing, expected=expected, came=said, next_step="correct the file (--faces)")
