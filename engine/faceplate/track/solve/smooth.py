from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

from faceplate.align import invert
from faceplate.track.solve.whittaker import SHORTEST_RUN, whittaker
from faceplate.values import Matrix

# A step between two frames is a jump, and the two sides are smoothed apart, where it is unlike the step before and the
# one after: by this many times what those two differ, or steps differ as a rule, and by this many sides of the face
# square, which is half of a jump of 40 px of a 4K close-up.
JUMP_RATIO = 4.0
JUMP_SIZE = 0.03
# A frame that stands this far from the median of the five around it, in typical deviations and at least in sizes of
# the face, is a slip of the landmarker and does not pull on its neighbours.
OUTLIER_DEVIATIONS = 8.0
OUTLIER_SIZE = 0.03


def runs(numbers: Sequence[int], seen: Collection[int], cuts: Collection[int] = ()) -> list[slice]:
    """The unbroken runs of `seen` places, in order: neighbours of one shot whose frame numbers follow one another."""
    found: list[slice] = []
    for place in sorted(seen):
        follows = bool(found) and found[-1].stop == place and numbers[place] == numbers[place - 1] + 1
        if follows and place not in cuts:
            found[-1] = slice(found[-1].start, place + 1)
        else:
            found.append(slice(place, place + 1))
    return found


def smooth_run(points: Matrix, alignments: Matrix, weights: Matrix, period_frames: float) -> Matrix:
    """Points (frames x points x 3: plate pixels and depth) of one unbroken run without jitter; `weights`, one a frame.

    How the face moves (its alignment) and how its shape changes inside the unit face square are smoothed apart, so
    that a fast move does not bend the face, nor a blink shake it.
    """
    if not period_frames > 0:
        return points
    motion = np.array([invert(alignment) for alignment in alignments])
    parts = np.split(np.arange(len(points)), _jumps(motion))
    smooth = [
        _smooth_part(points[part], alignments[part], motion[part], weights[part], period_frames) for part in parts
    ]
    return np.concatenate(smooth)


def _smooth_part(points: Matrix, alignments: Matrix, motion: Matrix, weights: Matrix, period_frames: float) -> Matrix:
    if len(points) < SHORTEST_RUN:
        return points
    weights = weights * trust(motion)
    steady = whittaker(motion.reshape(len(motion), 6), period_frames, weights).reshape(-1, 2, 3)
    shape = carry(alignments, points[..., :2])
    shape = np.concatenate([shape, points[..., 2:] / _scale(motion)[:, None, None]], axis=-1)
    calm = whittaker(shape.reshape(len(shape), -1), period_frames, weights).reshape(shape.shape)
    return np.concatenate([carry(steady, calm[..., :2]), calm[..., 2:] * _scale(steady)[:, None, None]], axis=-1)


def _jumps(motion: Matrix) -> npt.NDArray[np.intp]:
    """The frames before which the unit face square jumps, as no face moves: unlike before, and unlike after."""
    steps = np.diff(_corners(motion), axis=0)
    changes = _longest(np.diff(steps, axis=0, prepend=0.0, append=0.0))
    unlike = np.minimum(changes[:-1], changes[1:])
    around = np.pad(steps, ((1, 1), (0, 0), (0, 0)))
    usual = np.maximum(_longest(around[2:] - around[:-2]), np.median(unlike) if len(unlike) else 0.0)
    return np.flatnonzero(unlike > np.maximum(JUMP_RATIO * usual, JUMP_SIZE * _scale(motion)[1:])) + 1


def _longest(moves: Matrix) -> Matrix:
    """The length of the longest of each frame's moves (frames x points x 2)."""
    longest: Matrix = np.linalg.norm(moves, axis=-1).max(axis=-1)
    return longest


def _corners(motion: Matrix) -> Matrix:
    """The corners of the unit face square in plate pixels, frames x 4 x 2."""
    square = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    return carry(motion, np.broadcast_to(square, (len(motion), 4, 2)))


def trust(motion: Matrix) -> Matrix:
    """Weight of each frame: 1, and near 0 where the unit face square jumps away and back at once.

    `motion` is frames x 2 x 3, the unit face square to plate pixels, of an unbroken run.
    """
    corners = _corners(motion)
    expected = median_filter(corners, size=(5, 1, 1), mode="nearest")
    away = _longest(corners - expected)
    limit = np.maximum(OUTLIER_DEVIATIONS * np.median(away), OUTLIER_SIZE * _scale(motion))
    weights: Matrix = np.where(away > limit, 1e-3, 1.0)
    return weights


def _scale(motion: Matrix) -> Matrix:
    """Plate rows that one unit of the face square spans."""
    scale: Matrix = np.linalg.norm(motion[:, 1, :2], axis=-1)
    return scale


def carry(matrices: Matrix, points: Matrix) -> Matrix:
    """Points (frames x points x 2) through one 2 x 3 transform a frame."""
    carried: Matrix = np.einsum("fij,fpj->fpi", matrices[..., :2], points) + matrices[:, None, :, 2]
    return carried


def scale_of(to_face: Matrix) -> Matrix:
    """Plate rows that one unit of the face square spans, of each alignment (frames x 2 x 3)."""
    scale: Matrix = 1 / np.linalg.norm(to_face[:, :, 1], axis=-1)
    return scale
