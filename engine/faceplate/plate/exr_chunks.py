"""Where the pixels of an EXR file lie: chunks of whole lines or tiles, each of which can be taken over as it is.

Source: OpenEXR file layout, https://openexr.com/en/latest/OpenEXRFileLayout.html
"""

import os
import struct
from math import ceil
from pathlib import Path
from typing import NamedTuple

from faceplate.plate.damage import damaged
from faceplate.plate.exr_header import ExrFile, ExrHeader, compressions, exr_choice, exr_tile_size, exr_window
from faceplate.values import Window, nowhere

_lines_per_chunk = {
    "zip": 16, "piz": 32, "pxr24": 16, "b44": 32, "b44a": 32, "dwaa": 32, "dwab": 256,
    "htj2k256": 256, "htj2k32": 32, "lj2k": 256,
}  # fmt: skip


class Span(NamedTuple):
    """The bytes of one chunk in its file, with all that says which chunk it is."""

    start: int
    size: int


class Grid(NamedTuple):
    """How a part's data window is cut into chunks: `across` x `down` of at most `width` x `height` pixels each."""

    width: int
    height: int
    across: int
    down: int

    @property
    def total(self) -> int:
        """How many chunks there are."""
        return self.across * self.down

    def cells(self, window: Window) -> Window:
        """The chunks that hold a window of pixels, counted in columns and rows; `window` begins at the data window."""
        if window.is_empty:
            return nowhere
        right, bottom = ceil(window.right / self.width), ceil(window.bottom / self.height)
        return Window(window.left // self.width, window.top // self.height, right, bottom)

    def pixels(self, cells: Window) -> Window:
        """The pixels that a block of chunks holds; those at the right and at the bottom may reach past the picture."""
        return Window(
            cells.left * self.width, cells.top * self.height, cells.right * self.width, cells.bottom * self.height
        )

    def numbers(self, cells: Window) -> list[int]:
        """The places of a block of chunks in the table, row by row."""
        rows, columns = range(cells.top, cells.bottom), range(cells.left, cells.right)
        return [row * self.across + column for row in rows for column in columns]


def chunk_grid(data: Window, compression: str, tiles: tuple[int, int] | None) -> Grid:
    """How a flat part of one resolution is cut into chunks."""
    width, height = tiles or (data.width, _lines_per_chunk.get(compression, 1))
    return Grid(width, height, ceil(data.width / width), ceil(data.height / height))


def chunk_spans(path: Path, exr: ExrFile) -> tuple[tuple[Span, ...], ...]:
    """The chunks of every part, in the order of their tables.

    Raises:
        PlateError: a table is incomplete, or a chunk lies outside the file.
    """
    with path.open("rb") as file:
        counts = [_count(path, exr, part) for part in range(len(exr.parts))]
        held = os.fstat(file.fileno()).st_size
        if exr.end + 8 * sum(counts) > held:
            raise damaged(path, expected=f"{sum(counts)} chunks of pixels", came="the end of the file")
        file.seek(exr.end)
        offsets = iter(struct.unpack(f"<{sum(counts)}Q", file.read(8 * sum(counts))))
        first = exr.end + 8 * sum(counts)
        spans = tuple(
            tuple(_span(path, file.fileno(), exr, part, next(offsets), (first, held)) for _ in range(count))
            for part, count in enumerate(counts)
        )
    claimed = sum(span.size for part in spans for span in part)
    if first + claimed > held:
        raise damaged(path, expected=f"chunks of at most {held - first} bytes together", came=f"{claimed} bytes")
    return spans


def _count(path: Path, exr: ExrFile, part: int) -> int:
    stated = exr.parts[part].value("chunkCount")
    if exr.is_multi_part and stated is not None and len(stated) == struct.calcsize("<i"):
        return max(0, int.from_bytes(stated, "little", signed=True))
    if exr.is_multi_part:
        raise damaged(path, expected=f"a chunkCount in part {part + 1}", came="a header without it")
    return _grid(path, exr.parts[part]).total


def _grid(path: Path, header: ExrHeader) -> Grid:
    tiles = header.value("tiles")
    size = exr_tile_size(path, tiles) if tiles else None
    compression = exr_choice(path, header, "compression", compressions)
    return chunk_grid(exr_window(path, header, "dataWindow"), compression, size)


def _span(path: Path, file: int, exr: ExrFile, part: int, start: int, bounds: tuple[int, int]) -> Span:
    """Part number where there are several, then the chunk's coordinates, then its size; deep chunks have three."""
    before = (4 if exr.is_multi_part else 0) + (16 if exr.is_tiled(part) else 4)
    layout = "<3Q" if exr.is_deep(part) else "<I"
    whole = before + struct.calcsize(layout)
    head = os.pread(file, whole, start) if bounds[0] <= start < bounds[1] else b""
    if len(head) < whole or (exr.is_multi_part and int.from_bytes(head[:4], "little") != part):
        raise damaged(path, expected=f"a chunk of part {part + 1} at byte {start}", came="none")
    sizes = struct.unpack_from(layout, head, before)
    size = whole + sum(sizes[:2])
    if start + size > bounds[1]:
        raise damaged(path, expected=f"{size} bytes for the chunk at byte {start}", came="the end of the file")
    return Span(start, size)
