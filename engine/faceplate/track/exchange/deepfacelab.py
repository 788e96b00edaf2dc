"""Face sets of DeepFaceLab: a folder of aligned JPEGs with their landmarks in a segment of the file, or `faceset.pak`.

A picture's segment APP15 holds a pickle of plain values: `source_filename`, `source_landmarks` (68 x 2 in the frame),
`landmarks` (68 x 2 in the picture itself), `image_to_face_mat` (2 x 3, frame to picture), all as OpenCV counts.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from faceplate.errors import TrackError
from faceplate.track.exchange.bounded import read_bounded
from faceplate.track.exchange.found import FoundFace, found_face, points68, refusal
from faceplate.track.exchange.plain_pickle import read_plain

endings = (".jpg", ".jpeg")
largest_picture_bytes = 2**26
largest_pack_bytes = 2**33
most_pictures = 10_000_000
_pack_version = 1
_start, _scan, _end, _app15 = 0xD8, 0xDA, 0xD9, 0xEF
_index = re.compile(r"_\d+$")


def read_aligned(folder: Path) -> tuple[FoundFace, ...]:
    """The faces of a folder of aligned pictures, in the order of their names; other files are left alone.

    Raises:
        TrackError: there are none, or one of them is damaged or holds anything but plain values.
    """
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in endings)
    pictures = ((path.name, read_bounded(path, largest_picture_bytes)) for path in paths)
    faces = tuple(face for name, data in pictures if (face := _face(f"{folder}/{name}", name, data)) is not None)
    if not faces:
        raise refusal(str(folder), "aligned JPEGs of DeepFaceLab", f"{len(paths)} JPEGs without its data")
    return faces


def read_pack(path: Path) -> tuple[FoundFace, ...]:
    """The faces of a `faceset.pak`, read picture by picture.

    Raises:
        TrackError: it is damaged, of another version, or holds anything but plain values.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            names, offsets = _contents(path, file, size)
            base = file.tell()
            faces = []
            for place, name in enumerate(names):
                file.seek(base + offsets[place])
                length = min(offsets[place + 1], size - base) - offsets[place]
                if not 0 < length <= largest_picture_bytes:
                    raise refusal(str(path), "pictures one after another", f"one of {length} bytes")
                faces.append(_face(f"{path}, {name}", name, file.read(length)))
    except OSError as fault:
        came = fault.strerror or str(fault)
        raise TrackError(
            str(path), expected="a file that can be read", came=came, next_step="check the path"
        ) from fault
    return tuple(face for face in faces if face is not None)


def _contents(path: Path, file: Any, size: int) -> tuple[list[str], tuple[int, ...]]:
    """The pictures' names, and where each begins behind the table; the file stands at the first afterwards."""
    head = file.read(16)
    version, length = struct.unpack("<QQ", head) if len(head) == 16 else (0, 0)  # noqa: PLR2004 -- two numbers
    if version != _pack_version or not 0 < length <= min(size, largest_pack_bytes):
        raise refusal(str(path), f"a faceset.pak of version {_pack_version}", f"version {version}, {length} bytes")
    entries = read_plain(file.read(length), str(path))
    if not isinstance(entries, list) or not 0 < len(entries) <= most_pictures:
        raise refusal(str(path), "a list of pictures", type(entries).__name__)
    table = file.read(8 * (len(entries) + 1))
    if len(table) != 8 * (len(entries) + 1):
        raise refusal(str(path), "a table of places", "the end of the file")
    offsets = struct.unpack(f"<{len(entries) + 1}Q", table)
    if max(offsets) > size or any(first >= second for first, second in pairwise(offsets)):
        raise refusal(str(path), "places that rise", "others")
    return [_name(entry) for entry in entries], offsets


def _name(entry: Any) -> str:
    name = entry.get("filename") if isinstance(entry, Mapping) else None
    return Path(name).name if isinstance(name, str) else "a picture"


def _face(thing: str, name: str, data: bytes) -> FoundFace | None:
    """The face of a picture; None where it has no data of DeepFaceLab."""
    segment = next((body for marker, body in _segments(thing, data) if marker == _app15), None)
    if segment is None:
        return None
    about = read_plain(segment, thing)
    if not isinstance(about, Mapping):
        raise refusal(thing, "values by name", type(about).__name__)
    source = about.get("source_filename") or _index.sub("", Path(name).stem)
    return found_face(thing, source, _in_frame(thing, about))


def _segments(thing: str, data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and body of each segment of a JPEG before its pixels."""
    if data[:2] != bytes((0xFF, _start)):
        raise refusal(thing, "a JPEG", "something else")
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in (_scan, _end):  # noqa: PLR2004 -- a marker
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(data):  # noqa: PLR2004 -- it counts itself
            raise refusal(thing, "a whole JPEG", "a segment that is cut off")
        yield data[at + 1], data[at + 4 : at + 2 + length]
        at += 2 + length


def _in_frame(thing: str, about: Mapping[Any, Any]) -> Any:
    """The landmarks in the frame; where only those in the picture are there, brought back by its matrix."""
    if about.get("source_landmarks") is not None:
        return about["source_landmarks"]
    matrix = about.get("image_to_face_mat")
    if not isinstance(matrix, np.ndarray) or matrix.shape != (2, 3) or matrix.dtype.kind != "f":
        raise refusal(thing, "source_landmarks, or landmarks with image_to_face_mat", "neither")
    turn, shift = matrix[:, :2].astype(np.float64), matrix[:, 2]
    if not abs(np.linalg.det(turn)) > 0:
        raise refusal(thing, "an image_to_face_mat that can be undone", "a flat one")
    return np.linalg.solve(turn, (points68(thing, about.get("landmarks")) - shift).T).T
