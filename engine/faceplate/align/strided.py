"""Filters over the rows and columns of a picture that are worked out only where one is kept."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats


def combined_rows(image: Floats, starts: Array, weights: Floats) -> Floats:
    """Rows that are each a weighted sum of neighbouring rows of the image.

    Row r is the sum over k of `weights`[r, k] times row `starts`[r] + k; above its first and below its last row the
    image repeats them. `image` is rows x columns (x channels).
    """
    lines = np.ascontiguousarray(image, np.float32).reshape(image.shape[0], -1)
    # What numpy itself allocates comes in large pages, where the system has them.
    combined = np.empty((starts.size, lines.shape[1]), np.float32)
    _combine(lines, starts, np.ascontiguousarray(weights, np.float32), combined)
    return combined.reshape(-1, *image.shape[1:])


@compiled
def _combine(lines: Floats, starts: Array, weights: Floats, combined: Floats) -> None:
    last, taps = lines.shape[0] - 1, weights.shape[1]
    used = np.zeros(taps, np.int64)
    for row in range(starts.size):
        out, count = combined[row], 0
        out[:] = 0
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


def halved_columns(plane: Floats, taps: Floats, first: int, count: int) -> Floats:
    """Every second column, `count` from `first` on, of one channel (rows x columns) filtered along its rows.

    The middle one of an odd number of `taps` stands on the column; beyond its edge the plane repeats its last one.
    """
    halved = np.empty((plane.shape[0], count), np.float32)
    _halve_columns(np.ascontiguousarray(plane, np.float32), taps, first, halved)
    return halved


@compiled
def _halve_columns(plane: Floats, taps: Floats, first: int, halved: Floats) -> None:
    """Even and odd columns are parted first, so that a tap meets neighbours in memory."""
    columns, count = plane.shape[1], halved.shape[1]
    start, reach = first - taps.size // 2, taps.size // 2
    parted = np.empty((2, count + reach), np.float32)
    begin = min(max(-(start // 2), 0), count + reach)
    end = max(min((columns - start) // 2, count + reach), begin)
    one, two = np.uint64(1), np.uint64(2)
    for row in range(plane.shape[0]):
        line, even, odd, out = plane[row], parted[0], parted[1], halved[row]
        inner, inner_even, inner_odd = line[max(start + 2 * begin, 0) :], even[begin:end], odd[begin:end]
        # An index that may be negative keeps the compiler from taking many at once.
        for at in range(np.uint64(end - begin)):
            inner_even[at], inner_odd[at] = inner[two * at], inner[two * at + one]
        for at in range(begin):
            even[at] = line[min(max(start + 2 * at, 0), columns - 1)]
            odd[at] = line[min(max(start + 2 * at + 1, 0), columns - 1)]
        for at in range(end, count + reach):
            even[at] = line[min(max(start + 2 * at, 0), columns - 1)]
            odd[at] = line[min(max(start + 2 * at + 1, 0), columns - 1)]
        out[:] = 0
        for tap in range(taps.size):
            weight, shifted = taps[tap], parted[tap % 2][tap // 2 :]
            if weight != 0:
                for at in range(count):
                    out[at] += weight * shifted[at]
