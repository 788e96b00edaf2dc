"""Where a plate's grain holds some of the plate's picture: found by itself, from plate and clean plate alone.

A denoiser takes some picture with the grain. What it takes is alike to the detail that it leaves, in bands or, where it
has shifted something, in slopes; grain is not. So the grain is projected on the clean plate's detail, all around each
place. What is louder than grain can be after that is picture of another kind; where it is too quiet, the denoiser has
left some of it. Statistics are gathered in cells that stand on the plate: no decision depends on the window asked for.
"""

from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.cells import CELL_PX, rows_of_cells, spread
from faceplate.grain.apply.detail import BANDS, band_shares, detail_reach_px
from faceplate.grain.apply.parted import ENERGIES, GRAIN, energies, parted
from faceplate.grain.apply.projection import COUNT, leak_sums, shares_of
from faceplate.grain.threads import side_by_side
from faceplate.values import Floats, GrainProfile, Matrix, Window

CLOSE, AROUND = (1.0, 2.0, 1.0), (1.0, 2.0, 3.0, 2.0, 1.0)  # weights of the cells about a cell, down and across
FAR = (1.0, 0.0, 2.0, 0.0, 3.0, 0.0, 2.0, 0.0, 1.0)  # after AROUND
leak_reach_px = 11 * CELL_PX + 2 * detail_reach_px
"""What pictures have to hold around a window for its leaks to be, bit for bit, those of the whole picture."""

FAINT = 0.25  # sigmas: weaker detail may be grain that the denoiser left
STRONG = 4.0  # of the grain's variance: a leak so strong cannot be told well enough to be taken out alone
LOUD_HERE, LOUD_AROUND = (2.0, 3.5), (1.4, 2.0)  # variance over the profile's: grain below, picture above
QUIET = np.array([0.1, 0.15, 0.2])  # of the variance in each band: so much less, and all that is missing is meant
STEPS = 4  # to within a hundredth of the variance
TAKEN = ENERGIES


class Leak(NamedTuple):
    """What of a plate's grain is the plate's picture, on the cells that a window touches (`cells_window`).

    Attributes:
        grain: 3 x rows x columns of all those cells' pixels, the grain without the picture in it, in sigmas.
        missing: cells down x across x 3 x BANDS, how much of the variance of fine, middling and coarse grain is
            missing, 0 to 1.
        carried: cells, the amplitude with which grain may be carried over: 1 where it is grain, 0 where it is picture.
        made: cells, the variance of the new grain that makes up for it, over the profile's; the channels' mean.
        taken: cells, the energy of the picture that is taken out of the grain, over the profile's variance; the worst
            channel's.
    """

    grain: Floats
    missing: Floats
    carried: Floats
    made: Floats
    taken: Floats


def leak_of(
    plate: Floats, clean: Floats, sigma: Floats, profile: GrainProfile, window: Window, sensitivity: float
) -> Leak:
    """What of the grain that a denoiser took out is picture, and what it has left.

    Args:
        plate: 3 x rows x columns over `window`, scene-linear.
        clean: the same without its grain.
        sigma: the same shape, the deviation that the profile expects of grain at the clean plate's exposure.
        profile: the plate's grain.
        window: where the pictures lie on the plate.
        sensitivity: 1 as measured on known leaks; at 2 fainter leaks are taken out and less excess is allowed for, at 0
            everything is taken for grain.
    """
    sums = leak_sums(plate, clean, sigma, window)
    faint = (FAINT / sensitivity) ** 2 if sensitivity else np.inf
    grain, taken = parted(plate, clean, sigma, shares_of(sums, AROUND, faint), window)
    found = np.concatenate([energies(grain), taken[..., None], sums[..., COUNT:]], axis=-1)
    around, shares, count = spread(found, AROUND), band_shares(profile.kernel), found.shape[:2]
    maps = [np.empty(shape, np.float32) for shape in ((*count, 3, BANDS), count, count, count)]

    def fill(rows: slice) -> None:
        parts = _maps(spread(found, CLOSE, rows), around[rows], spread(around, FAR, rows), shares, sensitivity)
        for whole, part in zip(maps, parts, strict=True):
            whole[rows] = part

    side_by_side(fill, rows_of_cells(count[0]))
    return Leak(grain, *maps)


def _maps(
    close: Matrix, around: Matrix, far: Matrix, shares: tuple[Matrix, Matrix], sensitivity: float
) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """What is missing, carried, made and taken, by the energies around each cell."""
    picture = _mean(close, TAKEN).max(axis=-1)
    missing, made = _missing(far, *shares)
    return missing, _carried(close, around, picture, sensitivity), made, picture


def _carried(close: Matrix, around: Matrix, picture: Matrix, sensitivity: float) -> Matrix:
    """Of all channels as of the worst of them."""
    if not sensitivity:
        return np.ones(picture.shape)
    here, wide = (_mean(sums, GRAIN).max(axis=-1) for sums in (close, around))
    heard = [1 - _step(loud, *span, sensitivity) for loud, span in ((here, LOUD_HERE), (wide, LOUD_AROUND))]
    return np.asarray(heard[0] * heard[1] / (1 + np.square(picture * sensitivity**2 / STRONG)))


def _missing(far: Matrix, expected: Matrix, shared: Matrix) -> tuple[Matrix, Matrix]:
    """Of the grain in each band, and of all in the mean of the channels; no more of a channel than it lacks in all.

    Small gaps are chance, and count for less.
    """
    gaps = 1 - np.stack([_mean(far, band) for band in range(BANDS)], axis=-1) / expected
    gaps[far[..., -1] == 0] = 0
    filled = np.empty_like(gaps)
    _fill_gaps(gaps, shared, filled)
    level = np.minimum(filled / QUIET, 1)
    wanted = filled * level * level * (3 - 2 * level)
    made = np.einsum("...cb,cb->...c", wanted, expected / expected.sum(axis=1, keepdims=True))
    lacking = np.maximum(1 - _mean(far, GRAIN), 0)
    share = np.minimum(np.divide(lacking, made, out=np.ones_like(made), where=made > 0), 1)
    return wanted * share[..., None], np.mean(made * share, axis=-1)


@compiled
def _fill_gaps(gaps: Matrix, shared: Matrix, filled: Matrix) -> None:
    """The variance of new grain in each band by which together they make up for what all bands lack.

    By steps: amplitudes grow where the mix has less than is lacking, and shrink where it has more.
    """
    gap = np.empty((BANDS, gaps.shape[1]))
    amplitude, mixed = np.empty_like(gap), np.empty_like(gap)
    for row in range(gaps.shape[0]):
        for channel in range(3):
            for band in range(BANDS):
                gap[band] = gaps[row, :, channel, band]
            amplitude[:] = np.sqrt(np.clip(gap, 0, 1))
            for _ in range(STEPS):
                _mix(amplitude, shared[channel], mixed)
                _step_on(gap.reshape(-1), mixed.reshape(-1), amplitude.reshape(-1))
            for band in range(BANDS):
                filled[row, :, channel, band] = np.square(amplitude[band])


@compiled
def _mix(amplitude: Matrix, shared: Matrix, mixed: Matrix) -> None:
    """The variance in each band of a mix of bands of grain."""
    mixed[:] = 0
    for band in range(BANDS):
        for one in range(BANDS):
            for other in range(BANDS):
                _add_product(shared[band, one, other], amplitude[one], amplitude[other], mixed[band])


@compiled
def _add_product(weight: float, one: Matrix, other: Matrix, total: Matrix) -> None:
    for at in range(total.size):
        total[at] += weight * one[at] * other[at]


@compiled
def _step_on(gap: Matrix, mixed: Matrix, amplitude: Matrix) -> None:
    for at in range(gap.size):
        amplitude[at] = min(max(amplitude[at] + (gap[at] - mixed[at]) / 2, 0.0), 1.0)


def _mean(sums: Matrix, energy: int) -> Matrix:
    """Around each cell; 0 where nothing was counted."""
    samples = sums[..., -1]
    return np.divide(sums[..., energy], samples, out=np.zeros_like(samples), where=samples > 0)


def _step(loud: Matrix, low: float, high: float, sensitivity: float) -> Matrix:
    """From 0 at `low` to 1 at `high`, level at both; nearer to 1 for a higher sensitivity."""
    t = np.clip(((loud - 1) * sensitivity + 1 - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
