"""A track as one file: safetensors (arrays and JSON text, nothing that can be executed)."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from faceplate.errors import StorageError, TrackError
from faceplate.values import Array, Person, Track

ENTRY = "faceplate_track"
VERSION = 1
# Each array of a person: its type, and its shape after the frames, where -1 stands for the number of points.
ARRAYS: dict[str, tuple[type[np.generic], tuple[int, ...]]] = {
    "landmarks_plate": (np.float32, (-1, 2)),
    "depth_px": (np.float32, (-1,)),
    "confidence": (np.float32, (-1,)),
    "presence": (np.float32, ()),
    "pose_deg": (np.float32, (3,)),
    "alignment": (np.float64, (2, 3)),
    "by_hand": (np.bool_, (-1,)),
}


def write_track(track: Track, path: Path) -> None:
    """Saves the track: written beside its name, then renamed, so that the file is whole or absent.

    Raises:
        StorageError: the folder cannot be written.
    """
    about = {
        "version": VERSION,
        "plate": track.plate,
        "frames": track.frames,
        "size": track.size,
        "pixel_aspect": track.pixel_aspect,
        "landmarker": track.landmarker,
        "names": [person.name for person in track.people],
    }
    arrays = {
        f"{place}.{name}": np.ascontiguousarray(getattr(person, name))
        for place, person in enumerate(track.people)
        for name in ARRAYS
    }
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        save_file(arrays, beside, {ENTRY: json.dumps(about)})
        beside.replace(path)
    except (OSError, SafetensorError) as error:
        beside.unlink(missing_ok=True)
        raise StorageError(
            str(path), expected="a folder to write to", came=str(error), next_step="choose another place for the track"
        ) from error


def read_track(path: Path) -> Track:
    """The track in a file that `write_track` made.

    Raises:
        TrackError: the file is absent, damaged, of another kind, or from a newer version.
    """
    try:
        with safe_open(path, framework="numpy") as opened:
            metadata = opened.metadata() or {}
            arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (no mapping)
    except (OSError, SafetensorError) as error:
        raise _refusal(path, "a whole track file", str(error)) from error
    if ENTRY not in metadata:
        raise _refusal(path, "a Faceplate track", "a safetensors file of another kind")
    about = _about(path, metadata[ENTRY])
    try:
        names, header = _names(about), _header(about)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _refusal(path, "plate, frames, size, pixel aspect, landmarker and names", repr(error)) from error
    people = tuple(_person(path, place, name, arrays, len(header.frames)) for place, name in enumerate(names))
    return replace(header, people=people)


def _about(path: Path, text: str) -> dict[str, Any]:
    try:
        about = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refusal(path, "a header of JSON text", str(error)) from error
    version = about.get("version") if isinstance(about, dict) else None
    if version != VERSION:
        raise _refusal(
            path, f"track version {VERSION}", f"version {version!r}", "read it with the Faceplate that wrote it"
        )
    return dict(about)


def _names(about: Mapping[str, Any]) -> tuple[str, ...]:
    names = _require(about["names"], isinstance(about["names"], list))
    return tuple(_require(name, isinstance(name, str)) for name in names)


def _header(about: Mapping[str, Any]) -> Track:
    """All of the track but its people."""
    frames = tuple(_require(number, type(number) is int) for number in about["frames"])
    width, height = (_require(extent, type(extent) is int and extent > 0) for extent in about["size"])
    aspect = float(about["pixel_aspect"])
    _require(frames, 0 < len(set(frames)) == len(frames))
    _require(aspect, 0 < aspect < np.inf)
    plate, landmarker = (_require(about[name], isinstance(about[name], str)) for name in ("plate", "landmarker"))
    return Track(plate, frames, (width, height), aspect, landmarker, ())


def _require(value: Any, holds: bool) -> Any:  # noqa: FBT001 (a condition, not a switch)
    if not holds:
        msg = repr(value)
        raise ValueError(msg)
    return value


def _person(path: Path, place: int, name: str, arrays: dict[str, Array], frames: int) -> Person:
    landmarks = arrays.get(f"{place}.landmarks_plate")
    points = landmarks.shape[1] if landmarks is not None and landmarks.ndim > 1 else 0
    values = {}
    for entry, (kind, shape) in ARRAYS.items():
        expected = (frames, *(points if extent == -1 else extent for extent in shape))
        array = arrays.get(f"{place}.{entry}")
        if array is None or array.shape != expected or array.dtype != kind:
            came = "none" if array is None else f"{array.dtype} {array.shape}"
            raise _refusal(path, f"{entry} of {name} as {np.dtype(kind)} {expected}", came)
        values[entry] = array
    return Person(name=name, **values)


def _refusal(
    path: Path, expected: str, came: str, next_step: str = "track the plate again, or restore the file"
) -> TrackError:
    return TrackError(str(path), expected=expected, came=came, next_step=next_step)


def track_as_json(track: Track) -> dict[str, Any]:
    """The track as plain JSON values; null stands for a person in a frame in which they were not seen."""
    return {
        "plate": track.plate,
        "frames": list(track.frames),
        "size": list(track.size),
        "pixel_aspect": track.pixel_aspect,
        "landmarker": track.landmarker,
        "people": [_person_as_json(person) for person in track.people],
    }


def _person_as_json(person: Person) -> dict[str, Any]:
    listed = {
        name: [row.tolist() if here else None for row, here in zip(values, person.seen, strict=True)]
        for name, values in (
            ("landmarks", person.landmarks_plate),
            ("alignment", person.alignment),
            ("presence", person.presence),
            ("pose_deg", person.pose_deg),
        )
    }
    return {"name": person.name, **listed}
