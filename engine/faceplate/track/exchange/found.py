"""Faces as another program found them: 68 landmarks each, by the name of the picture they were found in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from faceplate.errors import TrackError
from faceplate.values import Matrix

POINTS = 68
largest_number = 2**53
OPENCV_TO_PLATE = 0.5
"""OpenCV counts from the centre of the first pixel, plate space from its corner."""


@dataclass(frozen=True)
class FoundFace:
    """One face of one picture; `landmarks68` is 68 x 2, pixels of that picture with the first centre at (0.5, 0.5)."""

    picture: str
    landmarks68: Matrix


def found_face(thing: str, picture: Any, landmarks_opencv: Any) -> FoundFace:
    """A face from landmarks that OpenCV's way of counting gave.

    Raises:
        TrackError: there is no name of a picture, or the landmarks are not 68 points.
    """
    if not isinstance(picture, str) or not picture:
        raise refusal(thing, "the name of the picture that each face was found in", f"{picture!r:.60}")
    return FoundFace(picture, points68(f"{thing}, {picture}", landmarks_opencv) + OPENCV_TO_PLATE)


def points68(thing: str, values: Any) -> Matrix:
    """68 x 2 numbers out of an array, or of a list of pairs.

    Raises:
        TrackError: they are not that, or not finite.
    """
    if isinstance(values, list | tuple):
        rows = [_pair(row) for row in values[: POINTS + 1]]
        points = np.array(rows, np.float64) if rows and all(row is not None for row in rows) else None
    else:
        is_numbers = isinstance(values, np.ndarray) and values.dtype.kind in "iuf"
        points = np.asarray(values, np.float64) if is_numbers else None
    if points is None or points.shape != (POINTS, 2) or not (np.abs(points) < largest_number).all():
        came = "none" if values is None else "others" if points is None else f"numbers of shape {points.shape}"
        raise refusal(thing, f"{POINTS} landmarks as finite x and y", came)
    return points


def _pair(row: Any) -> list[float] | None:
    if not isinstance(row, list | tuple) or len(row) != 2:  # noqa: PLR2004 -- x and y
        return None
    return [float(value) for value in row] if all(map(_is_number, row)) else None


def _is_number(value: Any) -> bool:
    """A whole number may have more digits than a float has."""
    return type(value) is float or (type(value) is int and abs(value) < largest_number)


def pictures_of(faces: Iterable[FoundFace]) -> list[str]:
    """The names of the pictures, in order, each once."""
    return list(dict.fromkeys(face.picture for face in faces))


def refusal(thing: str, expected: str, came: str) -> TrackError:
    """The error for a file of another program that does not hold what it should."""
    return TrackError(thing, expected=expected, came=came, next_step="export it anew from the program that made it")
