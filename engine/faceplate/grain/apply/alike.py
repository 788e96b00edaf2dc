"""Where a comp still is the clean plate, graded or mixed with something else: there the plate's detail is no ghost."""

from functools import partial

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.cells import CELL_PX, cells_in, cells_window, spread, tiles_of
from faceplate.grain.apply.detail import fine_planes, fine_reach_px
from faceplate.grain.apply.projection import LEAST, add_cells, add_products
from faceplate.grain.threads import side_by_side
from faceplate.values import Floats, Matrix, Window

CLOSE = (1.0, 2.0, 1.0)
THIRD, ZERO = np.float32(1 / 3), np.float32(0)


def alike(comp: Floats, clean: Floats, sigma: tuple[Floats, Floats], window: Window) -> Floats:
    """How much of the clean plate's fine structure a comp shows, on the cells that the window touches, 0 to 1.

    The slope of a regression of the comp's on the clean plate's, each in units of its grain and of all channels, 1 at
    most; times the share of the comp's that it explains. So a comp over which the plate shows by a tenth is a tenth
    alike, and another picture with as much detail not at all.

    Args:
        comp: 3 x rows x columns, scene-linear.
        clean: the same.
        sigma: of the grain at the comp's and at the clean plate's exposure, the same shape each.
        window: where they lie on the plate.
    """
    cells = cells_window(window)
    sums = np.zeros((cells.height // CELL_PX, cells.width // CELL_PX, 3), np.float32)
    side_by_side(partial(_gather, comp, clean, sigma, window, sums), tiles_of(cells))
    of_comp, of_clean, shared = np.moveaxis(spread(sums, CLOSE), -1, 0)
    slope, explained = _ratio(shared, of_clean), _ratio(shared, of_comp)
    return np.asarray(np.clip(slope, 0, 1) * np.clip(slope * explained, 0, 1), np.float32)


def _ratio(one: Matrix, other: Matrix) -> Matrix:
    return np.divide(one, other, out=np.zeros_like(one), where=other > 0)


def _gather(
    comp: Floats, clean: Floats, sigma: tuple[Floats, Floats], window: Window, sums: Floats, tile: Window
) -> None:
    here = sums[cells_in(tile, cells_window(window))]
    _gather_tile(comp, clean, sigma, (tile.top - window.top, tile.left - window.left), here)


@compiled
def _gather_tile(
    comp: Floats, clean: Floats, sigma: tuple[Floats, Floats], offset: tuple[int, int], sums: Floats
) -> None:
    high, wide = sums.shape[0] * CELL_PX, sums.shape[1] * CELL_PX
    one, other = np.empty((high, wide), np.float32), np.empty((high, wide), np.float32)
    _fill_fine(comp, sigma[0], offset, one)
    _fill_fine(clean, sigma[1], offset, other)
    total = np.empty((3, wide), np.float32)
    for cell in range(sums.shape[0]):
        total[:] = ZERO
        for row in range(cell * CELL_PX, (cell + 1) * CELL_PX):
            add_products(one[row], one[row], total[0])
            add_products(other[row], other[row], total[1])
            add_products(one[row], other[row], total[2])
        add_cells(total, sums[cell])


@compiled
def _fill_fine(planes: Floats, sigma: Floats, offset: tuple[int, int], fine: Floats) -> None:
    """The fine structure of the channels' mean, in sigmas; 0 beyond the picture and where there is no grain."""
    top, left = max(offset[0] - fine_reach_px, 0), max(offset[1] - fine_reach_px, 0)
    bottom = min(offset[0] + fine.shape[0] + fine_reach_px, planes.shape[1])
    right = min(offset[1] + fine.shape[1] + fine_reach_px, planes.shape[2])
    here = (offset[0] - top, offset[1] - left)
    fine_planes(_mean(planes, top, bottom, left, right), here, fine)
    strength = _mean(sigma, top, bottom, left, right)
    begin, end = max(-here[1], 0), min(strength.shape[1] - here[1], fine.shape[1])
    for row in range(fine.shape[0]):
        line, down = fine[row], row + here[0]
        if 0 <= down < strength.shape[0]:
            line[:begin], line[end:] = ZERO, ZERO
            inner, grain = line[begin:end], strength[down, begin + here[1] : end + here[1]]
            for at in range(inner.size):
                inner[at] = np.divide(inner[at], grain[at]) if grain[at] > LEAST else ZERO
        else:
            line[:] = ZERO


@compiled
def _mean(planes: Floats, top: int, bottom: int, left: int, right: int) -> Floats:
    mean = np.empty((bottom - top, right - left), np.float32)
    for row in range(mean.shape[0]):
        line, down = mean[row], top + row
        red, green, blue = planes[0, down, left:], planes[1, down, left:], planes[2, down, left:]
        for column in range(line.size):
            line[column] = (red[column] + green[column] + blue[column]) * THIRD
    return mean
