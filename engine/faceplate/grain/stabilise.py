"""A scale on which the grain is equally strong everywhere, and the way back."""

from typing import NamedTuple, Self

import numpy as np

from faceplate.values import Floats, Matrix

ANSCOMBE = 3 / 8  # of the slope squared: the least floor, below which the root bends within one sigma of black
LEAST_SQUARE = 1e-9  # a square below it is none: grain of 3 thousandths of a percent


class Stabiliser(NamedTuple):
    """The variance-stabilising transform of one channel, for variance = slope * x + floor + square * x^2.

    y is the integral of 1 / sigma over exposure: above black a logarithm where the variance has a square, else a root
    (the generalised Anscombe transform); below black a straight line, so every number has its place and comes back.
    On this scale grain has sigma 1.

    Source: Anscombe (1948); Murtagh, Starck and Bijaoui, "Image restoration with noise suppression" (1995).
    """

    slope: float
    floor: float
    square: float

    @classmethod
    def of(cls, response: Floats) -> Self:
        """For slope, floor and square of one channel's response."""
        slope, floor, square = (float(term) for term in response)
        least = max(floor, ANSCOMBE * slope**2, square * LEAST_SQUARE)
        return cls(slope, least, square if square > LEAST_SQUARE else 0.0)

    @property
    def black(self) -> float:
        """Where exposure 0 lies on the new scale."""
        return float(self._above(np.zeros(1))[0])

    def forward(self, x_linear: Floats) -> Floats:
        """Scene-linear to the scale on which grain has sigma 1."""
        x = x_linear.astype(np.float64)
        below = self.black + np.minimum(x, 0) / np.sqrt(self.floor)
        return np.where(x < 0, below, self._above(np.maximum(x, 0))).astype(np.float32)

    def inverse(self, y_even: Floats) -> Floats:
        """Back to scene-linear, the mean of grainy samples on the new scale to the mean of their exposures.

        The transform is curved above black, so a mean taken on its far side comes back too dark, by a quarter of the
        variance's own slope there.
        """
        y, black = y_even.astype(np.float64), self.black
        below = (y - black) * np.sqrt(self.floor)
        above = self._exposure(np.maximum(y, black))
        curved = np.clip((y - black + 1) / 2, 0, 1)  # the share of grain of sigma 1 that falls above black
        dark = curved * (self.slope + 2 * self.square * above) / 4
        return (np.where(y < black, below, above) + dark).astype(np.float32)

    def _above(self, x: Matrix) -> Matrix:
        sigma = np.sqrt((self.square * x + self.slope) * x + self.floor)
        if self.square:
            root = np.sqrt(self.square)
            return np.asarray(np.log(2 * root * sigma + 2 * self.square * x + self.slope) / root)
        return np.asarray(2 / self.slope * sigma) if self.slope else np.asarray(x / sigma)

    def _exposure(self, y: Matrix) -> Matrix:
        if self.square:
            term = np.exp(np.sqrt(self.square) * y)
            rest = self.slope**2 - 4 * self.floor * self.square
            return np.asarray(((term + rest / term) / 2 - self.slope) / (2 * self.square))
        if self.slope:
            return np.asarray((np.square(self.slope * y / 2) - self.floor) / self.slope)
        return np.asarray(y * np.sqrt(self.floor))
