import math
from collections.abc import Sequence

import cv2
import numpy as np

from faceplate.align.similarity import invert, transform
from faceplate.values import Floats, Matrix, Window

decimation_lobes = 4
"""Half width of the decimating filters, in pixels of the smaller picture."""

least_oversampling = 2
"""Below this density a linear reading would be seen as softness; the picture is enlarged first."""


def crop_window(plate_to_crop: Matrix, side_px: int) -> Window:
    """The pixels of the plate that a crop is made from, its filters' margin included; the plate may be anamorphic."""
    corners = transform(invert(plate_to_crop), np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * side_px)
    shrinkage = max(1.0, 1 / min(_steps(plate_to_crop)), *_steps(invert(plate_to_crop)))
    reach = math.ceil(2 * decimation_lobes * shrinkage + 2)
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    return Window(int(left), int(top), int(right), int(bottom)).grow(reach)


def resample(image: Floats, source: Window, matrix: Matrix, target: Window) -> Floats:
    """The picture seen through a 2 x 3 transform: `image` covers `source`, the result covers `target`.

    `matrix` leads from source to target coordinates (pixel centres at 0.5). An anamorphic plate scales x and y
    differently, so each axis is filtered for itself. Source axes that get smaller are low-passed with a Kaiser-windowed
    sinc; target axes coarser than the source are read on a finer grid and decimated. Source axes that keep their size,
    grow or shrink less than `least_oversampling` are first enlarged with a Catmull-Rom filter (Keys, "Cubic Convolution
    Interpolation", 1981, a = -1/2), which moves no ramp and no edge, as OpenCV's own cubic (a = -3/4) does. Beyond its
    edge the image repeats its last row and column. Values are not clamped.
    """
    times = [_enlargement(step) for step in _steps(matrix)]
    dense = np.column_stack([matrix[:, :2] / times, matrix[:, 2]])
    grid = _fine_grid(matrix, dense)
    if max(times) > 1:
        image, source = _enlarged(image, times), _scaled(source, times)
    if max(grid) == 1:
        return _read(image, source, dense, target)
    low = _filtered(image, _spacings(matrix, times))
    fine = _read(low, source, np.array([grid]).T * dense, _scaled(target.grow(decimation_lobes), grid))
    return _decimated(fine, grid, _bands(matrix), target)


def _steps(matrix: Matrix) -> list[float]:
    """How far, in pixels of the target, one pixel along x and one along y of the source lead."""
    return [float(length) for length in np.linalg.norm(matrix[:, :2], axis=0)]


def _enlargement(step: float) -> int:
    return max(least_oversampling, math.ceil(step)) | 1 if least_oversampling * step > 1 else 1


def _fine_grid(matrix: Matrix, dense: Matrix) -> list[int]:
    """Samples a target pixel along x and y; 1 along an axis that does not get coarser.

    The linear reading leaves images of the picture around the source's own density; the finer grid keeps them away
    from the target's band until the second filter takes them out. The counts are odd, so every target pixel has a
    sample at its very centre.
    """
    spans = zip(_steps(invert(matrix)), _steps(invert(dense)), strict=True)
    return [math.ceil(1.4 * span_dense) | 1 if span > 1 else 1 for span, span_dense in spans]


def _spacings(matrix: Matrix, times: Sequence[int]) -> list[float]:
    """Spacing of the first filter along the source's x and y, enlarged `times`; 0 where nothing gets smaller."""
    return [count / step if step < 1 else 0.0 for count, step in zip(times, _steps(matrix), strict=True)]


def _bands(matrix: Matrix) -> list[float]:
    """What the second filter keeps along the target's x and y, in Nyquist frequencies of the target.

    Half as much again where the first filter has already cut to the target's band, as it does for every turn of a
    plate; 1 where the source's axes lie askew to a target axis that gets coarser than the other one.
    """
    kept = np.linalg.inv(matrix[:, :2]) * np.minimum(1.0, _steps(matrix))[:, np.newaxis]
    return [float(np.clip(1.5 / reach, 1.0, 1.5)) for reach in (kept**2).sum(axis=0)]


def _scaled(window: Window, times: Sequence[int]) -> Window:
    return Window(*(count * edge for count, edge in zip([*times, *times], window, strict=True)))


def _decimated(fine: Floats, grid: Sequence[int], bands: Sequence[float], target: Window) -> Floats:
    """Target pixels out of a fine grid that reaches `decimation_lobes` of them beyond `target`."""
    spacings = [count / band if count > 1 else 0.0 for count, band in zip(grid, bands, strict=True)]
    smooth = _filtered(fine, spacings)
    first_x, first_y = (decimation_lobes * count + count // 2 for count in grid)
    rows = slice(first_y, first_y + target.height * grid[1], grid[1])
    columns = slice(first_x, first_x + target.width * grid[0], grid[0])
    return np.ascontiguousarray(smooth[rows, columns])


def _filtered(image: Floats, spacings_px: Sequence[float]) -> Floats:
    along_x, along_y = (_kaiser_sinc(spacing) for spacing in spacings_px)
    filtered: Floats = cv2.sepFilter2D(image, -1, along_x, along_y, borderType=cv2.BORDER_REPLICATE)
    return filtered


def _enlarged(image: Floats, times: Sequence[int]) -> Floats:
    margin = 2
    x, y = times
    padded = cv2.copyMakeBorder(image, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    stuffed = np.zeros((padded.shape[0] * y, padded.shape[1] * x, *image.shape[2:]), np.float32)
    stuffed[y // 2 :: y, x // 2 :: x] = padded
    full: Floats = cv2.sepFilter2D(stuffed, -1, _catmull_rom(x), _catmull_rom(y), borderType=cv2.BORDER_CONSTANT)
    return np.ascontiguousarray(full[margin * y : -margin * y, margin * x : -margin * x])


def _read(image: Floats, source: Window, matrix: Matrix, target: Window) -> Floats:
    opencv = matrix.copy()
    opencv[:, 2] += matrix[:, :2] @ (source.left + 0.5, source.top + 0.5)
    opencv[:, 2] -= (target.left + 0.5, target.top + 0.5)
    size = (target.width, target.height)
    seen: Floats = cv2.warpAffine(image, opencv, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return seen


def _kaiser_sinc(spacing_px: float) -> Floats:
    """Taps of a low-pass to the Nyquist frequency of samples `spacing_px` apart; a single 1 for a spacing of 0."""
    if spacing_px == 0:
        return np.ones(1, np.float32)
    reach = math.floor(decimation_lobes * spacing_px)
    at = np.arange(-reach, reach + 1) / spacing_px
    taps = np.sinc(at) * np.i0(5.0 * np.sqrt(1 - (at / decimation_lobes) ** 2))
    return np.asarray(taps / taps.sum(), np.float32)


def _catmull_rom(times: int) -> Floats:
    x = np.abs(np.arange(-2 * times, 2 * times + 1) / times)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.asarray(np.where(x < 1, near, far), np.float32)
