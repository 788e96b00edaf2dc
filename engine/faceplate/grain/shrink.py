"""Grain taken out of one plane by shrinking the cosine coefficients of overlapping blocks, twice."""

from typing import NamedTuple

import numpy as np

from faceplate.grain.sweep import HOP_PX, SIDE_PX, cosine_basis, swept
from faceplate.values import Floats, Matrix

THRESHOLD = 2.7  # sigmas; Dabov et al. (2007), the same constant for blocks of this kind
PLAIN = np.array([[SIDE_PX]] + [[SIDE_PX / 2]] * (SIDE_PX - 1), np.float32)  # squares of plain cosine sums over ours


class Padded(NamedTuple):
    """A plane with a margin on all sides such that every pixel lies under as many blocks, on the plate's own grid."""

    plane: Floats
    inner: tuple[slice, slice]


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
    noise = variance * PLAIN
    first = swept(padded.plane, None, (np.float32(THRESHOLD**2) * noise).ravel(), variance.ravel())
    second = swept(padded.plane, first, noise.ravel(), variance.ravel())
    return second[padded.inner]


def _pad(plane: Floats, corner: tuple[int, int]) -> Padded:
    margins, inner = [], []
    for start, length in zip(corner, plane.shape, strict=True):
        before = SIDE_PX + start % HOP_PX
        after = SIDE_PX + -(before + length) % HOP_PX
        margins.append((before, after))
        inner.append(slice(before, before + length))
    return Padded(np.pad(plane, margins, mode="symmetric"), (inner[0], inner[1]))
