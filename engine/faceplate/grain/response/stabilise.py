"""A scale on which the grain is equally strong everywhere, and the way back."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.response.lookup import exposure_edges, exposure_slots, look_up_plane, slots_between, table_of
from faceplate.grain.response.response import Response, responses_in
from faceplate.values import Floats, GrainProfile, Matrix

ANSCOMBE = 3 / 8  # of the slope squared: the least floor, below which the root bends within one sigma of black
LEAST_FLOOR = 1e-9  # of the variance at 1: that of grain which has no floor at all
NEAR_BLACK = 2.0**-16
NEAR = 0.01  # of an exposure: how far a slope is looked for
GAUSS, GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(4)
AHEAD = np.float32(2)  # sigmas; added to the even scale, so that what is just below black is told apart finely too
even_slots = slots_between(0, 28, 9)


@dataclass(frozen=True)
class Stabiliser:
    """The variance-stabilising transform of one channel, for any response.

    y is the integral of 1 / sigma over exposure from black on, where it is 0: over shot noise a root (the generalised
    Anscombe transform), over grain that is even in a log encoding a logarithm. Below black it is a straight line, so
    every number has its place and comes back. On this scale grain has sigma 1. `black` is sigma there.

    Source: Anscombe (1948); Murtagh, Starck and Bijaoui, "Image restoration with noise suppression" (1995).
    """

    black: float
    even_of: Floats
    linear_of: Floats

    @classmethod
    def of(cls, response: Response) -> Self:
        """For one channel's response, which has grain."""
        variance = _Grainy.of(response)
        exposure = exposure_edges()
        even = np.append(0, np.cumsum(_integrals(variance, exposure)))
        black = float(np.sqrt(variance.at(np.zeros(1))[0]))
        return cls(black, table_of(even), table_of(_means(variance, even, exposure)))

    def forward(self, x_linear: Floats) -> Floats:
        """Scene-linear to the scale on which grain has sigma 1. NaN stays, infinite is as 2^40."""
        x = np.ascontiguousarray(x_linear, np.float32)
        y = np.empty_like(x)
        look_up_plane(self.even_of, x.reshape(-1), *exposure_slots, y.reshape(-1))
        _straight_below(x.reshape(-1), np.float32(0), np.float32(1 / self.black), y.reshape(-1))
        return y

    def inverse(self, y_even: Floats) -> Floats:
        """Back to scene-linear, the mean of grainy samples on the even scale to the mean of their exposures.

        The transform is curved above black, so a mean taken on its far side comes back too dark, by a quarter of the
        variance's own slope there.
        """
        y = np.ascontiguousarray(y_even, np.float32)
        x = np.empty_like(y)
        look_up_plane(self.linear_of, (y + AHEAD).reshape(-1), *even_slots, x.reshape(-1))
        _straight_below(y.reshape(-1), np.float32(-1), np.float32(self.black), x.reshape(-1))
        return x


def stabilisers(profile: GrainProfile) -> tuple[Stabiliser, Stabiliser, Stabiliser]:
    """One a channel, of a profile some channel of which has grain; one without takes the scale of one that has some."""
    responses = responses_in(profile)
    spare = next(each for each in responses if any(each.terms))
    red, green, blue = (Stabiliser.of(each if any(each.terms) else spare) for each in responses)
    return red, green, blue


@dataclass(frozen=True)
class _Grainy:
    """A response with as much more variance everywhere as the scale needs at black."""

    response: Response
    more: float
    slope_at_black: float

    @classmethod
    def of(cls, response: Response) -> Self:
        black, near, one = response.variance(np.array([0, NEAR_BLACK, 1.0]))
        slope = float(near - black) / NEAR_BLACK
        return cls(response, max(0.0, ANSCOMBE * slope**2 - black, LEAST_FLOOR * one - black), slope)

    def at(self, exposure: Matrix) -> Matrix:
        return self.response.variance(exposure) + self.more

    def slope(self, exposure: Matrix) -> Matrix:
        low, high = (1 - NEAR) * exposure, (1 + NEAR) * exposure
        rise = self.response.variance(high) - self.response.variance(low)
        away = exposure > NEAR_BLACK
        return np.divide(rise, high - low, out=np.full_like(exposure, self.slope_at_black), where=away)


def _integrals(variance: _Grainy, exposure: Matrix) -> Matrix:
    """Of 1 / sigma from each exposure to the next."""
    half = np.diff(exposure) / 2
    at = (exposure[:-1] + half)[:, None] + half[:, None] * GAUSS
    return np.asarray(half * (GAUSS_WEIGHTS / np.sqrt(variance.at(at))).sum(axis=1))


def _means(variance: _Grainy, even: Matrix, exposure: Matrix) -> Matrix:
    """The exposures that means on the even scale stand for, at the edges of `even_slots`."""
    over = even_slots.edges() - AHEAD
    above = np.interp(over, even, exposure)
    curved = np.clip((over + 1) / 2, 0, 1)  # the share of grain of sigma 1 that falls above black
    below = np.minimum(over, 0) * np.sqrt(variance.at(np.zeros(1)))
    return np.asarray(above + below + curved * variance.slope(above) / 4)


@compiled
def _straight_below(numbers: Floats, first: np.float32, steepness: np.float32, found: Floats) -> None:
    """Where numbers lie below `first`, or are NaN, a straight line through 0."""
    for at in range(numbers.size):
        found[at] = found[at] if numbers[at] >= first else numbers[at] * steepness
