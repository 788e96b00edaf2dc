from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from faceplate.track.motion.face_view import FaceView
from faceplate.track.motion.neighbours import Local, expected, mesh_shapes
from faceplate.track.motion.patches import Found, Search, find_patches
from faceplate.values import Matrix

# Half the side of a patch, as a part of the face, and its bounds in pixels of the picture at hand. The larger a patch,
# the less grain it tells; but where the face turns, and neighbours change their shape in other ways, its middle and its
# rim do not move as one: patches are smaller the more shapes vary over the face, from `EVEN` to `UNEVEN`.
LARGE_PATCH, SMALL_PATCH = 0.033, 0.018
EVEN, UNEVEN = 0.008, 0.02
FINEST_BOUNDS_PX = (5, 32)
COARSE_BOUNDS_PX = (8, 16)
COARSE_ROUNDS = 8
FINE_ROUNDS = 8
BACK_ROUNDS = 6
# A coarse patch correlates at least so much with its like; a hand or a lid in its place does not.
COARSE_CORRELATION = 0.6
# A fine one may be little but grain.
FINE_CORRELATION = 0.3
GAIN_BOUNDS = (0.4, 2.5)
# There and back again ends where it began, within this many pixels or deviations.
BACK_PX, BACK_DEVIATIONS = 0.3, 3.0
# And neighbours agree, within this part of the face and so many deviations.
APART_SIZE, APART_DEVIATIONS = 0.004, 4.0
# What is known no better than to this part of the face, or to a pixel where that is more, is not known.
MOST_DEVIATION, MOST_DEVIATION_PX = 0.005, 1.0
# A patch seen so foreshortened shows nothing.
LEAST_AREA = 0.05
# Nothing is better known than this, whatever its residuals.
FLOOR_PX = 0.004


class Followed(NamedTuple):
    """Where the texture of the anchors of one frame was found in another, as in `values.Motion`."""

    found_plate: Matrix
    deviation_px: Matrix


def follow(source: FaceView, target: FaceView) -> Followed:
    """The texture around the anchors measured in `source`, found in `target`.

    From coarse to fine; in the finest picture each patch's shape is fitted as well, then it is followed back.
    """
    levels = min(len(source.pictures), len(target.pictures))
    at, measured = source.to_picture(source.anchors_plate), target.to_picture(target.anchors_plate)
    shapes = mesh_shapes(
        source.to_picture(source.landmarks_plate), target.to_picture(target.landmarks_plate), _size(source)
    )
    start, alike = measured, np.ones(len(at), np.bool_)
    patch = _patch(shapes)
    for level in range(levels - 1, 0, -1):
        patch = _patch(shapes)
        start, shapes, alike = _coarse(source, target, level, patch, at, start, shapes)
    found = _fine(source, target, patch, at, start, shapes)
    sure = alike & _alike(found, FINE_CORRELATION) & _comes_back(source, target, patch, at, found)
    return _agreed(source, target, at, measured, found, sure, shapes)


def _size(view: FaceView) -> float:
    return view.size_px / view.step


def _coarse(
    source: FaceView, target: FaceView, level: int, patch: float, at: Matrix, start: Matrix, shapes: Matrix
) -> tuple[Matrix, Matrix, npt.NDArray[np.bool_]]:
    """Start and shapes for the next finer pictures, and which patches look alike; all in pixels of the finest."""
    search = Search(_reach(source, level, patch), affine=level == 1, rounds=COARSE_ROUNDS)
    scale = 2**level
    found = find_patches(source.pictures[level], at / scale, target.pictures[level], start / scale, shapes, search)
    places, deviation = found.at * scale, found.deviation.max(axis=-1) * scale
    alike = _alike(found, COARSE_CORRELATION)
    known = np.where(alike[:, None], places, np.nan)
    around = expected(at, known, deviation, shapes, _size(source))
    if around is None:
        return start, shapes, alike | (found.correlation == 0)
    limit = 3 * around.deviation + 2 * deviation + 0.5 * scale
    off = np.linalg.norm(known - around.at, axis=-1)
    trusted = alike & (off < limit)
    # A patch that reaches beyond the picture was not looked at: the finer one may be inside.
    best = np.where(trusted[:, None, None], found.shapes, around.shapes) if search.affine else around.shapes
    return np.where(trusted[:, None], places, around.at), best, alike | (found.correlation == 0)


def _patch(shapes: Matrix) -> float:
    """Half the side of a patch as a part of the face, for shapes (n x 2 x 2) that vary so much over it."""
    uneven = float(np.sqrt(np.square(shapes - shapes.mean(axis=0)).mean()))
    return float(np.interp(uneven, (EVEN, UNEVEN), (LARGE_PATCH, SMALL_PATCH)))


def _reach(view: FaceView, level: int, patch: float) -> tuple[int, int]:
    half_side = np.clip(patch * _size(view) / 2**level, *(COARSE_BOUNDS_PX if level else FINEST_BOUNDS_PX))
    return max(3, round(half_side / view.aspect)), round(half_side)


def _fine(source: FaceView, target: FaceView, patch: float, at: Matrix, start: Matrix, shapes: Matrix) -> Found:
    search = Search(_reach(source, 0, patch), affine=True, rounds=FINE_ROUNDS)
    return find_patches(source.pictures[0], at, target.pictures[0], start, shapes, search)


def _alike(found: Found, correlation: float) -> npt.NDArray[np.bool_]:
    low, high = GAIN_BOUNDS
    return np.asarray((found.correlation > correlation) & (found.gain > low) & (found.gain < high))


def _comes_back(source: FaceView, target: FaceView, patch: float, at: Matrix, found: Found) -> npt.NDArray[np.bool_]:
    """Which patches of the target, followed back, end where they were taken in the source."""
    level = min(1, len(source.pictures) - 1, len(target.pictures) - 1)
    scale, there = 2**level, np.isfinite(found.at) & (np.abs(np.linalg.det(found.shapes)) > LEAST_AREA)[:, None]
    shapes = np.where(there[..., None], found.shapes, np.eye(2))
    search = Search(_reach(target, level, patch), affine=False, rounds=BACK_ROUNDS)
    back = find_patches(
        target.pictures[level],
        np.nan_to_num(found.at) / scale,
        source.pictures[level],
        np.where(there, at / scale, np.nan),
        np.linalg.inv(shapes).astype(np.float64),
        search,
    )
    limit = np.maximum(BACK_PX, BACK_DEVIATIONS * found.deviation.max(axis=-1))
    return np.asarray(np.linalg.norm(back.at * scale - at, axis=-1) < limit)


def _agreed(
    source: FaceView,
    target: FaceView,
    at: Matrix,
    measured: Matrix,
    found: Found,
    sure: npt.NDArray[np.bool_],
    shapes: Matrix,
) -> Followed:
    """What neighbours do not contradict, in plate pixels.

    They agree where either the motion is like theirs, or what the landmarks lacked: lips and lids move on their own,
    and the landmarker sees that they do.
    """
    size = _size(source)
    deviation = np.sqrt(np.square(found.deviation * [target.aspect, 1.0]).mean(axis=-1) + FLOOR_PX**2)
    places = np.where(sure[:, None], found.at, np.nan)
    moved = expected(at, places, deviation, shapes, size)
    lacked = expected(at, places - measured, deviation, np.zeros_like(shapes), size)
    off = np.minimum(_off(places, moved), _off(places - measured, lacked))
    kept = (
        sure
        & (off < APART_SIZE * size + APART_DEVIATIONS * deviation)
        & (deviation < max(MOST_DEVIATION * size, MOST_DEVIATION_PX))
    )
    return Followed(
        np.where(kept[:, None], target.to_plate(found.at), np.nan),
        np.where(kept, deviation * target.step, np.inf),
    )


def _off(places: Matrix, around: Local | None) -> Matrix:
    if around is None:
        return np.full(len(places), np.inf)
    distance: Matrix = np.linalg.norm(places - around.at, axis=-1)
    return np.nan_to_num(distance, nan=np.inf)
