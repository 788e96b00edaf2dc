"""Sums over cells of how alike grain and the clean plate's detail are, and the least squares they lead to."""

from functools import partial

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.cells import CELL_PX, cells_window, strips_of
from faceplate.grain.apply.detail import KINDS, detail_planes, fine_planes, fine_reach_px
from faceplate.grain.threads import side_by_side
from faceplate.values import Floats, Matrix, Window

ZERO, ONE = np.float32(0), np.float32(1)
LEAST, LARGEST = np.float32(1e-12), np.float32(1e3)  # of sigma, and in sigmas: squares beyond are of no use in float32

PAIRS = KINDS * (KINDS + 1) // 2
ENERGY = PAIRS + KINDS
FINE, SHARED, COUNT = ENERGY + 1, ENERGY + 2, ENERGY + 3
SUMS = COUNT + 1


def leak_sums(plate: Floats, clean: Floats, sigma: Floats, window: Window) -> Floats:
    """What `project` is made of, cells x 3 x SUMS.

    Products of pairs of details, of grain with each, the grain's energy, its fine part's, theirs together, and samples.
    The pictures are rows x columns x 3 over `window`; details and grain are counted in `sigma`.
    """
    cells = cells_window(window)
    sums = np.zeros((cells.height // CELL_PX, cells.width // CELL_PX, 3, SUMS), np.float32)
    side_by_side(partial(_gather, plate, clean, sigma, window, sums), strips_of(cells))
    return sums


def _gather(plate: Floats, clean: Floats, sigma: Floats, window: Window, sums: Floats, strip: Window) -> None:
    """Fills the sums of one strip of cells; `sums` are those of all cells of the window."""
    cells = cells_window(window)
    rows = slice((strip.top - cells.top) // CELL_PX, (strip.bottom - cells.top) // CELL_PX)
    offset = (strip.top - window.top, strip.left - window.left)
    wide = strip.grow(fine_reach_px)
    details, fine = (np.empty((count, strip.height, strip.width), np.float32) for count in (KINDS, 1))
    grain, steepness = (np.empty((wide.height, wide.width), np.float32) for _ in range(2))
    inner = strip.slices(wide)
    for channel in range(3):
        detail_planes(clean[..., channel], offset, details)
        place = (offset[0] - fine_reach_px, offset[1] - fine_reach_px)
        _normalise(plate[..., channel], clean[..., channel], sigma[..., channel], *place, grain, steepness)
        fine_planes(grain, (fine_reach_px, fine_reach_px), fine[0])
        _sum(details, grain[inner], fine[0], steepness[inner], sums[rows, :, channel])


@compiled
def _normalise(
    plate: Floats, clean: Floats, sigma: Floats, top: int, left: int, grain: Floats, steepness: Floats
) -> None:
    """Grain over its sigma, and 1 / sigma, of a window that begins at `top`, `left`; 0 where there is no number."""
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
def _sum(details: Floats, grain: Floats, fine: Floats, steepness: Floats, sums: Floats) -> None:
    wide = grain.shape[1]
    kinds, total = np.empty((KINDS + 1, wide), np.float32), np.empty((SUMS, wide), np.float32)
    for cell in range(sums.shape[0]):
        total[:] = 0
        for row in range(cell * CELL_PX, (cell + 1) * CELL_PX):
            for kind in range(KINDS):
                _limit(details[kind, row], steepness[row], kinds[kind])
            kinds[KINDS] = grain[row]
            at = 0
            for one in range(KINDS + 1):
                for other in range(one + 1):
                    _add_products(kinds[one], kinds[other], total[at])
                    at += 1
            _add_products(fine[row], fine[row], total[FINE])
            _add_products(fine[row], grain[row], total[SHARED])
            for column in range(wide):
                total[COUNT, column] += np.float32(steepness[row, column] > 0)
        for across in range(sums.shape[1]):
            for at in range(SUMS):
                for column in range(across * CELL_PX, (across + 1) * CELL_PX):
                    sums[cell, across, at] += total[at, column]


@compiled
def _limit(detail: Floats, steepness: Floats, kind: Floats) -> None:
    for at in range(kind.size):
        kind[at] = min(max(detail[at] * steepness[at], -LARGEST), LARGEST)


@compiled
def _add_products(one: Floats, other: Floats, total: Floats) -> None:
    for at in range(total.size):
        total[at] += one[at] * other[at]


@compiled
def project(sums: Floats, around: Matrix, faint: float, shares: Matrix, left: Matrix, taken: Matrix) -> None:
    """Least squares around each cell; `left` and `taken` are the energies in the cell of what is and is not grain.

    `faint` is added to the energy of each kind of detail (ridge).
    """
    matrix, inner = np.zeros((KINDS, KINDS)), np.zeros(KINDS)
    for row in range(shares.shape[0]):
        for column in range(shares.shape[1]):
            for channel in range(3):
                wide, here, share = (
                    around[row, column, channel],
                    sums[row, column, channel],
                    shares[row, column, channel],
                )
                if wide[COUNT] > 0:
                    _solve(wide, faint * wide[COUNT], matrix, inner, share)
                at, energy, likeness = 0, 0.0, 0.0
                for one in range(KINDS):
                    for other in range(one + 1):
                        energy += here[at] * share[one] * share[other] * (1.0 if one == other else 2.0)
                        at += 1
                    likeness += here[ENERGY - KINDS + one] * share[one]
                taken[row, column, channel] = energy
                left[row, column, channel] = max(here[ENERGY] - 2 * likeness + energy, 0.0)


@compiled
def _solve(wide: Matrix, faint: float, matrix: Matrix, inner: Matrix, share: Matrix) -> None:
    """Fills `share` by Cholesky's decomposition of the packed lower triangle that `wide` begins with."""
    at = 0
    for one in range(KINDS):
        for other in range(one + 1):
            rest = wide[at] + (faint if one == other else 0.0)
            at += 1
            for before in range(other):
                rest -= matrix[one, before] * matrix[other, before]
            # Never less than the ridge but by rounding.
            matrix[one, other] = np.sqrt(max(rest, faint)) if one == other else np.divide(rest, matrix[other, other])
    for one in range(KINDS):
        rest = wide[ENERGY - KINDS + one]
        for before in range(one):
            rest -= matrix[one, before] * inner[before]
        inner[one] = np.divide(rest, matrix[one, one])
    for one in range(KINDS - 1, -1, -1):
        rest = inner[one]
        for after in range(one + 1, KINDS):
            rest -= matrix[after, one] * share[after]
        share[one] = np.divide(rest, matrix[one, one])
