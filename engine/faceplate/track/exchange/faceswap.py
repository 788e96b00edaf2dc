"""Alignments of faceswap, versions 2.0 to 2.4: `alignments.fsa` (zlib around a pickle), and its export as JSON."""

import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from faceplate.errors import TrackError
from faceplate.track.exchange.bounded import read_bounded
from faceplate.track.exchange.found import FoundFace, found_face, refusal
from faceplate.track.exchange.plain_pickle import read_plain

largest_bytes = 2**30
# Most of such a file is masks and thumbnails that are compressed already.
most_times_larger = 100
_spare_bytes = 2**20


def read_fsa(path: Path) -> tuple[FoundFace, ...]:
    """The faces of an alignments file, in the order of its pictures.

    Raises:
        TrackError: it is absent, damaged, holds anything but plain values, or unfolds past a limit.
    """
    packed = read_bounded(path, largest_bytes)
    return tuple(_faces(str(path), read_plain(_unfolded(path, packed), str(path))))


def faceswap_faces(document: Any, thing: str) -> tuple[FoundFace, ...]:
    """The faces of a parsed JSON export.

    Raises:
        TrackError: it is not of that layout.
    """
    return tuple(_faces(thing, document))


def is_faceswap(document: Any) -> bool:
    """True for the layout of faceswap's JSON export, with or without its version."""
    if not isinstance(document, Mapping):
        return False
    frames = document.get("__data__", document)
    return isinstance(frames, Mapping) and bool(frames) and all(_listed(frame) is not None for frame in frames.values())


def _unfolded(path: Path, packed: bytes) -> bytes:
    limit = min(largest_bytes, most_times_larger * len(packed) + _spare_bytes)
    unfolding = zlib.decompressobj()
    try:
        data = unfolding.decompress(packed, limit)
    except zlib.error as fault:
        raise refusal(str(path), "a zlib stream", str(fault)) from fault
    if not unfolding.eof:
        raise refusal(str(path), f"a whole zlib stream of at most {limit >> 20} MB", "one that is cut off, or more")
    return data


def _faces(thing: str, document: Any) -> Iterator[FoundFace]:
    frames = document.get("__data__", document) if isinstance(document, Mapping) else None
    if not isinstance(frames, Mapping):
        raise refusal(thing, "faceswap alignments: pictures by name, each with its faces", type(document).__name__)
    for picture, frame in frames.items():
        faces = _listed(frame)
        if faces is None:
            raise refusal(f"{thing}, {picture!s:.60}", "a list of faces", type(frame).__name__)
        for face in faces:
            yield found_face(thing, picture, _landmarks(face))


def _listed(frame: Any) -> list[Any] | None:
    """The faces of a picture: under `faces` since 2.1, the list itself before."""
    faces = frame.get("faces") if isinstance(frame, Mapping) else frame
    return faces if isinstance(faces, list) else None


def _landmarks(face: Any) -> Any:
    """68 points as OpenCV counts them; `landmarksXY` before 2.0."""
    if not isinstance(face, Mapping):
        return None
    return face.get("landmarks_xy", face.get("landmarksXY"))


def parsed_json(path: Path) -> Any:
    """The values of a JSON file.

    Raises:
        TrackError: it is absent, too large, or no JSON.
    """
    try:
        return json.loads(read_bounded(path, largest_bytes))
    except (ValueError, RecursionError) as fault:
        raise TrackError(
            str(path), expected="a file of JSON text", came=str(fault)[:120], next_step="restore the file"
        ) from fault
