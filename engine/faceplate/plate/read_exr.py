import struct
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.exr_attributes import attribute_from_exr
from faceplate.plate.exr_chunks import chunk_spans
from faceplate.plate.exr_header import (
    ExrChannel,
    ExrFile,
    ExrHeader,
    compressions,
    exr_channels,
    exr_choice,
    exr_tile_size,
    exr_window,
    line_orders,
    read_exr_headers,
    structure,
)
from faceplate.plate.exr_layers import choose_picture, pictures, plain_colour
from faceplate.plate.pixels import check_size, open_input, read_groups
from faceplate.plate.stored_file import file_state, linked
from faceplate.values import Attribute, Frame, Header, Sample, Window

samples_by_pixel_type = (Sample.UINT32, Sample.HALF, Sample.FLOAT)


def read_exr(path: Path, number: int, layer: str | None = None, view: str | None = None) -> Frame:
    """The frame with every channel of its part and every attribute of its header, bit for bit.

    The part, and which of its channels are the picture, are those of `layer` and `view`. Other parts stay in the file,
    from where a writer takes them.

    Raises:
        PlateError: the file is damaged, has no such layer or view, or the part is deep, mip-mapped, or stores its
            chroma at a lower resolution.
    """
    opened = _opened(path)
    part, colour = _picture(path, opened.exr, opened.headers, layer, view)
    return _part(path, number, opened, part, colour)


def read_exr_part(path: Path, number: int, part: int) -> Frame:
    """The frame with the channels of one part, by its place in the file; otherwise as `read_exr`.

    Raises:
        PlateError: as `read_exr`, or there is no such part.
    """
    opened = _opened(path)
    if not 0 <= part < len(opened.headers):
        raise damaged(path, expected=f"a part {part + 1}", came=f"{len(opened.headers)} parts")
    return _part(path, number, opened, part, plain_colour)


class _Opened(NamedTuple):
    """What a file says of itself, and its state before it was asked."""

    state: str
    exr: ExrFile
    headers: tuple[Header, ...]


def _opened(path: Path) -> _Opened:
    state = file_state(path)
    exr = read_exr_headers(path)
    return _Opened(state, exr, tuple(_header(path, stored) for stored in exr.parts))


def _part(path: Path, number: int, opened: _Opened, part: int, colour: tuple[str, str, str]) -> Frame:
    exr, headers = opened.exr, opened.headers
    _check(path, exr, part)
    check_size(path, headers[part].data, headers[part].samples)
    if exr.is_multi_part:
        # OpenImageIO looks at the one part; the others have to be whole as well.
        chunk_spans(path, exr)
    with open_input(path) as source:
        if not source.seek_subimage(part, 0):
            raise damaged(path, expected=f"a part {part + 1}", came="a file that ends before it")
        header = _in_order(path, headers[part], tuple(source.spec().channelnames))
        groups = read_groups(path, source, header.channels, header.samples)
    parts = (*headers[:part], header, *headers[part + 1 :]) if exr.is_multi_part else ()
    return linked(Frame(number, str(path), header, groups, colour=colour), path, opened.state, parts, part)


def _picture(
    path: Path, exr: ExrFile, headers: tuple[Header, ...], layer: str | None, view: str | None
) -> tuple[int, tuple[str, str, str]]:
    """The part to read and its three channels; the first flat part where the file does not say what the picture is."""
    chosen = choose_picture(path, pictures(headers), layer, view)
    if chosen is not None:
        return chosen.part, chosen.colour
    return next((part for part in range(len(headers)) if not exr.is_deep(part)), 0), plain_colour


def _check(path: Path, exr: ExrFile, part: int) -> None:
    """Refuses the kinds of EXR that are no plate."""
    if exr.is_deep(part):
        raise PlateError(
            str(path),
            expected="a flat EXR",
            came="a deep one",
            next_step="flatten the picture (in Nuke: DeepToImage) and write it as an ordinary EXR",
        )
    for channel in exr_channels(path, exr.parts[part]):
        if channel.sampling != (1, 1):
            raise PlateError(
                str(path),
                expected="every channel at full resolution",
                came=f"channel {channel.name} at one sample in {channel.sampling[0]} x {channel.sampling[1]} pixels",
                next_step="write the picture as R, G, B (luminance and chroma are not decoded here)",
            )
    tiles = exr.parts[part].value("tiles")
    if tiles and tiles[-1] & 0xF:
        raise PlateError(
            str(path),
            expected="an EXR of one resolution",
            came="a mip-mapped or rip-mapped texture",
            next_step="write the picture without its smaller copies (oiiotool IN.exr --scanline -o OUT.exr)",
        )


def _header(path: Path, stored: ExrHeader) -> Header:
    channels = _named(path, exr_channels(path, stored))
    display = exr_window(path, stored, "displayWindow")
    data = exr_window(path, stored, "dataWindow")
    left, top = display[:2]
    return Header(
        file_format="openexr",
        display=Window(0, 0, display.width, display.height),
        data=Window(data.left - left, data.top - top, data.right - left, data.bottom - top),
        channels=tuple(channel.name for channel in channels),
        samples=tuple(samples_by_pixel_type[channel.pixel_type] for channel in channels),
        pixel_aspect=_pixel_aspect(path, stored),
        attributes=(*_layout(path, stored, channels), *_attributes(stored)),
        origin=(left, top),
    )


def _attributes(stored: ExrHeader) -> tuple[Attribute, ...]:
    return tuple(attribute_from_exr(entry) for entry in stored.entries if entry.name not in structure)


def _layout(path: Path, stored: ExrHeader, channels: tuple[ExrChannel, ...]) -> tuple[Attribute, ...]:
    """How the pixels are laid out in the file, under the names OpenImageIO has for it."""
    layout = [
        Attribute("compression", "string", exr_choice(path, stored, "compression", compressions)),
        Attribute("openexr:lineOrder", "string", exr_choice(path, stored, "lineOrder", line_orders)),
    ]
    if tiles := stored.value("tiles"):
        layout.append(Attribute("openexr:tiles", "int[2]", exr_tile_size(path, tiles)))
        if levels := tiles[-1] & 0xF:
            layout.append(Attribute("openexr:levels", "string", "mip-mapped" if levels == 1 else "rip-mapped"))
    if linear := tuple(channel.name for channel in channels if channel.perceptually_linear):
        layout.append(Attribute("openexr:pLinear", f"string[{len(linear)}]", linear))
    return tuple(layout)


def _pixel_aspect(path: Path, stored: ExrHeader) -> float:
    value = stored.value("pixelAspectRatio")
    aspect = struct.unpack("<f", value)[0] if value is not None and len(value) == struct.calcsize("<f") else 0.0
    if not 0.0 < aspect < float("inf"):
        raise damaged(path, expected="a pixelAspectRatio above 0", came=f"{aspect:g}")
    return float(aspect)


def _named(path: Path, channels: tuple[ExrChannel, ...]) -> tuple[ExrChannel, ...]:
    for channel in channels:
        if not 0 <= channel.pixel_type < len(samples_by_pixel_type):
            raise damaged(path, expected="uint, half or float channels", came=f"type {channel.pixel_type}")
        if not channel.name.isprintable():
            raise damaged(path, expected="channels with names that can be read", came=ascii(channel.name))
    return channels


def _in_order(path: Path, header: Header, names: tuple[str, ...]) -> Header:
    """The header with its channels in the order in which OpenImageIO hands them out: R, G, B, A, then layers."""
    samples = dict(zip(header.channels, header.samples, strict=True))
    if len(names) != len(header.channels) or set(names) != set(samples):
        raise damaged(path, expected=f"channels {', '.join(header.channels)}", came=", ".join(names))
    return replace(header, channels=names, samples=tuple(samples[name] for name in names))
