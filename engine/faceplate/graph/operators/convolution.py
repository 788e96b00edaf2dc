"""Weighted sums of neighbouring pixels, with even kernels along rows and columns."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats, Matrix

Loop: TypeAlias = Callable[[Floats, Any, Floats], None]

part_sums = 2**28
"""Weighted values that are summed before the work may be ended: a third of a second."""

block_columns = 1024
"""Columns that are summed at a time: what is read for them stays near the processor."""


def convolved(plane: Floats, across: Matrix, up: Matrix, pause: Callable[[], None]) -> Floats:
    """The plane without a margin of half of each kernel, each pixel the weighted sum of those around it.

    The kernels are even and have an odd count of weights; sums are of double precision, so a flat picture stays as it
    is where the weights' sum is 1. Each pixel is worked alike wherever it lies in the plane. `pause` is called now and
    then, and may end the work.
    """
    made = np.ascontiguousarray(plane)
    if across.size > 1:
        thin = np.empty((made.shape[0], made.shape[1] - across.size + 1), np.float32)
        in_parts(_across, made, across[across.size // 2 :].copy(), thin, pause)
        made = thin
    if up.size > 1:
        thin = np.empty((made.shape[0] - up.size + 1, made.shape[1]), np.float32)
        in_parts(_up, made, up[up.size // 2 :].copy(), thin, pause)
        made = thin
    return made


def in_parts(loop: Loop, plane: Floats, weights: Array, made: Floats, pause: Callable[[], None]) -> None:
    """Runs a loop over rows a few at a time; rows of the plane that are not made are the margin of those that are."""
    rows, margin = made.shape[0], plane.shape[0] - made.shape[0]
    step = max(1, part_sums // max(1, made.shape[1] * weights.size))
    for first in range(0, rows, step):
        pause()
        end = min(first + step, rows)
        loop(plane[first : end + margin], weights, made[first:end])


@compiled
def _across(plane: Floats, weights: Matrix, made: Floats) -> None:
    reach, width = weights.size - 1, made.shape[1]
    sums = np.empty(block_columns)
    for row in range(made.shape[0]):
        line = plane[row]
        for start in range(0, width, block_columns):
            count = min(block_columns, width - start)
            middle = line[start + reach : start + reach + count]
            for at in range(count):
                sums[at] = weights[0] * middle[at]
            for tap in range(1, reach + 1):
                weight = weights[tap]
                left = line[start + reach - tap : start + reach - tap + count]
                right = line[start + reach + tap : start + reach + tap + count]
                for at in range(count):
                    sums[at] += weight * (np.float64(left[at]) + np.float64(right[at]))
            made[row, start : start + count] = sums[:count]


@compiled
def _up(plane: Floats, weights: Matrix, made: Floats) -> None:
    reach, width = weights.size - 1, made.shape[1]
    sums = np.empty(block_columns)
    for start in range(0, width, block_columns):
        count = min(block_columns, width - start)
        for row in range(made.shape[0]):
            middle = plane[row + reach, start : start + count]
            for at in range(count):
                sums[at] = weights[0] * middle[at]
            for tap in range(1, reach + 1):
                weight = weights[tap]
                below = plane[row + reach - tap, start : start + count]
                above = plane[row + reach + tap, start : start + count]
                for at in range(count):
                    sums[at] += weight * (np.float64(below[at]) + np.float64(above[at]))
            made[row, start : start + count] = sums[:count]


def kernel_of(filter_name: str, size_px: float) -> Matrix:
    """The weights of a blur of a size, their sum 1: a single one where the size is too small to reach a neighbour.

    A box is as wide as its size, its outer pixels in part where that is not odd. A triangle is that box twice, a
    quadratic three times. A gaussian's standard deviation is its size / 2.4; it ends at 1.5 sizes.
    """
    if size_px <= 0:
        return np.ones(1)
    if filter_name == "gaussian":
        reach = int(np.ceil(1.5 * size_px))
        weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) * 2.4 / size_px) ** 2)
    else:
        box = box_weights(size_px)
        weights = box
        for _ in range(("box", "triangle", "quadratic").index(filter_name)):
            weights = np.convolve(weights, box)
    return np.asarray(weights / weights.sum())


def box_weights(size_px: float) -> Matrix:
    """How much of each pixel lies in a box about the middle one's centre."""
    reach = max(0, int(np.ceil((size_px - 1) / 2)))
    at = np.abs(np.arange(-reach, reach + 1))
    return np.clip(size_px / 2 + 0.5 - at, 0, 1)
