"""Corrections of every anchor over a shot: sparse least squares over its frames, robust against wrong links."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from faceplate.track.solve.links import Links
from faceplate.values import Array, Matrix

# Links are weighed down by Geman and McClure's function of their residual, in deviations; the scale falls from a wide
# one, which has one minimum, to the last, beyond which a link is an outlier. ("Statistical methods for tomographic
# image reconstruction", Bulletin of the ISI 52, 1987; graduated as in Blake and Zisserman, "Visual Reconstruction".)
scales = (12.0, 6.0, 3.0, 3.0)


def estimate(links: Links, pins: Matrix) -> tuple[Matrix, Matrix]:
    """Corrections, frames x anchors x 2, and the weight of each link, links x anchors.

    `pins` is frames x anchors: with which weight (one over a variance) a correction is held at 0; frames whose pins are
    NaN are left out and come back as NaN.
    """
    weights = 1 / links.deviation**2
    corrections = solve(links, weights, links.step, pins)
    for scale in scales:
        apart, step = residuals(links, corrections)
        weights = geman_mcclure(apart / links.deviation, scale) / links.deviation**2
        corrections = solve(links, weights, step, pins)
    return corrections, weights


def residuals(links: Links, corrections: Matrix) -> tuple[Matrix, Matrix]:
    """How far each link is from being met (links x anchors), and the steps with the first correction turned.

    A correction is turned with the face around it by what the last round found: it is small, and so is the turn, so
    rounds of linear estimates with two right-hand sides settle at once.
    """
    first = corrections[links.first]
    turned = np.matmul(links.turn, first[..., None])[..., 0]
    step = links.step + turned - first
    apart = np.linalg.norm(corrections[links.second] - first - step, axis=-1)
    return np.where(np.isfinite(links.deviation), apart, 0.0), step


def geman_mcclure(residual: Matrix, scale: float) -> Matrix:
    """The weight of a residual: 1 where it is met, 1/4 at the scale, falling with the fourth power beyond."""
    weight: Matrix = 1 / (1 + (residual / scale) ** 2) ** 2
    return weight


def solve(links: Links, weights: Matrix, step: Matrix, pins: Matrix, fixed: Matrix | None = None) -> Matrix:
    """The corrections of least squares, frames x anchors x 2.

    `fixed`, frames x anchors x 2, holds corrections that are met exactly; NaN elsewhere. Anchors do not know of one
    another here: all their systems stand in one block diagonal matrix. A correction that nothing says is 0.
    """
    frames, anchors = pins.shape
    held = np.full((frames, anchors, 2), np.nan) if fixed is None else fixed
    column = np.arange(anchors)
    used = weights > 0
    start = (links.first[:, None] * anchors + column)[used]
    end = (links.second[:, None] * anchors + column)[used]
    weight, moved = weights[used], step[used] * weights[used][:, None]
    count = frames * anchors
    told = np.isfinite(pins).ravel()
    diagonal = np.where(told, np.nan_to_num(pins).ravel(), 1.0)
    diagonal += np.bincount(start, weight, count) + np.bincount(end, weight, count)
    pull = np.column_stack([np.bincount(end, part, count) - np.bincount(start, part, count) for part in moved.T])
    return _solved(count, (start, end, weight), diagonal, pull, held.reshape(count, 2), told).reshape(held.shape)


def _solved(
    count: int, links: tuple[Array, Array, Matrix], diagonal: Matrix, pull: Matrix, held: Matrix, told: Array
) -> Matrix:
    start, end, weight = links
    every = np.arange(count)
    rows, columns = np.concatenate([start, end, every]), np.concatenate([end, start, every])
    system = coo_matrix((np.concatenate([-weight, -weight, diagonal]), (rows, columns)), shape=(count, count)).tocsr()
    free = told & ~np.isfinite(held[:, 0])
    answer = np.where(told[:, None], np.nan_to_num(held), np.nan)
    if free.any():
        known = system[free] @ np.where(free[:, None], 0.0, np.nan_to_num(held))
        inner = system[free][:, free].tocsc()
        factors = splu(inner, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        answer[free] = factors.solve(pull[free] - known)
    return answer


def stretch_lengths(links: Links, longest: float, frames: int) -> Matrix:
    """Frames x anchors: over how many frames each anchor hangs together by links no looser than `longest`."""
    anchors = links.deviation.shape[1]
    used = links.deviation <= longest
    column = np.arange(anchors)
    start = (links.first[:, None] * anchors + column)[used]
    end = (links.second[:, None] * anchors + column)[used]
    count = frames * anchors
    _, labels = connected_components(coo_matrix((np.ones(len(start)), (start, end)), shape=(count, count)))
    lengths: Matrix = np.bincount(labels)[labels].reshape(frames, anchors).astype(np.float64)
    return lengths
