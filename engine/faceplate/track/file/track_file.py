"""A track as one file: safetensors (arrays and JSON text, nothing that can be executed)."""

import json
import reprlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from faceplate.errors import TrackError
from faceplate.storage import whole_or_absent
from faceplate.track.file.soundness import check_person
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
    "exposure": (np.float32, ()),
    "place_cm": (np.float32, (3,)),
    "residual_px": (np.float32, ()),
    "doubts": (np.uint16, ()),
}
# What tracks of earlier versions lack, and what stands for it in every frame.
ADDED_LATER = {"exposure": np.nan, "place_cm": np.nan, "residual_px": np.nan, "doubts": 0}
# As safetensors names their types.
KINDS = ("F32", "F64", "BOOL", "U16")
LARGEST_SIDE_PX = 65536
PIXEL_ASPECTS = (0.1, 10.0)


def _is_text(value: Any) -> bool:
    # A lone surrogate is text to JSON, but no stream takes it.
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value)) and len(set(value)) == len(value)


def _are_frames(value: Any) -> bool:
    if not isinstance(value, list) or not value or any(type(number) is not int for number in value):
        return False
    return all(number < following for number, following in pairwise(value))


def _is_size(value: Any) -> bool:
    sides = value if isinstance(value, list) and len(value) == 2 else [None]  # noqa: PLR2004 (width and height)
    return all(type(side) is int and 0 < side <= LARGEST_SIDE_PX for side in sides)


def _is_pixel_aspect(value: Any) -> bool:
    return type(value) in (int, float) and PIXEL_ASPECTS[0] <= value <= PIXEL_ASPECTS[1]


# Each entry of the header that becomes part of the track: what it must be, in words and as a test.
HEADER: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "plate": ("text", lambda value: isinstance(value, str)),
    "frames": ("whole numbers that rise", _are_frames),
    "size": (f"two sides of 1 to {LARGEST_SIDE_PX} pixels", _is_size),
    "pixel_aspect": (f"a number of {PIXEL_ASPECTS[0]:g} to {PIXEL_ASPECTS[1]:g}", _is_pixel_aspect),
    "landmarker": ("text", _is_text),
    "names": ("texts, each another", _are_names),
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
    with whole_or_absent(path) as beside:
        beside.write_bytes(save(arrays, {ENTRY: json.dumps(about)}))


def read_track(path: Path) -> Track:
    """The track in a file that `write_track` made.

    Raises:
        TrackError: the file is absent, damaged, of another kind, or from a newer version; or its numbers make no faces.
    """
    try:
        with safe_open(path, framework="numpy") as opened:
            metadata = opened.metadata() or {}
            arrays = dict(_arrays(path, opened))
    except (OSError, SafetensorError) as error:
        raise _refusal(path, "a whole track file", str(error)) from error
    if ENTRY not in metadata:
        raise _refusal(path, "a Faceplate track", "a safetensors file of another kind")
    about = _about(path, metadata[ENTRY])
    plate, frames, size, aspect, landmarker, names = (_entry(path, about, name) for name in HEADER)
    header = Track(plate, tuple(frames), tuple(size), float(aspect), landmarker, ())
    people = tuple(_person(path, place, name, arrays, len(header.frames)) for place, name in enumerate(names))
    for person in people:
        check_person(str(path), header, person)
    return replace(header, people=people)


def _arrays(path: Path, opened: Any) -> Iterator[tuple[str, Array]]:
    for name in opened.keys():  # noqa: SIM118 (no mapping)
        kind = opened.get_slice(name).get_dtype()
        # numpy has no names for some of the others, and safetensors' own errors for them are no SafetensorError.
        if kind not in KINDS:
            raise _refusal(path, f"arrays of {', '.join(KINDS)}", f"{name} of {kind}")
        yield name, opened.get_tensor(name)


def _about(path: Path, text: str) -> dict[str, Any]:
    try:
        about = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refusal(path, "a header of JSON text", str(error)) from error
    version = about.get("version") if isinstance(about, dict) else None
    if version != VERSION:
        raise _refusal(
            path,
            f"track version {VERSION}",
            f"version {reprlib.repr(version)}",
            "read it with the Faceplate that wrote it",
        )
    return dict(about)


def _entry(path: Path, about: Mapping[str, Any], name: str) -> Any:
    expected, is_sound = HEADER[name]
    value = about.get(name)
    if not is_sound(value):
        raise _refusal(path, f"{name} as {expected}", reprlib.repr(value))
    return value


def _person(path: Path, place: int, name: str, arrays: dict[str, Array], frames: int) -> Person:
    landmarks = arrays.get(f"{place}.landmarks_plate")
    points = landmarks.shape[1] if landmarks is not None and landmarks.ndim > 1 else 0
    values = {}
    for entry, (kind, shape) in ARRAYS.items():
        expected = (frames, *(points if extent == -1 else extent for extent in shape))
        array = arrays.get(f"{place}.{entry}")
        if array is None and entry in ADDED_LATER:
            array = np.full(expected, ADDED_LATER[entry], kind)
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
    """The track as plain JSON values; null stands for what a frame does not have: the person, or their exposure."""
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
    exposure = [float(value) if np.isfinite(value) else None for value in person.exposure]
    return {"name": person.name, **listed, "exposure": exposure}
