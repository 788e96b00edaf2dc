"""Samples as the filtered rows of a PNG, whole or interlaced.

Source: ISO/IEC 15948 (PNG), sections 8 and 9.
"""

from collections.abc import Iterator

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array

# Adam7: first column and row of each pass, and the steps to the next ones.
_passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def filtered_rows(pixels: Array, *, interlaced: bool) -> Iterator[Array]:
    """The bytes that a PNG deflates: each row behind the number of its filter, pass after pass where interlaced."""
    passes = _passes if interlaced else ((0, 0, 1, 1),)
    for column, row, step_x, step_y in passes:
        part = pixels[row::step_y, column::step_x]
        if part.size:
            stored = np.ascontiguousarray(part.astype(part.dtype.newbyteorder(">")))
            yield _filtered(stored.view(np.uint8).reshape(part.shape[0], -1), stored.itemsize * part.shape[2])


@compiled
def _filtered(rows: Array, pixel_bytes: int) -> Array:
    """Each row in the filter whose bytes, taken as signed, are smallest; the standard's own rule of thumb."""
    count, width = rows.shape
    filtered = np.empty((count, width + 1), np.uint8)
    tried = np.empty((5, width), np.uint8)
    before = np.zeros(width, np.uint8)
    for row in range(count):
        sizes = np.zeros(5, np.int64)
        for at in range(width):
            left = np.int64(rows[row, at - pixel_bytes]) if at >= pixel_bytes else np.int64(0)
            corner = np.int64(before[at - pixel_bytes]) if at >= pixel_bytes else np.int64(0)
            above = np.int64(before[at])
            value = np.int64(rows[row, at])
            tried[0, at] = value
            tried[1, at] = (value - left) & 255
            tried[2, at] = (value - above) & 255
            tried[3, at] = (value - ((left + above) >> 1)) & 255
            tried[4, at] = (value - _paeth(left, above, corner)) & 255
            for kind in range(5):
                size = np.int64(tried[kind, at])
                sizes[kind] += min(size, 256 - size)
        best = np.argmin(sizes)
        filtered[row, 0] = best
        filtered[row, 1:] = tried[best]
        before = rows[row]
    return filtered


@compiled
def _paeth(left: np.int64, above: np.int64, corner: np.int64) -> np.int64:
    """Of the three neighbours the one nearest to their plane, in the standard's order where two are as near."""
    to_left, to_above, to_corner = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
    if to_left <= to_above and to_left <= to_corner:
        return left
    return above if to_above <= to_corner else corner
