"""Pixels into the chunks of an EXR."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO

from faceplate.plate.exr_chunks import Grid, chunk_spans
from faceplate.plate.exr_header import name_bytes, read_exr_headers
from faceplate.plate.exr_zip import quick, zip_chunks
from faceplate.plate.pixels import base_type, write_pixels
from faceplate.values import Array, Frame, Header, Sample, Window

pixel_types = {Sample.UINT32: 0, Sample.HALF: 1, Sample.FLOAT: 2}


def compression_of(header: Header) -> tuple[str, float | None]:
    """Name and level of the header's compression; `zips` where it says none, no level where that is the codec's own.

    A level is stated as in `zip:9`, or by the attribute `dwaCompressionLevel`.
    """
    name, _, level = str(header.attribute("compression") or "zips").partition(":")
    stored = header.attribute("dwaCompressionLevel") if name.startswith("dwa") else None
    return name, float(level) if level else stored


def encode_chunks(frame: Frame, path: Path, grid: Grid, cells: Window) -> list[bytes]:
    """A block of the frame's chunks, row by row, as they stand in a file of one part; `path` may be overwritten.

    Raises:
        StorageError: the file could not be written.
    """
    name, level = compression_of(frame.header)
    if name in quick and level is None:
        return _by_ourselves(frame, grid, cells, name)
    return _by_openimageio(frame, path, grid, cells)


def _by_ourselves(frame: Frame, grid: Grid, cells: Window, compression: str) -> list[bytes]:
    data, tiled = frame.header.data, frame.header.attribute("openexr:tiles") is not None
    inside = Window(0, 0, data.width, data.height)
    places = [(column, row) for row in range(cells.top, cells.bottom) for column in range(cells.left, cells.right)]
    blocks = [grid.pixels(Window(x, y, x + 1, y + 1)).intersect(inside) for x, y in places]
    top = data.top + frame.header.origin[1]
    words = [struct.pack("<4i", x, y, 0, 0) if tiled else struct.pack("<i", top + y * grid.height) for x, y in places]
    packed = zip_chunks(_channels_in_file_order(frame), blocks, compression)
    return [word + struct.pack("<i", len(chunk)) + chunk for word, chunk in zip(words, packed, strict=True)]


def _channels_in_file_order(frame: Frame) -> list[Array]:
    named = {name: group.pixels[..., at] for group in frame.groups for at, name in enumerate(group.names)}
    return [named[name] for name in sorted(named, key=name_bytes)]


def _by_openimageio(frame: Frame, path: Path, grid: Grid, cells: Window) -> list[bytes]:
    """OpenImageIO writes the block as a picture of its own, whose chunks are taken out of the file."""
    data = frame.header.data
    inside = grid.pixels(cells).intersect(Window(0, 0, data.width, data.height))
    write_pixels(path, "openexr", _spec(frame.header, inside), _interleaved(frame, inside))
    content = path.read_bytes()
    spans = chunk_spans(path, read_exr_headers(path))[0]
    chunks = [content[span.start : span.start + span.size] for span in spans]
    tiled = frame.header.attribute("openexr:tiles") is not None
    return [_moved(chunk, cells.left, cells.top) for chunk in chunks] if tiled else chunks


def _moved(chunk: bytes, across: int, down: int) -> bytes:
    """A tile says which one it is; lines say where they are, in the coordinates of the file."""
    x, y = struct.unpack_from("<2i", chunk)
    return struct.pack("<2i", x + across, y + down) + chunk[8:]


def _spec(header: Header, inside: Window) -> Any:
    """What OpenImageIO needs in order to lay out the pixels; integers beside other types travel as their bits."""
    spec = OpenImageIO.ImageSpec(inside.width, inside.height, len(header.channels), base_type(header.samples[0]))
    spec.x = header.data.left + header.origin[0] + inside.left
    spec.y = header.data.top + header.origin[1] + inside.top
    spec.full_x, spec.full_y = header.origin
    spec.full_width, spec.full_height = header.display.width, header.display.height
    spec.channelnames = header.channels
    if len(set(header.samples)) > 1:
        spec.format = OpenImageIO.FLOAT
        spec.channelformats = tuple(OpenImageIO.HALF if s is Sample.HALF else OpenImageIO.FLOAT for s in header.samples)
    name, level = compression_of(header)
    spec.attribute("compression", name + (f":{round(level)}" if level is not None else ""))
    spec.tile_width, spec.tile_height = header.attribute("openexr:tiles") or (0, 0)
    return spec


def _interleaved(frame: Frame, inside: Window) -> Array:
    """Rows x columns x channels; several types meet as float, which half reaches and leaves without loss."""
    rows, columns = slice(inside.top, inside.bottom), slice(inside.left, inside.right)
    if len(frame.groups) == 1:
        return frame.groups[0].pixels[rows, columns]
    pixels = np.empty((inside.height, inside.width, len(frame.header.channels)), np.float32)
    first = 0
    for group in frame.groups:
        last = first + len(group.names)
        part = np.ascontiguousarray(group.pixels[rows, columns])
        pixels[..., first:last] = part.view(np.float32) if part.dtype == np.uint32 else part
        first = last
    return pixels
