"""A smooth response, where three physical terms do not fit: film, and plates that were graded or cleaned.

The straight line that the grain of all channels lies near may bend: all channels alike, and each by itself a little.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import isotonic_regression

from faceplate.grain.response.levels import Levels
from faceplate.grain.response.line import Line
from faceplate.grain.response.response import STEEPEST, Curve
from faceplate.values import Matrix

KNOT_EV = 0.5
STIFF = 100.0  # the price of bending: 10 % of the variance a stop squared, over a stop, is one deviation
OWN_STIFF = 100 * STIFF  # that of bending otherwise than the other channels
LEAST_PRICE = 1e-6  # of being off the line at all: what is shared and what is own has to be told apart
REACHES = np.geomspace(1.5, 0.35, 20)  # how far off a bin has to be to lose its say: the curve bends before bins go
BY_CHANCE = 2.0  # deviations; so much further
POINTS_PER_STOP = 8
BEYOND_EV = 1.0
HIGHEST = 18.0  # natural log of variance: no picture is so uncertain, though a curve drawn past its bins may say so


def fit_curves(channels: Sequence[Levels], line: Line) -> list[Curve]:
    """One curve a channel, never falling; all have the same exposures. Every channel has to have grain in some bin."""
    knots = _knots(line, max(float(levels.exposure.max()) for levels in channels))
    bends = _bends(line, knots, channels)
    return [_curve(line, knots, bend) for bend in bends]


def _knots(line: Line, highest: float) -> Matrix:
    first, last = line.stops(np.array([0, highest]))
    return np.asarray(first + KNOT_EV * np.arange(max(int(np.ceil((last - first) / KNOT_EV)), 2) + 1))


def _bends(line: Line, knots: Matrix, channels: Sequence[Levels]) -> Matrix:
    """How far each channel's ln variance lies from `line.over` at the knots, channels x knots.

    Weighted least squares with a price on second differences, and Tukey's biweight against bins that lie far off: far
    at first, so that a bend of many bins is not taken for bins that are wrong.
    """
    design = [_between(knots, line.stops(levels.exposure)) for levels in channels]
    rows = np.concatenate([_beside(each, at, len(channels)) for at, each in enumerate(design)])
    over = [np.log(levels.variance) - line.over(line.stops(levels.exposure)) for levels in channels]
    found = [np.full(each.size, height) for each, height in zip(over, line.heights, strict=True)]
    price, shared = _price(knots.size, len(channels)), np.zeros((len(channels) + 1, knots.size))
    for reach in REACHES:
        trust = np.concatenate(
            [_trust(one - other, levels, reach) for one, other, levels in zip(found, over, channels, strict=True)]
        )
        weighted = rows.T * trust
        shared = np.linalg.solve(weighted @ rows + price, weighted @ np.concatenate(over)).reshape(shared.shape)
        found = [each @ (shared[0] + own) for each, own in zip(design, shared[1:], strict=True)]
    return np.asarray(shared[0] + shared[1:])


def _trust(off: Matrix, levels: Levels, reach: float) -> Matrix:
    reaches = reach + BY_CHANCE * np.sqrt(levels.doubt)
    return np.asarray(np.maximum(1 - (off / reaches) ** 2, 0) ** 2 / levels.doubt)


def _between(knots: Matrix, stops: Matrix) -> Matrix:
    """Points x knots, the weights of linear interpolation."""
    return np.asarray(np.maximum(1 - np.abs(stops[:, None] - knots) / KNOT_EV, 0))


def _beside(design: Matrix, channel: int, channels: int) -> Matrix:
    """What is shared, and what is this channel's own, in one row."""
    rows = np.zeros((design.shape[0], channels + 1, design.shape[1]))
    rows[:, 0] = rows[:, channel + 1] = design
    return rows.reshape(design.shape[0], -1)


def _price(knots: int, channels: int) -> Matrix:
    bend = np.diff(np.eye(knots), 2, axis=0) / KNOT_EV**1.5  # the square root of its integral over stops
    stiffness = np.diag([STIFF] + [OWN_STIFF] * channels)
    return np.asarray(np.kron(stiffness, bend.T @ bend) + LEAST_PRICE * np.eye(knots * (channels + 1)))


def _curve(line: Line, knots: Matrix, bend: Matrix) -> Curve:
    stops = np.arange(knots[0], knots[-1] + BEYOND_EV, 1 / POINTS_PER_STOP)
    steepest = 2 * np.log(2) * STEEPEST
    slope = np.clip((bend[-1] - bend[-2]) / KNOT_EV, -line.over(np.array(1.0)), steepest - line.over(np.array(1.0)))
    off = np.interp(stops, knots, bend) + slope * np.maximum(stops - knots[-1], 0)
    level = np.minimum(isotonic_regression(line.over(stops) + off).x, HIGHEST)
    exposure = np.exp2(stops) - line.toe
    exposure[0] = 0
    return Curve(exposure, np.exp(level / 2))
