"""Pictures read between their pixels."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.graph.operators.filters import Filter, fill_weights, room_for
from faceplate.graph.render import Box, Nothing, Planes, Source, empty_box
from faceplate.values import Array, Floats, Matrix

farthest = 2.0**30
"""Places farther out than this, and those that are no numbers, are not read."""

steps_a_pixel = 2.0**30
"""Places are rounded to this part of a pixel: a turn and its inverse lead back to the very same pixel."""

strip_rows = 32
"""Rows that are worked at a time: what is kept beside the picture stays small."""


class Places(NamedTuple):
    """Where the pixels of a box are read, each rows x columns, in pixels of the source (centres at 0.5).

    Attributes:
        x: not finite where nothing is read.
        y: likewise.
        across: how many source pixels along x one pixel of the result covers.
        up: along y.
    """

    x: Matrix
    y: Matrix
    across: Matrix
    up: Matrix


class Reading(NamedTuple):
    """How a picture is read.

    Attributes:
        filter: along each axis.
        black: True where black stands around the picture's box whatever its info says.
        clamp: True where no value leaves the range of the pixels it is made from.
    """

    filter: Filter
    black: bool
    clamp: bool = False


def sampled(
    source: Source | Nothing,
    needed: Box,
    box: Box,
    channels: tuple[str, ...],
    places: Callable[[Box], Places],
    reading: Reading,
) -> Planes:
    """The channels over a box, each pixel read at its place; `needed` holds all source pixels that are read.

    The places are asked for a strip of the box at a time.
    """
    held, region = _held(source, needed, channels)
    made = np.zeros((len(channels), *box.shape), np.float32)
    if held is None:
        return dict(zip(channels, made, strict=True))
    black = reading.black or source.info.outside == "black"
    for strip in strips(box):
        if isinstance(source, Source):
            source.node.session.check()
        at = places(strip)
        _read(
            held,
            np.array(region),
            np.array(source.info.box),
            black,
            reading.clamp,
            at.x,
            at.y,
            at.across,
            at.up,
            room_for(reading.filter, float(np.max(at.across, initial=1.0))),
            room_for(reading.filter, float(np.max(at.up, initial=1.0))),
            reading.filter.family,
            reading.filter.support,
            reading.filter.b,
            reading.filter.c,
            made[:, strip.y - box.y : strip.t - box.y],
        )
    return dict(zip(channels, made, strict=True))


def _held(source: Source | Nothing, needed: Box, channels: tuple[str, ...]) -> tuple[Floats | None, Box]:
    """The source's channels one upon another over the part of its own box that is needed, or that is nearest to it."""
    region = clipped(needed, source.info.box)
    if region.is_empty or not channels:
        return None, empty_box
    planes = source.pixels(region, channels)
    return np.stack([planes[name] for name in channels]), region


def clipped(needed: Box, own: Box) -> Box:
    """What of a box lies inside another, or the pixels at its edge that are nearest."""
    if own.is_empty or needed.is_empty:
        return empty_box
    x, y = min(max(needed.x, own.x), own.r - 1), min(max(needed.y, own.y), own.t - 1)
    return Box(x, y, min(max(needed.r, x + 1), own.r), min(max(needed.t, y + 1), own.t))


def strips(box: Box) -> Iterator[Box]:
    """The box in strips of rows, the lowest first."""
    for low in range(box.y, box.t, strip_rows):
        yield Box(box.x, low, box.r, min(low + strip_rows, box.t))


@compiled
def _read(  # noqa: C901, PLR0912, PLR0913, PLR0917 -- one loop over pixels, compiled
    planes: Floats,
    region: Array,
    own: Array,
    black: bool,  # noqa: FBT001 -- likewise
    clamp: bool,  # noqa: FBT001 -- likewise
    xs: Matrix,
    ys: Matrix,
    across: Matrix,
    up: Matrix,
    room_x: Matrix,
    room_y: Matrix,
    family: int,
    support: float,
    b: float,
    c: float,
    made: Floats,
) -> None:
    for row in range(made.shape[1]):
        for column in range(made.shape[2]):
            if not (abs(xs[row, column]) < farthest and abs(ys[row, column]) < farthest):
                continue
            x = math.floor(xs[row, column] * steps_a_pixel + 0.5) / steps_a_pixel
            y = math.floor(ys[row, column] * steps_a_pixel + 0.5) / steps_a_pixel
            left, wide = fill_weights(room_x, x, max(across[row, column], 1.0), family, support, b, c)
            low, high = fill_weights(room_y, y, max(up[row, column], 1.0), family, support, b, c)
            if black and (left >= own[2] or left + wide <= own[0] or low >= own[3] or low + high <= own[1]):
                continue
            inside = region[0] <= left and left + wide <= region[2] and region[1] <= low and low + high <= region[3]
            if inside and not clamp:
                left, low = left - region[0], low - region[1]
                for channel in range(made.shape[0]):
                    total = 0.0
                    for j in range(high):
                        line = 0.0
                        for i in range(wide):
                            line += room_x[i] * planes[channel, low + j, left + i]
                        total += room_y[j] * line
                    made[channel, row, column] = total
                continue
            for channel in range(made.shape[0]):
                plane = planes[channel]
                total, least, most = 0.0, math.inf, -math.inf
                for j in range(high):
                    at_y = low + j
                    inside_y = own[1] <= at_y < own[3]
                    at_y = min(max(at_y, region[1]), region[3] - 1) - region[1]
                    line = 0.0
                    for i in range(wide):
                        at_x = left + i
                        value = 0.0
                        if not black or (inside_y and own[0] <= at_x < own[2]):
                            value = np.float64(plane[at_y, min(max(at_x, region[0]), region[2] - 1) - region[0]])
                        line += room_x[i] * value
                        if clamp:
                            least, most = min(least, value), max(most, value)
                    total += room_y[j] * line
                made[channel, row, column] = min(max(total, least), most) if clamp else total
