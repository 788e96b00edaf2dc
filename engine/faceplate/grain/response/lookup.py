"""Functions of one number, looked up by the bits of the number: no logarithm, no root and no search for each pixel.

From one power of two to the next the numbers of float32 stand evenly. Exponent and top of the mantissa are the number
of a slot, the rest is the way through it, so a straight line in each slot is found with a shift and a mask.
"""

from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Floats, Matrix

EXPONENT_BIAS, MANTISSA_BITS = 127, 23
UNSIGNED, INFINITE = np.int32(0x7FFFFFFF), np.int32(0x7F800000)
# Unsigned: for signed indexes each look-up would ask whether they count from the end.
BEGIN, GROWTH, CHANNELS = np.uint64(0), np.uint64(1), np.uint64(3)
CHUNK = 1536  # samples; whole pixels that stay in the nearest cache


class Slots(NamedTuple):
    """Which numbers are told apart: bits of the lowest and highest, and how many bits of a number say the way."""

    lowest: np.int32
    highest: np.int32
    shift: np.int32

    def edges(self) -> Matrix:
        """Where each slot begins, and the last one ends."""
        bits = np.arange(self.lowest, self.highest + 1, 1 << self.shift, dtype=np.int32)
        return bits.view(np.float32).astype(np.float64)


def slots_between(lowest_ev: int, highest_ev: int, slot_bits: int) -> Slots:
    """Slots for numbers from 2^lowest_ev to 2^highest_ev, 2^slot_bits of them in a stop."""
    lowest, highest = (np.int32((ev + EXPONENT_BIAS) << MANTISSA_BITS) for ev in (lowest_ev, highest_ev))
    return Slots(lowest, highest, np.int32(MANTISSA_BITS - slot_bits))


exposure_slots = slots_between(-40, 40, 6)
"""64 in a stop: straight lines in them are within 1e-5 of a square root. The first begins at black."""
LOWEST, HIGHEST, SHIFT = exposure_slots  # by themselves, that compiled loops take them for constants


def exposure_edges() -> Matrix:
    """The exposures at which a function is tabulated, from 0 on."""
    edges = exposure_slots.edges()
    edges[0] = 0
    return edges


def table_of(values: Matrix) -> Floats:
    """What to look up of a function, given at the edges of all slots: slots x 2, where each begins and how it grows.

    The last but one goes on evenly; the last is for NaN, and 0.
    """
    begin = values.astype(np.float32)
    growth = np.append(np.diff(begin), np.float32(0))
    return np.concatenate([np.stack([begin, growth], axis=1), np.zeros((1, 2), np.float32)])


@compiled
def look_up(table: Floats, rgb_linear: Floats, found: Floats) -> None:
    """Fills `found` with what the three rows of a table say of pixels one after the other, R, G and B of each.

    It never falls where the function does not. First a chunk's slots are found, many at once, then what stands there,
    one by one.
    """
    slots, shares = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.float32)
    for start in range(0, rgb_linear.size, CHUNK):
        some, part = rgb_linear[start : start + CHUNK], found[start : start + CHUNK]
        for at in range(some.size):
            slots[at], shares[at] = _slot(some[at], LOWEST, HIGHEST, SHIFT, table.shape[1])
        for pixel in range(np.uint64(some.size) // CHANNELS):
            for channel in range(CHANNELS):
                place = pixel * CHANNELS + channel
                slot = slots[place]
                part[place] = table[channel, slot, BEGIN] + table[channel, slot, GROWTH] * shares[place]


@compiled
def look_up_plane(
    row: Floats, numbers: Floats, lowest: np.int32, highest: np.int32, shift: np.int32, found: Floats
) -> None:
    """Fills `found` with what one table over any slots says of numbers; beyond the slots, what stands at their end."""
    slots, shares = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.float32)
    for start in range(0, numbers.size, CHUNK):
        some, part = numbers[start : start + CHUNK], found[start : start + CHUNK]
        for at in range(some.size):
            slots[at], shares[at] = _slot(some[at], lowest, highest, shift, row.shape[0])
        for place in range(np.uint64(some.size)):
            part[place] = row[slots[place], BEGIN] + row[slots[place], GROWTH] * shares[place]


@compiled
def _slot(
    number: np.float32, lowest: np.int32, highest: np.int32, shift: np.int32, count: int
) -> tuple[np.uint32, np.float32]:
    """The slot of a number, the last for NaN, and how far through it the number lies, from 0 to less than 1."""
    bits = np.float32(number).view(np.int32)
    place = min(max(bits, lowest), highest) - lowest
    length = np.int32(1) << shift
    slot = np.uint32(place >> shift) if bits & UNSIGNED <= INFINITE else np.uint32(count - 1)
    return slot, np.float32(place & (length - np.int32(1))) / np.float32(length)
