"""Cells of a frame's stored samples, averaged where they stand: no sample is copied or converted on its own."""

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np

from faceplate.compiled import compiled, widened, widens_halves
from faceplate.plate import normalised
from faceplate.values import Array, Floats, Sample

BRIGHTEST = 65504.0

# Pixels of three or four channels are read whole.
NEIGHBOURS = (3, 4)

Planes: TypeAlias = tuple[Array, Array, Array]
Axis: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True)
class Lattice:
    """Which samples of an axis are taken, every so many pixels, and how many stand outside before and after them."""

    taken: slice
    count: int
    missing: tuple[int, int]

    def coverage(self, cells: int) -> Floats:
        """The part of each cell that has samples."""
        if self.missing == (0, 0):
            return np.ones(cells, np.float32)
        inside = np.zeros(self.count + sum(self.missing), np.float32)
        inside[self.missing[0] : self.missing[0] + self.count] = 1
        part: Floats = inside.reshape(cells, -1).mean(axis=1)
        return part

    def axis(self, cells: int) -> "Axis":
        """Samples outside before the first that is there, those that are there, and samples a cell."""
        return self.missing[0], self.count, (self.count + sum(self.missing)) // cells


def lattice_between(start: int, end: int, first: int, last: int, stride: int) -> Lattice:
    """The lattice from pixel `start` up to `end`, of which the picture holds `first` up to `last`.

    `taken` counts from `first`.
    """
    before = max(0, -(-(first - start - stride // 2) // stride))
    until = max(before, -(-(last - start - stride // 2) // stride))
    offset = start + stride // 2 + before * stride - first
    return Lattice(slice(offset, None, stride), until - before, (before, (end - start) // stride - until))


def cell_means(planes: Planes, sample: Sample, rows: Lattice, columns: Lattice, cells: tuple[int, int]) -> Floats:
    """The mean of each of `cells` (rows, columns) as numbers, rows x columns x 3; samples outside repeat the nearest.

    `planes` are the stored channels, each rows x columns, any views. A cell with a NaN is 0, one with an infinite
    sample the brightest or darkest half.
    """
    counted = [_counted(plane[rows.taken, columns.taken], sample) for plane in planes]
    down, across = rows.axis(cells[0]), columns.axis(cells[1])
    means = np.empty((*cells, 3), np.float32)
    if sample is Sample.HALF and widens_halves and (apart := _side_by_side(counted)):
        halves, row_step = _pixels(counted[0], apart)
        _mean_halves(halves, row_step, apart, down, across, means)
        return means
    red, green, blue = map(_flat, counted)
    samples = (red.samples, green.samples, blue.samples)
    steps = np.array([red.steps, green.steps, blue.steps], np.int64)
    if samples[0].dtype.kind == "f":
        _mean_numbers(samples, steps, down, across, means)
    else:
        _mean_codes(samples, steps, _numbers(sample), down, across, means)
    return means


def covered(shown: Floats, rows: Lattice, columns: Lattice) -> Floats:
    """The picture of cells within 0 and 1, NaN as 0, weighed with the part of each cell that has samples."""
    weighed = np.empty(shown.shape, np.float32)
    _cover(shown, rows.coverage(shown.shape[0]), columns.coverage(shown.shape[1]), weighed)
    return weighed


@dataclass(frozen=True)
class _Flat:
    """A plane as one run of memory, and how far its rows and columns stand apart in it."""

    samples: Array
    steps: tuple[int, int]


def _counted(plane: Array, sample: Sample) -> Array:
    """The samples as codes that count a table's entries; floats, and codes too many for a table, as numbers."""
    if sample is Sample.HALF:
        return plane.view(np.uint16)
    return normalised(plane, sample) if sample is Sample.UINT32 else plane


def _flat(plane: Array) -> _Flat:
    size = plane.itemsize
    if min(plane.strides) <= 0 or any(stride % size for stride in plane.strides):
        plane = np.ascontiguousarray(plane)
    steps = (plane.strides[0] // size, plane.strides[1] // size)
    length = sum((extent - 1) * step for extent, step in zip(plane.shape, steps, strict=True)) + 1
    # From the first sample to the last one there is nothing but the array that the plane is a view of.
    samples = np.lib.stride_tricks.as_strided(plane, (length,), (size,), writeable=False)
    return _Flat(samples, steps)


def _side_by_side(planes: list[Array]) -> int:
    """Samples from pixel to pixel where each pixel's red, green and blue are neighbours in memory; 0 where not."""
    first, size = planes[0], planes[0].itemsize
    starts = [plane.ctypes.data - first.ctypes.data for plane in planes]
    (row_step, pixel_step), *others = {plane.strides for plane in planes}
    apart = pixel_step // size
    together = starts == [0, size, 2 * size] and not others and row_step > 0 and row_step % size == 0
    return apart if together and apart in NEIGHBOURS and pixel_step % size == 0 else 0


def _pixels(red: Array, apart: int) -> tuple[Array, int]:
    """Whole pixels as one run of memory, from the first red to the last blue; and how far rows stand apart in it."""
    (rows, columns), row_step = red.shape, red.strides[0] // red.itemsize
    length = (rows - 1) * row_step + (columns - 1) * apart + 3
    return np.lib.stride_tricks.as_strided(red, (length,), (red.itemsize,), writeable=False), row_step


@cache
def _numbers(sample: Sample) -> Floats:
    """The number that each code stands for."""
    bits = np.uint16 if sample is Sample.HALF else sample.dtype
    codes = np.arange(np.iinfo(bits).max + 1, dtype=bits).view(sample.dtype)
    return normalised(codes, sample)


@compiled
def _mean_codes(planes: Planes, steps: Array, numbers: Floats, rows: Axis, columns: Axis, means: Floats) -> None:
    line = np.empty((3, columns[1]), np.float32)
    for cell in range(means.shape[0]):
        line[:] = 0
        for place in range(rows[2]):
            row = min(max(cell * rows[2] + place - rows[0], 0), rows[1] - 1)
            for channel in range(3):
                codes, sums = _row(planes[channel], steps[channel], row, columns[1]), line[channel]
                for x in range(columns[1]):
                    sums[x] += numbers[codes[x]]
        for channel in range(3):
            _mean_across(line[channel], rows, columns, means[cell, :, channel])


@compiled
def _mean_numbers(planes: Planes, steps: Array, rows: Axis, columns: Axis, means: Floats) -> None:
    line = np.empty((3, columns[1]), np.float32)
    for cell in range(means.shape[0]):
        line[:] = 0
        for place in range(rows[2]):
            row = min(max(cell * rows[2] + place - rows[0], 0), rows[1] - 1)
            for channel in range(3):
                numbers, sums = _row(planes[channel], steps[channel], row, columns[1]), line[channel]
                for x in range(columns[1]):
                    sums[x] += numbers[x]
        for channel in range(3):
            _mean_across(line[channel], rows, columns, means[cell, :, channel])


@compiled
def _row(plane: Array, steps: Array, row: int, count: int) -> Array:
    first = row * steps[0]
    return plane[first : first + (count - 1) * steps[1] + 1 : steps[1]]


@compiled
def _mean_halves(halves: Array, row_step: int, apart: int, rows: Axis, columns: Axis, means: Floats) -> None:
    """As `_mean_codes`, several samples at once: processors have no instructions for tables."""
    count = (columns[1] - 1) * apart + 3
    line = np.empty(count, np.float32)
    for cell in range(means.shape[0]):
        line[:] = 0
        for place in range(rows[2]):
            row = min(max(cell * rows[2] + place - rows[0], 0), rows[1] - 1)
            _add_halves(halves[row * row_step : row * row_step + count], line)
        for channel in range(3):
            _mean_across(line[channel::apart], rows, columns, means[cell, :, channel])


@compiled
def _add_halves(halves: Array, sums: Floats) -> None:
    for x in range(halves.size):
        sums[x] += widened(halves[x])


@compiled
def _mean_across(sums: Floats, rows: Axis, columns: Axis, means: Floats) -> None:
    before, count, each = columns
    scale = np.float32(1 / (rows[2] * each))
    for column in range(means.size):
        first = column * each - before
        total = np.float32(0)
        if first >= 0 and first + each <= count:
            for at in range(first, first + each):
                total += sums[at]
        else:
            for at in range(first, first + each):
                total += sums[min(max(at, 0), count - 1)]
        means[column] = _finite(total * scale)


@compiled
def _finite(value: np.float32) -> np.float32:
    if np.isnan(value):
        return np.float32(0)
    return min(max(value, np.float32(-BRIGHTEST)), np.float32(BRIGHTEST)) if np.isinf(value) else value


@compiled
def _cover(shown: Floats, down: Floats, across: Floats, weighed: Floats) -> None:
    for row in range(weighed.shape[0]):
        for column in range(weighed.shape[1]):
            part = down[row] * across[column]
            for channel in range(3):
                value = shown[row, column, channel]
                weighed[row, column, channel] = min(value, np.float32(1)) * part if value > 0 else np.float32(0)
