import zlib
from collections.abc import Iterator
from fractions import Fraction
from math import isclose
from pathlib import Path

import numpy as np

from faceplate.errors import PlateError
from faceplate.plate.png_chunks import (
    Chunk,
    PngStart,
    attribute_chunk,
    chunk_bytes,
    colour_type_of,
    png_signature,
    start_chunk,
)
from faceplate.plate.png_rows import filtered_rows
from faceplate.values import Attribute, Frame, Header, Sample

_bits_of = {Sample.UINT8: 8, Sample.UINT16: 16}
_usual_level = 6
_largest_chunk = 2**20
# What a ratio in single precision may be off after it was turned over and back.
_aspect_tolerance = 1e-6


def write_png(frame: Frame, path: Path) -> None:
    """Writes every sample and every attribute that PNG has a chunk for, interlaced where the header says so.

    Raises:
        PlateError: the frame holds samples, channels or windows that a PNG cannot.
    """
    _check(frame)
    header, pixels = _complete(frame.header), frame.groups[0].pixels
    interlaced = bool(header.attribute("png:interlace"))
    start = PngStart(
        header.data.width,
        header.data.height,
        _bits_of[header.samples[0]],
        colour_type_of[len(header.channels)],
        compression=0,
        filtering=0,
        interlace=int(interlaced),
    )
    told = (attribute_chunk(attribute) for attribute in header.attributes)
    level = header.attribute("png:compressionLevel")
    with path.open("wb") as file:
        file.write(png_signature + chunk_bytes(start_chunk(start)))
        for chunk in told:
            file.write(chunk_bytes(chunk) if chunk else b"")
        rows = filtered_rows(pixels, interlaced=interlaced)
        for content in _deflated((part.tobytes() for part in rows), level if isinstance(level, int) else _usual_level):
            file.write(chunk_bytes(Chunk("IDAT", content)))
        file.write(chunk_bytes(Chunk("IEND", b"")))


def _check(frame: Frame) -> None:
    header = frame.header
    fits = len(frame.groups) == 1 and header.samples[0] in _bits_of and len(header.channels) in colour_type_of
    moved = header.data != header.display and header.attribute("png:oFFs") is None
    if not fits or moved:
        raise PlateError(
            frame.source,
            expected="grey or R, G, B (and alpha) as 8 or 16 bit codes over the whole display window",
            came=f"{', '.join(header.channels)} as {', '.join(sorted({sample.value for sample in header.samples}))}",
            next_step="convert the frame with as_still16, or write EXR",
        )


def _complete(header: Header) -> Header:
    """The header with the frame's pixel aspect, where its chunk says another."""
    said = header.attribute("png:pHYs")
    across, down = said[:2] if isinstance(said, tuple) else (1, 1)
    aspect = float(np.float32(down) / np.float32(across)) if across and down else 1.0
    if isclose(aspect, header.pixel_aspect, rel_tol=_aspect_tolerance):
        return header
    ratio = Fraction(header.pixel_aspect).limit_denominator(10000)
    return header.with_attributes(Attribute("png:pHYs", "uint[3]", (ratio.denominator, ratio.numerator, 0)))


def _deflated(parts: Iterator[bytes], level: int) -> Iterator[bytes]:
    """The rows as pieces of one zlib stream."""
    deflater = zlib.compressobj(level)
    for part in parts:
        for at in range(0, len(part), _largest_chunk):
            if piece := deflater.compress(part[at : at + _largest_chunk]):
                yield piece
    yield deflater.flush()
