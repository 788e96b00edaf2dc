"""The filter that turns white noise into grain: from an autocovariance, at another size, and across channels."""

import cv2
import numpy as np

from faceplate.values import Array, Floats, Matrix

RADIUS_PX = 8
TRANSFORM_PX = 64
NEGLIGIBLE = 1e-7  # a weight that float32 noise could not show
OVERSAMPLING = 8  # points along a pixel's side when a kernel is shrunk


def kernel_of(autocovariance: Matrix) -> Floats:
    """The zero-phase filter that gives white noise this autocovariance.

    Args:
        autocovariance: TRANSFORM_PX square, lag (0, 0) first, lags wrapped round.

    Returns:
        2 * RADIUS_PX + 1 square, symmetric about its middle, squares sum to 1; a single 1 where there is no grain.
    """
    if not autocovariance[0, 0] > 0:
        return untouched_kernel()
    power = np.maximum(np.fft.fft2(autocovariance).real, 0)
    kernel = np.fft.fftshift(np.fft.ifft2(np.sqrt(power)).real)
    middle = TRANSFORM_PX // 2
    reach = slice(middle - RADIUS_PX, middle + RADIUS_PX + 1)
    return _unit(kernel[reach, reach])


def untouched_kernel() -> Floats:
    """The filter that leaves noise white."""
    kernel = np.zeros((2 * RADIUS_PX + 1, 2 * RADIUS_PX + 1), np.float32)
    kernel[RADIUS_PX, RADIUS_PX] = 1
    return kernel


def scaled_kernel(kernel: Floats, size: float) -> Floats:
    """The kernels (channels x side x side) of grain `size` times as large, squares summing to 1 again.

    Below 1 each tap is the mean over the wider pixel's footprint, as a proxy is made from its plate.
    """
    if size == 1:
        return kernel
    radius = int(np.ceil((kernel.shape[-1] // 2 + 0.5) * size))
    points = 1 if size > 1 else OVERSAMPLING
    offsets = (np.arange(points) + 0.5) / points - 0.5
    taps = np.arange(-radius, radius + 1)[:, None] + offsets
    at = (taps / size + kernel.shape[-1] // 2).astype(np.float32).ravel()
    return np.stack([_unit(_resampled(channel, at, points)) for channel in kernel])


def _resampled(kernel: Floats, at: Floats, points: int) -> Array:
    columns, rows = np.meshgrid(at, at)
    fine = cv2.remap(kernel, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT)
    side = at.size // points
    taps: Array = fine.reshape(side, points, side, points).mean(axis=(1, 3))
    return taps


def _unit(kernel: Array) -> Floats:
    symmetric = (kernel + kernel[::-1, ::-1]).astype(np.float64)
    unit: Floats = (symmetric / np.sqrt(np.sum(symmetric**2))).astype(np.float32)
    return unit


def mixing(correlation: Floats, kernel: Floats) -> Floats:
    """3 x 3 weights that give white noise such a correlation that it has `correlation` once each channel is filtered.

    Filters of unlike shape lower the correlation between channels, so the white noise has to have more of it. Where no
    noise can have so much, the nearest possible is taken.
    """
    overlap = np.einsum("cij,dij->cd", kernel.astype(np.float64), kernel.astype(np.float64))
    wanted = np.clip(correlation / np.maximum(overlap, np.abs(correlation)), -1, 1)
    values, vectors = np.linalg.eigh(wanted)
    root = vectors * np.sqrt(np.maximum(values, 0))
    _, triangle = np.linalg.qr(root.T)
    weights = triangle.T / np.maximum(np.linalg.norm(triangle.T, axis=1, keepdims=True), 1e-12)
    return np.where(np.abs(weights) < NEGLIGIBLE, 0, weights).astype(np.float32)


def cross_covariances(correlation: Floats, kernel: Floats) -> Matrix:
    """3 x 3 x lags x lags: covariance between channels of unit grain, of lags from -(side - 1) to side - 1."""
    reach = 2 * kernel.shape[-1] - 1
    spectra = np.fft.rfft2(kernel.astype(np.float64), s=(reach, reach))
    weights = mixing(correlation, kernel).astype(np.float64)
    products = np.einsum("cij,dij->cdij", spectra, spectra.conj()) * (weights @ weights.T)[..., None, None]
    return np.fft.fftshift(np.fft.irfft2(products, s=(reach, reach)), axes=(-2, -1))
