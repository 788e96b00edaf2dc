"""Samples as the strips and tiles of a TIFF: cut, predicted, compressed."""

import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array

uncompressed, lzw, deflate, old_deflate, packbits = 1, 5, 8, 32946, 32773
no_prediction, horizontal, floating_point = 1, 2, 3
_bits_of_bytes = {1: np.uint8, 2: np.uint16, 4: np.uint32}


class Cut(NamedTuple):
    """How a TIFF cuts its picture: whole rows where `columns` is None, channels together or each for itself."""

    rows: int
    columns: int | None
    channels_apart: bool


def cut_segments(pixels: Array, cut: Cut) -> Iterator[Array]:
    """Strips or tiles as rows x columns x channels, in the order of TIFF 6.0; a tile past the edge is filled with 0."""
    planes = np.split(pixels, pixels.shape[2], axis=2) if cut.channels_apart else [pixels]
    for plane in planes:
        for top in range(0, plane.shape[0], cut.rows):
            strip = plane[top : top + cut.rows]
            if cut.columns is None:
                yield strip
                continue
            for left in range(0, plane.shape[1], cut.columns):
                yield _tile(strip[:, left : left + cut.columns], cut.rows, cut.columns)


def _tile(part: Array, rows: int, columns: int) -> Array:
    missing = ((0, rows - part.shape[0]), (0, columns - part.shape[1]), (0, 0))
    return np.pad(part, missing) if any(after for _, after in missing) else part


def segment_bytes(segment: Array, *, order: str, predictor: int, compression: int) -> bytes:
    """One strip or tile as it stands in the file.

    Source: TIFF 6.0, sections 9, 13 and 14; Adobe Photoshop TIFF technical notes 1 and 3.
    """
    bits = np.ascontiguousarray(segment).view(_bits_of_bytes[segment.dtype.itemsize])
    if predictor == horizontal:
        bits = np.diff(bits, axis=1, prepend=np.zeros_like(bits[:, :1]))
    if predictor == floating_point:
        rows = _floating_point_rows(bits)
    else:
        stored = np.ascontiguousarray(bits.astype(np.dtype(f"{order}u{bits.itemsize}"), copy=False))
        rows = stored.view(np.uint8).reshape(segment.shape[0], -1)
    return compressors[compression](rows)


def _floating_point_rows(bits: Array) -> Array:
    """Each row as its samples' first bytes, then the second and so on; each byte less that of one pixel before."""
    rows, columns, channels = bits.shape
    big_endian = np.ascontiguousarray(bits.astype(bits.dtype.newbyteorder(">"))).view(np.uint8)
    planes = big_endian.reshape(rows, columns * channels, bits.dtype.itemsize).swapaxes(1, 2).reshape(rows, -1)
    predicted = planes.copy()
    predicted[:, channels:] -= planes[:, :-channels]
    return predicted


def _as_they_are(rows: Array) -> bytes:
    return rows.tobytes()


def _deflated(rows: Array) -> bytes:
    return zlib.compress(rows.tobytes())


def _packed_bits(rows: Array) -> bytes:
    return b"".join(_pack_row(row).tobytes() for row in np.ascontiguousarray(rows))


def _lzw(rows: Array) -> bytes:
    codes: Array = _lzw_codes(np.ascontiguousarray(rows).reshape(-1))
    return codes.tobytes()


compressors: dict[int, Callable[[Array], bytes]] = {
    uncompressed: _as_they_are,
    lzw: _lzw,
    deflate: _deflated,
    old_deflate: _deflated,
    packbits: _packed_bits,
}
"""Rows of bytes as each compression of TIFF writes them; every one keeps all."""


@compiled
def _pack_row(row: Array) -> Array:
    """Runs of 2 to 128 equal bytes as a count and the byte, everything between as a count and the bytes."""
    packed = np.empty(2 * row.size, np.uint8)
    size, at = 0, 0
    while at < row.size:
        end = at + 1
        while end < row.size and end - at < 128 and row[end] == row[at]:  # noqa: PLR2004 -- of the format
            end += 1
        if end - at > 1:
            packed[size], packed[size + 1] = 257 - (end - at), row[at]
            size += 2
            at = end
            continue
        while end < row.size and end - at < 128 and (end + 1 >= row.size or row[end] != row[end + 1]):  # noqa: PLR2004 -- of the format
            end += 1
        packed[size] = end - at - 1
        packed[size + 1 : size + 1 + end - at] = row[at:end]
        size += 1 + end - at
        at = end
    return packed[:size]


_clear, _end, _first_free, _last_free = 256, 257, 258, 4094
_slots = 16384


@compiled
def _lzw_codes(data: Array) -> Array:
    """Codes of 9 to 12 bits, the highest bit first, each width one code earlier than need be, as TIFF 6.0 asks."""
    packed = np.zeros(data.size * 3 // 2 + data.size // 1024 + 16, np.uint8)
    keys, codes = np.full(_slots, -1, np.int64), np.zeros(_slots, np.int64)
    place, width, free = 0, 9, _first_free
    place = _put(packed, place, _clear, width)
    prefix = np.int64(data[0])
    for at in range(1, data.size):
        key = prefix << 8 | np.int64(data[at])
        slot = (key * 40503) % _slots
        while keys[slot] != -1 and keys[slot] != key:
            slot = (slot + 1) % _slots
        if keys[slot] == key:
            prefix = codes[slot]
            continue
        place = _put(packed, place, prefix, width)
        keys[slot], codes[slot] = key, free
        free += 1
        prefix = np.int64(data[at])
        if free == _last_free:
            place = _put(packed, place, _clear, width)
            keys[:] = -1
            width, free = 9, _first_free
        elif free >= 1 << width:
            width += 1
    place = _put(packed, place, prefix, width)
    free += 1
    if free == _last_free:
        place = _put(packed, place, _clear, width)
        width = 9
    elif free >= 1 << width:
        width += 1
    place = _put(packed, place, _end, width)
    return packed[: (place + 7) // 8]


@compiled
def _put(packed: Array, place: int, code: int | np.int64, width: int) -> int:
    """Writes a code's bits and gives the place after them."""
    for bit in range(width):
        if code >> (width - 1 - bit) & 1:
            packed[(place + bit) >> 3] |= 128 >> ((place + bit) & 7)
    return place + width
