"""The frames of a shot that the others are compared with, chosen by what was measured of the face in each."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

from faceplate.track.find.exposure import FLASH_FILTER_FRAMES
from faceplate.track.motion.face_view import face_size_px
from faceplate.track.solve.pose import pose_deg
from faceplate.values import Floats, Matrix, Measured, Window

# Frames this far apart are one step apart: turn, lean, size (a ratio), opening of mouth and lids in sizes of the face,
# stops of exposure.
TURN_DEG = 9.0
LEAN_DEG = 18.0
SCALE = 0.14
MOUTH = 0.05
LID = 0.012
STOPS = 2.0
# A shot has at most so many keyframes, each frame compares with at most so many, none further than so many steps.
MOST = 16
EACH = 2
FURTHEST = 2.5
# The frames considered as keyframes are spread over the shot.
CANDIDATES = 400
# One that is worth less than this part of the best would do the others no good.
LEAST_WORTH = 0.1

upper_lip, lower_lip = 13, 14
lids = ((159, 145), (386, 374))


def choose_keyframes(measured: Measured, rows: Sequence[int], aspect: float, picture: Window) -> tuple[int, ...]:
    """The keyframes among these rows of one shot, in order; every row has two within a step where there are such.

    Sure, still faces inside the picture are preferred. Their number follows the range of poses, not the shot's length.
    """
    if not rows:
        return ()
    looks = looks_of(measured, rows, aspect)
    worth = _worth(measured, rows, looks, picture)
    candidates = _candidates(worth)
    near = apart(looks.features[candidates], looks.features) <= 1
    wanted = np.full(len(rows), min(2, len(rows)))
    chosen: list[int] = []
    while len(chosen) < min(MOST, len(candidates)) and (wanted > 0).any():
        gain = (near * (wanted > 0)).sum(axis=1) * worth[candidates] * _elsewhen(candidates, chosen, len(rows))
        gain[np.isin(candidates, chosen)] = -1
        best = int(np.argmax(gain))
        if gain[best] <= 0:
            break
        chosen.append(int(candidates[best]))
        wanted[near[best]] -= 1
    return tuple(sorted(rows[place] for place in chosen))


class Looks(NamedTuple):
    """How the face looks in each row: `features`, rows x any number, in steps; `centre` and `size` in square pixels."""

    features: Matrix
    centre: Matrix
    size: Matrix


def looks_of(measured: Measured, rows: Sequence[int], aspect: float) -> Looks:
    """How the face looks in each of these rows, all of which show it."""
    points = np.asarray(measured.landmarks_plate[list(rows)], np.float64)
    depth = np.asarray(measured.depth_px[list(rows)], np.float64)
    sizes = np.array([face_size_px(*each, aspect) for each in zip(points, depth, strict=True)])
    square = np.concatenate([points * [aspect, 1.0], depth[..., None]], axis=-1)
    poses = np.array([pose_deg(each) for each in square])
    features = [
        poses[:, 0] / TURN_DEG,
        poses[:, 1] / TURN_DEG,
        np.degrees(np.unwrap(np.radians(poses[:, 2]))) / LEAN_DEG,
        np.log(np.maximum(sizes, 1.0)) / np.log1p(SCALE),
        _opening(square, upper_lip, lower_lip) / sizes / MOUTH,
        sum(_opening(square, *lid) for lid in lids) / 2 / sizes / LID,
        _stops(measured.exposure[list(rows)]) / STOPS,
    ]
    return Looks(np.stack(features, axis=-1), square[..., :2].mean(axis=1), sizes)


def nearest_keyframes(features: Matrix, keyframes: Sequence[int]) -> list[int]:
    """For a row's features, positions among the keyframes' features of those to compare with, nearest first.

    The nearest one is there however far it is.
    """
    distance = apart(features[None], np.asarray(keyframes, np.float64))[0]
    order = np.argsort(distance, kind="stable")[:EACH]
    return [int(at) for place, at in enumerate(order) if place == 0 or distance[at] <= FURTHEST]


def apart(one: Matrix, other: Matrix) -> Matrix:
    """Steps between looks: n x m for n and m rows of features."""
    square = np.square(one).sum(-1)[:, None] + np.square(other).sum(-1) - 2 * one @ other.T
    distance: Matrix = np.sqrt(np.maximum(square, 0.0))
    return distance


def _stops(exposure: Floats) -> Matrix:
    """Exposure in stops; the median where it is not known."""
    stops: Matrix = np.log2(np.maximum(exposure.astype(np.float64), 1e-3))
    known = np.isfinite(stops)
    return np.where(known, stops, np.median(stops[known]) if known.any() else 0.0)


def _opening(square: Matrix, upper: int, lower: int) -> Matrix:
    opening: Matrix = np.linalg.norm(square[:, upper] - square[:, lower], axis=-1)
    return opening


def _worth(measured: Measured, rows: Sequence[int], looks: Looks, picture: Window) -> Matrix:
    """How good a keyframe each row would make, 0 to 1."""
    sure = measured.confidence[list(rows)].mean(axis=1) * measured.presence[list(rows)]
    worth = np.nan_to_num(sure / max(float(np.nanmax(sure)), 1e-6)) ** 2
    inside = np.where(_inside(measured, rows, picture), 1.0, 0.3)
    best: Matrix = worth * _stillness(looks, rows) * _usual_light(looks) * inside
    return best


def _stillness(looks: Looks, rows: Sequence[int]) -> Matrix:
    """Half where the face moves by 3 % of its size a frame: motion blurs."""
    if len(rows) < 2:  # noqa: PLR2004 -- nothing to compare
        return np.ones(len(rows))
    steps = np.linalg.norm(np.diff(looks.centre, axis=0), axis=-1) / np.maximum(np.diff(rows), 1)
    speed = np.maximum(np.append(steps[:1], steps), np.append(steps, steps[-1:])) / looks.size
    still: Matrix = 1 / (1 + speed / 0.03)
    return still


def _usual_light(looks: Looks) -> Matrix:
    """Near 0 in a flash."""
    stops = looks.features[:, -1] * STOPS
    away = np.abs(stops - median_filter(stops, min(FLASH_FILTER_FRAMES, (len(stops) - 1) | 1), mode="mirror"))
    usual: Matrix = np.exp(-0.5 * np.square(np.maximum(away - 0.5, 0.0) / 0.5))
    return usual


def _inside(measured: Measured, rows: Sequence[int], picture: Window) -> npt.NDArray[np.bool_]:
    points: Floats = measured.landmarks_plate[list(rows)]
    low, high = points.min(axis=1), points.max(axis=1)
    inside = (low >= [picture.left, picture.top]).all(axis=1) & (high <= [picture.right, picture.bottom]).all(axis=1)
    return np.asarray(inside)


def _candidates(worth: Matrix) -> npt.NDArray[np.intp]:
    """The best row of each of `CANDIDATES` equal parts of the shot, poor ones left out."""
    parts = np.array_split(np.arange(len(worth)), min(CANDIDATES, len(worth)))
    best = np.array([part[np.argmax(worth[part])] for part in parts])
    return np.asarray(best[worth[best] >= LEAST_WORTH * worth.max()])


def _elsewhen(candidates: npt.NDArray[np.intp], chosen: Sequence[int], rows: int) -> Matrix:
    """1, and down to a half for rows close in time to a keyframe: what covers the face then covers both."""
    if not chosen:
        return np.ones(len(candidates))
    away = np.abs(candidates[:, None] - np.array(chosen)).min(axis=1)
    spread: Matrix = 0.5 + 0.5 * np.minimum(away / max(rows / 4, 1.0), 1.0)
    return spread
