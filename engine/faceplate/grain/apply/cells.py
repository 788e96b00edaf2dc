"""Square cells that stand on the plate's own grid: statistics of a neighbourhood that no window can shift."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats, Matrix, Window

CELL_PX = 8
TILE_DOWN_PX, TILE_ACROSS_PX = 96, 512
BAND_CELLS = 16
HALF_STEP = np.float32(0.5 / CELL_PX)


def cells_window(window: Window) -> Window:
    """The whole cells that a window touches, as a window of pixels."""
    return Window(
        window.left // CELL_PX * CELL_PX,
        window.top // CELL_PX * CELL_PX,
        -(-window.right // CELL_PX) * CELL_PX,
        -(-window.bottom // CELL_PX) * CELL_PX,
    )


def cells_in(tile: Window, cells: Window) -> tuple[slice, slice]:
    """Which of a window's whole cells a tile of them holds, down and across."""
    first, last = (tile.top - cells.top, tile.left - cells.left), (tile.bottom - cells.top, tile.right - cells.left)
    down, across = (slice(one // CELL_PX, other // CELL_PX) for one, other in zip(first, last, strict=True))
    return down, across


def tiles_of(cells: Window) -> list[Window]:
    """A window in tiles of whole cells, row by row from the top; small enough for a processor's cache."""
    tops, lefts = range(cells.top, cells.bottom, TILE_DOWN_PX), range(cells.left, cells.right, TILE_ACROSS_PX)
    ends = (cells.right, cells.bottom)
    return [
        Window(left, top, min(left + TILE_ACROSS_PX, ends[0]), min(top + TILE_DOWN_PX, ends[1]))
        for top in tops
        for left in lefts
    ]


def rows_of_cells(count: int) -> list[slice]:
    """Rows of cells in bands, to be worked on side by side."""
    return [slice(top, min(top + BAND_CELLS, count)) for top in range(0, count, BAND_CELLS)]


def spread(cells: Array, weights: Sequence[float], rows: slice | None = None) -> Matrix:
    """Cells (down x across x ...) summed with those about them, weighed down and across; beyond the border is nothing.

    All rows of them, or some. One after the other, so that no cell's rounding depends on where the cells begin.
    """
    wanted = rows or slice(0, cells.shape[0])
    flat = np.ascontiguousarray(cells).reshape(*cells.shape[:2], -1)
    both = np.zeros((wanted.stop - wanted.start, *flat.shape[1:]), np.float64)
    _spread(flat, np.array(weights, np.float64), wanted.start, both)
    return both.reshape(-1, *cells.shape[1:])


@compiled
def _spread(cells: Array, weights: Matrix, first: int, both: Matrix) -> None:
    """Fills the rows from `first` on."""
    wide, kinds, reach = cells.shape[1], cells.shape[2], weights.size // 2
    down = np.empty(wide * kinds, np.float64)
    for row in range(both.shape[0]):
        down[:], line = 0, both[row].reshape(-1)
        for at in range(weights.size):
            other = first + row + at - reach
            if weights[at] != 0 and 0 <= other < cells.shape[0]:
                _add(cells[other].reshape(-1), weights[at], down)
        for at in range(weights.size):
            step = (at - reach) * kinds
            if weights[at] != 0 and abs(step) < line.size:
                _add(down[max(step, 0) :], weights[at], line[max(-step, 0) : line.size - max(step, 0)])


@compiled
def _add(part: Array, weight: float, total: Matrix) -> None:
    for at in range(total.size):
        total[at] += weight * part[at]


class Spans(NamedTuple):
    """Straight lines across between the middles of cells, over a part of the plate.

    Attributes:
        lines: kinds x rows of cells x pixels.
        top_px: the row of pixels with which they begin, counted from the first cell's corner.
    """

    lines: Floats
    top_px: int


@compiled
def spans_of(cells: Floats, corner: tuple[int, int], high: int, wide: int) -> Spans:
    """All that `interpolate_row` needs of cells (kinds x down x across) for `high` x `wide` pixels.

    These begin `corner` (down, across) pixels from the first cell's. Cells on the border hold beyond their middles.
    """
    first, last = corner[0] // CELL_PX - 1, (corner[0] + high - 1) // CELL_PX + 1
    lines = np.empty((cells.shape[0], last + 1 - first, wide), np.float32)
    before, after, shares = np.empty(wide, np.uint32), np.empty(wide, np.uint32), np.empty(wide, np.float32)
    for column in range(wide):
        left, shares[column] = _between(column + corner[1])
        before[column] = min(max(left, 0), cells.shape[2] - 1)
        after[column] = min(max(left + 1, 0), cells.shape[2] - 1)
    for kind in range(cells.shape[0]):
        for row in range(lines.shape[1]):
            values, line = cells[kind, min(max(first + row, 0), cells.shape[1] - 1)], lines[kind, row]
            for column in range(wide):
                value = values[before[column]]
                line[column] = value + (values[after[column]] - value) * shares[column]
    return Spans(lines, first * CELL_PX)


@compiled
def interpolate_row(spans: Spans, row: int, maps: Floats) -> None:
    """Fills maps (kinds x pixels) of one row of pixels, which is counted from the first cell's corner."""
    above, share = _between(row - spans.top_px)
    for kind in range(maps.shape[0]):
        one, other, line = spans.lines[kind, above], spans.lines[kind, above + 1], maps[kind]
        for at in range(line.size):
            line[at] = one[at] + (other[at] - one[at]) * share


@compiled
def _between(place_px: int) -> tuple[int, np.float32]:
    """The last cell whose middle lies before a pixel's, and how far from there to the next it is, 0 to 1."""
    twice = 2 * place_px + 1 - CELL_PX
    before = twice // (2 * CELL_PX)
    return before, np.float32(twice - 2 * CELL_PX * before) * HALF_STEP
