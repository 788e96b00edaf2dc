"""Where a face goes: what is known of it before and after it is out of sight."""

from functools import cache
from itertools import islice
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from faceplate.track.landmarks.face import Face
from faceplate.values import Matrix

Chain: TypeAlias = dict[int, Face]
"""One person's faces by the place of their frame in the range, in order."""

# The velocity of a face is taken from so many of its frames: long enough for the median to pass over a few slips.
HISTORY_FRAMES = 8
# A face out of sight slows down: it comes as far as in this many frames at its speed, and no farther.
RUN_OUT_FRAMES = 24.0


class Place(NamedTuple):
    """The middle of a face's landmarks and the sides of their box, plate pixels."""

    middle: Matrix
    sides: Matrix


def place_of(face: Face) -> Place:
    """Where a face is and how large; both axes for themselves, so that an anamorphic plate changes nothing."""
    low, high = face.box
    return Place(face.middle, np.maximum(high - low, 1e-6))


def first_place(chain: Chain) -> int:
    """The first place at which the face was seen."""
    return next(iter(chain))


def last_place(chain: Chain) -> int:
    """The last place at which the face was seen."""
    return next(reversed(chain))


def first_faces(chain: Chain) -> dict[int, Place]:
    """The oldest faces of a chain, by place, in order."""
    return {place: place_of(chain[place]) for place in islice(chain, HISTORY_FRAMES)}


def last_faces(chain: Chain) -> dict[int, Place]:
    """The newest faces of a chain, by place, in order."""
    return {place: place_of(chain[place]) for place in reversed([*islice(reversed(chain), HISTORY_FRAMES)])}


def predicted(faces: dict[int, Place], place: int) -> Place:
    """Where the face is to be expected at a place before or after those where it was seen.

    Constant velocity, the median of the slopes between all pairs of frames (Theil, 1950; Sen, 1968), that runs out.
    """
    times = np.array(list(faces), np.float64)
    middles = np.array([each.middle for each in faces.values()])
    sides = np.median([each.sides for each in faces.values()], axis=0)
    velocity = _velocity(times, middles)
    nearest = times[-1] if place > times[-1] else times[0]
    anchor = np.median(middles + velocity * (nearest - times)[:, None], axis=0)
    away = place - nearest
    run = np.sign(away) * RUN_OUT_FRAMES * (1 - np.exp(-abs(away) / RUN_OUT_FRAMES))
    return Place(anchor + velocity * run, sides)


def _velocity(times: Matrix, middles: Matrix) -> Matrix:
    if len(times) == 1:
        return np.zeros(2)
    first, second = _pairs(len(times))
    slopes = (middles[second] - middles[first]) / (times[second] - times[first])[:, None]
    velocity: Matrix = np.median(slopes, axis=0)
    return velocity


@cache
def _pairs(count: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    first, second = np.triu_indices(count, 1)
    return np.asarray(first), np.asarray(second)


def apart(one: Place, other: Place) -> float:
    """How far two places lie from each other, in sides of the smaller face."""
    return float(np.linalg.norm((one.middle - other.middle) / np.minimum(one.sides, other.sides)))


def times_larger(one: Place, other: Place) -> float:
    """The ratio of the larger face to the smaller, 1 and more."""
    ratio = np.sqrt(np.prod(one.sides) / np.prod(other.sides))
    return float(max(ratio, 1 / ratio))


def shape_apart(one: Face, other: Face) -> float:
    """How far two faces differ in pose and expression: the mean distance of their landmarks, in sides of the face."""
    return float(np.linalg.norm(_shape(one) - _shape(other), axis=1).mean())


def _shape(face: Face) -> Matrix:
    place = place_of(face)
    shape: Matrix = (face.landmarks_plate - place.middle) / place.sides
    return shape
