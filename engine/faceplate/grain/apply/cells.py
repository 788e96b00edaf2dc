"""Square cells that stand on the plate's own grid: statistics of a neighbourhood that no window can shift."""

from collections.abc import Sequence

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats, Matrix, Window

CELL_PX = 8
STRIP_PX = 64
HALF_STEP = np.float32(0.5 / CELL_PX)


def cells_window(window: Window) -> Window:
    """The whole cells that a window touches, as a window of pixels."""
    return Window(
        window.left // CELL_PX * CELL_PX,
        window.top // CELL_PX * CELL_PX,
        -(-window.right // CELL_PX) * CELL_PX,
        -(-window.bottom // CELL_PX) * CELL_PX,
    )


def strips_of(cells: Window) -> list[Window]:
    """A window of whole cells in strips of whole cells, from the top."""
    tops = range(cells.top, cells.bottom, STRIP_PX)
    return [Window(cells.left, top, cells.right, min(top + STRIP_PX, cells.bottom)) for top in tops]


def spread(cells: Array, weights: Sequence[float]) -> Matrix:
    """Cells (down x across x ...) summed with those about them, weighed down and across; beyond the border is nothing.

    One after the other, so that no cell's rounding depends on where the cells begin.
    """
    flat = np.ascontiguousarray(cells, np.float64).reshape(*cells.shape[:2], -1)
    down, both = np.zeros_like(flat), np.zeros_like(flat)
    _spread_down(flat, np.array(weights, np.float64), down)
    for row, spread_row in zip(down, both, strict=True):
        _spread_down(row[:, None], np.array(weights, np.float64), spread_row[:, None])
    return both.reshape(cells.shape)


@compiled
def _spread_down(cells: Matrix, weights: Matrix, total: Matrix) -> None:
    reach = weights.size // 2
    for row in range(cells.shape[0]):
        for at in range(weights.size):
            other = row + at - reach
            if weights[at] != 0 and 0 <= other < cells.shape[0]:
                for column in range(cells.shape[1]):
                    for kind in range(cells.shape[2]):
                        total[row, column, kind] += weights[at] * cells[other, column, kind]


@compiled
def interpolate_row(cells: Floats, row: int, maps: Floats) -> None:
    """Fills maps (kinds x pixels) of one row of pixels, between the middles of cells (kinds x down x across).

    `row` is counted in pixels from the first cell's corner; the maps begin half a cell before it and end half a cell
    after the last one. Cells on the border hold beyond their middles.
    """
    twice = 2 * row + 1 - CELL_PX
    upper = twice // (2 * CELL_PX)
    share = np.float32(twice - 2 * CELL_PX * upper) * HALF_STEP
    above, below, across = max(upper, 0), min(upper + 1, cells.shape[1] - 1), cells.shape[2]
    line = np.empty(across + 2, np.float32)
    for kind in range(cells.shape[0]):
        one, other = cells[kind, above], cells[kind, below]
        for column in range(across):
            line[column + 1] = one[column] + (other[column] - one[column]) * share
        line[0], line[across + 1] = line[1], line[across]
        for column in range(across + 1):
            first, growth = line[column], line[column + 1] - line[column]
            for step in range(CELL_PX):
                maps[kind, column * CELL_PX + step] = first + growth * (np.float32(2 * step + 1) * HALF_STEP)
