"""A scale on which the grain is equally strong everywhere, and the way back."""

from typing import NamedTuple, Self

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Floats

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

    def forward(self, x_linear: Floats) -> Floats:
        """Scene-linear to the scale on which grain has sigma 1."""
        x = np.ascontiguousarray(x_linear, np.float32)
        y = np.empty_like(x)
        _even(x.reshape(-1), self.slope, self.floor, self.square, y.reshape(-1))
        return y

    def inverse(self, y_even: Floats) -> Floats:
        """Back to scene-linear, the mean of grainy samples on the new scale to the mean of their exposures.

        The transform is curved above black, so a mean taken on its far side comes back too dark, by a quarter of the
        variance's own slope there.
        """
        y = np.ascontiguousarray(y_even, np.float32)
        x = np.empty_like(y)
        _linear(y.reshape(-1), self.slope, self.floor, self.square, x.reshape(-1))
        return x


@compiled
def _even(x: Floats, slope: float, floor: float, square: float, y: Floats) -> None:
    black, steepness = _above(0.0, slope, floor, square), np.divide(1.0, np.sqrt(floor))
    for at in range(x.size):
        exposure = np.float64(x[at])
        above = _above(max(exposure, 0.0), slope, floor, square)
        y[at] = np.float32(black + exposure * steepness if exposure < 0 else above)


@compiled
def _linear(y: Floats, slope: float, floor: float, square: float, x: Floats) -> None:
    black, sigma = _above(0.0, slope, floor, square), np.sqrt(floor)
    for at in range(y.size):
        over = np.float64(y[at]) - black
        above = _exposure(max(np.float64(y[at]), black), slope, floor, square)
        curved = min(max((over + 1) / 2, 0.0), 1.0)  # the share of grain of sigma 1 that falls above black
        dark = curved * (slope + 2 * square * above) / 4
        x[at] = np.float32((over * sigma if over < 0 else above) + dark)


@compiled
def _above(x: float, slope: float, floor: float, square: float) -> float:
    sigma = np.sqrt((square * x + slope) * x + floor)
    if square > 0:
        root = np.sqrt(square)
        return float(np.divide(np.log(2 * root * sigma + 2 * square * x + slope), root))
    return float(np.divide(2 * sigma, slope) if slope > 0 else np.divide(x, sigma))


@compiled
def _exposure(y: float, slope: float, floor: float, square: float) -> float:
    if square > 0:
        term = np.exp(np.sqrt(square) * y)
        rest = slope**2 - 4 * floor * square
        return float(np.divide((term + np.divide(rest, term)) / 2 - slope, 2 * square))
    return float(np.divide((slope * y / 2) ** 2 - floor, slope) if slope > 0 else y * np.sqrt(floor))
