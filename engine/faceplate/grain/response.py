"""How strong grain is at an exposure, fit so that odd bins do not pull it."""

from itertools import combinations
from typing import NamedTuple

import numpy as np
import scipy.optimize

from faceplate.compiled import compiled
from faceplate.values import Floats, GrainProfile, Matrix

TEXTURED = 0.35  # in natural log of variance: the most that a bin above the line counts, for texture only ever adds
SMOOTHED = 1.5  # the most that a bin below it counts: only clipping and codecs take grain away
SQUARE_PRICE = 0.05  # what a square has to bring, in mean distance: a sensor has none, film and log noise have
SINGULAR = 1e-12
HIGHEST_EXPOSURE = np.float32(1e18)  # its square is still within float32
REACH = (0.1, 0.5)  # how far off a bin has to be at least, and at most, to lose its say
ROUNDS = 20
HIGHEST = 3.0  # sigmas: 1 block of grain in 700 lies higher


class Response(NamedTuple):
    """variance = slope * x + floor + square * x^2 at exposure x; none is negative.

    The floor is the sensor's read noise, the slope its shot noise; the square is that of film grain and of any grain
    that is even in a log encoding.
    """

    slope: float
    floor: float
    square: float = 0.0

    def variance(self, exposure_linear: Matrix | np.float64) -> Matrix:
        """The variance at these exposures; that of black below it."""
        x = np.maximum(exposure_linear, 0)
        return np.asarray((self.square * x + self.slope) * x + self.floor)


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


def fit_response(exposure: Matrix, variance: Matrix, weight: Matrix) -> Response:
    """The response most bins agree on. Zeros where no bin has grain.

    Every curve of one, two or three of its terms through as many bins is tried and the one nearest to all bins taken:
    in log variance, distances capped, and more so above the curve. Then least squares on relative errors, with Tukey's
    biweight against bins that lie far off. Clipped highlights, bins of texture and smoothed shadows lose their say.
    """
    good = (variance > 0) & (weight > 0)
    if not good.any():
        return Response(0.0, 0.0, 0.0)
    unit = max(float(exposure[good].max()), np.finfo(np.float64).tiny)
    terms = _terms(np.maximum(exposure[good], 0) / unit)
    curve = _best(_curves(terms, variance[good]), terms, variance[good], weight[good])
    for _ in range(ROUNDS):
        curve = _refined(curve, terms, variance[good], weight[good])
    slope, floor, square = (float(each) for each in curve)
    return Response(slope / unit, floor, square / unit**2)


def _terms(x: Matrix) -> Matrix:
    """Bins x 3, what the slope, the floor and the square are multiplied by."""
    return np.stack([x, np.ones_like(x), np.square(x)], axis=1)


def _curves(terms: Matrix, v: Matrix) -> Matrix:
    """Curves x 3, every one of one to three terms that goes through as many bins and has no negative term."""
    found = [np.zeros((0, 3))]
    for count in (1, 2, 3):
        bins = np.array(list(combinations(range(v.size), count)), np.int64).reshape(-1, count)
        for used in combinations(range(3), count):
            matrices = terms[bins[:, :, None], list(used)]
            solvable = np.abs(np.linalg.det(matrices)) > SINGULAR
            curves = np.zeros((int(solvable.sum()), 3))
            curves[:, used] = np.linalg.solve(matrices[solvable], v[bins[solvable]][..., None])[..., 0]
            found.append(curves[(curves >= 0).all(axis=1)])
    return np.concatenate(found)


def _best(curves: Matrix, terms: Matrix, v: Matrix, w: Matrix) -> Matrix:
    off = _off(curves @ terms.T, v)
    distance = np.where(off < 0, np.minimum(-off, TEXTURED), np.minimum(off, SMOOTHED)) @ w / w.sum()
    chosen: Matrix = curves[int(np.argmin(distance + SQUARE_PRICE * (curves[:, 2] > 0)))]
    return chosen


def _off(expected: Matrix, v: Matrix) -> Matrix:
    """Natural log of expected over found variance."""
    return np.asarray(np.log(np.maximum(expected, np.finfo(np.float64).tiny) / v))


def _refined(curve: Matrix, terms: Matrix, v: Matrix, w: Matrix) -> Matrix:
    off = _off(terms @ curve, v)
    reach = np.clip(6 * float(np.median(np.abs(off))), *REACH)
    trust = np.sqrt(w) * np.maximum(1 - (off / reach) ** 2, 0)
    used, refined = [0, 1, 2] if curve[2] else [0, 1], np.zeros(3)
    refined[used], _ = scipy.optimize.nnls(terms[:, used] * (trust / v)[:, None], trust)
    return refined if refined.any() else curve


def sigma_at(profile: GrainProfile, rgb_linear: Floats) -> Floats:
    """The standard deviation of the plate's grain at these exposures, same shape (... x 3), scene-linear.

    Below black it is that of black, above the brightest measured bin the line goes on. Finite everywhere: 0 where the
    picture is NaN, that of the highest finite exposure where it is infinite.
    """
    flat = np.ascontiguousarray(rgb_linear, np.float32).reshape(-1, 3)
    sigma: Floats = _sigma(flat, terms_of(profile.response).astype(np.float64), float(HIGHEST_EXPOSURE))
    return sigma.reshape(rgb_linear.shape)


@compiled
def _sigma(rgb_linear: Floats, terms: Matrix, highest: float) -> Floats:
    sigma = np.zeros_like(rgb_linear)
    for pixel in range(rgb_linear.shape[0]):
        for channel in range(3):
            value = rgb_linear[pixel, channel]
            # NaN is no exposure, and no grain.
            if value == value:  # noqa: PLR0124 -- the compiled test for NaN
                exposure = min(max(np.float64(value), 0.0), highest)
                slope, floor, square = terms[channel]
                sigma[pixel, channel] = np.sqrt((square * exposure + slope) * exposure + floor)
    return sigma


def terms_of(response: Floats) -> Floats:
    """3 x 3: slope, floor and square of each channel, of a response with or without squares."""
    missing = 3 - response.shape[1]
    return np.pad(response.astype(np.float32), ((0, 0), (0, missing)))
