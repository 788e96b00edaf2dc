from collections.abc import Collection, Sequence

import numpy as np
from scipy.linalg import solveh_banded
from scipy.ndimage import median_filter

from faceplate.align import invert
from faceplate.values import Matrix

ORDER = 3
SHORTEST_RUN = 3
# A frame that stands this far from the median of the five around it, in typical deviations and at least in sizes of
# the face, is a slip of the landmarker and does not pull on its neighbours.
OUTLIER_DEVIATIONS = 8.0
OUTLIER_SIZE = 0.03


def runs(numbers: Sequence[int], seen: Collection[int]) -> list[slice]:
    """The unbroken runs of `seen` places, in order: neighbours whose frame numbers follow one another."""
    found: list[slice] = []
    for place in sorted(seen):
        if found and found[-1].stop == place and numbers[place] == numbers[place - 1] + 1:
            found[-1] = slice(found[-1].start, place + 1)
        else:
            found.append(slice(place, place + 1))
    return found


def whittaker(values: Matrix, period_frames: float, weights: Matrix) -> Matrix:
    """The smoothest curve near `values` (frames x any number): a swing of `period_frames` keeps half its height.

    Zero phase; a constant, a ramp and a parabola pass unchanged whatever the weights. Fewer than three rows come back
    as they are. Whittaker-Henderson smoothing with third differences: Eilers, "A Perfect Smoother", Analytical
    Chemistry 75(14), 2003.
    """
    frames = len(values)
    if frames < SHORTEST_RUN or not period_frames > 0:
        return values
    order = min(ORDER, frames - 1)
    strength = (2 * np.sin(np.pi / max(period_frames, 2.0))) ** (-2 * order)
    system = strength * _differences_squared(frames, order)
    system[0] += weights
    smooth: Matrix = solveh_banded(system, weights[:, None] * values, lower=True)
    return smooth


def smooth_run(points: Matrix, alignments: Matrix, period_frames: float) -> Matrix:
    """Points (frames x points x 3: plate pixels and depth) of one unbroken run without jitter.

    How the face moves (its alignment) and how its shape changes inside the unit face square are smoothed apart, so
    that a fast move does not bend the face, nor a blink shake it.
    """
    if len(points) < SHORTEST_RUN or not period_frames > 0:
        return points
    motion = np.array([invert(alignment) for alignment in alignments])
    weights = _trust(motion)
    steady = whittaker(motion.reshape(len(motion), 6), period_frames, weights).reshape(-1, 2, 3)
    shape = _carry(alignments, points[..., :2])
    shape = np.concatenate([shape, points[..., 2:] / _scale(motion)[:, None, None]], axis=-1)
    calm = whittaker(shape.reshape(len(shape), -1), period_frames, weights).reshape(shape.shape)
    return np.concatenate([_carry(steady, calm[..., :2]), calm[..., 2:] * _scale(steady)[:, None, None]], axis=-1)


def _differences_squared(frames: int, order: int) -> Matrix:
    """D'D of the difference operator D of this order, its lower bands as `solveh_banded` takes them."""
    row = np.diff(np.eye(order + 1), order, axis=0)[0]
    bands = np.zeros((order + 1, frames))
    for first in range(order + 1):
        for second in range(first, order + 1):
            bands[second - first, first : first + frames - order] += row[first] * row[second]
    return bands


def _trust(motion: Matrix) -> Matrix:
    """Weight of each frame: 1, and near 0 where the unit face square jumps away and back at once."""
    corners = _carry(motion, np.broadcast_to([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], (len(motion), 4, 2)))
    expected = median_filter(corners, size=(5, 1, 1), mode="nearest")
    away = np.linalg.norm(corners - expected, axis=-1).max(axis=-1)
    limit = np.maximum(OUTLIER_DEVIATIONS * np.median(away), OUTLIER_SIZE * _scale(motion))
    weights: Matrix = np.where(away > limit, 1e-3, 1.0)
    return weights


def _scale(motion: Matrix) -> Matrix:
    """Plate rows that one unit of the face square spans."""
    scale: Matrix = np.linalg.norm(motion[:, 1, :2], axis=-1)
    return scale


def _carry(matrices: Matrix, points: Matrix) -> Matrix:
    """Points (frames x points x 2) through one 2 x 3 transform a frame."""
    carried: Matrix = np.einsum("fij,fpj->fpi", matrices[..., :2], points) + matrices[:, None, :, 2]
    return carried
