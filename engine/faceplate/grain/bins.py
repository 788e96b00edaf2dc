"""Grain by exposure: bins of part of a stop, and what the blocks in them say together."""

import numpy as np
import numpy.typing as npt

from faceplate.grain.response import Response, fit_response, typical_variance
from faceplate.values import Array, Floats, Matrix

MOST_WEIGHT = 100  # blocks: beyond it a bin's variance is better known than a smooth response can follow


def exposure_bin(exposure_linear: Array, bins_per_stop: int) -> npt.NDArray[np.int64]:
    """The number of the bin an exposure falls in; bin 0 starts at 1.0, everything below 2^-12 falls in the last one."""
    stops = np.log2(np.clip(exposure_linear, 2.0**-12, 2.0**16))
    return np.asarray(np.floor(stops * bins_per_stop), np.int64)


def bin_middle(number: Array, bins_per_stop: int) -> Matrix:
    """The scene-linear exposure in the middle of these bins."""
    return np.exp2((np.asarray(number, np.float64) + 0.5) / bins_per_stop)


def response_of(mean: Floats, variance: Matrix, bins: npt.NDArray[np.int64], free: float) -> Response:
    """The response of one channel, of the mean, variance and bin of each block; `free` samples count in a block."""
    numbers, counts = np.unique(bins, return_counts=True)
    exposure = np.array([np.median(mean[bins == number]) for number in numbers], np.float64)
    usual = np.array([typical_variance(variance[bins == number], free) for number in numbers], np.float64)
    return fit_response(exposure, usual, np.minimum(counts, MOST_WEIGHT).astype(np.float64))


def sigma_in(variance: Matrix, mean: Floats, middle: float, response: Response, free: float) -> float:
    """Sigma in the middle of a bin whose blocks lie anywhere in it: the response gives the way there, not the level."""
    expected = response.variance(np.asarray(mean, np.float64))
    there = float(response.variance(np.float64(middle)))
    level = variance / expected * there if (expected > 0).all() else variance
    return float(np.sqrt(typical_variance(level, free)))
