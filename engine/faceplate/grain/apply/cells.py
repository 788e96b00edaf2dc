"""Square cells that stand on the plate's own grid: statistics of a neighbourhood that no window can shift."""

from collections.abc import Sequence

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


def spread(cells: Array, weights: Sequence[float]) -> Matrix:
    """Cells (down x across x ...) summed with those about them, weighed down and across; beyond the border is nothing.

    One after the other, so that no cell's rounding depends on where the cells begin.
    """
    flat = np.ascontiguousarray(cells, np.float64).reshape(*cells.shape[:2], -1)
    both = np.zeros_like(flat)
    _spread(flat, np.array(weights, np.float64), both)
    return both.reshape(cells.shape)


@compiled
def _spread(cells: Matrix, weights: Matrix, both: Matrix) -> None:
    down, reach = np.empty(cells.shape[1:], np.float64), weights.size // 2
    for row in range(cells.shape[0]):
        down[:] = 0
        for at in range(weights.size):
            other = row + at - reach
            if weights[at] != 0 and 0 <= other < cells.shape[0]:
                _add(cells[other].reshape(-1), weights[at], down.reshape(-1))
        for column in range(cells.shape[1]):
            for at in range(weights.size):
                other = column + at - reach
                if weights[at] != 0 and 0 <= other < cells.shape[1]:
                    _add(down[other], weights[at], both[row, column])


@compiled
def _add(part: Matrix, weight: float, total: Matrix) -> None:
    for at in range(total.size):
        total[at] += weight * part[at]


@compiled
def interpolate_row(cells: Floats, row: int, first: int, maps: Floats) -> None:
    """Fills maps (kinds x pixels) of one row of pixels, between the middles of cells (kinds x down x across).

    `row` is counted in pixels from the first cell's corner; the maps begin half a cell before cell `first` and are as
    long as cells are. Cells on the border hold beyond their middles.
    """
    twice = 2 * row + 1 - CELL_PX
    upper = twice // (2 * CELL_PX)
    share = np.float32(twice - 2 * CELL_PX * upper) * HALF_STEP
    above, below, last = max(upper, 0), min(upper + 1, cells.shape[1] - 1), cells.shape[2] - 1
    for kind in range(cells.shape[0]):
        one, other = cells[kind, above], cells[kind, below]
        left = min(max(first - 1, 0), last)
        before = one[left] + (other[left] - one[left]) * share
        for column in range(maps.shape[1] // CELL_PX):
            right = min(first + column, last)
            after = one[right] + (other[right] - one[right]) * share
            for step in range(CELL_PX):
                maps[kind, column * CELL_PX + step] = before + (after - before) * (np.float32(2 * step + 1) * HALF_STEP)
            before = after
