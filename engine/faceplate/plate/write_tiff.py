from fractions import Fraction
from io import BufferedWriter
from math import isclose
from pathlib import Path
from typing import Any

import numpy as np

from faceplate.errors import PlateError
from faceplate.plate.tiff_attributes import attribute_entry, directory_tags, prefixes
from faceplate.plate.tiff_directory import TiffEntry, TiffLayout, directory_bytes, start_bytes
from faceplate.plate.tiff_segments import (
    Cut,
    compressors,
    cut_segments,
    deflate,
    lzw,
    old_deflate,
    segment_bytes,
    uncompressed,
)
from faceplate.values import Array, Attribute, Frame, Header, Sample

_held = (Sample.UINT8, Sample.UINT16, Sample.UINT32, Sample.HALF, Sample.FLOAT)
_short, _long, _long8 = 3, 4, 16
_unsigned, _floating = 1, 3
# Colour channels of each photometric interpretation that is read: black is zero, RGB, separated inks.
_colours = {1: 1, 2: 3, 5: 4}
_unspecified_sample, _associated_alpha = 0, 1
_no_unit = 1
_channels_apart = 2
_strip_bytes = 2**18
# Offsets of a classic TIFF end at 4 GiB; half of that is room enough for samples that do not compress.
_classic_limit_bytes = 2**31
# What a ratio in single precision may be off after it was turned over and back.
_aspect_tolerance = 1e-6


def write_tiff(frame: Frame, path: Path) -> None:
    """Writes every sample and attribute anew, in the byte order, strips or tiles and compression that the header names.

    A compression that loses, and one that we cannot write, gives way to deflate.

    Raises:
        PlateError: the frame holds samples or windows that a TIFF cannot.
    """
    _check(frame)
    header, pixels = _complete(frame.header), frame.groups[0].pixels
    is_big = bool(header.attribute("tiff:Big")) or pixels.nbytes > _classic_limit_bytes
    layout = TiffLayout(">" if header.attribute("tiff:Endian") == "big" else "<", is_big)
    with path.open("wb") as file:
        file.write(start_bytes(layout, 0))
        segments = _write_segments(file, layout, header, pixels)
        first = _write_directories(file, layout, header, (*_structure(layout, header), *segments))
        file.seek(0)
        file.write(start_bytes(layout, first))


def _check(frame: Frame) -> None:
    header = frame.header
    if len(frame.groups) != 1 or header.samples[0] not in _held:
        came = ", ".join(sorted({sample.value for sample in header.samples}))
        raise _unheld(frame, "channels of one type: 8, 16 or 32 bit codes, half or float", came)
    left, top = header.data.left + header.origin[0], header.data.top + header.origin[1]
    if min(left, top) < 0 or (header.data != header.display and header.origin != (0, 0)):
        raise _unheld(frame, "windows that begin at 0 or later", f"data {tuple(header.data)}, origin {header.origin}")


def _unheld(frame: Frame, expected: str, came: str) -> PlateError:
    return PlateError(
        frame.source, expected=expected, came=came, next_step="convert the frame with as_still16, or write EXR"
    )


def _complete(header: Header) -> Header:
    """The header with what a reader needs to know in order to read the samples as they stand.

    One that was read from a TIFF says it all, but for a compression that gives way to deflate.
    """
    lossless = _number(header, "tiff:Compression", uncompressed) in compressors
    added = [] if lossless else [Attribute("tiff:Compression", "uint16", deflate)]
    if header.attribute("tiff:Endian") is None:
        added += _usual_layout(header)
    header = header.with_attributes(*added, *_resolution(header))
    return header.with_attributes(*_position(header))


def _usual_layout(header: Header) -> list[Attribute]:
    """Strips of 256 KiB, deflated; an alpha channel is associated, as renderers write it."""
    row_bytes = header.data.width * len(header.channels) * header.samples[0].dtype.itemsize
    extra = header.channels[_colours[_photometric(header)] :]
    kinds = tuple(_associated_alpha if name == "A" else _unspecified_sample for name in extra)
    usual = [
        Attribute("tiff:Compression", "uint16", deflate),
        Attribute("tiff:PhotometricInterpretation", "uint16", _photometric(header)),
        Attribute("tiff:RowsPerStrip", "uint", max(1, _strip_bytes // row_bytes)),
    ]
    if kinds:
        usual.append(Attribute("tiff:ExtraSamples", f"uint16[{len(kinds)}]", kinds))
    return [entry for entry in usual if header.attribute(entry.name) is None]


def _number(header: Header, name: str, otherwise: int) -> int:
    value = header.attribute(name)
    return value if isinstance(value, int) else otherwise


def _photometric(header: Header) -> int:
    said = _number(header, "tiff:PhotometricInterpretation", 0)
    channels = len(header.channels)
    if said in _colours and _colours[said] <= channels:
        return said
    return 2 if channels >= _colours[2] else 1


def _position(header: Header) -> tuple[Attribute, ...]:
    """Where the data window lies, for a header that has windows but not yet the tags that say so.

    Source: TIFF 6.0 for the position; the display window in Pixar's tags, which OpenImageIO reads.
    """
    corner = (header.data.left + header.origin[0], header.data.top + header.origin[1])
    if header.attribute("XPosition") is not None or (header.data == header.display and corner == (0, 0)):
        return ()
    sizes = (("tiff:33300", header.display.width), ("tiff:33301", header.display.height))
    scales = [_ratio(header.attribute(name)) or Fraction(1) for name in ("XResolution", "YResolution")]
    places = zip(("XPosition", "YPosition"), corner, scales, strict=True)
    return (
        *(Attribute(name, "urational", (Fraction(at) / scale).as_integer_ratio()) for name, at, scale in places),
        *(Attribute(name, "uint", size) for name, size in sizes if header.data != header.display),
    )


def _resolution(header: Header) -> tuple[Attribute, ...]:
    """The frame's pixel aspect as a resolution, where the header's resolution says another."""
    across, down = (_ratio(header.attribute(name)) for name in ("XResolution", "YResolution"))
    said = float(np.float32(float(down)) / np.float32(float(across))) if across and down else 1.0
    if isclose(said, header.pixel_aspect, rel_tol=_aspect_tolerance):
        return ()
    ratio = Fraction(header.pixel_aspect).limit_denominator(10000)
    return (
        Attribute("XResolution", "urational", (ratio.denominator, 1)),
        Attribute("YResolution", "urational", (ratio.numerator, 1)),
        Attribute("ResolutionUnit", "uint16", _no_unit),
    )


def _ratio(value: Any) -> Fraction | None:
    return Fraction(*value) if isinstance(value, tuple) and len(value) == 2 and value[1] else None  # noqa: PLR2004 -- numerator and denominator


def _structure(layout: TiffLayout, header: Header) -> tuple[TiffEntry, ...]:
    """What the header says in its windows, channels and samples."""
    channels, sample = len(header.channels), header.samples[0]
    kind = _floating if sample.top_code is None else _unsigned
    return (
        layout.entry(256, _long, header.data.width),
        layout.entry(257, _long, header.data.height),
        layout.entry(258, _short, *(8 * sample.dtype.itemsize,) * channels),
        layout.entry(277, _short, channels),
        layout.entry(339, _short, *(kind,) * channels),
    )


def _write_segments(
    file: BufferedWriter, layout: TiffLayout, header: Header, pixels: Array
) -> tuple[TiffEntry, TiffEntry]:
    """Writes every strip or tile; the tags that say where each stands and how long it is."""
    compression = _number(header, "tiff:Compression", uncompressed)
    predictor = _number(header, "tiff:Predictor", 1) if compression in (lzw, deflate, old_deflate) else 1
    offsets, sizes = [], []
    for segment in cut_segments(pixels, _cut(header)):
        content = segment_bytes(segment, order=layout.order, predictor=predictor, compression=compression)
        offsets.append(file.tell())
        sizes.append(len(content))
        file.write(content + b"\0" * (len(content) % 2))
    tags = (324, 325) if header.attribute("tiff:TileWidth") else (273, 279)
    word = _long8 if layout.is_big else _long
    return layout.entry(tags[0], word, *offsets), layout.entry(tags[1], word, *sizes)


def _cut(header: Header) -> Cut:
    apart = header.attribute("tiff:PlanarConfiguration") == _channels_apart
    if header.attribute("tiff:TileWidth"):
        return Cut(header.attribute("tiff:TileLength"), header.attribute("tiff:TileWidth"), apart)
    rows = _number(header, "tiff:RowsPerStrip", header.data.height)
    return Cut(max(1, min(header.data.height, rows)), None, apart)


def _write_directories(
    file: BufferedWriter, layout: TiffLayout, header: Header, structure: tuple[TiffEntry, ...]
) -> int:
    """Writes every directory, the inner ones first, and gives where the first of the file stands."""
    placed = [entry for entry in (attribute_entry(layout, about) for about in header.attributes) if entry]
    offset = 0
    for prefix in reversed(prefixes):
        entries = [entry.entry for entry in placed if entry.place == prefix]
        entries += structure if prefix == prefixes[0] else ()
        if not entries:
            continue
        offset = file.tell()
        file.write(directory_bytes(layout, tuple(entries), offset))
        placed += directory_tags(layout, prefix, offset)
    return offset
