"""Sums over cells of how alike grain and the clean plate's detail are, and the least squares they lead to."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.cells import CELL_PX, cells_in, cells_window, rows_of_cells, spread, tiles_of
from faceplate.grain.apply.detail import KINDS, LARGEST, Levels, detail_row, levels_of
from faceplate.grain.threads import side_by_side
from faceplate.values import Floats, Matrix, Window

ZERO, ONE = np.float32(0), np.float32(1)
LEAST = np.float32(1e-12)  # of sigma

PAIRS = KINDS * (KINDS + 1) // 2
COUNT = PAIRS + KINDS
SUMS = COUNT + 1


def leak_sums(plate: Floats, clean: Floats, sigma: Floats, window: Window) -> Floats:
    """What `shares_of` is made of, cells x 3 x SUMS: products of pairs of details, of grain with each, and samples.

    The pictures are 3 x rows x columns over `window`; details and grain are counted in `sigma`.
    """
    cells = cells_window(window)
    sums = np.zeros((cells.height // CELL_PX, cells.width // CELL_PX, 3, SUMS), np.float32)
    side_by_side(partial(_gather, plate, clean, sigma, window, sums), tiles_of(cells))
    return sums


def _gather(plate: Floats, clean: Floats, sigma: Floats, window: Window, sums: Floats, tile: Window) -> None:
    """Fills the sums of one tile; `sums` are those of all cells of the window."""
    down, across = cells_in(tile, cells_window(window))
    _gather_tile(plate, clean, sigma, (tile.top - window.top, tile.left - window.left), sums[down, across])


@compiled
def _gather_tile(plate: Floats, clean: Floats, sigma: Floats, offset: tuple[int, int], sums: Floats) -> None:
    high, wide = sums.shape[0] * CELL_PX, sums.shape[1] * CELL_PX
    grain, steepness = np.empty((high, wide), np.float32), np.empty((high, wide), np.float32)
    for channel in range(3):
        levels = levels_of(clean[channel], offset, high, wide)
        normalise(plate[channel], clean[channel], sigma[channel], offset, grain, steepness)
        _sum(levels, grain, steepness, sums[:, :, channel])


@compiled
def normalise(
    plate: Floats, clean: Floats, sigma: Floats, offset: tuple[int, int], grain: Floats, steepness: Floats
) -> None:
    """Grain over its sigma, and 1 / sigma, of a window that begins `offset` in the pictures; 0 where no number is."""
    top, left = offset
    grain[:] = ZERO
    steepness[:] = ZERO
    first, last = max(0, -left), min(grain.shape[1], plate.shape[1] - left)
    for row in range(max(0, -top), min(grain.shape[0], plate.shape[0] - top)):
        own, bare = plate[row + top, first + left : last + left], clean[row + top, first + left : last + left]
        strength = sigma[row + top, first + left : last + left]
        numbers, steep = grain[row, first:last], steepness[row, first:last]
        for at in range(numbers.size):
            found = own[at] - bare[at]
            known = strength[at] > LEAST and np.abs(found) < LARGEST * strength[at]
            steep[at] = np.divide(ONE, max(strength[at], LEAST)) if known else ZERO
            numbers[at] = found * steep[at] if known else ZERO


@compiled
def _sum(levels: Levels, grain: Floats, steepness: Floats, sums: Floats) -> None:
    wide = grain.shape[1]
    kinds, total = np.empty((CELL_PX, KINDS + 1, wide), np.float32), np.empty((SUMS, wide), np.float32)
    for cell in range(sums.shape[0]):
        total[COUNT] = ZERO
        for row in range(CELL_PX):
            down = cell * CELL_PX + row
            detail_row(levels, down, steepness[down], kinds[row])
            kinds[row, KINDS] = grain[down]
            for column in range(wide):
                total[COUNT, column] += np.float32(steepness[down, column] > 0)
        at = 0
        for one in range(KINDS + 1):
            for other in range(min(one + 1, KINDS)):
                for column in range(wide):
                    whole = ZERO
                    for row in range(CELL_PX):
                        whole += kinds[row, one, column] * kinds[row, other, column]
                    total[at, column] = whole
                at += 1
        add_cells(total, sums[cell])


@compiled
def add_products(one: Floats, other: Floats, total: Floats) -> None:
    """Sample by sample."""
    for at in range(total.size):
        total[at] += one[at] * other[at]


@compiled
def add_cells(total: Floats, sums: Floats) -> None:
    """Fills cells x kinds with the sums of kinds x pixels of a row of cells."""
    for at in range(total.shape[0]):
        for cell in range(sums.shape[0]):
            whole = ZERO
            for column in range(CELL_PX):
                whole += total[at, cell * CELL_PX + column]
            sums[cell, at] = whole


def shares_of(sums: Floats, weights: Sequence[float], faint: float) -> Floats:
    """How much of each kind of detail is in the grain, cells x 3 x KINDS, by least squares over the sums about a cell.

    Detail of less variance than `faint` may be grain that the denoiser left, and hardly counts: `faint` is added to the
    energy of each kind (ridge). Where the bands hold more than a quarter of it there is picture: the ridge vanishes.
    """
    shares = np.zeros((*sums.shape[:3], KINDS), np.float32)

    def fill(rows: slice) -> None:
        _fill_shares(spread(sums, weights, rows), faint, shares[rows])

    side_by_side(fill, rows_of_cells(sums.shape[0]))
    return shares


@compiled
def _fill_shares(around: Matrix, faint: float, shares: Floats) -> None:
    matrix, inner = np.zeros((KINDS, KINDS)), np.zeros(KINDS)
    for row in range(around.shape[0]):
        for column in range(around.shape[1]):
            for channel in range(3):
                wide = around[row, column, channel]
                if wide[COUNT] > 0:
                    bands = np.divide(wide[0] + wide[2] + wide[5], faint * wide[COUNT])
                    ridge = np.divide(faint * wide[COUNT], 1 + 16 * bands * bands)
                    _solve(wide, ridge, matrix, inner, shares[row, column, channel])


@compiled
def _solve(wide: Matrix, ridge: float, matrix: Matrix, inner: Matrix, share: Floats) -> None:
    """Fills `share` by Cholesky's decomposition of the packed lower triangle that `wide` begins with."""
    at = 0
    for one in range(KINDS):
        for other in range(one + 1):
            rest = wide[at] + (ridge if one == other else 0.0)
            at += 1
            for before in range(other):
                rest -= matrix[one, before] * matrix[other, before]
            # Never less than the ridge but by rounding.
            matrix[one, other] = np.sqrt(max(rest, ridge)) if one == other else np.divide(rest, matrix[other, other])
    for one in range(KINDS):
        rest = wide[PAIRS + one]
        for before in range(one):
            rest -= matrix[one, before] * inner[before]
        inner[one] = np.divide(rest, matrix[one, one])
    for one in range(KINDS - 1, -1, -1):
        rest = inner[one]
        for after in range(one + 1, KINDS):
            rest -= matrix[after, one] * share[after]
        share[one] = np.divide(rest, matrix[one, one])
