import math

import cv2
import numpy as np

from faceplate.align.similarity import invert, transform
from faceplate.values import Floats, Matrix, Window

decimation_lobes = 4
"""Half width of the decimating filters, in pixels of the smaller picture."""

least_oversampling = 2
"""Below this density a linear reading would be seen as softness; the picture is enlarged first."""


def crop_window(plate_to_crop: Matrix, side_px: int) -> Window:
    """The pixels of the plate that a crop is made from, its filter's margin included."""
    corners = transform(invert(plate_to_crop), np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * side_px)
    reach = math.ceil(2 * decimation_lobes * max(1.0, _shrinkage(plate_to_crop)) + 2)
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    return Window(int(left), int(top), int(right), int(bottom)).grow(reach)


def resample(image: Floats, source: Window, matrix: Matrix, target: Window) -> Floats:
    """The picture seen through a 2 x 3 transform: `image` covers `source`, the result covers `target`.

    `matrix` leads from source to target coordinates (pixel centres at 0.5). A picture that gets smaller is low-passed
    with a Kaiser-windowed sinc, read on a grid finer than the target's, and decimated; one that keeps its size or
    grows is first enlarged with a Catmull-Rom filter (Keys, "Cubic Convolution Interpolation", 1981, a = -1/2), which
    moves no ramp and no edge, as OpenCV's own cubic (a = -3/4) does. Beyond its edge the image repeats its last row
    and column. Values are not clamped.
    """
    shrinks = _shrinkage(matrix) > 1
    if _shrinkage(matrix) < least_oversampling:
        times = max(least_oversampling, math.ceil(1 / _shrinkage(matrix))) | 1
        image, source, matrix = _enlarged(image, times), _scaled(source, times), _read_from(matrix, times)
    return _decimated(image, source, matrix, target) if shrinks else _read(image, source, matrix, target)


def _shrinkage(matrix: Matrix) -> float:
    return 1 / math.sqrt(abs(float(np.linalg.det(matrix[:, :2]))))


def _scaled(window: Window, times: int) -> Window:
    return Window(*(times * edge for edge in window))


def _read_from(matrix: Matrix, times: int) -> Matrix:
    return np.column_stack([matrix[:, :2] / times, matrix[:, 2]])


def _decimated(image: Floats, source: Window, matrix: Matrix, target: Window) -> Floats:
    shrinkage = _shrinkage(matrix)
    low = _filtered(image, _kaiser_sinc(shrinkage))
    # The linear reading leaves images of the picture around the source's own density; the finer grid keeps them
    # away from the target's band until the second filter takes them out.
    times = math.ceil(1.4 * shrinkage) | 1
    fine = _read(low, source, matrix * times, _scaled(target.grow(decimation_lobes), times))
    smooth = _filtered(fine, _kaiser_sinc(times / 1.5))
    # `times` is odd, so every target pixel has a sample of the fine grid at its very centre.
    first = decimation_lobes * times + times // 2
    rows = slice(first, first + target.height * times, times)
    columns = slice(first, first + target.width * times, times)
    return np.ascontiguousarray(smooth[rows, columns])


def _filtered(image: Floats, taps: Floats) -> Floats:
    filtered: Floats = cv2.sepFilter2D(image, -1, taps, taps, borderType=cv2.BORDER_REPLICATE)
    return filtered


def _enlarged(image: Floats, times: int) -> Floats:
    margin = 2
    padded = cv2.copyMakeBorder(image, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    stuffed = np.zeros((padded.shape[0] * times, padded.shape[1] * times, *image.shape[2:]), np.float32)
    stuffed[times // 2 :: times, times // 2 :: times] = padded
    taps = _catmull_rom(times)
    full: Floats = cv2.sepFilter2D(stuffed, -1, taps, taps, borderType=cv2.BORDER_CONSTANT)
    inside = slice(margin * times, -margin * times)
    return np.ascontiguousarray(full[inside, inside])


def _read(image: Floats, source: Window, matrix: Matrix, target: Window) -> Floats:
    opencv = matrix.copy()
    opencv[:, 2] += matrix[:, :2] @ (source.left + 0.5, source.top + 0.5)
    opencv[:, 2] -= (target.left + 0.5, target.top + 0.5)
    size = (target.width, target.height)
    seen: Floats = cv2.warpAffine(image, opencv, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return seen


def _kaiser_sinc(spacing_px: float) -> Floats:
    reach = math.floor(decimation_lobes * spacing_px)
    at = np.arange(-reach, reach + 1) / spacing_px
    taps = np.sinc(at) * np.i0(5.0 * np.sqrt(1 - (at / decimation_lobes) ** 2))
    return np.asarray(taps / taps.sum(), np.float32)


def _catmull_rom(times: int) -> Floats:
    x = np.abs(np.arange(-2 * times, 2 * times + 1) / times)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.asarray(np.where(x < 1, near, far), np.float32)
