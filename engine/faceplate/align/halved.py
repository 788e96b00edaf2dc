"""Pictures of which every second column and row is enough."""

from collections.abc import Iterator, Sequence
from functools import cache, reduce
from typing import NamedTuple, TypeAlias

import numpy as np

from faceplate.align.similarity import steps
from faceplate.align.strided import combined_rows, halved_columns
from faceplate.values import Floats, Matrix, Window

half_band_reaches = ((8, 5), (4, 9))
"""Half width of the filter that halves a picture, by how many times smaller it is to get: the more, the shorter."""

_edges = (("left", "right"), ("top", "bottom"))
_doubled = (np.array([2.0, 1.0, 1.0]), np.array([1.0, 2.0, 1.0]))


square = 1.05
"""Pixels that are no more out of square than this are not filtered for each axis alone."""

Halvings: TypeAlias = Sequence[Sequence[Floats]]
"""The taps of each halving along x, and of each along y."""


def halvings(matrix: Matrix) -> Halvings:
    """The filters of as many halvings of x and y as leave either at least twice as fine as the target.

    Nearly square pixels are halved as often along both: a face that grows is halved less all at once.
    """
    finest = steps(matrix)
    if max(finest) <= square * min(finest):
        finest = [max(finest)] * 2
    taps: tuple[list[Floats], list[Floats]] = ([], [])
    for axis, step in enumerate(finest):
        while 4 * step * 2 ** len(taps[axis]) <= 1:
            reaches = (reach for times, reach in half_band_reaches if times * step * 2 ** len(taps[axis]) <= 1)
            taps[axis].append(_half_band(next(reaches)))
    return taps


def halved(image: Floats, source: Window, matrix: Matrix, taps: Halvings) -> tuple[Floats, Window, Matrix]:
    """The picture with every second column and row alone, once for each filter of x and of y.

    What is kept are the even columns and rows of the source's own coordinates, wherever the picture begins. In memory
    each channel of what is left stands by itself.
    """
    each_second: list[_Halving] = []
    for axis, each in _in_turns(taps):
        if source[axis + 2] - source[axis] == 1:
            continue
        start = -source[axis] % 2
        count = -(-(source[axis + 2] - source[axis] - start) // 2)
        each_second.append(_Halving(axis, each, start, count))
        corner = (source[axis] + start) // 2
        source = source._replace(**dict(zip(_edges[axis], (corner, corner + count), strict=True)))
        # A kept sample has its centre where it was: at 2 k + 0.5 of the picture before.
        matrix = matrix * _doubled[axis]
        matrix[:, 2] -= 0.25 * matrix[:, axis]
    if not each_second:
        return image, source, matrix
    # Channel by channel, so that what one leaves between its halvings is soon memory for the next.
    planes = [reduce(_every_second, each_second, plane) for plane in np.moveaxis(np.atleast_3d(image), -1, 0)]
    shape = (source.height, source.width, *image.shape[2:])
    return np.moveaxis(np.stack(planes), 0, -1).reshape(shape), source, matrix


def _in_turns(taps: Halvings) -> Iterator[tuple[int, Floats]]:
    """The axis and the taps of every halving; rows first, which are the cheaper ones to take out."""
    for level in range(max(map(len, taps))):
        for axis in (1, 0):
            if level < len(taps[axis]):
                yield axis, taps[axis][level]


class _Halving(NamedTuple):
    """Of which axis every second sample is kept: so many from `first` on, filtered by `taps`."""

    axis: int
    taps: Floats
    first: int
    samples: int


def _every_second(plane: Floats, halving: _Halving) -> Floats:
    axis, taps, first, count = halving
    if axis == 0:
        return halved_columns(plane, taps, first, count)
    return combined_rows(plane, first + 2 * np.arange(count) - taps.size // 2, np.tile(taps, (count, 1)))


@cache
def _half_band(reach: int) -> Floats:
    """Taps that keep what the target holds, and leave nothing that would fold onto it."""
    at = np.arange(-reach, reach + 1)
    taps = np.where((at % 2 == 0) & (at != 0), 0.0, np.sinc(at / 2)) * np.kaiser(at.size, 6.0)
    return np.asarray(taps / taps.sum(), np.float32)
