"""The demo's camera: grain of known response and spectrum, and the curve its pixels are stored in.

Grain is made in the camera's own linear light, as a sensor makes it and the engine measures it.
"""

from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np

from faceplate.demo.portrait import demo_conversion, working_space
from faceplate.values import Array, Floats, Matrix

encoding = "ARRI LogC3 (EI800)"
linear_encoding = "Linear ARRI Wide Gamut 3"
# Variance = slope * exposure + floor: 0.7 to 0.9 % at middle grey, blue the noisiest.
grain_response: Matrix = np.array([[3.45e-4, 4.3e-6], [2.16e-4, 2.7e-6], [4.1e-4, 5.6e-6]])
GRAIN_SIGMA_PX = 0.8
KERNEL_REACH_PX = 4
CHANNEL_CORRELATION = 0.3
BAND_ROWS = 180
SEED = 5219
BRIGHTEST = 65504.0


def grain_kernel() -> Floats:
    """3 x 9 x 9, the filter of the grain; squares sum to 1."""
    taps = _taps()
    return np.repeat((taps[:, np.newaxis] * taps)[np.newaxis], 3, axis=0)


def grain_correlation() -> Matrix:
    """3 x 3, between channels."""
    correlation: Matrix = CHANNEL_CORRELATION + (1 - CHANNEL_CORRELATION) * np.eye(3)
    return correlation


def exposed(rgb_working: Floats, frame: int) -> Array:
    """The frame as the camera stores it, half floats in `encoding`, from a clean ACEScg picture.

    The grain depends on the frame's number and the size of the picture alone.
    """
    rows, columns = rgb_working.shape[:2]
    stored = np.empty((rows, columns, 3), np.float16)
    for first, grain in _grain_bands(frame, rows, columns):
        band = cv2.transform(rgb_working[first : first + grain.shape[0]], _working_to_camera())
        band += grain * _sigma(band)
        stored[first : first + grain.shape[0]] = _curve()[band.astype(np.float16).view(np.uint16)]
    return stored


def _grain_bands(frame: int, rows: int, columns: int) -> Iterator[tuple[int, Floats]]:
    """First row and grain (mean 0, deviation 1) of one band after another; bands keep memory and caches small."""
    random = np.random.Generator(np.random.SFC64((SEED, frame)))
    reach, taps = KERNEL_REACH_PX, _taps()
    mix = np.linalg.cholesky(grain_correlation()).astype(np.float32)
    white = random.standard_normal((2 * reach, columns + 2 * reach, 3), dtype=np.float32)
    for first in range(0, rows, BAND_ROWS):
        count = min(BAND_ROWS, rows - first)
        fresh = random.standard_normal((count, columns + 2 * reach, 3), dtype=np.float32)
        white = np.concatenate([white[-2 * reach :], fresh])
        filtered = cv2.sepFilter2D(white, -1, taps, taps)[reach:-reach, reach:-reach]
        yield first, cv2.transform(np.ascontiguousarray(filtered), mix)


def _sigma(rgb_camera: Floats) -> Floats:
    slope, floor = grain_response.T.astype(np.float32)
    sigma = np.maximum(rgb_camera, 0)
    sigma *= slope
    sigma += floor
    return np.sqrt(sigma, out=sigma)


@cache
def _taps() -> Floats:
    taps = np.exp(-(np.arange(-KERNEL_REACH_PX, KERNEL_REACH_PX + 1) ** 2) / (2 * GRAIN_SIGMA_PX**2))
    return np.asarray(taps / np.sqrt((taps**2).sum()), np.float32)


@cache
def _working_to_camera() -> Floats:
    columns = demo_conversion(working_space, linear_encoding)(np.eye(3, dtype=np.float32)[np.newaxis])
    return np.ascontiguousarray(columns[0].T)


@cache
def _curve() -> Array:
    """The stored half of each of the 65536 halves of the camera's linear light; below -1 it is that of -1."""
    linear = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)
    finite = np.nan_to_num(linear, posinf=BRIGHTEST, neginf=-1).clip(-1, BRIGHTEST)
    grey = np.repeat(finite[np.newaxis, :, np.newaxis], 3, axis=2)
    return demo_conversion(linear_encoding, encoding)(grey)[0, :, 0].astype(np.float16)
