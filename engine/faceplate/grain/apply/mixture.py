"""Own and new grain mixed, pixel by pixel, so that variance and spectrum stay."""

from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.cells import CELL_PX, cells_window, interpolate_row
from faceplate.grain.apply.detail import KINDS, detail_planes, fine_planes
from faceplate.grain.apply.projection import LARGEST
from faceplate.values import Array, Floats, Window

SHARES = 3 * KINDS
MISSING, CARRIED, TAKEN, ALIKE = SHARES, SHARES + 6, SHARES + 7, SHARES + 8
MAPS = ALIKE + 1
ZERO, ONE, TWO = np.float32(0), np.float32(1), np.float32(2)


class Looked(NamedTuple):
    """Pictures over one window, the sigma of grain on two of them, and what was found there: MAPS x cells."""

    comp: Floats
    plate: Floats
    clean: Floats
    sigma_comp: Floats
    sigma_clean: Floats
    maps: Floats


class Wanted(NamedTuple):
    """What grain is to be made of and where: new grain over `field_window`, the rest over the window of the result."""

    field: Floats
    missing: Floats
    same: Array
    strength: Floats


def fill_strip(
    looked: Looked, wide: Window, wanted: Wanted, field_window: Window, inner: Window, result: Floats, strip: Window
) -> None:
    """Adds grain to one strip of the result, which lies on `inner`; what was looked at lies on `wide`.

    New grain stands in for own that cannot be carried, and makes up what the denoiser left of coarse and fine grain.
    """
    there, here, cells = strip.slices(wide), strip.slices(inner), cells_window(wide)
    details, fine = (np.empty((3, count, strip.height, strip.width), np.float32) for count in (KINDS, 1))
    for channel in range(3):
        detail_planes(looked.clean[..., channel], (strip.top - wide.top, strip.left - wide.left), details[channel])
        offset = (strip.top - field_window.top, strip.left - field_window.left)
        fine_planes(wanted.field[..., channel], offset, fine[channel, 0])
    comp, plate, clean, sigma_comp, sigma_clean, maps = looked
    pictures = Looked(comp[there], plate[there], clean[there], sigma_comp[there], sigma_clean[there], maps)
    some = Wanted(wanted.field[strip.slices(field_window)], wanted.missing[here], wanted.same[here], wanted.strength)
    _mix(pictures, some, details, fine[:, 0], (strip.top - cells.top, strip.left - cells.left), result[here])


@compiled
def _mix(
    looked: Looked, wanted: Wanted, details: Floats, fine: Floats, corner: tuple[int, int], result: Floats
) -> None:
    """`corner` is where the result begins, in pixels from the first cell's."""
    maps = np.empty((MAPS, (looked.maps.shape[2] + 1) * CELL_PX), np.float32)
    found = maps[:, corner[1] + CELL_PX // 2 :]
    picture = np.empty((3, result.shape[1]), np.float32)
    for row in range(result.shape[0]):
        interpolate_row(looked.maps, row + corner[0], maps)
        _picture_in(found, details[:, :, row], picture)
        for column in range(result.shape[1]):
            lost, other = wanted.missing[row, column], ONE - found[ALIKE, column]
            clear = ONE - other * (ONE - found[CARRIED, column])
            for channel in range(3):
                if lost > 0 and not wanted.same[row, column, channel]:
                    own = looked.plate[row, column, channel] - looked.clean[row, column, channel]
                    here, there = looked.sigma_comp[row, column, channel], looked.sigma_clean[row, column, channel]
                    carried, grain = ZERO, ZERO
                    if clear > 0 and _is_grain(own, there):
                        carried = lost * clear
                        ratio = np.divide(here, there) if there > 0 else ONE
                        grain = (own - other * picture[channel, column]) * ratio * carried
                    kept = ONE - lost
                    returned = carried * (TWO * kept + carried)
                    high = fine[channel, row, column]
                    low = wanted.field[row, column, channel] - high
                    at = MISSING + 2 * channel
                    coarse = max(ONE - kept * kept - returned * (ONE - other * found[at, column]), ZERO)
                    sharp = max(ONE - kept * kept - returned * (ONE - other * found[at + 1, column]), ZERO)
                    grain += here * (np.sqrt(coarse) * low + np.sqrt(sharp) * high)
                    result[row, column, channel] += grain * wanted.strength[channel]


@compiled
def _picture_in(found: Floats, details: Floats, picture: Floats) -> None:
    """What of the grain of one row is picture, by channel."""
    picture[:] = ZERO
    for channel in range(3):
        for kind in range(KINDS):
            share, detail, total = found[channel * KINDS + kind], details[channel, kind], picture[channel]
            for column in range(total.size):
                total[column] += share[column] * detail[column]


@compiled
def _is_grain(own: np.float32, sigma: np.float32) -> bool:
    """Whether it is a number, and none that no grain has; where the profile knows of no grain, whatever is there is."""
    return bool(np.isfinite(own) and (sigma == 0 or np.abs(own) < LARGEST * sigma))
