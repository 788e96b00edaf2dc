"""Dilate, FilterErode and Erode: mattes made larger and smaller."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from faceplate.compiled import compiled
from faceplate.graph.operators.blur import filter_names
from faceplate.graph.operators.convolution import block_columns, convolved, in_parts, kernel_of
from faceplate.graph.operators.extents import nearest_whole
from faceplate.graph.operators.limits import largest_kernel, within
from faceplate.graph.operators.neighbourhood import worked_around
from faceplate.graph.operators.standard import mask_knobs
from faceplate.graph.render import Box, Info, Node, Planes, operator
from faceplate.values import Floats, Matrix


def _sizes(node: Node) -> tuple[float, ...]:
    return within(node, "size", 2, largest_kernel)


def _grown(info: Info, across: int, up: int) -> Info:
    return info if info.box.is_empty else replace(info, box=info.box.grow(max(0, across), max(0, up)))


@operator("Dilate", defaults={"channels": "all", "size": "0", **mask_knobs})
class Dilate:
    """The largest value within so many whole pixels at every side; the smallest for sizes below 0."""

    def info(self, node: Node) -> Info:
        """The box as large as what grows in it."""
        return _grown(node.source(0).info, *_whole_sizes(node))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The chosen channels, dilated."""
        across, up = _whole_sizes(node)
        if across == up == 0:
            return node.source(0).pixels(box, channels)
        reach = (abs(across), abs(up))
        return worked_around(node, box, channels, reach, lambda plane: extremes(plane, across, up))


def _whole_sizes(node: Node) -> tuple[int, int]:
    across, up = (nearest_whole(abs(size)) * (1 if size > 0 else -1) for size in _sizes(node))
    return across, up


def extremes(plane: Floats, across: int, up: int) -> Floats:
    """The largest value within so many columns and rows, the smallest for counts below 0, without that margin."""
    return _extreme(_extreme(plane, across, 1), up, 0)


def _extreme(plane: Floats, size: int, axis: int) -> Floats:
    """Spans are doubled until they are as long as asked for; not-a-number goes as far as any other value."""
    chosen, length, span = (np.maximum if size > 0 else np.minimum), 2 * abs(size) + 1, 1
    while span < length:
        step = min(span, length - span)
        plane = chosen(plane[:-step], plane[step:]) if axis == 0 else chosen(plane[:, :-step], plane[:, step:])
        span += step
    return plane


@operator("FilterErode", defaults={"channels": "alpha", "size": "1", "filter": "box", **mask_knobs})
class FilterErode:
    """A matte whose edges move by so many pixels and parts of them: inwards for sizes above 0."""

    def info(self, node: Node) -> Info:
        """The box as large as what grows in it."""
        name = node.choice("filter", filter_names)
        reaches = [0 if size > 0 else structure_of(name, -size).size - 1 for size in _sizes(node)]
        return _grown(node.source(0).info, *reaches)

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The chosen channels, eroded or dilated."""
        sizes, name = _sizes(node), node.choice("filter", filter_names)
        if not any(sizes):
            return node.source(0).pixels(box, channels)
        weights = [structure_of(name, abs(size)) for size in sizes]
        reach = (weights[0].size - 1, weights[1].size - 1)

        pause = node.session.check

        def work(plane: Floats) -> Floats:
            across = nearest_extreme(plane, weights[0], sizes[0] > 0, pause)
            return np.ascontiguousarray(nearest_extreme(across.T, weights[1], sizes[1] > 0, pause).T)

        return worked_around(node, box, channels, reach, work)


def structure_of(filter_name: str, size_px: float) -> Matrix:
    """How far a pixel is drawn towards another, by their distance: 1 for itself, 1/2 half a pixel beyond the size.

    So the edge of a matte, where it is half covered, moves by the size, whatever the filter.
    """
    if size_px == 0:
        return np.ones(1)
    half = size_px + 0.5
    ends = {"box": half + 0.5, "triangle": 2 * half, "quadratic": 1.5 * half / _quadratic_half, "gaussian": 3.2 * half}
    at = np.arange(math.ceil(ends[filter_name]))
    if filter_name == "box":
        return np.clip(half + 0.5 - at, 0, 1)
    if filter_name == "triangle":
        return 1 - at / (2 * half)
    if filter_name == "quadratic":
        x = at * _quadratic_half / half
        return np.where(x < 0.5, 0.75 - x * x, 0.5 * (1.5 - x) ** 2) / 0.75  # noqa: PLR2004 -- its two pieces
    return 0.5 ** ((at / half) ** 2)


_quadratic_half = 1.5 - math.sqrt(0.75)
"""Where the quadratic B-spline has half of its height."""


def nearest_extreme(
    plane: Floats,
    weights: Matrix,
    erodes: bool,  # noqa: FBT001 -- the sign of a size
    pause: Callable[[], None],
) -> Floats:
    """Each pixel drawn along its row towards the lowest (or highest) of its neighbours, by their weights.

    Pixel v becomes v + min over k of w(k) (v(k) - v): no range of values is assumed, none is clipped.
    """
    if weights.size == 1:
        return plane
    line = np.ascontiguousarray(plane)
    made = np.empty((line.shape[0], line.shape[1] - 2 * (weights.size - 1)), np.float32)
    in_parts(_draw, line if erodes else -line, weights.astype(np.float32), made, pause)
    return made if erodes else -made


@compiled
def _draw(plane: Floats, weights: Floats, made: Floats) -> None:
    reach, width = weights.size - 1, made.shape[1]
    least = np.empty(block_columns, np.float32)
    for row in range(made.shape[0]):
        line = plane[row]
        for start in range(0, width, block_columns):
            count = min(block_columns, width - start)
            middle = line[start + reach : start + reach + count]
            for at in range(count):
                least[at] = middle[at]
            for tap in range(1, reach + 1):
                weight = weights[tap]
                left = line[start + reach - tap : start + reach - tap + count]
                right = line[start + reach + tap : start + reach + tap + count]
                for at in range(count):
                    lower = np.minimum(left[at], right[at])
                    if weight < 1:
                        lower = middle[at] + weight * (lower - middle[at])
                    least[at] = np.minimum(least[at], lower)
            made[row, start : start + count] = least[:count]


@operator(
    "Erode",
    defaults={"channels": "alpha", "size": "0", "blur": "0", "quality": "15", **mask_knobs},
)
class BlurErode:
    """A matte blurred, then set off so that its edges lie so many pixels farther in; farther out for sizes below 0.

    The matte is taken to be 0 outside and 1 inside and comes out clipped to that, blurred once more by `blur`.
    """

    def info(self, node: Node) -> Info:
        """The box as large as what grows in it."""
        sizes, soft = _sizes(node), _softness(node).size // 2
        grown = [math.ceil(max(0.0, -size)) + soft for size in sizes]
        return _grown(node.source(0).info, *grown)

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The chosen channels, eroded or dilated."""
        sizes, soft = _sizes(node), _softness(node)
        if not any(sizes) and soft.size == 1:
            return node.source(0).pixels(box, channels)
        kernels = [smooth_of(size) for size in sizes]
        across, up = (kernel.size // 2 + soft.size // 2 for kernel in kernels)

        pause = node.session.check

        def work(plane: Floats) -> Floats:
            return convolved(set_off(plane, kernels, sizes, pause), soft, soft, pause)

        return worked_around(node, box, channels, (across, up), work)


def _softness(node: Node) -> Matrix:
    return kernel_of("gaussian", within(node, "blur", 1, largest_kernel)[0])


def smooth_of(size_px: float) -> Matrix:
    """The triangle that an edge is smoothed with before it is set off: twice as far each way as the edge moves."""
    half = 2 * abs(size_px) + 1
    at = np.abs(np.arange(-math.ceil(half) + 1, math.ceil(half)))
    weights = half - at
    return np.asarray(weights / weights.sum())


def set_off(plane: Floats, kernels: list[Matrix], sizes_px: tuple[float, ...], pause: Callable[[], None]) -> Floats:
    """The plane smoothed and its values spread so that a straight edge has moved by the size, one pixel wide again."""
    if sizes_px[0] == sizes_px[1]:
        return _spread(convolved(plane, kernels[0], kernels[1], pause), kernels[0], sizes_px[0])
    one = np.ones(1)
    across = _spread(convolved(plane, kernels[0], one, pause), kernels[0], sizes_px[0])
    return _spread(convolved(across, one, kernels[1], pause), kernels[1], sizes_px[1])


def _spread(plane: Floats, kernel: Matrix, size_px: float) -> Floats:
    if size_px == 0:
        return plane
    reach = kernel.size // 2
    # The values of a smoothed edge that has black on its left, at the centres of the pixels from it on.
    edge, centres = np.cumsum(kernel), np.arange(-reach, reach + 1) + 0.5
    low, high = np.interp([size_px - 0.5, size_px + 0.5], centres, edge, left=0)
    return np.asarray(np.clip((plane - np.float32(low)) / np.float32(high - low), 0, 1), np.float32)
