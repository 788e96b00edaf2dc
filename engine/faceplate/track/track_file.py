"""A track as one file: safetensors (arrays and JSON text, nothing that can be executed)."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from faceplate.errors import StorageError, TrackError
from faceplate.values import Array, Person, Track

KIND = "faceplate track"
VERSION = 1
ABOUT: dict[str, type] = {
    "plate": str,
    "frames": list,
    "size": list,
    "pixel_aspect": float,
    "landmarker": str,
    "names": list,
}
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
    about = {name: getattr(track, name) for name in ABOUT if name != "names"}
    about["names"] = [person.name for person in track.people]
    metadata = {"kind": KIND, "version": str(VERSION), "about": json.dumps(about)}
    arrays = {
        f"{place}.{name}": np.ascontiguousarray(getattr(person, name))
        for place, person in enumerate(track.people)
        for name in ARRAYS
    }
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        save_file(arrays, beside, metadata)
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
            about = _about(path, opened.metadata() or {})
            arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (no mapping)
    except (OSError, SafetensorError) as error:
        raise _refusal(path, "a whole track file", str(error)) from error
    names, frames = about.pop("names"), len(about["frames"])
    people = tuple(_person(path, place, name, arrays, frames) for place, name in enumerate(names))
    return Track(**about, people=people)


def _about(path: Path, metadata: dict[str, str]) -> dict[str, Any]:
    if metadata.get("kind") != KIND:
        raise _refusal(path, "a Faceplate track", f"a file of kind {metadata.get('kind')!r}")
    if metadata.get("version") != str(VERSION):
        raise _refusal(path, f"track version {VERSION}", f"version {metadata.get('version')!r}", "update Faceplate")
    try:
        about = json.loads(metadata.get("about", ""))
        return {name: _checked(name, about[name]) for name in ABOUT}
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise _refusal(path, "plate, frames, size, pixel aspect, landmarker and names", str(error)) from error


def _checked(name: str, value: Any) -> Any:
    """A value of the header as a Track holds it."""
    if not isinstance(value, ABOUT[name]):
        msg = f"{name} {value!r}"
        raise TypeError(msg)
    if isinstance(value, list):
        return tuple(str(each) if name == "names" else int(each) for each in value)
    return value


def _person(path: Path, place: int, name: str, arrays: dict[str, Array], frames: int) -> Person:
    points = arrays[f"{place}.depth_px"].shape[-1:] if f"{place}.depth_px" in arrays else (0,)
    values = {}
    for entry, (kind, shape) in ARRAYS.items():
        expected = (frames, *(points[0] if extent == -1 else extent for extent in shape))
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
