"""The grain of a plate that was resized: what averaging or enlarging makes of it."""

from dataclasses import replace

import numpy as np

from faceplate.grain.kernel import cross_covariances
from faceplate.values import Array, Floats, GrainProfile, Matrix


def resized_profile(profile: GrainProfile, scale: float) -> GrainProfile:
    """The profile of the plate `scale` times as large: 0.5 for a half-size proxy.

    A pixel of a smaller picture is the mean of those it covers, so grain gets weaker as well as smaller. In a larger
    picture it is as strong, and larger. Channels may come closer together or go apart, for fine grain loses the most.
    """
    if scale == 1:
        return profile
    kernel, correlation, left = _resized(profile.kernel, profile.correlation, scale)
    zones = [_resized(*zone, scale)[:2] for zone in zip(profile.zone_kernel, profile.zone_correlation, strict=True)]
    return replace(
        profile,
        kernel=kernel,
        correlation=correlation,
        sigma=profile.sigma * left[:, None],
        response=profile.response * np.square(left)[:, None],
        curve_sigma=profile.curve_sigma * left[:, None],
        zone_kernel=np.stack([zone[0] for zone in zones]) if zones else profile.zone_kernel,
        zone_correlation=np.stack([zone[1] for zone in zones]) if zones else profile.zone_correlation,
    )


def _resized(kernel: Floats, correlation: Floats, scale: float) -> tuple[Floats, Floats, Floats]:
    """Kernels and correlation at another scale, and the share of each channel's deviation that is left."""
    covariances = _at_scale(cross_covariances(correlation, kernel), scale)
    middle = covariances.shape[-1] // 2
    shared = covariances[:, :, middle, middle]
    left = np.sqrt(np.diag(shared))
    radius = int(np.ceil((kernel.shape[-1] // 2) * max(scale, 1)))
    kernels = np.stack([_root(covariances[each, each], radius) for each in range(3)])
    return kernels, (shared / np.outer(left, left)).astype(np.float32), left.astype(np.float32)


def _at_scale(covariances: Matrix, scale: float) -> Matrix:
    """Covariances of pixels that are the mean of 1 / scale of the old ones each way, over lags of the new ones.

    Exact where that is a whole number; where pixels get smaller, lags between the old ones are interpolated.
    """
    reach = covariances.shape[-1] // 2
    old, new = np.arange(-reach, reach + 1), np.arange(-int(reach * max(scale, 1)) - 1, int(reach * max(scale, 1)) + 2)
    wide = max(1 / scale, 1)
    weights = np.maximum(1 - np.abs(old - new[:, None] / scale) / wide, 0) / wide
    return np.asarray(np.einsum("mi,cdij,nj->cdmn", weights, covariances, weights, optimize=True))


def _root(covariance: Matrix, radius: int) -> Floats:
    """The zero-phase filter that gives white noise this autocovariance, up to `radius`; squares sum to 1."""
    power = np.maximum(np.fft.fft2(np.fft.ifftshift(covariance)).real, 0)
    root: Array = np.fft.fftshift(np.fft.ifft2(np.sqrt(power)).real)
    middle = root.shape[0] // 2
    inner = root[middle - radius : middle + radius + 1, middle - radius : middle + radius + 1]
    symmetric = inner + inner[::-1, ::-1]
    return np.asarray(symmetric / np.sqrt(np.sum(np.square(symmetric))), np.float32)
