"""Codes of 8, 10, 12 and 16 bits as they stand in a line of a DPX or Cineon file, and back.

Source: SMPTE ST 268-1:2014, packing of image data. Which code of a 32-bit word comes first the standard leaves open
to two readings; the one here is that of libdpx and FFmpeg.
"""

from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np

from faceplate.values import Array

PACKED, METHOD_A, METHOD_B = 0, 1, 2
_spare10, _spare12 = 2, 4


@dataclass(frozen=True)
class LineLayout:
    """Where the codes of one line stand in its words.

    The line is cut into cells of some words each; `places` gives the word and the lowest bit of every code of a cell.
    A code may reach into the word after.

    Attributes:
        codes: how many codes a line holds.
        bits: of one code.
        word: the type of a word, with its byte order.
        places: for each code of a cell, its word and its lowest bit.
    """

    codes: int
    bits: int
    word: np.dtype[Any]
    places: tuple[tuple[int, int], ...]

    @property
    def code_type(self) -> np.dtype[Any]:
        """The numpy type that holds a code."""
        return np.dtype(np.uint8 if self.bits <= 8 else np.uint16)  # noqa: PLR2004 -- a byte

    @property
    def word_bits(self) -> int:
        """Bits of a word."""
        return 8 * self.word.itemsize

    @property
    def cells(self) -> int:
        """Cells of a line; the last may be filled in part."""
        return -(-self.codes // len(self.places))

    @property
    def words_per_cell(self) -> int:
        """Words of a cell."""
        return self.places[-1][0] + 1

    @property
    def line_bytes(self) -> int:
        """Bytes of the words that hold a line's codes."""
        whole, rest = divmod(self.codes, len(self.places))
        in_last = self.places[:rest]
        bits = max((self.word_bits * word + low + self.bits for word, low in in_last), default=0)
        return (whole * self.words_per_cell + -(-bits // self.word_bits)) * self.word.itemsize


def line_layout(columns: int, channels: int, bits: int, packing: int, order: str) -> LineLayout:
    """How a line of this many pixels is laid out; `order` is `>` or `<`, packing matters to 10 and 12 bits only."""
    codes = columns * channels
    if bits in (8, 16):
        return LineLayout(codes, bits, np.dtype(f"{order}u{bits // 8}"), ((0, 0),))
    if packing == PACKED:
        return LineLayout(codes, bits, np.dtype(f"{order}u4"), _packed_places(bits))
    if bits == 12:  # noqa: PLR2004 -- the one depth filled into words of 16 bits
        return LineLayout(codes, bits, np.dtype(f"{order}u2"), ((0, _spare12 if packing == METHOD_A else 0),))
    lows = (20, 10, 0) if channels > 1 else (0, 10, 20)
    spare = _spare10 if packing == METHOD_A else 0
    return LineLayout(codes, bits, np.dtype(f"{order}u4"), tuple((0, low + spare) for low in lows))


def _packed_places(bits: int) -> tuple[tuple[int, int], ...]:
    """Codes back to back from the lowest bit of the first word on, until one begins a word again."""
    return tuple(divmod(bits * index, 32) for index in range(32 // gcd(bits, 32)))


def codes_of_lines(lines: Array, layout: LineLayout) -> Array:
    """Lines x bytes as lines x codes; bytes after a line's last word are left aside."""
    stored = np.ascontiguousarray(lines[:, : layout.line_bytes]).view(layout.word)
    if layout.bits == layout.word_bits:
        return stored
    words = _in_cells(stored.astype(layout.word.newbyteorder("="), copy=False), layout.cells, layout.words_per_cell)
    codes = np.empty((len(lines), layout.cells, len(layout.places)), layout.code_type)
    for index, (word, low) in enumerate(layout.places):
        held = words[..., word] >> low
        if low + layout.bits > layout.word_bits:
            held |= words[..., word + 1] << (layout.word_bits - low)
        np.bitwise_and(held, 2**layout.bits - 1, out=codes[..., index], casting="unsafe")
    return codes.reshape(len(lines), -1)[:, : layout.codes]


def lines_of_codes(codes: Array, layout: LineLayout) -> Array:
    """Lines x codes as lines x bytes; bits that belong to no code are 0."""
    if layout.bits == layout.word_bits:
        return codes.astype(layout.word, order="C", copy=False).view(np.uint8)
    cells = _in_cells(codes, layout.cells, len(layout.places))
    words = np.zeros((len(codes), layout.cells, layout.words_per_cell), layout.word.newbyteorder("="))
    for index, (word, low) in enumerate(layout.places):
        code = cells[..., index].astype(words.dtype)
        words[..., word] |= code << low
        if low + layout.bits > layout.word_bits:
            words[..., word + 1] |= code >> (layout.word_bits - low)
    held = words.reshape(len(codes), -1)[:, : layout.line_bytes // layout.word.itemsize]
    return held.astype(layout.word, order="C", copy=False).view(np.uint8)


def spare_bits(layout: LineLayout) -> Array:
    """One line of bytes in which the bits that belong to no code are set."""
    full = np.full((1, layout.codes), 2**layout.bits - 1, layout.code_type)
    return ~lines_of_codes(full, layout)


def _in_cells(lines: Array, cells: int, size: int) -> Array:
    """Lines cut into cells; one that ends within its last cell goes on with zeros."""
    if lines.shape[1] == cells * size:
        return lines.reshape(len(lines), cells, size)
    whole = np.zeros((len(lines), cells * size), lines.dtype)
    whole[:, : lines.shape[1]] = lines
    return whole.reshape(len(lines), cells, size)
