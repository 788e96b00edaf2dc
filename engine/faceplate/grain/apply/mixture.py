"""Own and new grain mixed, pixel by pixel, so that variance and spectrum stay."""

from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.cells import CELL_PX, cells_window, interpolate_row
from faceplate.grain.apply.detail import BANDS, grain_bands
from faceplate.grain.apply.projection import LARGEST, LEAST
from faceplate.values import Floats, Window

CARRIED = 3 * BANDS  # before it what is missing of each band of each channel
ALIKE, MADE, TAKEN = CARRIED + 1, CARRIED + 2, CARRIED + 3
MAPS = TAKEN + 1
ZERO, ONE, TWO, ENDLESS = np.float32(0), np.float32(1), np.float32(2), np.float32(np.inf)


class Looked(NamedTuple):
    """Pictures over one window, the sigma of grain on two of them, and what was found there.

    Attributes:
        grain: 3 x rows x columns of all cells that the window touches, own grain without picture, in sigmas.
        maps: MAPS x cells.
    """

    comp: Floats
    plate: Floats
    clean: Floats
    sigma_comp: Floats
    sigma_clean: Floats
    grain: Floats
    maps: Floats


class Wanted(NamedTuple):
    """What grain is to be made of and where: new grain over `field_window`, the rest over the window of the result."""

    field: Floats
    missing: Floats
    strength: Floats


def fill_tile(
    looked: Looked, wide: Window, wanted: Wanted, field_window: Window, inner: Window, result: Floats, tile: Window
) -> None:
    """Adds grain to one tile of the result, which lies on `inner`; what was looked at lies on `wide`.

    New grain stands in for own that cannot be carried, and makes up what the denoiser left of each band.
    """
    there, here, cells = tile.slices(wide), tile.slices(inner), cells_window(wide)
    offset = (tile.top - field_window.top, tile.left - field_window.left)
    corner = (tile.top - cells.top, tile.left - cells.left)
    comp, plate, clean, sigma_comp, sigma_clean, grain, maps = looked
    own = grain[(slice(None), *tile.slices(cells))]
    part = Looked(comp[there], plate[there], clean[there], sigma_comp[there], sigma_clean[there], own, maps)
    _mix(part, Wanted(wanted.field, wanted.missing[here], wanted.strength), offset, corner, result[here])


@compiled
def _mix(looked: Looked, wanted: Wanted, offset: tuple[int, int], corner: tuple[int, int], result: Floats) -> None:
    """`offset` is where the result begins in the field, `corner` where in pixels from the first cell's."""
    high, wide = result.shape[:2]
    maps, bands = np.empty((BANDS + 2, wide + 3 * CELL_PX), np.float32), np.empty((BANDS, high, wide), np.float32)
    gaps, shared, first = maps[:BANDS], maps[BANDS:], corner[1] // CELL_PX
    found = maps[:, corner[1] % CELL_PX + CELL_PX // 2 :]
    for channel in range(3):
        grain_bands(wanted.field[..., channel], offset, bands)
        for row in range(high):
            interpolate_row(looked.maps[BANDS * channel : BANDS * (channel + 1)], row + corner[0], first, gaps)
            interpolate_row(looked.maps[CARRIED : ALIKE + 1], row + corner[0], first, shared)
            _mix_row(looked, wanted, found, bands[:, row], row, channel, result[row, :, channel])


@compiled
def _mix_row(
    looked: Looked, wanted: Wanted, found: Floats, bands: Floats, row: int, channel: int, result: Floats
) -> None:
    comp, plate, clean = looked.comp[row, :, channel], looked.plate[row, :, channel], looked.clean[row, :, channel]
    sigma_comp, sigma_clean = looked.sigma_comp[row, :, channel], looked.sigma_clean[row, :, channel]
    parted, missing, strength = looked.grain[channel, row], wanted.missing[row], wanted.strength[channel]
    gaps, carries, alike = found[:BANDS], found[BANDS], found[BANDS + 1]
    for column in range(result.size):
        lost, other = missing[column], ONE - alike[column]
        own, here, there = plate[column] - clean[column], sigma_comp[column], sigma_clean[column]
        # Where the profile knows of no grain, whatever is there is.
        known = np.abs(own) < (LARGEST * there if there > LEAST else ENDLESS)
        carried = lost * (ONE - other * (ONE - carries[column])) if known else ZERO
        ratio = np.divide(here, there) if there > LEAST else ONE
        picture = own - parted[column] * there if there > LEAST else ZERO
        grain = (own - other * picture) * ratio * carried if known else ZERO
        kept = ONE - lost
        returned, lacking = carried * (TWO * kept + carried), ONE - kept * kept
        for band in range(BANDS):
            new = max(lacking - returned * (ONE - other * gaps[band, column]), ZERO)
            grain += here * np.sqrt(new) * bands[band, column]
        is_plate = (comp[column] == clean[column]) & (strength == ONE) & (lost == ONE)
        result[column] = result[column] if is_plate | (lost == ZERO) else result[column] + grain * strength
