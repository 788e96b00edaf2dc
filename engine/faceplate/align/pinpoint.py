"""A picture read at places between its pixels, by a windowed sinc that is worked out for each place."""

import numpy as np

from faceplate.align.similarity import invert
from faceplate.compiled import compiled
from faceplate.values import Floats, Matrix, Window

reach_px = 4
"""Half width of the filter: it keeps what is slower than 0.3 cycles a pixel and has no images of it, to 50 dB."""

taps = 2 * reach_px
places = 512
"""Between two pixels for which the filter is tabulated; between them its taps are read linearly."""


def read_pinpoint(planes: Floats, source: Window, matrix: Matrix, target: Window) -> Floats:
    """A smooth picture seen through a 2 x 3 transform, at the very middle of each of the target's pixels.

    `planes` are channels x rows x columns over `source`, with next to nothing above 0.35 cycles a pixel; the result is
    rows x columns x channels. Beyond its edge the picture repeats its last row and column.
    """
    back = invert(matrix)
    # From a pixel's numbers to those of the pixels around its place, in either window the same: so are the bits.
    back[:, 2] += back[:, :2] @ (0.5, 0.5) - 0.5
    seen = np.empty((target.height, target.width, planes.shape[0]), np.float32)
    _read(np.ascontiguousarray(planes), source[:2], back, _table, target[:2], seen)
    return seen


def _tabulated() -> Floats:
    """Places x taps, each row's sum 1: the taps of a place lie from `reach_px` - 1 before it to `reach_px` after.

    A place less than a float's step below a pixel is as far from the one before as that pixel itself: it is met too,
    and the place after it.
    """
    at = np.arange(taps) - (reach_px - 1) - np.arange(places + 2)[:, np.newaxis] / places
    weights = np.sinc(at) * np.i0(5.0 * np.sqrt(np.maximum(1 - (at / reach_px) ** 2, 0)))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


_table = _tabulated()


@compiled
def _read(
    planes: Floats, corner: tuple[int, int], back: Matrix, table: Floats, first: tuple[int, int], seen: Floats
) -> None:
    rows, columns = planes.shape[1:]
    across, down = np.empty(taps, np.float32), np.empty(taps, np.float32)
    for row in range(seen.shape[0]):
        for column in range(seen.shape[1]):
            x, y = first[0] + column, first[1] + row
            left = _weigh(back[0, 0] * x + back[0, 1] * y + back[0, 2], table, across) - corner[0]
            top = _weigh(back[1, 0] * x + back[1, 1] * y + back[1, 2], table, down) - corner[1]
            if left >= 0 and top >= 0 and left + taps <= columns and top + taps <= rows:
                _add_inside(planes, left, top, across, down, seen[row, column])
            else:
                _add_at_edge(planes, left, top, across, down, seen[row, column])


@compiled
def _weigh(place: float, table: Floats, weights: Floats) -> int:
    """Fills the weights of the pixels around a place; returns the first one's number."""
    whole = np.floor(place)
    between = (place - whole) * places
    entry = np.uint64(between)
    low, high, share = table[entry], table[entry + np.uint64(1)], np.float32(between - np.float64(entry))
    for tap in range(np.uint64(taps)):
        weights[tap] = low[tap] + share * (high[tap] - low[tap])
    return int(whole) - (reach_px - 1)


@compiled
def _add_inside(planes: Floats, left: int, top: int, across: Floats, down: Floats, seen: Floats) -> None:
    """Sums columns side by side, which processors do at once, then across."""
    samples, stride, zero = planes.reshape(-1), np.uint64(planes.shape[2]), np.float32(0)
    one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    for channel in range(planes.shape[0]):
        a, b, c, d, e, f, g, h = zero, zero, zero, zero, zero, zero, zero, zero
        at = np.uint64((channel * planes.shape[1] + top) * planes.shape[2] + left)
        for tap in range(np.uint64(taps)):
            weight = down[tap]
            a += weight * samples[at]
            b += weight * samples[at + one]
            c += weight * samples[at + two]
            d += weight * samples[at + three]
            e += weight * samples[at + four]
            f += weight * samples[at + four + one]
            g += weight * samples[at + four + two]
            h += weight * samples[at + four + three]
            at += stride
        near = (across[0] * a + across[1] * b) + (across[2] * c + across[3] * d)
        seen[channel] = near + ((across[4] * e + across[5] * f) + (across[6] * g + across[7] * h))


@compiled
def _add_at_edge(planes: Floats, left: int, top: int, across: Floats, down: Floats, seen: Floats) -> None:
    last_row, last_column = planes.shape[1] - 1, planes.shape[2] - 1
    for channel in range(planes.shape[0]):
        total = np.float32(0)
        for row in range(taps):
            line = planes[channel, min(max(top + row, 0), last_row)]
            for column in range(taps):
                total += down[row] * across[column] * line[min(max(left + column, 0), last_column)]
        seen[channel] = total
