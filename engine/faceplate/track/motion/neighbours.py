"""What a patch's neighbours say about it: the local affine motion of the points around."""

from typing import NamedTuple

import numpy as np

from faceplate.track.topology import POINTS, anchors, irises
from faceplate.values import Matrix

# Neighbours count by a Gaussian of this part of the face.
MESH_REACH = 0.10
FOUND_REACH = 0.14
# How many neighbours at full weight the first guess of the shape stands for.
GUESS_WEIGHT = 0.7
ROUNDS = 4
FEWEST = 6

skin = tuple(sorted(set(range(POINTS)) - set(irises)))


class Local(NamedTuple):
    """What is expected at each anchor: `at`, n x 2, `shapes`, n x 2 x 2, and `deviation`, n, of the place."""

    at: Matrix
    shapes: Matrix
    deviation: Matrix


def mesh_shapes(source: Matrix, target: Matrix, size: float) -> Matrix:
    """How the skin at each anchor is turned, scaled and sheared from one mesh to the other: n x 2 x 2.

    `source` and `target` are 478 x 2 in the coordinates that the shapes are wanted in; `size` is the face's there.
    """
    centres, points = source[list(anchors)], source[list(skin)]
    weights = np.exp(-0.5 * np.square(np.linalg.norm(points - centres[:, None], axis=-1) / (MESH_REACH * size)))
    still = np.eye(2)[None].repeat(len(centres), 0)
    return _fit(weights, _products(points, target[list(skin)]), still, 1e-3, size)[1]


def expected(source: Matrix, found: Matrix, deviation: Matrix, guess: Matrix, size: float) -> Local | None:
    """Where each anchor would be by the motion of those around it alone, outliers among them left out.

    `source`, n x 2, was found at `found`, n x 2, NaN where it was not, with `deviation`, n. `guess`, n x 2 x 2, are
    shapes to lean on where neighbours are few. None where fewer than six were found.
    """
    known = np.isfinite(found).all(axis=-1) & np.isfinite(deviation)
    if np.count_nonzero(known) < FEWEST:
        return None
    points, places = source[known], found[known]
    sure = 1 / (np.square(deviation[known]) + np.square(0.001 * size))
    sure /= np.median(sure)
    near = np.exp(-0.5 * np.square(np.linalg.norm(points - source[:, None], axis=-1) / (FOUND_REACH * size)))
    near += 1e-4
    near[np.flatnonzero(known), np.arange(len(points))] = 0
    trust, products = np.ones(len(points)), _products(points, places)
    for _ in range(ROUNDS):
        origin, shapes = _fit(near * (np.minimum(sure, 4.0) * trust), products, guess, GUESS_WEIGHT, size)
        at = origin + _carried(shapes, source)
        off = np.linalg.norm(places - at[known], axis=-1)
        typical = max(1.4826 * float(np.median(off)), 1e-3)
        trust = 1 / (1 + np.square(off / (2.5 * typical))) ** 2
    weights = near * trust
    scatter = np.sqrt((weights * _apart(points, places, source, at, shapes)).sum(axis=1) / weights.sum(axis=1))
    return Local(at, shapes, scatter)


def _apart(points: Matrix, places: Matrix, source: Matrix, at: Matrix, shapes: Matrix) -> Matrix:
    """Half the squared distance of each place from where each anchor's own affine puts it, anchors x points."""
    across, down = points[:, 0] - source[:, 0, None], points[:, 1] - source[:, 1, None]
    expected_x = at[:, 0, None] + shapes[:, 0, 0, None] * across + shapes[:, 0, 1, None] * down
    expected_y = at[:, 1, None] + shapes[:, 1, 0, None] * across + shapes[:, 1, 1, None] * down
    apart: Matrix = (np.square(places[:, 0] - expected_x) + np.square(places[:, 1] - expected_y)) / 2
    return apart


class _Products(NamedTuple):
    """What a fit sums over pairs of points: `each`, pairs x 12, both counted from their means `middle` and `goal`."""

    middle: Matrix
    goal: Matrix
    each: Matrix


def _products(points: Matrix, places: Matrix) -> _Products:
    middle, goal = points.mean(axis=0), places.mean(axis=0)
    x, y = (points - middle).T
    u, v = (places - goal).T
    each = np.stack([np.ones_like(x), x, y, u, v, x * x, x * y, y * y, u * x, u * y, v * x, v * y], -1)
    return _Products(middle, goal, each)


def _fit(
    weights: Matrix, of_pairs: _Products, guess: Matrix, guess_weight: float, size: float
) -> tuple[Matrix, Matrix]:
    """Weighted least squares of one affine for each row of `weights`: its value at 0, and its shape."""
    moments = weights @ of_pairs.each
    total, mean = moments[:, 0], moments[:, 1:5] / moments[:, :1]
    of, to = mean[:, :2], mean[:, 2:]
    square = moments[:, [5, 6, 6, 7]].reshape(-1, 2, 2) - total[:, None, None] * of[:, :, None] * of[:, None]
    across = moments[:, 8:].reshape(-1, 2, 2) - total[:, None, None] * to[:, :, None] * of[:, None]
    hold = guess_weight * (FOUND_REACH * size) ** 2
    shapes = (across + hold * guess) @ _inverse(square + hold * np.eye(2))
    return to + of_pairs.goal - _carried(shapes, of + of_pairs.middle), shapes


def _inverse(matrices: Matrix) -> Matrix:
    """Of n x 2 x 2, symmetric and positive definite."""
    turned = matrices[:, ::-1, ::-1] * [[1, -1], [-1, 1]]
    inverse: Matrix = turned / (matrices[:, 0, 0] * matrices[:, 1, 1] - matrices[:, 0, 1] ** 2)[:, None, None]
    return inverse


def _carried(shapes: Matrix, points: Matrix) -> Matrix:
    carried: Matrix = (shapes @ points[..., None])[..., 0]
    return carried
