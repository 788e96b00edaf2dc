"""The grain's spectrum in shadows, middle and highlights, where these are not the same."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from faceplate.grain.kernel import RADIUS_PX, kernel_of
from faceplate.grain.measure.blocks import BLOCK_PX
from faceplate.grain.measure.spectrum import REACH_PX, CrossSpectrum, autocovariance, correlation_of
from faceplate.grain.response.bins import bin_middle
from faceplate.values import Floats, Matrix

ENDS_EV = (-4.5, -0.5)  # stops from 1.0: about two below and two above middle grey
FEWEST_BLOCKS = 96
UNLIKE = 0.7  # the share of a zone's difference from the mean that is no chance, for it to be worth a kernel


class Zones(NamedTuple):
    """Spectra by exposure: middles (zones, scene-linear), kernels and correlations, as a GrainProfile has them."""

    exposure: Floats
    kernel: Floats
    correlation: Floats


def zones_of(
    spectra: Mapping[int, list[CrossSpectrum]],
    mean: Matrix,
    bins_per_stop: int,
    mended: Callable[[Matrix], Matrix],
) -> Zones:
    """The zones that have blocks enough; none where all of them have the mean's own spectrum.

    A zone's spectrum is drawn to the mean by as much as chance makes it differ.

    Args:
        spectra: by bin of luminance.
        mean: autocovariances of all of them.
        bins_per_stop: how fine the bins are.
        mended: what was done to the mean beside, as the lattice of blocks was taken out.

    Source: James and Stein, "Estimation with quadratic loss" (1961).
    """
    exposures, kernels, correlations, unlike = [], [], [], 0.0
    for numbers in _by_zone(spectra, bins_per_stop):
        blocks = np.array([sum(each.blocks for each in spectra[number]) for number in numbers])
        if blocks.sum() < FEWEST_BLOCKS:
            continue
        own = mended(autocovariance(each for number in numbers for each in spectra[number]))
        share = _share(own, mean, int(blocks.sum()))
        mixed = share * _unit(own) + (1 - share) * _unit(mean)
        middles = np.log(bin_middle(np.array(numbers), bins_per_stop))
        exposures.append(np.exp(np.average(middles, weights=blocks)))
        kernels.append(np.stack([kernel_of(each) for each in mixed[:3]]))
        correlations.append(correlation_of(mixed))
        unlike = max(unlike, share)
    if len(exposures) == 1 or unlike < UNLIKE:
        side = 2 * RADIUS_PX + 1
        shapes = ((0,), (0, 3, side, side), (0, 3, 3))
        return Zones(*(np.empty(shape, np.float32) for shape in shapes))
    return Zones(np.array(exposures, np.float32), np.stack(kernels), np.stack(correlations))


def _by_zone(spectra: Mapping[int, list[CrossSpectrum]], bins_per_stop: int) -> list[list[int]]:
    numbers = np.array(sorted(spectra), np.int64)
    zone = np.searchsorted(ENDS_EV, (numbers + 0.5) / bins_per_stop)
    return [numbers[zone == each].tolist() for each in range(len(ENDS_EV) + 1)]


def _unit(covariances: Matrix) -> Matrix:
    """Of grain of deviation 1 in each channel."""
    first, second = np.array([0, 1, 2, 0, 0, 1]), np.array([0, 1, 2, 1, 2, 2])
    strength = np.sqrt(np.maximum(covariances[:3, 0, 0], np.finfo(np.float64).tiny))
    return np.asarray(covariances / (strength[first] * strength[second])[:, None, None])


def _share(own: Matrix, mean: Matrix, blocks: int) -> float:
    """How much of a zone's difference from the mean is its own."""
    ours, theirs = _unit(own)[:3], _unit(mean)[:3]
    chance = (2 * REACH_PX + 1) ** 2 * float(np.sum(np.square(theirs))) / (BLOCK_PX**2 * blocks)
    apart = float(np.sum(np.square(ours - theirs)))
    return max(0.0, 1 - chance / apart) if apart > 0 else 0.0
