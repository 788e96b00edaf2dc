"""The response of a sensor: shot noise, read noise and a square, fit so that odd bins do not pull it."""

from collections.abc import Sequence

import numpy as np
import scipy.optimize

from faceplate.grain.response.levels import Levels, log_ratio
from faceplate.grain.response.line import Line
from faceplate.grain.response.response import Response
from faceplate.values import Matrix

REACH = (0.1, 0.5)  # how far off a bin has to be at least, and at most, to lose its say
ROUNDS = 20


def fit_physical(levels: Levels, line: Matrix, count: int) -> Response:
    """The terms most bins agree on: slope and floor (count 2), and a square besides (3).

    Least squares on relative errors, with Tukey's biweight against bins that lie far off: clipped highlights, bins of
    texture and smoothed shadows lose their say. `line` is about the variance at each bin, to begin with.
    """
    unit = max(float(levels.exposure.max()), np.finfo(np.float64).tiny)
    x = levels.exposure / unit
    terms = np.stack([x, np.ones_like(x), np.square(x)][:count], axis=1)
    expected, found = line, np.zeros(count)
    for _ in range(ROUNDS):
        trust = levels.weight * np.sqrt(_trust(log_ratio(expected, levels.variance)))
        refined, _ = scipy.optimize.nnls(terms * (trust / levels.variance)[:, None], trust)
        if not refined.any():
            break
        expected, found = terms @ refined, refined
    slope, floor, *square = (float(each) for each in found)
    return Response(slope / unit, floor, sum(square) / unit**2)


def fit_alike(channels: Sequence[Levels], line: Line, count: int) -> list[Response]:
    """Terms that are the same in all channels but for their strength: for few bins, or many that hold texture."""
    strengths = np.exp(line.heights)
    together = Levels(*(np.concatenate(part) for part in zip(*channels, strict=True)))
    sizes = [levels.exposure.size for levels in channels]
    even = together._replace(variance=together.variance / np.repeat(strengths, sizes))
    shape = fit_physical(even, line.variance(even.exposure), count)
    return [_as_strong(shape, levels, strength) for levels, strength in zip(channels, strengths, strict=True)]


def _as_strong(shape: Response, levels: Levels, strength: float) -> Response:
    for _ in range(ROUNDS):
        off = log_ratio(strength * shape.variance(levels.exposure), levels.variance)
        trust = _trust(off) * np.square(levels.weight)
        strength *= float(np.exp(-(trust @ off) / trust.sum())) if trust.any() else 1.0
    return Response(strength * shape.slope, strength * shape.floor, strength * shape.square)


def _trust(off: Matrix) -> Matrix:
    reach = np.clip(6 * float(np.median(np.abs(off))), *REACH)
    return np.asarray(np.maximum(1 - (off / reach) ** 2, 0) ** 2)
