"""Own and new grain mixed, pixel by pixel, so that variance and spectrum stay."""

from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.cells import cells_window, interpolate_row, spans_of
from faceplate.grain.apply.detail import BANDS, LARGEST, band_row, levels_of
from faceplate.grain.apply.projection import LEAST
from faceplate.values import Floats, Window

CARRIED = 3 * BANDS  # before it what is missing of each band of each channel
ALIKE, MADE, TAKEN = CARRIED + 1, CARRIED + 2, CARRIED + 3
MAPS = TAKEN + 1
ZERO, ONE, TWO, ENDLESS = np.float32(0), np.float32(1), np.float32(2), np.float32(np.inf)


class Looked(NamedTuple):
    """Pictures over one window, the sigma of grain on two of them (all 3 x rows x columns), and what was found there.

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


class Corner(NamedTuple):
    """Where a tile begins, down and across: in what was looked at, in cells' pixels, in the field, in the result."""

    looked: tuple[int, int]
    cells: tuple[int, int]
    field: tuple[int, int]
    result: tuple[int, int]


def fill_tile(
    looked: Looked, wide: Window, wanted: Wanted, field_window: Window, inner: Window, result: Floats, tile: Window
) -> None:
    """Adds grain to one tile of the result, which lies on `inner`; what was looked at lies on `wide`.

    New grain stands in for own that cannot be carried, and makes up what the denoiser left of each band.
    """
    windows = (wide, cells_window(wide), field_window, inner)
    corner = Corner(*((tile.top - each.top, tile.left - each.left) for each in windows))
    _mix(looked, wanted, corner, result[tile.slices(inner)])


@compiled
def _mix(looked: Looked, wanted: Wanted, corner: Corner, result: Floats) -> None:
    high, wide = result.shape[:2]
    maps, bands = np.empty((BANDS + 2, wide), np.float32), np.empty((BANDS, wide), np.float32)
    shared, mixed = spans_of(looked.maps[CARRIED : ALIKE + 1], corner.cells, high, wide), np.empty(wide, np.float32)
    for channel in range(3):
        levels = levels_of(wanted.field[..., channel], corner.field, high, wide)
        gaps = spans_of(looked.maps[BANDS * channel : BANDS * (channel + 1)], corner.cells, high, wide)
        for row in range(high):
            interpolate_row(gaps, row + corner.cells[0], maps[:BANDS])
            interpolate_row(shared, row + corner.cells[0], maps[BANDS:])
            band_row(levels, row, bands)
            _mix_row(looked, wanted, maps, bands, corner, row, channel, mixed)
            for column in range(wide):
                result[row, column, channel] = mixed[column]


@compiled
def _mix_row(  # noqa: PLR0913, PLR0917 -- what a row is made of
    looked: Looked,
    wanted: Wanted,
    maps: Floats,
    bands: Floats,
    corner: Corner,
    row: int,
    channel: int,
    mixed: Floats,
) -> None:
    down, across = row + corner.looked[0], corner.looked[1]
    comp, plate, clean = (
        looked.comp[channel, down, across:],
        looked.plate[channel, down, across:],
        looked.clean[channel, down, across:],
    )
    sigma_comp, sigma_clean = looked.sigma_comp[channel, down, across:], looked.sigma_clean[channel, down, across:]
    parted = looked.grain[channel, row + corner.cells[0], corner.cells[1] :]
    missing, strength = wanted.missing[row + corner.result[0], corner.result[1] :], wanted.strength[channel]
    carries, alike = maps[BANDS], maps[BANDS + 1]
    for column in range(mixed.size):
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
            new = max(lacking - returned * (ONE - other * maps[band, column]), ZERO)
            grain += here * np.sqrt(new) * bands[band, column]
        is_plate = (comp[column] == clean[column]) & (strength == ONE) & (lost == ONE)
        added = comp[column] if lost == ZERO else comp[column] + grain * strength
        mixed[column] = plate[column] if is_plate else added
