"""Chunks of an EXR without compression, or in ZIP: what most plates are in, and what OpenImageIO is slowest at.

Source: OpenEXR file layout, https://openexr.com/en/latest/OpenEXRFileLayout.html, and the ZIP codec of its library:
bytes taken apart into even and odd ones, differences of neighbours, deflate.
"""

from collections.abc import Iterator

import numpy as np
from isal import isal_zlib

from faceplate.compiled import compiled
from faceplate.values import Array, Window

quick = ("none", "zips", "zip")
"""The compressions that are worked here."""

effort = 1
"""The least that ISA-L does: a twentieth more bytes than zlib's usual effort, in an eighth of its time."""


def zip_chunks(channels: list[Array], blocks: list[Window], compression: str) -> Iterator[bytes]:
    """The pixels of each block of rows and columns, compressed, without the words that stand before them in the file.

    `channels` is rows x columns for each channel in the order of the file.
    """
    for block in blocks:
        rows, columns = slice(block.top, block.bottom), slice(block.left, block.right)
        lines = [np.ascontiguousarray(channel[rows, columns]).view(np.uint8) for channel in channels]
        raw = np.concatenate(lines, axis=1).reshape(-1)
        yield raw.tobytes() if compression == "none" else _deflated(raw)


def _deflated(raw: Array) -> bytes:
    """The smaller of the two: a chunk that deflate makes no smaller is stored as it is."""
    packed: bytes = isal_zlib.compress(_taken_apart(raw), effort)
    return packed if len(packed) < raw.size else raw.tobytes()


@compiled
def _taken_apart(raw: Array) -> Array:
    """Even bytes, then odd ones, each but the first as its difference from the byte before, plus 128."""
    half = (raw.size + 1) // 2
    apart = np.empty_like(raw)
    for at in range(half):
        apart[at] = raw[2 * at]
    for at in range(raw.size - half):
        apart[half + at] = raw[2 * at + 1]
    differences = np.empty_like(raw)
    differences[0] = apart[0]
    for at in range(1, raw.size):
        differences[at] = apart[at] - apart[at - 1] + np.uint8(128)
    return differences
