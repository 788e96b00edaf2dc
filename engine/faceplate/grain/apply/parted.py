"""The plate's own grain without what of it is picture, pixel by pixel; and how strong both are."""

from functools import partial

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.cells import CELL_PX, Spans, cells_in, cells_window, interpolate_row, spans_of, tiles_of
from faceplate.grain.apply.detail import BANDS, KINDS, Levels, band_row, detail_row, levels_of, subtract
from faceplate.grain.apply.projection import ZERO, add_cells, add_products, normalise
from faceplate.grain.threads import side_by_side
from faceplate.values import Floats, Window

GRAIN = BANDS
ENERGIES = GRAIN + 1


def parted(plate: Floats, clean: Floats, sigma: Floats, shares: Floats, window: Window) -> tuple[Floats, Floats]:
    """Grain, which is plate - clean in sigmas less its shares (cells x 3 x KINDS) of the clean plate's detail.

    Returns:
        The grain, 3 x rows x columns over all cells that the window touches, 0 where there is no number; and the energy
        of the picture that was taken out of each cell, cells x 3.
    """
    cells = cells_window(window)
    grain = np.empty((3, cells.height, cells.width), np.float32)
    taken = np.empty((*shares.shape[:2], 3, 1), np.float32)
    maps = np.ascontiguousarray(np.moveaxis(shares, (2, 3), (0, 1)))
    side_by_side(partial(_part, plate, clean, sigma, maps, window, grain, taken), tiles_of(cells))
    return grain, taken[..., 0]


def _part(  # noqa: PLR0913, PLR0917 -- the pictures, what is said of them, and what is filled
    plate: Floats,
    clean: Floats,
    sigma: Floats,
    maps: Floats,
    window: Window,
    grain: Floats,
    taken: Floats,
    tile: Window,
) -> None:
    cells = cells_window(window)
    there, corner = (tile.top - window.top, tile.left - window.left), (tile.top - cells.top, tile.left - cells.left)
    _part_tile(plate, clean, sigma, maps, there, corner, grain, taken[cells_in(tile, cells)])


@compiled
def _part_tile(  # noqa: PLR0913, PLR0917 -- what a tile is made of
    plate: Floats,
    clean: Floats,
    sigma: Floats,
    maps: Floats,
    there: tuple[int, int],
    corner: tuple[int, int],
    grain: Floats,
    taken: Floats,
) -> None:
    """`there` is where the tile begins in the pictures, `corner` where in the cells' pixels."""
    high, wide = taken.shape[0] * CELL_PX, taken.shape[1] * CELL_PX
    whole, steepness = np.empty((high, wide), np.float32), np.empty((high, wide), np.float32)
    for channel in range(3):
        levels = levels_of(clean[channel], there, high, wide)
        normalise(plate[channel], clean[channel], sigma[channel], there, whole, steepness)
        shares = spans_of(maps[channel], corner, high, wide)
        _take_out(levels, whole, steepness, shares, corner, grain[channel], taken[:, :, channel])


@compiled
def _take_out(
    levels: Levels,
    whole: Floats,
    steepness: Floats,
    shares: Spans,
    corner: tuple[int, int],
    grain: Floats,
    taken: Floats,
) -> None:
    wide, (top, left) = whole.shape[1], corner
    share, kinds = np.empty((KINDS, wide), np.float32), np.empty((KINDS, wide), np.float32)
    picture, total = np.empty(wide, np.float32), np.empty((1, wide), np.float32)
    for cell in range(taken.shape[0]):
        total[:] = ZERO
        for row in range(cell * CELL_PX, (cell + 1) * CELL_PX):
            interpolate_row(shares, row + top, share)
            detail_row(levels, row, steepness[row], kinds)
            picture[:] = ZERO
            for kind in range(KINDS):
                add_products(share[kind], kinds[kind], picture)
            subtract(whole[row], picture, grain[row + top, left : left + wide])
            add_products(picture, picture, total[0])
        add_cells(total, taken[cell])


def energies(grain: Floats) -> Floats:
    """The energy of each band of grain and of all of it, cells x 3 x ENERGIES."""
    _, high, wide = grain.shape
    sums = np.empty((high // CELL_PX, wide // CELL_PX, 3, ENERGIES), np.float32)
    side_by_side(partial(_weigh, grain, sums), tiles_of(Window(0, 0, wide, high)))
    return sums


def _weigh(grain: Floats, sums: Floats, tile: Window) -> None:
    _weigh_tile(grain, (tile.top, tile.left), sums[cells_in(tile, Window(0, 0, *grain.shape[:0:-1]))])


@compiled
def _weigh_tile(grain: Floats, corner: tuple[int, int], sums: Floats) -> None:
    high, wide = sums.shape[0] * CELL_PX, sums.shape[1] * CELL_PX
    parts, total = np.empty((ENERGIES, wide), np.float32), np.empty((ENERGIES, wide), np.float32)
    for channel in range(3):
        levels = levels_of(grain[channel], corner, high, wide)
        for cell in range(sums.shape[0]):
            total[:] = ZERO
            for row in range(cell * CELL_PX, (cell + 1) * CELL_PX):
                band_row(levels, row, parts)
                parts[GRAIN] = grain[channel, row + corner[0], corner[1] : corner[1] + wide]
                add_products(parts.reshape(-1), parts.reshape(-1), total.reshape(-1))
            add_cells(total, sums[cell, :, channel])
