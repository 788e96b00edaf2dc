"""Samples that are no numbers, replaced by what is near them."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats

FILL_PX = 15


def filled(rgb_linear: Floats, finite: Array) -> Floats:
    """The picture with its NaN and infinite samples replaced by the mean of the finite ones near them, or 0."""
    if finite.all():
        return rgb_linear
    reach = [(FILL_PX // 2, FILL_PX // 2), (FILL_PX // 2, FILL_PX // 2), (0, 0)]
    known, there = np.pad(rgb_linear, reach, mode="reflect"), np.pad(finite, reach, mode="reflect")
    whole = np.array(rgb_linear, np.float32)
    _fill(whole, finite, known, there)
    return whole


@compiled
def _fill(whole: Floats, finite: Array, known: Floats, there: Array) -> None:
    """`known` and `there` reach FILL_PX // 2 further on all sides than `whole` and `finite`."""
    rows, columns, channels = whole.shape
    for row in range(rows):
        for column in range(columns):
            for channel in range(channels):
                if not finite[row, column, channel]:
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
