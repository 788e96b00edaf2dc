"""The header of a track file: JSON text beside the arrays, and what each of its entries must be."""

import json
import math
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from faceplate.errors import CallError
from faceplate.spec import knobs_of
from faceplate.track.file.edit_entries import edit_entry, is_name, is_text, read_edits
from faceplate.track.file.refused import refused
from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Track

VERSIONS = (1, 2)
LARGEST_SIDE_PX = 65536
PIXEL_ASPECTS = (0.1, 10.0)
LARGEST_FOCAL_PX = 1e7
MOST_PEOPLE = 1000
LONGEST_DIGEST = 256


@dataclass(frozen=True)
class FileHeader:
    """What a track file says beside its arrays.

    Attributes:
        version: of the file.
        track: all of it but people and measurements.
        names: of the people.
        measured: how many people were measured.
    """

    version: int
    track: Track
    names: tuple[str, ...]
    measured: int


def header_text(track: Track) -> str:
    """The header of a track as JSON text; `read_header` gives it back."""
    about = {
        "version": VERSIONS[-1],
        "plate": track.plate,
        "frames": track.frames,
        "size": track.size,
        "pixel_aspect": track.pixel_aspect,
        "landmarker": track.landmarker,
        "names": [person.name for person in track.people],
        "digests": track.digests,
        "cuts": track.cuts,
        "focal_px": None if math.isnan(track.focal_px) else track.focal_px,
        "settings": dict(track.settings),
        "measured": len(track.measured),
        "edits": [edit_entry(edit) for edit in track.edits],
    }
    return json.dumps(about)


def read_header(source: str, text: str) -> FileHeader:
    """The header that a text says.

    Raises:
        TrackError: it is no header, or one of a newer version, or an entry makes no sense.
    """
    about = _about(source, text)
    version = about["version"]
    known = _since_version_1 if version == 1 else _since_version_1 | _since_version_2
    entries = {**_absent, **{name: _entry(source, about, name, rule) for name, rule in known.items()}}
    track = Track(
        entries["plate"],
        tuple(entries["frames"]),
        tuple(entries["size"]),
        float(entries["pixel_aspect"]),
        entries["landmarker"],
        people=(),
        digests=tuple(entries["digests"]),
        cuts=tuple(entries["cuts"]),
        focal_px=math.nan if entries["focal_px"] is None else float(entries["focal_px"]),
        settings=entries["settings"],
    )
    _check_rows(source, track)
    edits = read_edits(source, entries["edits"], track)
    return FileHeader(version, replace(track, edits=edits), tuple(entries["names"]), entries["measured"])


def _about(source: str, text: str) -> dict[str, Any]:
    try:
        about = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refused(source, "a header of JSON text", str(error)) from error
    version = about.get("version") if isinstance(about, dict) else None
    if type(version) is not int or version not in VERSIONS:
        raise refused(
            source,
            f"track version {' or '.join(map(str, VERSIONS))}",
            f"version {reprlib.repr(version)}",
            "read it with the Faceplate that wrote it",
        )
    return dict(about)


Rule = tuple[str, Callable[[Any], bool]]


def _entry(source: str, about: Mapping[str, Any], name: str, rule: Rule) -> Any:
    expected, is_sound = rule
    value = about.get(name)
    if not is_sound(value):
        raise refused(source, f"{name} as {expected}", reprlib.repr(value))
    return value


def _check_rows(source: str, track: Track) -> None:
    """What is told frame by frame fits the frames."""
    rows = len(track.frames)
    if track.digests and len(track.digests) != rows:
        raise refused(source, f"no digests, or one for each of {rows} frames", f"{len(track.digests)}")
    if track.cuts and not 0 < track.cuts[0] <= track.cuts[-1] < rows:
        raise refused(source, f"cuts as rows of 1 to {rows - 1}", reprlib.repr(list(track.cuts)))


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_name, value)) and len(set(value)) == len(value)


def _rise(value: Any) -> bool:
    if not isinstance(value, list) or any(type(number) is not int for number in value):
        return False
    return all(number < following for number, following in pairwise(value))


def _is_size(value: Any) -> bool:
    sides = value if isinstance(value, list) and len(value) == 2 else [None]  # noqa: PLR2004 -- width and height
    return all(type(side) is int and 0 < side <= LARGEST_SIDE_PX for side in sides)


def _is_number_of(least: float, most: float) -> Callable[[Any], bool]:
    return lambda value: type(value) in (int, float) and least <= value <= most


def _are_digests(value: Any) -> bool:
    return isinstance(value, list) and all(is_text(each) and len(each) <= LONGEST_DIGEST for each in value)


def _are_settings(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() - knobs_of(FaceTrackSettings).keys():
        return False
    try:
        FaceTrackSettings(**value)
    except CallError:
        return False
    return True


_since_version_1: dict[str, Rule] = {
    "plate": ("text", lambda value: isinstance(value, str)),
    "frames": ("whole numbers that rise", lambda value: bool(value) and _rise(value)),
    "size": (f"two sides of 1 to {LARGEST_SIDE_PX} pixels", _is_size),
    "pixel_aspect": (f"a number of {PIXEL_ASPECTS[0]:g} to {PIXEL_ASPECTS[1]:g}", _is_number_of(*PIXEL_ASPECTS)),
    "landmarker": ("text", is_text),
    "names": ("texts of one line, each another", _are_names),
}
_focal = _is_number_of(1e-3, LARGEST_FOCAL_PX)
_since_version_2: dict[str, Rule] = {
    "digests": (f"texts of at most {LONGEST_DIGEST} letters", _are_digests),
    "cuts": ("whole numbers that rise", _rise),
    "focal_px": (f"null or a number up to {LARGEST_FOCAL_PX:g}", lambda value: value is None or _focal(value)),
    "settings": ("knobs of FaceTrack, each within its range", _are_settings),
    "measured": (
        f"a whole number of at most {MOST_PEOPLE}",
        lambda value: type(value) is int and 0 <= value <= MOST_PEOPLE,
    ),
    "edits": ("a list", lambda value: isinstance(value, list)),
}
_absent: Mapping[str, Any] = {
    "digests": [], "cuts": [], "focal_px": None, "settings": {}, "measured": 0, "edits": [],
}  # fmt: skip
