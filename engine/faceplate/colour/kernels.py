"""The loops over pixels: from stored samples to scene-linear and back, in one pass over memory each.

Matrices are worked in double precision and rounded once. A line's channels stand apart meanwhile: processors mix rows
faster than pixels. The same input gives the same bits on every run. Frames run side by side: no loop takes a lock.
"""

from typing import NamedTuple, TypeAlias

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats, Matrix

bucket_shift = 12
"""A bucket holds the floats that differ in these lowest bits alone: 2048 an octave, two for each half."""

bend_shift = 11
"""The same for curves that are worked out between two points: 4096 an octave."""

Three: TypeAlias = tuple[Array, Array, Array]
"""A table for each channel; one table three times where the channels share their curve."""


class Steps(NamedTuple):
    """Where a curve's codes change: the code of a number is told by how many steps lie at or below it, its rank.

    A float's place is its bits, turned so that places rise as floats do. The floats of a bucket share the upper bits of
    their places.

    Attributes:
        steps: for each channel, the place of the smallest float of every rank but 0, ascending; `nowhere` where no
            float reaches it.
        buckets: for each channel and bucket, in the lowest `bucket_shift` bits how far its only step is from its end (0
            where it has none), above them the rank at its start, and bit 31 where it has several.
        zero: the rank of code 0. Ranks below are the codes of negative halves, whose bits count away from zero.
    """

    steps: Three
    buckets: Three
    zero: int


nowhere = 0xFFFFFFFF
"""A place that no number has."""


@compiled
def decode_pixels(stored: Array, table: Three, near: Matrix, bend: Three, far: Matrix, linear: Floats) -> None:
    """Fills `linear` from `stored`, both rows x columns x 3: a table by code, a matrix, perhaps a curve and a matrix.

    `bend` is three empty arrays where there is no curve between two matrices; `far` is not read then. What `table` has
    as NaN or infinite stays what it is.
    """
    line = np.empty((3, stored.shape[1]), np.float32)
    held, mixed = np.empty_like(line), np.empty_like(line)
    for row in range(stored.shape[0]):
        _look_up(stored[row], table, line)
        odd = _hold(line, held)
        _mix(held, near, mixed)
        if bend[0].size > 0:
            _bend(mixed, bend, held)
            _mix(held, far, mixed)
        if odd:
            _restore(line, mixed)
        _leave(mixed, linear[row])


@compiled
def encode_pixels(linear: Floats, far: Matrix, bend: Three, near: Matrix, steps: Steps, stored: Array) -> None:
    """Fills `stored` from `linear`, both rows x columns x 3: the way back of `decode_pixels`.

    A number's code is found among the steps, not computed.
    """
    line = np.empty((3, linear.shape[1]), np.float32)
    mixed = np.empty_like(line)
    places = mixed.view(np.uint32)
    for row in range(linear.shape[0]):
        _enter(linear[row], line)
        if bend[0].size > 0:
            _mix(line, far, mixed)
            _bend(mixed, bend, line)
        _mix(line, near, mixed)
        _place(mixed.view(np.int32))
        if _rank(places, steps.buckets, stored[row]):
            _search(places, steps, stored[row])
        _code(stored[row].reshape(-1), steps.zero)


@compiled
def convert_pixels(rgb: Floats, before: Three, matrix: Matrix, after: Three, converted: Floats) -> None:
    """Fills `converted` from `rgb`, both rows x columns x 3: a curve, a matrix, a curve; a curve may be empty.

    What is NaN or infinite in `rgb` stays what it is.
    """
    line = np.empty((3, rgb.shape[1]), np.float32)
    held, mixed = np.empty_like(line), np.empty_like(line)
    for row in range(rgb.shape[0]):
        _enter(rgb[row], line)
        odd = _hold(line, held)
        if before[0].size > 0:
            _bend(held, before, mixed)
            if odd:
                _restore(line, mixed)
            line, mixed = mixed, line
            odd = _hold(line, held)
        _mix(held, matrix, mixed)
        if after[0].size > 0:
            _bend(mixed, after, held)
            held, mixed = mixed, held
        if odd:
            _restore(line, mixed)
        _leave(mixed, converted[row])


@compiled
def show_pixels(
    stored: Array, table: Three, matrix: Matrix, after: Three, lowest: np.float32, highest: np.float32, shown: Floats
) -> None:
    """Fills `shown`, 3 x rows x columns, from `stored`, rows x columns x 3: a table, a matrix, a curve, clipped.

    The curve may be empty. Where `table` is infinite `shown` is `highest`, where it is NaN or minus infinity 0.
    """
    line = np.empty((3, stored.shape[1]), np.float32)
    held, mixed = np.empty_like(line), np.empty_like(line)
    for row in range(stored.shape[0]):
        _look_up(stored[row], table, line)
        odd = _hold(line, held)
        _mix(held, matrix, mixed)
        if after[0].size > 0:
            _bend(mixed, after, held)
            held, mixed = mixed, held
        if odd:
            _restore(line, mixed)
        for channel in range(3):
            for x in range(stored.shape[1]):
                shown[channel, row, x] = _clipped(mixed[channel, x], lowest, highest)


@compiled
def clip_pixels(rgb: Floats, lowest: np.float32, highest: np.float32, clipped: Floats) -> None:
    """Fills `clipped` from `rgb`, both rows x columns x 3; NaN and minus infinity become 0."""
    for row in range(rgb.shape[0]):
        for x in range(rgb.shape[1]):
            for channel in range(3):
                clipped[row, x, channel] = _clipped(rgb[row, x, channel], lowest, highest)


@compiled
def _clipped(value: np.float32, lowest: np.float32, highest: np.float32) -> np.float32:
    return min(max(value, lowest), highest) if value > -np.inf else np.float32(0)


@compiled
def mark_level(stored: Array, table: Three, near: Matrix, level: Three, marked: Array) -> None:
    """Sets `marked` (rows x columns) to 1 where a channel falls on a level part of the curve after the matrix."""
    line = np.empty((3, stored.shape[1]), np.float32)
    mixed = np.empty_like(line)
    bits = mixed.view(np.uint32)
    for row in range(stored.shape[0]):
        _look_up(stored[row], table, line)
        _mix(line, near, mixed)
        for x in range(stored.shape[1]):
            for channel in range(3):
                marked[row, x] |= level[channel][bits[channel, x] >> np.uint32(bend_shift)]


@compiled
def worst_class(stored: Array, classes: Three, worst: Array) -> None:
    """Fills `worst` (rows x columns) with the largest class, by code, of a pixel's three samples."""
    for row in range(stored.shape[0]):
        for x in range(stored.shape[1]):
            red, green, blue = stored[row, x, 0], stored[row, x, 1], stored[row, x, 2]
            worst[row, x] = max(classes[0][red], classes[1][green], classes[2][blue])


@compiled
def _enter(pixels: Floats, line: Floats) -> None:
    for x in range(pixels.shape[0]):
        line[0, x], line[1, x], line[2, x] = pixels[x, 0], pixels[x, 1], pixels[x, 2]


@compiled
def _leave(line: Floats, pixels: Floats) -> None:
    for x in range(pixels.shape[0]):
        pixels[x, 0], pixels[x, 1], pixels[x, 2] = line[0, x], line[1, x], line[2, x]


@compiled
def _look_up(stored: Array, table: Three, line: Floats) -> None:
    for x in range(stored.shape[0]):
        line[0, x] = table[0][stored[x, 0]]
        line[1, x] = table[1][stored[x, 1]]
        line[2, x] = table[2][stored[x, 2]]


@compiled
def _hold(line: Floats, held: Floats) -> bool:
    """Fills `held` with the line, 0 where that is NaN or infinite: a matrix would make NaN of the other channels.

    True where it has such numbers.
    """
    odd = False
    for channel in range(3):
        for x in range(line.shape[1]):
            value = line[channel, x]
            finite = np.isfinite(value)
            odd |= not finite
            held[channel, x] = value if finite else np.float32(0)
    return odd


@compiled
def _restore(line: Floats, mixed: Floats) -> None:
    """Puts what is NaN or infinite in `line` back into `mixed`."""
    for channel in range(3):
        for x in range(line.shape[1]):
            if not np.isfinite(line[channel, x]):
                mixed[channel, x] = line[channel, x]


@compiled
def _mix(line: Floats, matrix: Matrix, mixed: Floats) -> None:
    m00, m01, m02, m03 = matrix[0, 0], matrix[0, 1], matrix[0, 2], matrix[0, 3]
    m10, m11, m12, m13 = matrix[1, 0], matrix[1, 1], matrix[1, 2], matrix[1, 3]
    m20, m21, m22, m23 = matrix[2, 0], matrix[2, 1], matrix[2, 2], matrix[2, 3]
    for x in range(line.shape[1]):
        red, green, blue = np.float64(line[0, x]), np.float64(line[1, x]), np.float64(line[2, x])
        mixed[0, x] = np.float32(m00 * red + m01 * green + m02 * blue + m03)
        mixed[1, x] = np.float32(m10 * red + m11 * green + m12 * blue + m13)
        mixed[2, x] = np.float32(m20 * red + m21 * green + m22 * blue + m23)


@compiled
def _bend(line: Floats, bend: Three, bent: Floats) -> None:
    """A curve between its two nearest points, straight; `bend` has each point and the rise to the next as one."""
    bits, width = line.view(np.uint32), line.shape[1]
    inside, scale = np.uint32((1 << bend_shift) - 1), 1.0 / (1 << bend_shift)
    # Pairs are fetched first, and by no signed place: so each of the two loops takes many pixels at once.
    pairs = np.empty(width, np.uint64)
    parts = pairs.view(np.float32)
    for channel in range(3):
        points, places = bend[channel], bits[channel]
        for x in range(width):
            pairs[x] = points[places[x] >> np.uint32(bend_shift)]
        for x in range(width):
            low, rise = np.float64(parts[2 * x]), np.float64(parts[2 * x + 1])
            bent[channel, x] = np.float32(low + (places[x] & inside) * scale * rise)


@compiled
def _place(bits: Array) -> None:
    """Turns the bits of floats to their places."""
    for channel in range(3):
        for x in range(bits.shape[1]):
            value = bits[channel, x]
            bits[channel, x] = value ^ ((value >> 31) | np.int32(-0x80000000))


@compiled
def _rank(places: Array, buckets: Three, stored: Array) -> bool:
    """Ranks of a line, right where a bucket holds one step at most; True where a bucket held more.

    A step that is passed carries over into the rank.
    """
    # Sums are held to 32 bits by name: the compiler would widen them, at a third of the speed.
    inside, shift = np.uint32((1 << bucket_shift) - 1), np.uint32(bucket_shift)
    red, green, blue = buckets
    crowded = np.uint32(0)
    for x in range(places.shape[1]):
        one, two, three = (
            red[places[0, x] >> shift],
            green[places[1, x] >> shift],
            blue[places[2, x] >> shift],
        )
        crowded |= one | two | three
        stored[x, 0] = np.uint32(one + np.uint32(places[0, x] & inside)) >> shift
        stored[x, 1] = np.uint32(two + np.uint32(places[1, x] & inside)) >> shift
        stored[x, 2] = np.uint32(three + np.uint32(places[2, x] & inside)) >> shift
    return bool(crowded >> np.uint32(31))


@compiled
def _search(places: Array, steps: Steps, stored: Array) -> None:
    """Ranks of a line where a bucket holds several steps."""
    for x in range(places.shape[1]):
        for channel in range(3):
            place = places[channel, x]
            if steps.buckets[channel][place >> np.uint32(bucket_shift)] >> np.uint32(31):
                stored[x, channel] = np.searchsorted(steps.steps[channel], place, side="right")


@compiled
def _code(ranks: Array, zero: int) -> None:
    """Turns ranks to codes, in place."""
    if zero == 0:
        return
    for x in range(ranks.size):
        above = np.int32(ranks[x]) - np.int32(zero)
        ranks[x] = above if above >= 0 else np.int32(0x8000) - above
