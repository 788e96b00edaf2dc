"""A picture seen through a matrix."""

import math
from dataclasses import replace

import numpy as np

from faceplate.graph.operators.axes import is_along_axes, keeps_grid, scaled, whole_shift
from faceplate.graph.operators.matrices import box_through, centres_through
from faceplate.graph.operators.sampling import Places, Reading, sampled
from faceplate.graph.render import Box, Info, Nothing, Planes, Source, empty_box
from faceplate.values import Matrix


def is_identity(matrix: Matrix) -> bool:
    """True where nothing moves."""
    return bool(np.array_equal(matrix, np.eye(3)))


def is_flattened(matrix: Matrix) -> bool:
    """True where a matrix squeezes the picture to a line or a point: nothing of it is seen."""
    return bool(abs(np.linalg.det(matrix)) < least_area)


least_area = 1e-12
"""Of a pixel: what a matrix may leave of one."""


def inverse_of(matrix: Matrix) -> Matrix:
    """What leads back."""
    return np.asarray(np.linalg.inv(matrix), np.float64)


def warped_info(info: Info, matrix: Matrix, reading: Reading) -> Info:
    """The picture's info after the matrix, source to result; its format stays."""
    if is_identity(matrix):
        return info
    if is_flattened(matrix):
        return replace(info, box=empty_box, outside="black")
    return replace(info, box=warped_box(info, matrix, reading), outside="black" if reading.black else info.outside)


def warped_box(info: Info, matrix: Matrix, reading: Reading) -> Box:
    """The pixels that the picture's box falls on; those that the filter reaches where black stands around it."""
    if reading.filter.interpolates and keeps_grid(matrix):
        return box_through(matrix, info.box)
    if reading.black or info.outside == "black":
        return centres_through(matrix, info.box, _reach_px(matrix, reading))
    return box_through(matrix, info.box)


def _reach_px(matrix: Matrix, reading: Reading) -> float:
    """How far beyond the picture's box a pixel's centre may lie and still have a share of it."""
    least = 0.001  # a centre right on the edge has one
    if is_flat(matrix):
        inverse = inverse_of(matrix)
        widest = max(1.0, *np.hypot(inverse[:2, 0], inverse[:2, 1]))
        return max(least, reading.filter.support * float(widest) - 0.5)
    return max(least, reading.filter.support - 0.5)


def is_flat(matrix: Matrix) -> bool:
    """True where parallels stay parallel."""
    return bool(matrix[2, 0] == matrix[2, 1] == 0)


def warped(source: Source | Nothing, matrix: Matrix, box: Box, channels: tuple[str, ...], reading: Reading) -> Planes:
    """The channels over a box of the result of a matrix that leads from the source's pixels to it.

    A picture that does not move comes out as it went in, and so does one that is moved by whole pixels, but through the
    filters that soften whatever they read.
    """
    if is_flattened(matrix):
        return {name: np.zeros(box.shape, np.float32) for name in channels}
    shift = whole_shift(matrix)
    if shift is not None and (shift == (0, 0) or reading.filter.interpolates):
        return _moved(source, box.move(-shift[0], -shift[1]), channels, reading)
    if is_along_axes(matrix) and not reading.clamp:
        return scaled(source, matrix, box, channels, reading)
    inverse = inverse_of(matrix)
    needed = _needed(inverse, box, source.info.box, reading)
    return sampled(source, needed, box, channels, lambda strip: _places(inverse, strip), reading)


def _moved(source: Source | Nothing, box: Box, channels: tuple[str, ...], reading: Reading) -> Planes:
    inside = box.intersect(source.info.box)
    if not reading.black or inside == box:
        return source.pixels(box, channels)
    planes = {name: np.zeros(box.shape, np.float32) for name in channels}
    if not inside.is_empty:
        for name, plane in source.pixels(inside, channels).items():
            planes[name][inside.slices(box)] = plane
    return planes


def _places(inverse: Matrix, box: Box) -> Places:
    """Where the pixels of a box of the result lie in the source, and how much of it they cover."""
    x, y = np.arange(box.x, box.r) + 0.5, (np.arange(box.y, box.t) + 0.5)[:, None]
    rows = [one * x + two * y + three for one, two, three in inverse]
    if is_flat(inverse):
        across, up = np.minimum(np.hypot(inverse[:2, 0], inverse[:2, 1]) / inverse[2, 2], most_px)
        at_x, at_y = rows[0] / inverse[2, 2], rows[1] / inverse[2, 2]
        return Places(at_x, at_y, np.broadcast_to(across, box.shape), np.broadcast_to(up, box.shape))
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = np.where(rows[2] > 0, rows[2], np.nan)
        at_x, at_y = rows[0] / depth, rows[1] / depth
        across, up = (
            np.hypot(inverse[axis, 0] - at * inverse[2, 0], inverse[axis, 1] - at * inverse[2, 1]) / depth
            for axis, at in enumerate((at_x, at_y))
        )
    across, up = (np.minimum(width, most_askew_px) for width in (across, up))
    return Places(at_x, at_y, across, up)


most_askew_px = 64.0
"""The same of a perspective: where it runs to its horizon, it is read in time."""

most_px = 1024.0
"""More source pixels than this along an axis are not averaged in one of a picture that is turned."""


def _needed(inverse: Matrix, box: Box, own: Box, reading: Reading) -> Box:
    """The source pixels that a box of the result is made from."""
    if own.is_empty:
        return empty_box
    if not is_flat(inverse):
        return _needed_in_perspective(inverse, box, own, reading)
    widest = max(1.0, *np.hypot(inverse[:2, 0], inverse[:2, 1]))
    margin = reading.filter.support * min(widest, most_px) + 1
    return box_through(inverse / inverse[2, 2], box).grow(math.ceil(margin))


def _needed_in_perspective(inverse: Matrix, box: Box, own: Box, reading: Reading) -> Box:
    edges = np.array([(x, y, 1.0) for x in (box.x, box.r) for y in (box.y, box.t)])
    depth = edges @ inverse[2]
    if depth.min() <= 0:
        return own
    points = edges @ inverse[:2].T / depth[:, None]
    low, high = points.min(axis=0), points.max(axis=0)
    farthest = np.maximum(np.abs(low), np.abs(high))
    widths = (np.abs(inverse[:2, :2]) + farthest[:, None] * np.abs(inverse[2, :2])).sum(axis=1) / depth.min()
    margin = np.ceil(reading.filter.support * np.clip(widths, 1, most_askew_px) + 1)
    low, high = np.floor(low - margin), np.ceil(high + margin)
    return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
