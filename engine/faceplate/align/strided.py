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
    last, taps = lines.shape[0] - 1, weights.shape[1]
    combined = np.zeros((starts.size, lines.shape[1]), np.float32)
    used = np.zeros(taps, np.int64)
    for row in range(starts.size):
        out, count = combined[row], 0
        for tap in range(taps):
            if weights[row, tap] != 0:
                used[count] = tap
                count += 1
        # Four rows at a time, in their order: the sum is the same, and is carried to memory a fourth as often.
        whole = count - count % 4
        for first in range(0, whole, 4):
            a, b, c, d = used[first], used[first + 1], used[first + 2], used[first + 3]
            line_a, line_b = (
                lines[min(max(starts[row] + a, 0), last)],
                lines[min(max(starts[row] + b, 0), last)],
            )
            line_c, line_d = (
                lines[min(max(starts[row] + c, 0), last)],
                lines[min(max(starts[row] + d, 0), last)],
            )
            by_a, by_b, by_c, by_d = weights[row, a], weights[row, b], weights[row, c], weights[row, d]
            for at in range(out.size):
                total = out[at] + by_a * line_a[at]
                total = total + by_b * line_b[at]
                total = total + by_c * line_c[at]
                out[at] = total + by_d * line_d[at]
        for place in range(whole, count):
            weight = weights[row, used[place]]
            line = lines[min(max(starts[row] + used[place], 0), last)]
            for at in range(out.size):
                out[at] += weight * line[at]
    return combined
