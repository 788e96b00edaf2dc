"""The structure of a plane by size and direction: what a denoiser may have left in the grain it took out."""

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
QUARTER, MIDDLE, SIXTEENTH, ZERO = np.float32(4), np.float32(6), np.float32(1 / 16), np.float32(0)
HUGE = np.float32(1e30)


@compiled
def details_of(plane: Floats, details: Floats) -> None:
    """Fills KINDS x rows x columns with the detail of a plane that reaches `detail_reach_px` further on all sides.

    Three bands, finest first, of the undecimated B3 spline wavelet, and the slopes across and down of what is left
    beneath the finest: the bands are what a filter takes, the slopes what a small shift leaves.

    Source: Starck, Fadili and Murtagh, "The undecimated wavelet decomposition and its reconstruction" (2007).
    """
    high, wide = details.shape[1:]
    before, at = plane, detail_reach_px
    for band in range(3):
        step = STEPS_PX[band]
        after = _smoothed(before, step)
        inner, rest = at, at - 2 * step
        _difference(
            before[inner : inner + high, inner : inner + wide],
            after[rest : rest + high, rest : rest + wide],
            details[band],
        )
        if band == 0:
            middle = after[rest : rest + high]
            _difference(middle[:, rest + 1 : rest + 1 + wide], middle[:, rest - 1 : rest - 1 + wide], details[3])
            middle = after[:, rest : rest + wide]
            _difference(middle[rest + 1 : rest + 1 + high], middle[rest - 1 : rest - 1 + high], details[4])
        before, at = after, rest


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
def _difference(one: Floats, other: Floats, out: Floats) -> None:
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            out[row, column] = one[row, column] - other[row, column]


@compiled
def detail_planes(channel: Floats, offset: tuple[int, int], details: Floats) -> None:
    """Fills the details of one channel (rows x columns) over a window that begins `offset` (down, across) in it.

    Beyond its border the channel goes on as it ends. What is no number counts as 0.
    """
    plane = np.empty((details.shape[1] + 2 * detail_reach_px, details.shape[2] + 2 * detail_reach_px), np.float32)
    _reach(channel, offset[0] - detail_reach_px, offset[1] - detail_reach_px, plane)
    details_of(plane, details)


@compiled
def fine_planes(channel: Floats, offset: tuple[int, int], fine: Floats) -> None:
    """Fills `fine` with the two finest bands of one channel, as `detail_planes` fills them all."""
    reach = fine_reach_px
    plane = np.empty((fine.shape[0] + 2 * reach, fine.shape[1] + 2 * reach), np.float32)
    _reach(channel, offset[0] - reach, offset[1] - reach, plane)
    smooth = _smoothed(_smoothed(plane, STEPS_PX[0]), STEPS_PX[1])
    _difference(plane[reach : reach + fine.shape[0], reach : reach + fine.shape[1]], smooth, fine)


@compiled
def grain_bands(channel: Floats, offset: tuple[int, int], bands: Floats) -> None:
    """Fills one plane with the two finest bands of one channel together, one with its third and one with the rest.

    The window is told as to `detail_planes`.
    """
    high, wide = bands.shape[1:]
    reach, rest = detail_reach_px, detail_reach_px - fine_reach_px
    plane = np.empty((high + 2 * reach, wide + 2 * reach), np.float32)
    _reach(channel, offset[0] - reach, offset[1] - reach, plane)
    smooth = _smoothed(_smoothed(plane, STEPS_PX[0]), STEPS_PX[1])
    inner = smooth[rest : rest + high, rest : rest + wide]
    _difference(plane[reach : reach + high, reach : reach + wide], inner, bands[0])
    bands[2] = _smoothed(smooth, STEPS_PX[2])
    _difference(inner, bands[2], bands[1])


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
    _difference(
        plane[reach : reach + band.shape[0], reach : reach + band.shape[1]], _smoothed(plane, STEPS_PX[0]), band
    )


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
