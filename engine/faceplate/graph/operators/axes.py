"""Pictures moved and scaled along their axes only: each axis is filtered for itself."""

import math
from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.graph.operators.filters import fill_weights, room_for
from faceplate.graph.operators.sampling import Reading, clipped, steps_a_pixel
from faceplate.graph.render import Box, Nothing, Planes, Source
from faceplate.values import Array, Floats, Matrix

widest_px = 2.0**20
"""More source pixels than this are not averaged in one."""


class Taps(NamedTuple):
    """What the pixels along an axis are made from.

    Attributes:
        starts: the first source pixel of each.
        counts: how many.
        weights: pixels x the most of them; those beyond the count are not used.
    """

    starts: Array
    counts: Array
    weights: Matrix

    @property
    def reach(self) -> tuple[int, int]:
        """The first source pixel that is used, and the one after the last."""
        return int(self.starts.min()), int((self.starts + self.counts).max())


def scaled(source: Source | Nothing, matrix: Matrix, box: Box, channels: tuple[str, ...], reading: Reading) -> Planes:
    """The channels over a box of the picture scaled and moved by a matrix without a turn, source to result."""
    columns = _taps(matrix[0, 0], matrix[0, 2], box.x, box.r, reading)
    rows = _taps(matrix[1, 1], matrix[1, 2], box.y, box.t, reading)
    (left, right), (low, high) = columns.reach, rows.reach
    own = source.info.box
    region = clipped(Box(left, low, right, high), own)
    if region.is_empty:
        return {name: np.zeros(box.shape, np.float32) for name in channels}
    if reading.black or source.info.outside == "black":
        columns, rows = _inside(columns, own.x, own.r), _inside(rows, own.y, own.t)
    held = source.pixels(region, channels)
    return {name: _along_both(held[name], region, columns, rows) for name in channels}


def _along_both(plane: Floats, region: Box, columns: Taps, rows: Taps) -> Floats:
    thin = np.empty((plane.shape[0], columns.starts.size), np.float32)
    _across(np.ascontiguousarray(plane), columns.starts - region.x, columns.counts, columns.weights, thin)
    made = np.empty((rows.starts.size, columns.starts.size), np.float32)
    _up(thin, rows.starts - region.y, rows.counts, rows.weights, made)
    return made


def _taps(scale: float, shift: float, first: int, end: int, reading: Reading) -> Taps:
    width = min(max(1.0, abs(1 / scale)), widest_px)
    centres = (np.arange(first, end) + 0.5 - shift) / scale
    centres = np.round(centres * steps_a_pixel) / steps_a_pixel
    room = room_for(reading.filter, width)
    taps = Taps(np.zeros(centres.size, np.int64), np.zeros(centres.size, np.int64), np.zeros((centres.size, room.size)))
    _fill(centres, width, *reading.filter, *taps)
    return taps


def _inside(taps: Taps, first: int, end: int) -> Taps:
    """The taps without those that fall on black beside the picture."""
    starts = np.clip(taps.starts, first, end)
    cut = starts - taps.starts
    counts = np.clip(np.minimum(taps.starts + taps.counts, end) - starts, 0, None)
    places = np.clip(np.arange(taps.weights.shape[1]) + cut[:, None], 0, taps.weights.shape[1] - 1)
    return Taps(starts, counts, np.take_along_axis(taps.weights, places, axis=1))


@compiled
def _fill(  # noqa: PLR0913, PLR0917 -- compiled loops take numbers, not values with names
    centres: Matrix,
    width: float,
    family: int,
    support: float,
    b: float,
    c: float,
    starts: Array,
    counts: Array,
    weights: Matrix,
) -> None:
    for at in range(centres.size):
        starts[at], counts[at] = fill_weights(weights[at], centres[at], width, family, support, b, c)


@compiled
def _across(plane: Floats, starts: Array, counts: Array, weights: Matrix, made: Floats) -> None:
    last = plane.shape[1] - 1
    for row in range(made.shape[0]):
        line = plane[row]
        for column in range(made.shape[1]):
            total = 0.0
            for tap in range(counts[column]):
                total += weights[column, tap] * line[min(max(starts[column] + tap, 0), last)]
            made[row, column] = total


@compiled
def _up(plane: Floats, starts: Array, counts: Array, weights: Matrix, made: Floats) -> None:
    last = plane.shape[0] - 1
    totals = np.empty(made.shape[1])
    for row in range(made.shape[0]):
        totals[:] = 0.0
        for tap in range(counts[row]):
            line, weight = plane[min(max(starts[row] + tap, 0), last)], weights[row, tap]
            for column in range(totals.size):
                totals[column] += weight * line[column]
        made[row] = totals


def is_along_axes(matrix: Matrix) -> bool:
    """True where a matrix scales and moves and does nothing else."""
    return bool(matrix[0, 1] == matrix[1, 0] == matrix[2, 0] == matrix[2, 1] == 0 and matrix[2, 2] == 1)


def keeps_grid(matrix: Matrix) -> bool:
    """True where pixels fall on pixels: a move by whole ones, quarter turns and mirrors."""
    turn = np.abs(matrix[:2, :2])
    whole = np.array_equal(matrix, np.round(matrix)) and np.array_equal(matrix[2], (0, 0, 1))
    return bool(whole and (np.array_equal(turn, np.eye(2)) or np.array_equal(turn, np.eye(2)[::-1])))


def whole_shift(matrix: Matrix) -> tuple[int, int] | None:
    """By how many whole pixels a matrix moves a picture; None where it does anything else."""
    moved = matrix[:2, 2]
    if not (is_along_axes(matrix) and matrix[0, 0] == matrix[1, 1] == 1) or np.any(moved != np.round(moved)):
        return None
    return math.floor(moved[0]), math.floor(moved[1])
