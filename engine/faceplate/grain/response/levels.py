"""What the blocks of a plate say of its grain at each exposure: texture and odd blocks left out as far as may be."""

from typing import NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt

from faceplate.values import Floats, Matrix

HIGHEST = 3.0  # sigmas: 1 block of grain in 700 lies higher
ROUNDS = 20
MEDIAN_LOSS = np.pi / 2  # how much less sure a median is than a mean
LEAST_DOUBT = 1e-4  # square of a hundredth: no bin is better known than a smooth response can follow


class Responds(Protocol):
    """What says how variance goes with exposure."""

    def variance(self, exposure: Matrix) -> Matrix:
        """At these exposures."""


class Levels(NamedTuple):
    """What one channel's bins say, those that hold grain alone; each `bins` long.

    `exposure` is scene-linear and not below 0; `doubt` is the variance that the log of `variance` has by chance.
    """

    exposure: Matrix
    variance: Matrix
    doubt: Matrix

    @classmethod
    def of(cls, exposure: Matrix, variance: Matrix, blocks: Matrix, free: float) -> Self:
        """Of bins some of which may be without grain or blocks; `free` independent samples are in a block."""
        good = (variance > 0) & (blocks > 0)
        doubt = 2 * MEDIAN_LOSS / np.maximum(blocks * free, 1) + LEAST_DOUBT
        return cls(np.maximum(exposure[good], 0), variance[good], doubt[good])

    @property
    def weight(self) -> Matrix:
        """How much each bin says: one over its deviation."""
        return np.asarray(1 / np.sqrt(self.doubt))


def levels_in(mean: Floats, variance: Matrix, bins: npt.NDArray[np.int64], free: float, response: Responds) -> Levels:
    """The levels of one channel, of mean, variance and bin of each block.

    Blocks lie anywhere in their bin: the response so far gives the way to the bin's middle, not the level there.
    """
    numbers, counts = np.unique(bins, return_counts=True)
    exposure = np.array([np.median(mean[bins == number]) for number in numbers], np.float64)
    level = variance * _way(response, mean, exposure[np.searchsorted(numbers, bins)])
    usual = np.array([typical_variance(level[bins == number], free) for number in numbers], np.float64)
    return Levels.of(exposure, usual, counts.astype(np.float64), free)


def level_at(variance: Matrix, mean: Floats, exposure: float, response: Responds, free: float) -> float:
    """The variance at an exposure, of blocks that lie about it."""
    return typical_variance(variance * _way(response, mean, np.full(mean.shape, exposure)), free)


def _way(response: Responds, start: Floats, end: Matrix) -> Matrix:
    there, here = response.variance(end), response.variance(start.astype(np.float64))
    return np.divide(there, here, out=np.ones_like(here), where=(here > 0) & (there > 0))


def typical_variance(variance: Matrix, free: float) -> float:
    """The grain's variance, of blocks some of which hold texture besides; `free` independent samples are in a block.

    Texture only ever adds. From what the lowest quarter says, blocks that lie higher than grain can be are dropped and
    the median of the others taken, until it stands. A chi-squared variable's median is then brought to its mean.

    Source: Wilson and Hilferty (1931), quantile / mean = (1 - 2 / 9n + z sqrt(2 / 9n))^3.
    """
    typical = float(np.percentile(variance, 25)) / _quantile(-0.6745, free)
    for _ in range(ROUNDS):
        among = variance[variance <= typical * _quantile(HIGHEST, free)]
        before, typical = typical, float(np.median(among)) / _quantile(0, free)
        if typical == before:
            break
    return typical


def _quantile(z: float, free: float) -> float:
    """A quantile of a mean square of `free` normal samples, given as that of a normal variable."""
    spread = 2 / (9 * free)
    return float(max(1 - spread + z * np.sqrt(spread), 0.1) ** 3)


def log_ratio(expected: Matrix, found: Matrix) -> Matrix:
    """Natural log of expected over found variance."""
    return np.asarray(np.log(np.maximum(expected, np.finfo(np.float64).tiny) / found))
