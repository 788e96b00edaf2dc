"""The filters that a picture is enlarged with, by Nuke's names."""

from functools import cache

import cv2
import numpy as np

from faceplate.align.strided import combined_rows
from faceplate.values import Array, Floats

_cubics = {"keys": (0.0, 1 / 2), "simon": (0.0, 3 / 4), "rifman": (0.0, 1.0), "mitchell": (1 / 3, 1 / 3)}
"""(B, C) of Mitchell and Netravali, "Reconstruction Filters in Computer Graphics", 1988."""

_lobes = {"lanczos4": 2, "lanczos6": 3}
"""Nuke counts a sinc's whole width."""

enlarging_filters = (*_cubics, *_lobes)
"""Keys (1981, a = -1/2, Catmull-Rom) moves no ramp and no edge; Simon and Rifman are sharper; Mitchell is softer."""

_one = np.ones(1, np.float32)


def enlarged(image: Floats, times: list[int], name: str) -> Floats:
    """The picture with so many columns and rows (odd counts) for each of its own, its samples at their middle ones."""
    x, y = times
    reach = _lobes.get(name, 2)
    padded = cv2.copyMakeBorder(image, 0, 0, reach, reach, cv2.BORDER_REPLICATE)
    stuffed = np.zeros((padded.shape[0], padded.shape[1] * x, *image.shape[2:]), np.float32)
    stuffed[:, x // 2 :: x] = padded
    wide = cv2.sepFilter2D(stuffed, -1, _taps(name, x), _one, borderType=cv2.BORDER_CONSTANT)
    wide = np.ascontiguousarray(wide[:, reach * x : wide.shape[1] - reach * x])
    # Of the taps of the whole filter, each row meets those that fall on rows of the picture.
    at = np.arange(image.shape[0] * y) - y // 2
    starts = at // y + 1 - reach
    taps = _taps(name, y)
    places = (starts[:, np.newaxis] + np.arange(2 * reach)) * y - at[:, np.newaxis] + reach * y
    return combined_rows(wide, starts, np.where(places < taps.size, taps[np.minimum(places, taps.size - 1)], 0))


@cache
def _taps(name: str, times: int) -> Floats:
    """The filter at every place that lies between samples, `times` of them a sample."""
    reach = _lobes.get(name, 2)
    x = np.abs(np.arange(-reach * times, reach * times + 1) / times)
    return np.asarray(_cubic(x, *_cubics[name]) if name in _cubics else _lanczos(x, reach, times), np.float32)


def _cubic(x: Array, b: float, c: float) -> Array:
    near = (2 - 1.5 * b - c) * x**3 + (-3 + 2 * b + c) * x**2 + (1 - b / 3)
    far = (-b / 6 - c) * x**3 + (b + 5 * c) * x**2 + (-2 * b - 8 * c) * x + (4 * b / 3 + 4 * c)
    return np.asarray(np.where(x < 1, near, far))


def _lanczos(x: Array, reach: int, times: int) -> Array:
    """A sinc's taps that meet the samples at one place sum to 1 only once they are made to."""
    taps = np.where(x < reach, np.sinc(x) * np.sinc(x / reach), 0.0)
    phases = np.arange(taps.size) % times
    return taps / np.bincount(phases, taps)[phases]
