"""A track as plain JSON and back: what `inspect --json` shows, and the rest of what was solved.

`faceplate_track` is the version of this layout. `null` stands for a frame without the person, and for a number that is
not known. What the track was solved from (measurements and edits) stays in the `.track` file.
"""

import json
import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from faceplate.storage import whole_or_absent
from faceplate.track.exchange.rows import bad_text, checked, doubts_of, empty_person, shapes
from faceplate.track.file.edit_entries import is_text
from faceplate.track.file.listed import track_as_json
from faceplate.track.topology import POINTS
from faceplate.values import Array, Person, Track

VERSION = 1
ENTRY = "faceplate_track"
# Under which name an array stands; the others keep their own. `confidence` is the mean of each frame's landmarks.
shown_as = {"landmarks_plate": "landmarks", "confidence": "landmark_confidence"}
_not_shown = ("confidence", "depth_px")
_by_hand = "landmarks_by_hand"
largest_number = 2**31


def track_document(track: Track) -> dict[str, Any]:
    """The track as JSON values; numbers have as many digits as bring back the very same."""
    shown = track_as_json(track)
    people = [{**about, **_person_values(person)} for about, person in zip(shown["people"], track.people, strict=True)]
    return {
        ENTRY: VERSION,
        **shown,
        "people": people,
    }


def write_json_track(track: Track, path: Path) -> None:
    """Writes the document, whole or not at all.

    Raises:
        StorageError: the folder cannot be written.
    """
    with whole_or_absent(path) as beside:
        beside.write_text(json.dumps(track_document(track), allow_nan=False), encoding="utf-8")


def is_track_document(document: Any) -> bool:
    """True for a document of ours, of any version."""
    return isinstance(document, Mapping) and ENTRY in document


def track_from_document(document: Mapping[str, Any], source: str) -> Track:
    """The track of a document that `track_document` made.

    Raises:
        TrackError: another version, entries that are missing or of another kind, or numbers that make no face.
    """
    if document.get(ENTRY) != VERSION:
        raise bad_text(source, f"version {VERSION} of `{ENTRY}`", document.get(ENTRY))
    frames, size, people = (_listed(document, name, source) for name in ("frames", "size", "people"))
    if not frames or not all(map(_is_whole, frames)) or any(a >= b for a, b in pairwise(frames)):
        raise bad_text(source, "frames as whole numbers that rise", frames[:3])
    if len(size) != 2 or not all(_is_whole(side) and side > 0 for side in size):  # noqa: PLR2004 -- columns, rows
        raise bad_text(source, "size as columns and rows", size[:3])
    track = Track(
        plate=_text(document, "plate", source),
        frames=tuple(frames),
        size=(size[0], size[1]),
        pixel_aspect=_aspect(document, source),
        landmarker=_text(document, "landmarker", source),
        people=tuple(_person(about, len(frames), source) for about in people),
        cuts=tuple(frames.index(cut) for cut in _listed(document, "cuts", source) if cut in frames[1:]),
        focal_px=_focal(document.get("focal_px")),
        digests=_digests(document.get("digests"), len(frames)),
    )
    return checked(track, source)


def _person_values(person: Person) -> dict[str, Any]:
    """What `inspect` does not show."""
    return {
        **{shown_as.get(name, name): _rows_where_seen(getattr(person, name), person) for name in _not_shown},
        _by_hand: [np.flatnonzero(row).tolist() for row in person.by_hand],
    }


def _rows_where_seen(values: Array, person: Person) -> list[Any]:
    return [row.tolist() if here else None for row, here in zip(values, person.seen, strict=True)]


def _person(about: Any, frames: int, source: str) -> Person:
    if not isinstance(about, Mapping):
        raise bad_text(source, "people as objects", type(about).__name__)
    name = _text(about, "name", source)
    person = empty_person(name, frames)
    for entry in shapes:
        _fill(getattr(person, entry), about, shown_as.get(entry, entry), f"{source}, {name}")
    for row, points in enumerate(_rows(about, _by_hand, frames, f"{source}, {name}")):
        if points:
            person.by_hand[row, _indexes(points, f"{source}, {name}")] = True
    doubts = _rows(about, "doubts", frames, f"{source}, {name}")
    person.doubts[:] = [doubts_of(words, f"{source}, {name}") for words in doubts]
    return person


def _fill(array: Array, about: Mapping[str, Any], entry: str, thing: str) -> None:
    for row, value in enumerate(_rows(about, entry, len(array), thing)):
        if value is None:
            continue
        try:
            with np.errstate(over="ignore"):
                numbers = np.array(value, array.dtype)
        except (ValueError, TypeError, OverflowError) as fault:
            raise bad_text(thing, f"{entry} as numbers", value) from fault
        if numbers.shape != array.shape[1:]:
            raise bad_text(thing, f"{entry} of shape {array.shape[1:]} in each frame", numbers.shape)
        array[row] = numbers


def _rows(about: Mapping[str, Any], entry: str, frames: int, thing: str) -> list[Any]:
    rows = about.get(entry)
    if not isinstance(rows, list) or len(rows) != frames:
        raise bad_text(thing, f"{entry} for each of {frames} frames", "none" if rows is None else "another number")
    return rows


def _indexes(points: Any, thing: str) -> list[int]:
    if not isinstance(points, list) or not all(_is_whole(point) and 0 <= point < POINTS for point in points):
        raise bad_text(thing, f"{_by_hand} as points from 0 to {POINTS - 1}", points)
    return points


def _listed(document: Mapping[str, Any], entry: str, source: str) -> list[Any]:
    value = document.get(entry)
    if not isinstance(value, list):
        raise bad_text(source, f"a list of {entry}", type(value).__name__)
    return value


def _text(document: Mapping[str, Any], entry: str, source: str) -> str:
    value = document.get(entry)
    if not is_text(value):
        raise bad_text(source, f"{entry} as text of one line", f"{value!r:.60}")
    return str(value)


def _aspect(document: Mapping[str, Any], source: str) -> float:
    value = document.get("pixel_aspect")
    if not isinstance(value, int | float) or not 0.1 <= value <= 10:  # noqa: PLR2004 -- what track files hold
        raise bad_text(source, "pixel_aspect as a number of 0.1 to 10", value)
    return float(value)


def _focal(value: Any) -> float:
    return float(value) if type(value) in (int, float) and 0 < value < largest_number else math.nan


def _digests(value: Any, frames: int) -> tuple[str, ...]:
    is_whole = isinstance(value, list) and len(value) == frames and all(isinstance(each, str) for each in value)
    return tuple(value) if is_whole else ()


def _is_whole(value: Any) -> bool:
    return type(value) is int and abs(value) < largest_number
