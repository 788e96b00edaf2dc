"""Filters down the rows of a picture that are worked out only where a row is kept."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats


def combined_rows(image: Floats, starts: Array, weights: Floats) -> Floats:
    """Rows that are each a weighted sum of neighbouring rows of the image.

    Row r is the sum over k of `weights`[r, k] times row `starts`[r] + k; above its first and below its last row the
    image repeats them. `image` is rows x columns (x channels).
    """
    lines = np.ascontiguousarray(image, np.float32).reshape(image.shape[0], -1)
    combined: Floats = _combined(lines, starts, np.ascontiguousarray(weights, np.float32))
    return combined.reshape(-1, *image.shape[1:])


@compiled
def _combined(lines: Floats, starts: Array, weights: Floats) -> Floats:
    last = lines.shape[0] - 1
    combined = np.zeros((starts.size, lines.shape[1]), np.float32)
    for row in range(starts.size):
        out = combined[row]
        for tap in range(weights.shape[1]):
            weight = weights[row, tap]
            if weight != 0:
                line = lines[min(max(starts[row] + tap, 0), last)]
                for at in range(line.size):
                    out[at] += weight * line[at]
    return combined
