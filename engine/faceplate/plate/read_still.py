from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.orientation import upright
from faceplate.plate.pixels import check_size, open_input, read_groups
from faceplate.plate.png_chunks import read_png_attributes
from faceplate.plate.read_tiff import read_tiff_attributes
from faceplate.plate.stored_file import file_state, linked
from faceplate.values import Attribute, Frame, Header, Sample, Window

_samples = {
    OpenImageIO.HALF: Sample.HALF,
    OpenImageIO.FLOAT: Sample.FLOAT,
    OpenImageIO.UINT8: Sample.UINT8,
    OpenImageIO.UINT16: Sample.UINT16,
    OpenImageIO.UINT32: Sample.UINT32,
}
_read_attributes: dict[str, Callable[[Path], tuple[Attribute, ...]]] = {
    "tiff": read_tiff_attributes,
    "png": read_png_attributes,
}
_formats = (*_read_attributes, "jpeg", "pnm")


def read_still(path: Path, number: int) -> Frame:
    """A TIFF, PNG, JPEG or PPM, upright, its samples as stored: alpha is neither multiplied in nor divided out.

    The attributes of TIFF and PNG are all that their files hold; those of the others are what OpenImageIO reports.

    Raises:
        PlateError: the file is damaged, holds several images, or samples of another kind.
    """
    state = file_state(path)
    with open_input(path, _as_stored()) as source:
        _refuse_other_kinds(path, source)
        header = _header(path, source.format_name(), source.spec())
        check_size(path, header.data, header.samples)
        groups = read_groups(path, source, header.channels, header.samples)
    return linked(upright(Frame(number, str(path), header, groups)), path, state)


def _as_stored() -> Any:
    """Asks OpenImageIO for codes as the file holds them: alpha unassociated where it is, inks as inks."""
    wishes = OpenImageIO.ImageSpec()
    wishes.attribute("oiio:UnassociatedAlpha", 1)
    wishes.attribute("oiio:RawColor", 1)
    return wishes


def _header(path: Path, file_format: str, spec: Any) -> Header:
    """Windows and channels as OpenImageIO reports them, in plate space."""
    left, top = spec.x - spec.full_x, spec.y - spec.full_y
    reader = _read_attributes.get(file_format)
    return Header(
        file_format=file_format,
        display=Window(0, 0, spec.full_width, spec.full_height),
        data=Window(left, top, left + spec.width, top + spec.height),
        channels=tuple(spec.channelnames),
        samples=(_samples[spec.format.basetype],) * spec.nchannels,
        pixel_aspect=spec.get_float_attribute("PixelAspectRatio", 1.0) or 1.0,
        attributes=reader(path) if reader else _reported_attributes(spec),
        origin=(spec.full_x, spec.full_y),
    )


def _reported_attributes(spec: Any) -> tuple[Attribute, ...]:
    """OpenImageIO's own remarks about a file are no part of its header."""
    ours = (entry for entry in spec.extra_attribs if not entry.name.startswith("oiio:"))
    return tuple(_attribute(entry) for entry in ours if entry.name != "PixelAspectRatio")


def _attribute(entry: Any) -> Attribute:
    """An entry of OpenImageIO's specification; arrays of bytes come in hex."""
    value = entry.value
    return Attribute(entry.name, str(entry.type), value.tobytes().hex() if isinstance(value, np.ndarray) else value)


def _refuse_other_kinds(path: Path, source: Any) -> None:
    if source.format_name() not in _formats:
        raise damaged(path, expected="a TIFF, PNG, JPEG or PPM", came=f"a file of format {source.format_name()}")
    if source.seek_subimage(1, 0):
        raise PlateError(
            str(path),
            expected="one image a file",
            came="several",
            next_step="write each image to a file of its own",
        )
    source.seek_subimage(0, 0)
    spec = source.spec()
    if spec.format.basetype not in _samples or spec.channelformats:
        raise PlateError(
            str(path),
            expected="8, 16 or 32 bit codes, half or float, alike in every channel",
            came=str(spec.format),
            next_step="convert the file to 16 bit or float RGB",
        )
