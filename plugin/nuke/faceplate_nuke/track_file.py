"""Tracks as the engine writes them, read with nothing but Python.

The file is in the safetensors format: eight bytes of length, least significant first, JSON text, the arrays.
"""

from __future__ import annotations

import json
import math
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faceplate_nuke.problem import Problem

ENTRY = "faceplate_track"
VERSIONS = (1, 2)
LONGEST_HEADER = 100_000_000
CODES = {"F32": "f", "F64": "d"}


@dataclass(frozen=True)
class Person:
    """One person over the frames of a track; rows of frames in which they were not seen hold NaN.

    Attributes:
        name: the track's name for them.
        points: landmarks in a frame.
        landmarks_plate: x and y of every landmark of every frame, plate pixels, y down.
        alignment: six numbers for every frame: plate pixels to the unit face square, row by row.
        pose_deg: yaw, pitch and roll of every frame.
    """

    name: str
    points: int
    landmarks_plate: array[float]
    alignment: array[float]
    pose_deg: array[float]

    def is_seen(self, row: int) -> bool:
        """True where the person is in the picture of this row."""
        return all(math.isfinite(value) for value in (*self.point(row, 0), *self._aligned(row)))

    def point(self, row: int, index: int) -> tuple[float, float]:
        """A landmark, plate pixels."""
        at = 2 * (row * self.points + index)
        return self.landmarks_plate[at], self.landmarks_plate[at + 1]

    def pose(self, row: int) -> tuple[float, float, float]:
        """Yaw, pitch and roll in degrees."""
        yaw, pitch, roll = self.pose_deg[3 * row : 3 * row + 3]
        return yaw, pitch, roll

    def unit_to_plate(self, row: int, x: float, y: float) -> tuple[float, float]:
        """A point of the unit face square, in plate pixels."""
        a, b, c, d, e, f = self._aligned(row)
        x, y, scale = x - c, y - f, a * e - b * d
        return (e * x - b * y) / scale, (a * y - d * x) / scale

    def _aligned(self, row: int) -> array[float]:
        return self.alignment[6 * row : 6 * row + 6]


@dataclass(frozen=True)
class Track:
    """Every person of a shot; `size` is the plate's columns and rows."""

    frames: tuple[int, ...]
    size: tuple[int, int]
    pixel_aspect: float
    people: tuple[Person, ...]


def read_track(path: Path) -> Track:
    """The track in a file of the engine's.

    Raises:
        Problem: it is absent, damaged, or of another version.
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise _refusal(path, fault.strerror or str(fault), "press Track on the FaceTrack node") from fault
    try:
        return _track(path, content)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as fault:
        raise _refusal(path, f"a damaged track file ({fault})", "track the plate again, or restore the file") from fault


def _track(path: Path, content: bytes) -> Track:
    length = int.from_bytes(content[:8], "little")
    if not 0 < length <= min(len(content) - 8, LONGEST_HEADER):
        raise ValueError("no header")
    header = json.loads(content[8 : 8 + length])
    about = json.loads(header["__metadata__"][ENTRY])
    if about["version"] not in VERSIONS:
        step = "install the plugin that came with the engine which wrote it"
        raise _refusal(path, f"track version {about['version']}", step)
    arrays = _Arrays(header, content[8 + length :])
    if arrays.size != len(arrays.data):
        raise ValueError(f"{len(arrays.data)} bytes of {arrays.size}")
    frames = tuple(int(number) for number in about["frames"])
    people = tuple(_person(arrays, place, name, len(frames)) for place, name in enumerate(about["names"]))
    width, height = about["size"]
    return Track(frames, (int(width), int(height)), float(about["pixel_aspect"]), people)


def _person(arrays: _Arrays, place: int, name: str, frames: int) -> Person:
    points = int(arrays.shape(f"{place}.landmarks_plate")[1])
    return Person(
        str(name),
        points,
        arrays.take(f"{place}.landmarks_plate", [frames, points, 2]),
        arrays.take(f"{place}.alignment", [frames, 2, 3]),
        arrays.take(f"{place}.pose_deg", [frames, 3]),
    )


@dataclass(frozen=True)
class _Arrays:
    header: dict[str, Any]
    data: bytes

    @property
    def size(self) -> int:
        """How many bytes all of the arrays take."""
        return max(int(entry["data_offsets"][1]) for name, entry in self.header.items() if name != "__metadata__")

    def shape(self, name: str) -> list[int]:
        return list(self.header[name]["shape"])

    def take(self, name: str, shape: list[int]) -> array[float]:
        if self.shape(name) != shape:
            raise ValueError(f"{name} is {self.shape(name)}, not {shape}")
        values: array[float] = array(CODES[self.header[name]["dtype"]])
        start, end = self.header[name]["data_offsets"]
        if not 0 <= start <= end <= len(self.data) or end - start != math.prod(shape) * values.itemsize:
            raise ValueError(f"{name} does not fill its place")
        values.frombytes(self.data[start:end])
        if sys.byteorder == "big":
            values.byteswap()
        return values


def _refusal(path: Path, came: str, next_step: str) -> Problem:
    return Problem(str(path), came, next_step)
