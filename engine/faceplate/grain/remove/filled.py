"""Samples that are no light, replaced by what is near them."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats

FILL_PX = 15
MOST_LIGHT = 2.0**20
"""No camera sees more, and what is far beyond it would drown all around it in a sum of blocks."""


def is_light(rgb_linear: Floats) -> Array:
    """Which samples are: not NaN, not infinite, and not beyond MOST_LIGHT on either side."""
    return np.abs(rgb_linear) < MOST_LIGHT


def filled(rgb_linear: Floats, light: Array) -> Floats:
    """The picture with its samples that are no light replaced by the mean of those near them that are, or 0."""
    if light.all():
        return rgb_linear
    reach = [(FILL_PX // 2, FILL_PX // 2), (FILL_PX // 2, FILL_PX // 2), (0, 0)]
    known, there = np.pad(rgb_linear, reach, mode="reflect"), np.pad(light, reach, mode="reflect")
    whole = np.array(rgb_linear, np.float32)
    _fill(whole, light, known, there)
    return whole


@compiled
def _fill(whole: Floats, light: Array, known: Floats, there: Array) -> None:
    """`known` and `there` reach FILL_PX // 2 further on all sides than `whole` and `light`."""
    rows, columns, channels = whole.shape
    for row in range(rows):
        for column in range(columns):
            for channel in range(channels):
                if not light[row, column, channel]:
                    whole[row, column, channel] = _mean(
                        known[row : row + FILL_PX, column : column + FILL_PX, channel],
                        there[row : row + FILL_PX, column : column + FILL_PX, channel],
                    )


@compiled
def _mean(known: Floats, there: Array) -> float:
    total, count = 0.0, 0
    for row in range(FILL_PX):
        for column in range(FILL_PX):
            if there[row, column]:
                total += known[row, column]
                count += 1
    return total / count if count else 0.0
