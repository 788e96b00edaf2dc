"""3 x 3 matrices that lead from a picture's pixels to those of a result, and boxes led through them."""

import math
from collections.abc import Sequence

import numpy as np

from faceplate.graph.render import Box, empty_box
from faceplate.values import Matrix

farthest_px = 2**20
"""What a perspective throws farther out than this is cut."""

Point = tuple[float, float]


def moved(right_px: float, up_px: float) -> Matrix:
    """A move."""
    return np.array([[1.0, 0, right_px], [0, 1, up_px], [0, 0, 1]])


def scaled_by(across: float, up: float) -> Matrix:
    """A scale about the origin."""
    return np.diag([float(across), float(up), 1.0])


def turned(angle_deg: float) -> Matrix:
    """A turn about the origin, counter-clockwise; quarter turns are exact."""
    cosine, sine = _direction(angle_deg)
    return np.array([[cosine, -sine, 0.0], [sine, cosine, 0], [0, 0, 1]])


def _direction(angle_deg: float) -> Point:
    quarters = angle_deg / 90
    if quarters == round(quarters):
        return ((1, 0), (0, 1), (-1, 0), (0, -1))[round(quarters) % 4]
    return math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))


def skewed(across: float, up: float, *, across_last: bool) -> Matrix:
    """A shear: so much to the right for each pixel up, so much up for each to the right, one after the other."""
    shear_across = np.array([[1, across, 0], [0, 1, 0], [0, 0, 1.0]])
    shear_up = np.array([[1, 0, 0], [up, 1, 0], [0, 0, 1.0]])
    return np.asarray(shear_across @ shear_up if across_last else shear_up @ shear_across)


def between_points(sources: Sequence[Point], targets: Sequence[Point]) -> Matrix | None:
    """The simplest matrix that leads points to points: none to four of them; None where there is no such.

    One point moves; two also turn and scale evenly; three make a parallelogram of a parallelogram; four a perspective.
    """
    makers = (_nothing, _move, _similarity, _affine, _perspective)
    try:
        found = makers[len(sources)](np.array(sources, float), np.array(targets, float))
    except np.linalg.LinAlgError:
        return None
    return found if np.isfinite(found).all() and abs(np.linalg.det(found)) > 1e-12 else None  # noqa: PLR2004 -- not flat


def _nothing(_: Matrix, __: Matrix) -> Matrix:
    return np.eye(3)


def _move(sources: Matrix, targets: Matrix) -> Matrix:
    right, up = targets[0] - sources[0]
    return moved(float(right), float(up))


def _similarity(sources: Matrix, targets: Matrix) -> Matrix:
    if np.array_equal(sources, targets):
        return np.eye(3)
    (a, b), (c, d) = (points[1] - points[0] for points in (sources, targets))
    length = a * a + b * b
    if length == 0:
        raise np.linalg.LinAlgError
    real, imaginary = (a * c + b * d) / length, (a * d - b * c) / length
    turn = np.array([[real, -imaginary, 0], [imaginary, real, 0], [0, 0, 1]])
    return np.asarray(moved(*targets[0]) @ turn @ moved(*-sources[0]))


def _affine(sources: Matrix, targets: Matrix) -> Matrix:
    if np.array_equal(sources, targets):
        return np.eye(3)
    ones = np.ones((3, 1))
    found = np.eye(3)
    found[:2] = np.linalg.solve(np.hstack([sources, ones]), targets).T
    return found


def _perspective(sources: Matrix, targets: Matrix) -> Matrix:
    """Four points to four, in front of the eye; worked at a power of two of their size, which costs no bit."""
    if np.array_equal(sources, targets):
        return np.eye(3)
    size = 2.0 ** math.ceil(math.log2(max(1.0, np.abs(sources).max(), np.abs(targets).max())))
    rows = []
    for (x, y), (u, v) in zip(sources / size, targets / size, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    found = np.append(np.linalg.solve(np.array(rows), targets.ravel() / size), 1.0)
    found[np.abs(found) < 1e-13 * np.abs(found).max()] = 0
    scaled = scaled_by(size, size) @ found.reshape(3, 3) @ scaled_by(1 / size, 1 / size)
    return np.asarray(scaled * np.sign(scaled[2] @ (*sources.mean(axis=0), 1.0)))


def box_through(matrix: Matrix, box: Box) -> Box:
    """The box of the pixels that any of a box falls on; of a perspective, of the part in front of the eye."""
    found = _bounds_through(matrix, box, 0.0)
    if found is None:
        return empty_box
    low, high = found
    return Box(math.floor(low[0]), math.floor(low[1]), math.ceil(high[0]), math.ceil(high[1]))


def centres_through(matrix: Matrix, box: Box, margin_px: float) -> Box:
    """The box of the pixels whose centres lie in what a box with a margin, its rim left out, falls on."""
    found = _bounds_through(matrix, box, margin_px)
    if found is None:
        return empty_box
    low, high = (edge - 0.5 for edge in found)
    return Box(math.floor(low[0]) + 1, math.floor(low[1]) + 1, math.ceil(high[0]), math.ceil(high[1]))


def _bounds_through(matrix: Matrix, box: Box, margin_px: float) -> tuple[Matrix, Matrix] | None:
    if box.is_empty:
        return None
    x, y, r, t = box.x - margin_px, box.y - margin_px, box.r + margin_px, box.t + margin_px
    seen = _in_front([matrix @ (*corner, 1.0) for corner in ((x, y), (r, y), (r, t), (x, t))])
    if not seen:
        return None
    points = np.clip(np.array([corner[:2] / corner[2] for corner in seen]), -farthest_px, farthest_px)
    return _steadied(points.min(axis=0)), _steadied(points.max(axis=0))


def _steadied(point: Matrix) -> Matrix:
    """The point without what arithmetic added to whole and half numbers."""
    whole = np.round(2 * point) / 2
    return np.where(np.abs(point - whole) < 1e-7, whole, point)  # noqa: PLR2004 -- of a pixel


def _in_front(corners: list[Matrix], nearest: float = 1e-6) -> list[Matrix]:
    """The corners of what of a polygon lies in front of the eye (Sutherland and Hodgman)."""
    kept = []
    for at, corner in enumerate(corners):
        before = corners[at - 1]
        if (before[2] > nearest) != (corner[2] > nearest):
            share = (nearest - before[2]) / (corner[2] - before[2])
            kept.append(before + share * (corner - before))
        if corner[2] > nearest:
            kept.append(corner)
    return kept
