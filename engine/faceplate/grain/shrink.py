"""Grain taken out of one plane by shrinking the cosine coefficients of overlapping blocks, twice."""

from typing import NamedTuple

import numpy as np

from faceplate.values import Floats, Matrix

SIDE_PX = 16
HOP_PX = 4
THRESHOLD = 2.7  # sigmas; Dabov et al. (2007), the same constant for blocks of this kind
WINDOW = np.kaiser(SIDE_PX, 2.0).astype(np.float32)
LEAST = np.float32(1e-6)
TINY = np.float32(1e-12)


class Padded(NamedTuple):
    """A plane with a margin on all sides such that every pixel lies under as many blocks, on the plate's own grid."""

    plane: Floats
    inner: tuple[slice, slice]


def cosine_basis(side: int) -> Matrix:
    """The orthonormal DCT-II, side x side, one wave a row, slowest first."""
    at = (np.arange(side) + 0.5) / side
    waves = np.cos(np.pi * np.arange(side)[:, None] * at) * np.sqrt(2 / side)
    waves[0] = np.sqrt(1 / side)
    return np.asarray(waves, np.float64)


WAVES = cosine_basis(SIDE_PX).astype(np.float32)


def coefficient_variance(covariance: Matrix) -> Floats:
    """The variance of each cosine coefficient of a block of noise, whose autocovariance has lag 0 in its middle."""
    lags = np.arange(covariance.shape[0]) - covariance.shape[0] // 2
    waves = cosine_basis(SIDE_PX)
    overlaps = np.zeros((SIDE_PX, lags.size))
    for column, lag in enumerate(np.abs(lags)):
        if lag < SIDE_PX:
            overlaps[:, column] = np.sum(waves[:, lag:] * waves[:, : SIDE_PX - lag], axis=1)
    return np.maximum(overlaps @ covariance @ overlaps.T, 0).astype(np.float32)


def shrunk(plane: Floats, variance: Floats, corner: tuple[int, int]) -> Floats:
    """The plane (rows x columns) without noise of this coefficient variance.

    First small coefficients are dropped; then those of the untouched plane are weighed by what the first result says of
    signal and noise (Wiener). Blocks stand on a grid of the plate; `corner` is the plane's top and left on the plate.

    Source: Yu and Sapiro, "DCT image denoising" (IPOL 2011); two steps and weights of Dabov et al., "Image denoising by
    sparse 3-D transform-domain collaborative filtering" (2007), without the search for alike blocks.
    """
    if not variance.any():
        return plane
    padded = _pad(plane, corner)
    first = _sweep(padded.plane, None, variance)
    second = _sweep(padded.plane, first, variance)
    return second[padded.inner]


def _pad(plane: Floats, corner: tuple[int, int]) -> Padded:
    margins, inner = [], []
    for start, length in zip(corner, plane.shape, strict=True):
        before = SIDE_PX + start % HOP_PX
        after = SIDE_PX + -(before + length) % HOP_PX
        margins.append((before, after))
        inner.append(slice(before, before + length))
    return Padded(np.pad(plane, margins, mode="symmetric"), (inner[0], inner[1]))


def _sweep(noisy: Floats, pilot: Floats | None, variance: Floats) -> Floats:
    """One pass over all blocks, a row of them at a time; without a pilot coefficients are dropped or kept."""
    total, weight = np.zeros_like(noisy), np.full_like(noisy, TINY)
    for top in range(0, noisy.shape[0] - SIDE_PX + 1, HOP_PX):
        rows = slice(top, top + SIDE_PX)
        coefficients = _analyse(noisy[rows])
        gain = _kept(coefficients, variance) if pilot is None else _wiener(_analyse(pilot[rows]), variance)
        trust = _trust(gain, variance)
        total[rows] += _synthesise(coefficients * gain * trust[:, None, None], noisy.shape[1])
        weight[rows] += np.outer(WINDOW, _spread(trust, noisy.shape[1]))
    return total / weight


def _analyse(strip: Floats) -> Floats:
    """Cosine coefficients of the blocks in a strip, blocks x SIDE_PX x SIDE_PX."""
    windows = np.lib.stride_tricks.sliding_window_view(WAVES @ strip, SIDE_PX, axis=1)[:, ::HOP_PX]
    return np.ascontiguousarray(windows.transpose(1, 0, 2)) @ WAVES.T


def _synthesise(coefficients: Floats, columns: int) -> Floats:
    """The blocks windowed and added up where they stand, SIDE_PX x columns."""
    blocks = coefficients @ (WAVES * WINDOW)
    strip: Floats = WAVES.T @ _laid_out(blocks.transpose(1, 0, 2), columns)
    return strip * WINDOW[:, None]


def _spread(trust: Floats, columns: int) -> Floats:
    """Each block's weight over the columns it covers."""
    return np.asarray(_laid_out((trust[:, None] * WINDOW)[None], columns)[0])


def _laid_out(blocks: Floats, columns: int) -> Floats:
    """Blocks (rows x blocks x SIDE_PX) added up where they stand, HOP_PX apart: rows x columns.

    Every SIDE_PX / HOP_PX-th block lies clear of the last, so they go in whole.
    """
    strip = np.zeros((blocks.shape[0], columns), np.float32)
    apart = SIDE_PX // HOP_PX
    for phase in range(apart):
        row = blocks[:, phase::apart].reshape(blocks.shape[0], -1)
        strip[:, phase * HOP_PX : phase * HOP_PX + row.shape[1]] += row
    return strip


def _kept(coefficients: Floats, variance: Floats) -> Floats:
    limit = np.float32(THRESHOLD**2) * variance
    gain = (np.square(coefficients) > limit).astype(np.float32)
    gain[:, 0, 0] = 1
    return gain


def _wiener(pilot: Floats, variance: Floats) -> Floats:
    energy = np.square(pilot)
    gain = np.asarray(energy / np.maximum(energy + variance, TINY), np.float32)
    gain[:, 0, 0] = 1
    return gain


def _trust(gain: Floats, variance: Floats) -> Floats:
    """A block counts the more, the less noise is left in it."""
    left: Floats = np.square(gain).reshape(len(gain), -1) @ variance.ravel()
    return np.reciprocal(np.maximum(left, LEAST))
