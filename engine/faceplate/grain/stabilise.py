"""A scale on which the grain is equally strong everywhere, and the way back."""

from typing import NamedTuple, Self

import numpy as np

from faceplate.values import Floats

ANSCOMBE = 3 / 8  # of the slope squared: the least floor, below which the root bends within one sigma of black


class Stabiliser(NamedTuple):
    """The generalised Anscombe transform of one channel, for variance = slope * x + floor.

    Above black y = 2 / slope * sqrt(slope * x + floor); below it goes on as a straight line, so every number has its
    place and comes back. Without a slope the whole is a straight line. On this scale grain has sigma 1.

    Source: Anscombe (1948); Murtagh, Starck and Bijaoui, "Image restoration with noise suppression" (1995).
    """

    slope: float
    floor: float

    @classmethod
    def of(cls, response: Floats) -> Self:
        """For the slope and floor of one channel's response."""
        slope, floor = (float(term) for term in response)
        return cls(slope, max(floor, ANSCOMBE * slope**2))

    @property
    def black(self) -> float:
        """Where exposure 0 lies on the new scale."""
        return 2 / self.slope * np.sqrt(self.floor) if self.slope else 0.0

    def forward(self, x_linear: Floats) -> Floats:
        """Scene-linear to the scale on which grain has sigma 1."""
        below = self.black + np.minimum(x_linear, 0) / np.sqrt(self.floor)
        if not self.slope:
            return np.asarray(x_linear / np.sqrt(self.floor), np.float32)
        above = 2 / self.slope * np.sqrt(self.slope * np.maximum(x_linear, 0) + self.floor)
        return np.where(x_linear < 0, below, above).astype(np.float32)

    def inverse(self, y: Floats) -> Floats:
        """Back to scene-linear, the mean of grainy samples on the new scale to the mean of their exposures.

        The transform is curved above black, so a mean taken on its far side comes back too dark, by slope / 4.
        """
        if not self.slope:
            return np.asarray(y * np.sqrt(self.floor), np.float32)
        below = (y - self.black) * np.sqrt(self.floor)
        above = (np.square(self.slope * np.maximum(y, self.black) / 2) - self.floor) / self.slope
        curved = np.clip((y - self.black + 1) / 2, 0, 1)  # the share of grain of sigma 1 that falls above black
        return (np.where(y < self.black, below, above) + curved * self.slope / 4).astype(np.float32)
