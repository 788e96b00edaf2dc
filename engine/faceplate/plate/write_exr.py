import struct
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO

from faceplate.errors import PlateError
from faceplate.plate.exr_attributes import attribute_to_exr
from faceplate.plate.exr_header import (
    LONG_NAMES,
    MAGIC,
    TILED,
    Entry,
    ExrChannel,
    compressions,
    encode_channels,
    encode_entry,
    line_orders,
    read_exr_header,
)
from faceplate.plate.pixels import base_type, write_pixels
from faceplate.storage import unwritable
from faceplate.values import Array, Attribute, Frame, Header, Sample, Window

_pixel_types = {Sample.UINT32: 0, Sample.HALF: 1, Sample.FLOAT: 2}
_lines_per_chunk = {"zip": 16, "piz": 32, "pxr24": 16, "b44": 32, "b44a": 32, "dwaa": 32, "dwab": 256}
_lossless = ("none", "rle", "zips", "zip", "piz")
_layout = ("compression", "openexr:lineOrder", "openexr:tiles", "openexr:pLinear")
_short_name = 31


def write_exr(frame: Frame, path: Path) -> None:
    """Writes pixels and header; the header holds what `frame.header` says and nothing else.

    OpenImageIO writes the pixels under a header with room to spare, then the header of the frame takes its place.

    Raises:
        PlateError: the frame holds samples or a compression that EXR cannot.
        StorageError: the file could not be written whole.
    """
    header = frame.header
    _check(frame)
    encoded = encode_header(header)
    spec = _spec(header)
    spec.attribute("faceplate:room", "." * len(encoded))
    write_pixels(path, "openexr", spec, _interleaved(frame))
    _replace_header(path, encoded, _chunks(header))


def keeps_samples(header: Header) -> bool:
    """True where a frame that was read in this compression is written in it again without a change.

    Of the lossy ones PXR24, B44 and B44A find their own result again; DWAA and DWAB lose a little more each time.
    """
    return not _compression(header).startswith("dwa")


def encode_header(header: Header) -> bytes:
    """Everything that stands before the table of chunks, entries in order of their names as OpenEXR has them."""
    entries = {entry.name: entry for entry in (*_attributes(header), *_structure(header))}
    encoded = [encode_entry(*entries[name]) for name in sorted(entries, key=_byte_order)]
    longest = max(len(_byte_order(text)) for entry in entries.values() for text in entry[:2])
    version = 2 | (TILED if "tiles" in entries else 0) | (LONG_NAMES if longest > _short_name else 0)
    return MAGIC + struct.pack("<I", version) + b"".join(encoded) + b"\0"


def _byte_order(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _attributes(header: Header) -> list[Entry]:
    window = (Attribute("screenWindowCenter", "float2", (0.0, 0.0)), Attribute("screenWindowWidth", "float", 1.0))
    return [attribute_to_exr(entry) for entry in (*window, *header.attributes) if entry.name not in _layout]


def _structure(header: Header) -> list[Entry]:
    order = header.attribute("openexr:lineOrder") or line_orders[0]
    structure = [
        Entry("channels", "chlist", encode_channels(_channels(header))),
        Entry("compression", "compression", bytes([compressions.index(_compression(header))])),
        Entry("dataWindow", "box2i", _box(header, header.data)),
        Entry("displayWindow", "box2i", _box(header, header.display)),
        Entry("lineOrder", "lineOrder", bytes([line_orders.index(order)])),
        Entry("pixelAspectRatio", "float", struct.pack("<f", header.pixel_aspect)),
    ]
    if tiles := header.attribute("openexr:tiles"):
        structure.append(Entry("tiles", "tiledesc", struct.pack("<2IB", *tiles, 0)))
    return structure


def _channels(header: Header) -> tuple[ExrChannel, ...]:
    linear = header.attribute("openexr:pLinear") or ()
    pairs = sorted(zip(header.channels, header.samples, strict=True), key=lambda pair: _byte_order(pair[0]))
    return tuple(ExrChannel(name, _pixel_types[sample], int(name in linear), (1, 1)) for name, sample in pairs)


def _compression(header: Header) -> str:
    return str(header.attribute("compression") or "zips")


def _box(header: Header, window: Window) -> bytes:
    left, top = header.origin
    return struct.pack("<4i", window.left + left, window.top + top, window.right + left - 1, window.bottom + top - 1)


def _check(frame: Frame) -> None:
    header = frame.header
    held = {sample for sample in header.samples if sample not in _pixel_types}
    if held:
        raise PlateError(
            frame.source,
            expected="half, float or 32 bit integer channels, which EXR holds",
            came=", ".join(sorted(sample.value for sample in held)),
            next_step="convert the frame with as_exr, or write DPX",
        )
    mixed = Sample.UINT32 in header.samples and len(set(header.samples)) > 1
    allowed = _lossless if mixed else compressions
    if _compression(header) not in allowed:
        raise PlateError(
            frame.source,
            expected=f"compression {', '.join(allowed)}" + (" beside 32 bit integer channels" if mixed else ""),
            came=_compression(header),
            next_step="choose one of these",
        )


def _spec(header: Header) -> Any:
    """What OpenImageIO needs in order to lay out the pixels; integers beside other types travel as their bits."""
    spec = OpenImageIO.ImageSpec(
        header.data.width, header.data.height, len(header.channels), base_type(header.samples[0])
    )
    spec.x, spec.y = header.data.left + header.origin[0], header.data.top + header.origin[1]
    spec.full_x, spec.full_y = header.origin
    spec.full_width, spec.full_height = header.display.width, header.display.height
    spec.channelnames = header.channels
    if len(set(header.samples)) > 1:
        spec.format = OpenImageIO.FLOAT
        spec.channelformats = tuple(OpenImageIO.HALF if s is Sample.HALF else OpenImageIO.FLOAT for s in header.samples)
    level = header.attribute("dwaCompressionLevel")
    spec.attribute("compression", _compression(header) + (f":{level:g}" if level is not None else ""))
    spec.attribute("openexr:lineOrder", header.attribute("openexr:lineOrder") or line_orders[0])
    spec.tile_width, spec.tile_height = header.attribute("openexr:tiles") or (0, 0)
    return spec


def _interleaved(frame: Frame) -> Array:
    """Rows x columns x channels; several types meet as float, which half reaches and leaves without loss."""
    if len(frame.groups) == 1:
        return frame.groups[0].pixels
    pixels = np.empty((frame.header.data.height, frame.header.data.width, len(frame.header.channels)), np.float32)
    first = 0
    for group in frame.groups:
        last = first + len(group.names)
        pixels[..., first:last] = group.pixels.view(np.float32) if group.pixels.dtype == np.uint32 else group.pixels
        first = last
    return pixels


def _chunks(header: Header) -> int:
    tiles: tuple[int, int] | None = header.attribute("openexr:tiles")
    if tiles:
        return ceil(header.data.width / tiles[0]) * ceil(header.data.height / tiles[1])
    return ceil(header.data.height / _lines_per_chunk.get(_compression(header), 1))


def _replace_header(path: Path, encoded: bytes, chunks: int) -> None:
    """Puts the header and the table of chunks at the front; the chunks themselves stay where they are."""
    end = read_exr_header(path).end
    with path.open("r+b") as file:
        file.seek(end)
        table = file.read(8 * chunks)
        offsets = struct.unpack(f"<{len(table) // 8}Q", table)
        if len(offsets) != chunks or min(offsets) < end + len(table) or max(offsets) >= path.stat().st_size:
            raise unwritable(path, "a table of chunks that is not whole")
        room = end - len(encoded)
        file.seek(0)
        file.write(encoded + table + bytes(room))
