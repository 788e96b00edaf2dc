"""The straight line that the grain of any plate lies near: where fits of the response start.

The natural log of grain's variance is nearly straight over the log of exposure + toe: of slope 1 for shot and read
noise, 2 for grain that is even in a log encoding, 2.2 for film. Looked for exhaustively, so that no start is needed,
with distances that are capped, so that bins of texture and clipped ones do not pull it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from faceplate.grain.response.levels import Levels
from faceplate.values import Matrix

POWERS = np.arange(0.6, 2.61, 0.1)
TOES = np.exp2(np.arange(-13, 1.1, 0.5))
TEXTURED = 0.35  # in natural log of variance: the most that a bin above the line counts, for texture only ever adds
SMOOTHED = 1.5  # the most that a bin below it counts: only clipping and codecs take grain away


class Line(NamedTuple):
    """Natural log of variance = power * that of exposure + toe, and a height for each channel."""

    power: float
    toe: float
    heights: tuple[float, ...]

    def stops(self, exposure: Matrix) -> Matrix:
        """Where exposures lie: binary logarithms of them and the toe."""
        return np.asarray(np.log2(exposure + self.toe))

    def over(self, stops: Matrix) -> Matrix:
        """Natural log of variance at height 0."""
        return np.asarray(self.power * np.log(2) * stops)

    def variance(self, exposure: Matrix) -> Matrix:
        """The variance at height 0; below black it is that of black."""
        return np.asarray((np.maximum(exposure, 0) + self.toe) ** self.power)


def nearest_line(channels: Sequence[Levels]) -> Line:
    """The line most bins of all channels agree on, among those that go through a bin of each."""
    found = [_heights(levels) for levels in channels]
    total = np.sum([distances for distances, _ in found], axis=0)
    power, toe = np.unravel_index(int(total.argmin()), total.shape)
    return Line(float(POWERS[power]), float(TOES[toe]), tuple(float(heights[power, toe]) for _, heights in found))


def _heights(levels: Levels) -> tuple[Matrix, Matrix]:
    """Of each power and toe: the mean distance from all bins at the best height, and that."""
    slant = POWERS[:, None, None] * np.log(levels.exposure + TOES[:, None])
    heights = np.log(levels.variance) - slant
    off = heights[..., None] - heights[:, :, None]
    capped = np.where(off < 0, np.minimum(-off, TEXTURED), np.minimum(off, SMOOTHED))
    distances = capped @ levels.weight / levels.weight.sum()
    best = distances.argmin(axis=-1)[..., None]
    return np.take_along_axis(distances, best, -1)[..., 0], np.take_along_axis(heights, best, -1)[..., 0]
