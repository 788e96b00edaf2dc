"""The lines of a DPX or Cineon picture in its file: found, read, written, written over, a band of rows at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from faceplate.plate.damage import damaged
from faceplate.plate.dpx_pixels import LineLayout, codes_of_lines, lines_of_codes, spare_bits
from faceplate.values import Array

_band_bytes = 2**18
_word_bytes = 4
# Lines are at most padded to a disk's block; a damaged header claims far more.
_most_between_bytes = 2**20


@dataclass(frozen=True)
class Lines:
    """Where the lines of a picture stand in a file.

    Attributes:
        start: the byte at which the first line begins.
        pitch_bytes: from the beginning of a line to that of the next.
        rows: how many lines there are.
        layout: of the codes in a line.
    """

    start: int
    pitch_bytes: int
    rows: int
    layout: LineLayout

    def bands(self, top: int, bottom: int) -> Iterator[tuple[int, int]]:
        """Rows `top` up to `bottom`, some at a time, as the first and the one after the last."""
        step = max(1, _band_bytes // self.pitch_bytes)
        for first in range(top, bottom, step):
            yield first, min(first + step, bottom)


def aligned(line_bytes: int) -> int:
    """The bytes of a line with those that fill its last 32-bit word."""
    return -(-line_bytes // _word_bytes) * _word_bytes


def find_lines(path: Path, start: int, size: tuple[int, int], layout: LineLayout, between_bytes: int) -> Lines:
    """The lines of a picture of columns x rows that begins at byte `start`, `between_bytes` after every line.

    A line ends on a 32-bit word. Some programs (OpenImageIO is one) leave that out: so it is taken to be in a file that
    is too short for whole words and long enough without.

    Raises:
        PlateError: the picture is empty, or the file is too short for it.
    """
    if between_bytes > _most_between_bytes:
        claim = f"at most {_most_between_bytes} bytes between two lines"
        raise damaged(path, expected=claim, came=f"a header that claims {between_bytes}")
    columns, rows = size
    held_bytes = path.stat().st_size
    pitches = [aligned(layout.line_bytes) + between_bytes, layout.line_bytes + between_bytes]
    needed = [start + (rows - 1) * pitch + layout.line_bytes for pitch in pitches]
    if not columns or not rows or held_bytes < needed[1]:
        claim = f"a picture of {columns} x {rows} in at least {needed[1]} bytes, as its header says"
        raise damaged(path, expected=claim, came=f"{held_bytes} bytes")
    return Lines(start, pitches[0] if held_bytes >= needed[0] else pitches[1], rows, layout)


def read_codes(path: Path, lines: Lines) -> Array:
    """Every code of a picture, rows x codes of a line.

    Raises:
        PlateError: the file became shorter since its lines were found.
    """
    codes = np.empty((lines.rows, lines.layout.codes), lines.layout.code_type)
    with path.open("rb") as file:
        for top, bottom in lines.bands(0, lines.rows):
            codes[top:bottom] = codes_of_lines(_read_band(path, file, lines, top, bottom), lines.layout)
    return codes


def write_codes(file: BufferedIOBase, lines: Lines, codes: Array) -> None:
    """Writes rows x codes of a line from where the file stands, spare bits and bytes as 0."""
    for top, bottom in lines.bands(0, lines.rows):
        band = np.zeros((bottom - top, lines.pitch_bytes), np.uint8)
        band[:, : lines.layout.line_bytes] = lines_of_codes(codes[top:bottom], lines.layout)
        file.write(band.data)


def write_codes_over(path: Path, lines: Lines, codes: Array, rows: range) -> None:
    """Puts the codes of some rows in the place of those that the file holds; not one bit beside them changes."""
    spare, size = spare_bits(lines.layout), lines.layout.line_bytes
    with path.open("r+b") as file:
        for top, bottom in lines.bands(rows.start, rows.stop):
            band = _read_band(path, file, lines, top, bottom)
            band[:, :size] &= spare
            band[:, :size] |= lines_of_codes(codes[top:bottom], lines.layout)
            file.seek(lines.start + top * lines.pitch_bytes)
            # The file may end with the last line's codes, without the bytes that fill its last word.
            file.write(band.reshape(-1)[: _band_end(lines, top, bottom)].data)


def _read_band(path: Path, file: BufferedIOBase, lines: Lines, top: int, bottom: int) -> Array:
    """Rows `top` up to `bottom` as rows x pitch, bytes that may be written to."""
    band = np.zeros((bottom - top, lines.pitch_bytes), np.uint8)
    file.seek(lines.start + top * lines.pitch_bytes)
    needed_bytes = _band_end(lines, top, bottom)
    held_bytes = file.readinto(band.reshape(-1)[:needed_bytes].data)
    if held_bytes != needed_bytes:
        claim = f"{needed_bytes} bytes of the lines {top} to {bottom - 1}"
        raise damaged(path, expected=claim, came=f"{held_bytes}: it became shorter while it was read")
    return band


def _band_end(lines: Lines, top: int, bottom: int) -> int:
    """Bytes from the beginning of row `top` to the end of the codes of the row before `bottom`."""
    return (bottom - top - 1) * lines.pitch_bytes + lines.layout.line_bytes
