"""The plate's own grain without what of it is picture, pixel by pixel; and how strong both are."""

from functools import partial

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.cells import CELL_PX, cells_in, cells_window, interpolate_row, tiles_of
from faceplate.grain.apply.detail import BANDS, KINDS, detail_planes, grain_bands
from faceplate.grain.apply.projection import ZERO, add_cells, add_products, limited, normalise
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
    down, across = tile.slices(cells)
    there, corner = (tile.top - window.top, tile.left - window.left), (tile.top - cells.top, tile.left - cells.left)
    _part_tile(plate, clean, sigma, maps, there, corner, grain[:, down, across], taken[cells_in(tile, cells)])


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
    high, wide = grain.shape[1:]
    details, steepness = np.empty((KINDS, high, wide), np.float32), np.empty((high, wide), np.float32)
    for channel in range(3):
        bare, own = clean[..., channel], grain[channel]
        detail_planes(bare, there, details)
        normalise(plate[..., channel], bare, sigma[..., channel], there, own, steepness)
        _take_out(details, steepness, maps[channel], corner, own, taken[:, :, channel])


@compiled
def _take_out(
    details: Floats, steepness: Floats, cells: Floats, corner: tuple[int, int], grain: Floats, taken: Floats
) -> None:
    wide = grain.shape[1]
    maps = np.empty((KINDS, wide + 2 * CELL_PX), np.float32)
    kind, picture, total = np.empty(wide, np.float32), np.empty(wide, np.float32), np.empty((1, wide), np.float32)
    for cell in range(taken.shape[0]):
        total[:] = ZERO
        for row in range(cell * CELL_PX, (cell + 1) * CELL_PX):
            interpolate_row(cells, row + corner[0], corner[1] // CELL_PX, maps)
            picture[:] = ZERO
            for each in range(KINDS):
                limited(details[each, row], steepness[row], kind)
                add_products(maps[each, CELL_PX // 2 : CELL_PX // 2 + wide], kind, picture)
            for column in range(wide):
                grain[row, column] -= picture[column]
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
    bands, total = np.empty((BANDS, high, wide), np.float32), np.empty((ENERGIES, wide), np.float32)
    top, left = corner
    for channel in range(3):
        grain_bands(grain[channel], corner, bands)
        for cell in range(sums.shape[0]):
            total[:] = ZERO
            for row in range(cell * CELL_PX, (cell + 1) * CELL_PX):
                whole = grain[channel, top + row, left : left + wide]
                add_products(whole, whole, total[GRAIN])
                for band in range(BANDS):
                    add_products(bands[band, row], bands[band, row], total[band])
            add_cells(total, sums[cell, :, channel])
