"""What a Gaussian blur and white grain made of one power spectrum to give another."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy.fft

from faceplate.compiled import compiled
from faceplate.values import Array, Matrix

sectors, rings = 8, 14
"""Directions and frequencies that the spectra are gathered in."""

lowest_frequency = 4
"""Waves in a picture: the taper of a face blurs the frequencies below together."""

rounding = 1e-10
"""The variance of what float32 and a resampling leave of nothing, in the model's range."""

content_spread, gain_spread = 0.3, 0.35
"""Natural log of power: how far two faces' spectra are off each other in one bin, and in all of them alike."""

first_sigmas_px = (0.0, 0.5, 0.8, 1.2, 2.0, 3.0, 4.5, 7.0)
first_grain = (0.0, 0.3, 0.9)
"""Where the search begins, the grain as a share of what is least at the highest frequencies."""

most_rounds = 25
settled = 1e-4
steepest = 20.0


class Spectra(NamedTuple):
    """Power over the frequencies of half a plane, sorted into bins of like direction and frequency.

    Attributes:
        plate: bins, the mean power of the plate.
        grain: bins, the mean power of white grain of variance 1.
        picture: frequencies, the power of the picture.
        squares: frequencies x 3, wx^2, 2 wx wy and wy^2 in radians a pixel, squared.
        starts: bins + 1, where each one's frequencies begin, and their end.
    """

    plate: Matrix
    grain: Matrix
    picture: Matrix
    squares: Matrix
    starts: Array


def gathered_spectra(plate: Matrix, picture: Matrix, limit: float) -> Spectra:
    """The spectra of steps from pixel to pixel (side x side / 2 + 1 each) up to a limit in cycles a pixel."""
    taken, squares, white, starts = _sorted(plate.shape[0], limit)
    grain = _means(white, starts)
    return Spectra(
        plate=_means(plate.ravel()[taken], starts) + rounding * grain,
        grain=grain,
        picture=picture.ravel()[taken],
        squares=squares,
        starts=starts,
    )


@lru_cache(maxsize=8)
def _sorted(side: int, limit: float) -> tuple[Array, Matrix, Matrix, Array]:
    """Which frequencies are taken, bin by bin; their squares, and white grain's power there; where bins begin and end.

    `white` is the power of the steps of grain of variance 1.
    """
    down, across = np.broadcast_arrays(scipy.fft.fftfreq(side)[:, None], scipy.fft.rfftfreq(side)[None, :])
    radius = np.hypot(down, across)
    used = np.flatnonzero((radius >= lowest_frequency / side) & (radius < limit))
    ring = np.floor(rings / limit * radius.ravel()[used])
    sector = np.floor(sectors * (np.arctan2(down, across).ravel()[used] / math.pi + 0.5)) % sectors
    bins = ring * sectors + sector
    order = np.argsort(bins, kind="stable")
    starts = np.append(np.flatnonzero(np.diff(bins[order], prepend=-1)), order.size)
    x, y = (2 * math.pi * each.ravel()[used[order]] for each in (across, down))
    squares = np.stack([x * x, 2 * x * y, y * y], axis=1)
    return used[order], squares, 4 - 2 * np.cos(x) - 2 * np.cos(y), starts


def _means(power: Matrix, starts: Array) -> Matrix:
    return np.asarray(np.add.reduceat(power, starts[:-1]) / np.diff(starts))


def fitted_blur(spectra: Spectra) -> Matrix:
    """The covariance C, 2 x 2, pixels squared, with which plate = gain * picture * exp(-w' C w) + grain.

    Least squares in the logarithm of the bins, by Levenberg and Marquardt's method (Marquardt, SIAM J. 11(2), 1963).
    C may come out negative, where the plate is the sharper one; zeros where there is too little to compare.
    """
    if spectra.plate.size < sectors:
        return np.zeros((2, 2))
    found, damping = _first(spectra), 1e-2
    off, slopes = _off(spectra, found)
    for _ in range(most_rounds):
        normal = slopes.T @ slopes
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-9), slopes.T @ off)
        tried = _bounded(found - step)
        off_tried, slopes_tried = _off(spectra, tried)
        if off_tried @ off_tried < off @ off:
            moved = float(np.abs(tried[:4] - found[:4]).max())
            found, off, slopes, damping = tried, off_tried, slopes_tried, damping / 5
            if moved < settled:
                break
        else:
            damping *= 5
    return np.array([[found[1], found[2]], [found[2], found[3]]])


def _bounded(found: Matrix) -> Matrix:
    """Gain and grain within what a picture can have; grain is never less than rounding."""
    found[0] = np.clip(found[0], -steepest, steepest)
    found[4] = np.clip(found[4], math.log(rounding), steepest)
    return found


def _first(spectra: Spectra) -> Matrix:
    """The nearest of a few even blurs: log gain, the covariance's xx, xy and yy, log grain."""
    top = max(float(np.min(spectra.plate[-sectors:] / spectra.grain[-sectors:])), rounding)
    nearest, start = math.inf, np.zeros(5)
    for sigma in first_sigmas_px:
        even = np.array([sigma**2, 0.0, sigma**2])
        seen = _blurred_means(spectra.picture, spectra.squares, spectra.starts, even, steepest)[:, 0]
        for grain in (max(share * top, rounding) for share in first_grain):
            off = float(np.square(np.log((seen + grain * spectra.grain) / spectra.plate)).sum())
            if off < nearest:
                nearest, start = off, np.array([0.0, *even, math.log(grain)])
    return start


def _off(spectra: Spectra, found: Matrix) -> tuple[Matrix, Matrix]:
    """How far off each bin is, in spreads, and the gain; and how that changes with what is sought, rows x 5."""
    seen = np.exp(found[0]) * _blurred_means(spectra.picture, spectra.squares, spectra.starts, found[1:4], steepest)
    grain = np.exp(found[4]) * spectra.grain
    power = seen[:, 0] + grain
    off = np.append((np.log(power) - np.log(spectra.plate)) / content_spread, found[0] / gain_spread)
    slopes = np.zeros((off.size, 5))
    slopes[:-1] = np.column_stack([seen[:, 0], -seen[:, 1:], grain]) / (power * content_spread)[:, np.newaxis]
    slopes[-1, 0] = 1 / gain_spread
    return off, slopes


@compiled
def _blurred_means(picture: Matrix, squares: Matrix, starts: Array, covariance: Matrix, steepest: float) -> Matrix:
    """Bins x 4: the mean of the picture's power under the blur, and of that times each of the squares."""
    means = np.zeros((starts.size - 1, 4))
    for at in range(starts.size - 1):
        for each in range(starts[at], starts[at + 1]):
            x, xy, y = squares[each]
            exponent = covariance[0] * x + covariance[1] * xy + covariance[2] * y
            power = picture[each] * np.exp(-max(exponent, -steepest))
            means[at, 0] += power
            means[at, 1] += power * x
            means[at, 2] += power * xy
            means[at, 3] += power * y
        means[at] /= starts[at + 1] - starts[at]
    return means
