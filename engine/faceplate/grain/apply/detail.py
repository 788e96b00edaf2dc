"""The structure of a plane by size and direction: what a denoiser may have left in the grain it took out."""

from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Floats, Matrix

STEPS_PX = (1, 2, 4)
KINDS = 5
BANDS = 3
SPECTRUM_PX = 64
LEAST_POWER = 1e-8  # of one frequency, over the whole: no band is without any
detail_reach_px = 14
"""How far beyond a pixel its detail looks."""
fine_reach_px = 6
"""And its two finest bands alone."""
FINEST_PX, MIDDLE_PX = detail_reach_px - 2, detail_reach_px - fine_reach_px  # how far beyond it levels reach
QUARTER, MIDDLE, SIXTEENTH, ZERO = np.float32(4), np.float32(6), np.float32(1 / 16), np.float32(0)
LARGEST = np.float32(1e3)  # in sigmas: squares of what is beyond are of no use in float32
HUGE = np.float32(1e30)


class Levels(NamedTuple):
    """A plane, and it smoothed once, twice and three times; the fewer times, the further beyond a window."""

    plane: Floats
    finest: Floats
    middle: Floats
    coarse: Floats


@compiled
def levels_of(channel: Floats, offset: tuple[int, int], high: int, wide: int) -> Levels:
    """Those of one channel (rows x columns) over a window that begins `offset` (down, across) in it.

    Beyond its border the channel goes on as it ends. What is no number counts as 0.

    Source: Starck, Fadili and Murtagh, "The undecimated wavelet decomposition and its reconstruction" (2007).
    """
    reach = detail_reach_px
    plane = np.empty((high + 2 * reach, wide + 2 * reach), np.float32)
    _reach(channel, offset[0] - reach, offset[1] - reach, plane)
    finest = _smoothed(plane, STEPS_PX[0])
    middle = _smoothed(finest, STEPS_PX[1])
    return Levels(plane, finest, middle, _smoothed(middle, STEPS_PX[2]))


@compiled
def detail_row(levels: Levels, row: int, steepness: Floats, details: Floats) -> None:
    """Fills KINDS x columns with the detail of a row times its steepness, LARGEST at most.

    Three bands, finest first, of the undecimated B3 spline wavelet, and the slopes across and down of what is left
    beneath the finest: the bands are what a filter takes, the slopes what a small shift leaves.
    """
    finest, middle = levels.finest[row + FINEST_PX, FINEST_PX:], levels.middle[row + MIDDLE_PX, MIDDLE_PX:]
    _limit(levels.plane[row + detail_reach_px, detail_reach_px:], finest, steepness, details[0])
    _limit(finest, middle, steepness, details[1])
    _limit(middle, levels.coarse[row], steepness, details[2])
    line = levels.finest[row + FINEST_PX]
    _limit(line[FINEST_PX + 1 :], line[FINEST_PX - 1 :], steepness, details[3])
    above, below = levels.finest[row + FINEST_PX - 1], levels.finest[row + FINEST_PX + 1]
    _limit(below[FINEST_PX:], above[FINEST_PX:], steepness, details[4])


@compiled
def band_row(levels: Levels, row: int, bands: Floats) -> None:
    """Fills BANDS x columns of a row: the two finest bands together, the third, and the rest."""
    middle, coarse = levels.middle[row + MIDDLE_PX, MIDDLE_PX:], levels.coarse[row]
    subtract(levels.plane[row + detail_reach_px, detail_reach_px:], middle, bands[0])
    subtract(middle, coarse, bands[1])
    bands[2] = coarse


@compiled
def _limit(one: Floats, other: Floats, steepness: Floats, out: Floats) -> None:
    for at in range(steepness.size):
        out[at] = min(max((one[at] - other[at]) * steepness[at], -LARGEST), LARGEST)


@compiled
def _smoothed(plane: Floats, step: int) -> Floats:
    """Spread by (1, 4, 6, 4, 1) / 16 with gaps of `step`, both ways; smaller by 2 * step on all sides."""
    rows, columns = plane.shape[0] - 4 * step, plane.shape[1] - 4 * step
    down, both = np.empty(plane.shape[1], np.float32), np.empty((rows, columns), np.float32)
    for row in range(rows):
        _weigh(plane[row], plane[row + step], plane[row + 2 * step], plane[row + 3 * step], plane[row + 4 * step], down)
        _weigh(
            down[:columns],
            down[step : step + columns],
            down[2 * step : 2 * step + columns],
            down[3 * step : 3 * step + columns],
            down[4 * step :],
            both[row],
        )
    return both


@compiled
def _weigh(a: Floats, b: Floats, c: Floats, d: Floats, e: Floats, out: Floats) -> None:
    for at in range(out.size):
        out[at] = ((a[at] + e[at]) + (b[at] + d[at]) * QUARTER + c[at] * MIDDLE) * SIXTEENTH


@compiled
def subtract(one: Floats, other: Floats, out: Floats) -> None:
    """Sample by sample."""
    for at in range(out.size):
        out[at] = one[at] - other[at]


@compiled
def fine_planes(channel: Floats, offset: tuple[int, int], fine: Floats) -> None:
    """Fills `fine` with the two finest bands of one channel; the window is told as to `levels_of`."""
    reach = fine_reach_px
    plane = np.empty((fine.shape[0] + 2 * reach, fine.shape[1] + 2 * reach), np.float32)
    _reach(channel, offset[0] - reach, offset[1] - reach, plane)
    smooth = _smoothed(_smoothed(plane, STEPS_PX[0]), STEPS_PX[1])
    for row in range(fine.shape[0]):
        subtract(plane[row + reach, reach : reach + fine.shape[1]], smooth[row], fine[row])


def finest_band(picture: Floats) -> Floats:
    """The finest band of each channel of a picture, rows x columns x 3."""
    bands = np.empty((3, *picture.shape[:2]), np.float32)
    for channel, band in enumerate(bands):
        _fill_finest(picture[..., channel], band)
    return np.ascontiguousarray(np.moveaxis(bands, 0, -1))


@compiled
def _fill_finest(channel: Floats, band: Floats) -> None:
    reach = 2 * STEPS_PX[0]
    plane = np.empty((band.shape[0] + 2 * reach, band.shape[1] + 2 * reach), np.float32)
    _reach(channel, -reach, -reach, plane)
    smooth = _smoothed(plane, STEPS_PX[0])
    for row in range(band.shape[0]):
        subtract(plane[row + reach, reach : reach + band.shape[1]], smooth[row], band[row])


@compiled
def _reach(channel: Floats, top: int, left: int, plane: Floats) -> None:
    last, begin = channel.shape[1] - 1, min(max(0, -left), plane.shape[1])
    end = min(max(channel.shape[1] - left, begin), plane.shape[1])
    for row in range(plane.shape[0]):
        source, target = channel[min(max(row + top, 0), channel.shape[0] - 1)], plane[row]
        target[:begin], target[end:] = _number(source[0]), _number(source[last])
        inner, given = target[begin:end], source[begin + left : end + left]
        for column in range(inner.size):
            inner[column] = _number(given[column])


@compiled
def _number(value: np.float32) -> np.float32:
    return value if np.abs(value) < HUGE else ZERO


def band_shares(kernel: Floats) -> tuple[Matrix, Matrix]:
    """Of unit grain with these kernels, the variance of each of its bands, kernels x BANDS; and what bands share.

    The second, kernels x BANDS x BANDS x BANDS, is what the first of three bands passes of the product of the others,
    over its own variance: where bands are mixed by `amplitudes`, the mix has `shared @ amplitudes @ amplitudes` of the
    variance that grain has in each band.
    """
    across = 2 * np.pi * np.fft.fftfreq(SPECTRUM_PX)
    lines = [(6 + 8 * np.cos(step * across) + 2 * np.cos(2 * step * across)) / 16 for step in STEPS_PX]
    fine, middle = (np.outer(line, line) for line in np.cumprod(lines, axis=0)[1:])
    bands = np.stack([1 - fine, fine - middle, middle])
    power = np.square(np.abs(np.fft.fft2(kernel, (SPECTRUM_PX, SPECTRUM_PX))))
    power = power / np.sum(power, axis=(1, 2), keepdims=True) + LEAST_POWER
    shares = np.einsum("kij,bij->kb", power, np.square(bands))
    shared = (
        np.einsum("kij,bij,dij,eij->kbde", power, np.square(bands), bands, bands, optimize=True)
        / shares[..., None, None]
    )
    return np.asarray(shares), np.asarray(shared)
