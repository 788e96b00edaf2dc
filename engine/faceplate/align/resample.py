import math
from collections.abc import Sequence

import cv2
import numpy as np

from faceplate.align.enlarge import enlarged
from faceplate.align.halved import Halvings, halved, halvings, square
from faceplate.align.pinpoint import reach_px, read_pinpoint
from faceplate.align.similarity import invert, steps, window_through
from faceplate.align.strided import combined_rows
from faceplate.values import Floats, Matrix, Window

decimation_lobes = 6
"""Half width of the decimating filters, in pixels of the smaller picture."""

least_oversampling = 2
"""Below this density a linear reading would be seen as softness; the picture is enlarged first."""

most_enlargement = 5
"""So many times as dense a picture is enlarged at most: straight lines between such samples are within a decibel of the
enlarging filter's own error, where that is not 60 dB down."""

spare_spacing = 3.3
"""Pixels from one of the target's to the next: where there are so many, every second low-passed one says it all."""


def crop_window(plate_to_crop: Matrix, side_px: int) -> Window:
    """The pixels of the plate that a crop is made from, its filters' margin included; the plate may be anamorphic."""
    return seen_window(Window(0, 0, side_px, side_px), plate_to_crop)


def seen_window(target: Window, matrix: Matrix) -> Window:
    """The pixels of the source that those of a target window are made from, as `resample` does it."""
    back = invert(matrix)
    if min(steps(matrix)) >= 1 and max(steps(back)) <= 1:
        # The enlarging filters end before the decimating ones, and a linear reading reaches one pixel more.
        return window_through(back, target).grow(decimation_lobes)
    way = _way(matrix)
    if way is not None:
        return window_through(back, target).grow(max(_reach(taps) for taps in way))
    shrinkage = max(1.0, 1 / min(steps(matrix)), *steps(back))
    reach = math.ceil(2 * decimation_lobes * shrinkage + 2)
    return window_through(back, target).grow(reach)


def resample(image: Floats, source: Window, matrix: Matrix, target: Window, *, enlarging: str = "keys") -> Floats:
    """The picture seen through a 2 x 3 transform: `image` covers `source`, the result covers `target`.

    `matrix` leads from source to target coordinates (pixel centres at 0.5). An anamorphic plate scales x and y
    differently, so each axis is filtered for itself. Source axes that get smaller are low-passed with a Kaiser-windowed
    sinc; target axes coarser than the source are read on a finer grid and decimated. Source axes that keep their size,
    grow or shrink less than `least_oversampling` are first enlarged with one of `enlarging_filters`: by default Keys,
    which moves no ramp and no edge, as OpenCV's own cubic (a = -3/4) does. An axis that gets less than a quarter as
    large is first halved as often as that; a picture of square pixels that is then at least `least_oversampling` times
    as dense as the target is low-passed and read at the target's own places at once. Beyond its edge the image repeats
    its last row and column. Values are not clamped.
    """
    needed = seen_window(target, matrix).intersect(source)
    if not needed.is_empty:
        image, source = image[needed.slices(source)], needed
    way = _way(matrix)
    if way is not None:
        planes, source, matrix = _low_passed(image, source, matrix, way)
        return read_pinpoint(planes, source, matrix, target).reshape(target.height, target.width, *image.shape[2:])
    image, source, matrix = halved(image, source, matrix, halvings(matrix))
    times = [_enlargement(step) for step in steps(matrix)]
    dense = np.column_stack([matrix[:, :2] / times, matrix[:, 2]])
    grid = _fine_grid(matrix, dense)
    if max(times) > 1:
        image, source = enlarged(image, times, enlarging), _scaled(source, times)
    if max(grid) == 1:
        return read(image, source, dense, target)
    low = _filtered(image, _spacings(matrix, times))
    fine = read(low, source, np.array([grid]).T * dense, _scaled(target.grow(decimation_lobes), grid))
    return _decimated(fine, grid, _bands(matrix), target)


def resample_between(image: Floats, source: Window, matrix: Matrix, target: Window, places: int) -> Floats | None:
    """`resample` at so many places along either axis of each target pixel, the filters being those of whole ones.

    Filtered once, it is read at places x places times as many. None where `resample` would read a finer grid first.
    """
    way = _way(matrix)
    if way is None:
        return None
    needed = seen_window(target, matrix).intersect(source)
    if not needed.is_empty:
        image, source = image[needed.slices(source)], needed
    planes, source, matrix = _low_passed(image, source, matrix, way)
    fine = _scaled(target, [places, places])
    return read_pinpoint(planes, source, places * matrix, fine).reshape(fine.height, fine.width, *image.shape[2:])


def _way(matrix: Matrix) -> Halvings | None:
    """The filters along x and y before a picture is read once, the last one to the target's band; None where it is not.

    It is where both pictures' pixels are square, however turned, and the source's at least `least_oversampling` times
    as dense.
    """
    taps = halvings(matrix)
    dense = matrix[:, :2] * [2 ** len(each) for each in taps]
    most, least = np.linalg.svd(dense, compute_uv=False)
    if most > square * least or least_oversampling * most > 1:
        return None
    return [[*each, _kaiser_sinc(1 / step)] for each, step in zip(taps, steps(dense), strict=True)]


def _reach(taps: Sequence[Floats]) -> int:
    """How far, in pixels of the source, a place is seen along one axis, should every filter halve it."""
    filters = sum((each.size // 2) << level for level, each in enumerate(taps))
    return filters + ((reach_px + 1) << len(taps))


def _low_passed(image: Floats, source: Window, matrix: Matrix, way: Halvings) -> tuple[Floats, Window, Matrix]:
    """The picture (channels x rows x columns) filtered, with every second sample alone but perhaps the last time."""
    if min(each[-1].size for each in way) > 2 * decimation_lobes * spare_spacing:
        low, source, matrix = halved(image, source, matrix, way)
    else:
        low, source, matrix = halved(image, source, matrix, [each[:-1] for each in way])
        along_x, along_y = (each[-1] for each in way)
        low = cv2.sepFilter2D(low, -1, along_x, along_y, borderType=cv2.BORDER_REPLICATE)
    return np.moveaxis(np.atleast_3d(low), -1, 0), source, matrix


_one = np.ones(1, np.float32)


def _enlargement(step: float) -> int:
    if least_oversampling * step <= 1:
        return 1
    return min(max(least_oversampling, math.ceil(step)) | 1, most_enlargement)


def _fine_grid(matrix: Matrix, dense: Matrix) -> list[int]:
    """Samples a target pixel along x and y; 1 along an axis that does not get coarser.

    The linear reading leaves images of the picture around the source's own density; the finer grid keeps them away
    from the target's band until the second filter takes them out. The counts are odd, so every target pixel has a
    sample at its very centre.
    """
    spans = zip(steps(invert(matrix)), steps(invert(dense)), strict=True)
    return [math.ceil(1.4 * span_dense) | 1 if span > 1 else 1 for span, span_dense in spans]


def _spacings(matrix: Matrix, times: Sequence[int]) -> list[float]:
    """Spacing of the first filter along the source's x and y, enlarged `times`; 0 where nothing gets smaller."""
    return [count / step if step < 1 else 0.0 for count, step in zip(times, steps(matrix), strict=True)]


def _bands(matrix: Matrix) -> list[float]:
    """What the second filter keeps along the target's x and y, in Nyquist frequencies of the target.

    Half as much again where the first filter has already cut to the target's band, as it does for every turn of a
    plate; 1 where the source's axes lie askew to a target axis that gets coarser than the other one.
    """
    kept = np.linalg.inv(matrix[:, :2]) * np.minimum(1.0, steps(matrix))[:, np.newaxis]
    return [float(np.clip(1.5 / reach, 1.0, 1.5)) for reach in (kept**2).sum(axis=0)]


def _scaled(window: Window, times: Sequence[int]) -> Window:
    return Window(*(count * edge for count, edge in zip([*times, *times], window, strict=True)))


def _decimated(fine: Floats, grid: Sequence[int], bands: Sequence[float], target: Window) -> Floats:
    """Target pixels out of a fine grid that reaches `decimation_lobes` of them beyond `target`."""
    spacings = [count / band if count > 1 else 0.0 for count, band in zip(grid, bands, strict=True)]
    first_x, first_y = (decimation_lobes * count + count // 2 for count in grid)
    thin = _kept(fine, _kaiser_sinc(spacings[1]), first_y, grid[1], target.height, axis=1)
    return _kept(thin, _kaiser_sinc(spacings[0]), first_x, grid[0], target.width, axis=0)


def _kept(image: Floats, taps: Floats, first: int, step: int, count: int, axis: int) -> Floats:
    """Every `step`th column (axis 0) or row (axis 1), `count` from `first` on, of the image filtered along it."""
    if axis == 1:
        starts = first + step * np.arange(count) - taps.size // 2
        return combined_rows(image, starts, np.tile(taps, (count, 1)))
    filtered = cv2.sepFilter2D(image, -1, taps, _one, borderType=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(filtered[:, first : first + step * count : step])


def _filtered(image: Floats, spacings_px: Sequence[float]) -> Floats:
    along_x, along_y = (_kaiser_sinc(spacing) for spacing in spacings_px)
    filtered: Floats = cv2.sepFilter2D(image, -1, along_x, along_y, borderType=cv2.BORDER_REPLICATE)
    return filtered


def read(
    image: Floats,
    source: Window,
    matrix: Matrix,
    target: Window,
    *,
    interpolation: int = cv2.INTER_LINEAR,
    border: int = cv2.BORDER_REPLICATE,
) -> Floats:
    """One reading of the picture at each target pixel's place, by OpenCV.

    Beyond its edge the image repeats it; with `cv2.BORDER_CONSTANT` it is 0 there, from a pixel beyond its edge on.
    """
    opencv = matrix.copy()
    opencv[:, 2] += matrix[:, :2] @ (source.left + 0.5, source.top + 0.5)
    opencv[:, 2] -= (target.left + 0.5, target.top + 0.5)
    size = (target.width, target.height)
    # What numpy itself allocates comes in large pages, where the system has them. OpenCV takes it for floats alone.
    seen = np.empty((target.height, target.width, *image.shape[2:]), np.float32)
    cv2.warpAffine(image.astype(np.float32, copy=False), opencv, size, dst=seen, flags=interpolation, borderMode=border)
    return seen


def _kaiser_sinc(spacing_px: float) -> Floats:
    """Taps of a low-pass to the Nyquist frequency of samples `spacing_px` apart; a single 1 for a spacing of 0."""
    if spacing_px == 0:
        return np.ones(1, np.float32)
    reach = math.floor(decimation_lobes * spacing_px)
    at = np.arange(-reach, reach + 1) / spacing_px
    # Where the last tap stands at the very end, rounding may take it beyond.
    taps = np.sinc(at) * np.i0(4.0 * np.sqrt(np.maximum(1 - (at / decimation_lobes) ** 2, 0)))
    return np.asarray(taps / taps.sum(), np.float32)
