"""How strong grain is at an exposure: variance = slope * exposure + floor, fit so that odd bins do not pull it."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import scipy.optimize

from faceplate.values import Floats, GrainProfile, Matrix

TEXTURED = 0.35  # in natural log of variance: the most that a bin above the line counts, for texture only ever adds
SMOOTHED = 1.5  # the most that a bin below it counts: only clipping and codecs take grain away
REACH = (0.1, 0.5)  # how far off a bin has to be at least, and at most, to lose its say
ROUNDS = 20
HIGHEST = 3.0  # sigmas: 1 block of grain in 700 lies higher


class Line(NamedTuple):
    """variance = slope * exposure + floor; neither is negative."""

    slope: float
    floor: float

    def variance(self, exposure_linear: Matrix | np.float64) -> Matrix:
        """The variance at these exposures; that of black below it."""
        return np.asarray(self.slope * np.maximum(exposure_linear, 0) + self.floor)


def typical_variance(variance: Matrix, free: float) -> float:
    """The grain's variance, of blocks some of which hold texture besides; `free` independent samples are in a block.

    Texture only ever adds. From what the lowest quarter says, blocks that lie higher than grain can be are dropped and
    the median of the others taken, until it stands. A chi-squared variable's median is then brought to its mean.

    Source: Wilson and Hilferty (1931), quantile / mean = (1 - 2 / 9n + z sqrt(2 / 9n))^3.
    """
    typical = float(np.percentile(variance, 25)) / _quantile(-0.6745, free)
    for _ in range(ROUNDS):
        among = variance[variance <= typical * _quantile(HIGHEST, free)]
        typical = float(np.median(among)) / _quantile(0, free)
    return typical


def _quantile(z: float, free: float) -> float:
    """A quantile of a mean square of `free` normal samples, given as that of a normal variable."""
    spread = 2 / (9 * free)
    return float(max(1 - spread + z * np.sqrt(spread), 0.1) ** 3)


def fit_response(exposure: Matrix, variance: Matrix, weight: Matrix) -> Line:
    """The line most bins agree on. Zeros where no bin has grain.

    Every line through two bins, or through one with no slope or no floor, is tried and the one nearest to all bins (in
    log variance, distances capped, more so above the line) taken; then least squares on relative errors, with Tukey's biweight against bins
    that lie far off. Clipped highlights, bins of texture and codec-smoothed shadows lose their say.
    """
    good = (variance > 0) & (weight > 0)
    if not good.any():
        return Line(0.0, 0.0)
    x, v, w = np.maximum(exposure[good], 0), variance[good], weight[good]
    line = min(_lines(x, v), key=lambda each: float(np.sum(w * _distance(each, x, v))))
    for _ in range(ROUNDS):
        line = _refined(line, x, v, w)
    return line


def _lines(x: Matrix, v: Matrix) -> list[Line]:
    lines = [Line(0.0, float(each)) for each in v]
    lines += [Line(float(b / a), 0.0) for a, b in zip(x, v, strict=True) if a > 0]
    for one, other in combinations(range(x.size), 2):
        if x[one] != x[other]:
            slope = (v[one] - v[other]) / (x[one] - x[other])
            floor = v[one] - slope * x[one]
            if slope >= 0 and floor >= 0:
                lines.append(Line(float(slope), float(floor)))
    return lines


def _distance(line: Line, x: Matrix, v: Matrix) -> Matrix:
    off = _log_ratio(line, x, v)
    return np.where(off < 0, np.minimum(-off, TEXTURED), np.minimum(off, SMOOTHED))


def _log_ratio(line: Line, x: Matrix, v: Matrix) -> Matrix:
    return np.log(np.maximum(line.variance(x), np.finfo(np.float64).tiny) / v)


def _refined(line: Line, x: Matrix, v: Matrix, w: Matrix) -> Line:
    off = _log_ratio(line, x, v)
    reach = np.clip(6 * float(np.median(np.abs(off))), *REACH)
    trust = np.sqrt(w) * np.maximum(1 - (off / reach) ** 2, 0)
    unit = max(float(x.max()), np.finfo(np.float64).tiny)
    terms = np.stack([x / unit, np.ones_like(x)], axis=1) * (trust / v)[:, None]
    solution, _ = scipy.optimize.nnls(terms, trust)
    return Line(float(solution[0] / unit), float(solution[1]))


def sigma_at(profile: GrainProfile, rgb_linear: Floats) -> Floats:
    """The standard deviation of the plate's grain at these exposures, same shape (... x 3), scene-linear.

    Below black it is that of black, above the brightest measured bin the line goes on. Finite everywhere: 0 where the
    picture is NaN, that of the highest finite exposure where it is infinite.
    """
    highest = np.float32(np.finfo(np.float32).max)
    exposure = np.clip(rgb_linear, 0, highest)
    slope, floor = (profile.response[:, term].astype(np.float32) for term in (0, 1))
    scaled = np.sqrt(slope) * np.sqrt(exposure)  # apart, so that the product cannot leave float32
    return np.where(np.isnan(rgb_linear), np.float32(0), np.hypot(scaled, np.sqrt(floor)))
