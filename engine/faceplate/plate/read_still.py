from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.pixels import check_size, open_input, read_groups
from faceplate.values import Attribute, Frame, Header, Sample, Window

_samples = {
    OpenImageIO.HALF: Sample.HALF,
    OpenImageIO.FLOAT: Sample.FLOAT,
    OpenImageIO.UINT8: Sample.UINT8,
    OpenImageIO.UINT16: Sample.UINT16,
    OpenImageIO.UINT32: Sample.UINT32,
}


def read_still(path: Path, number: int) -> Frame:
    """A TIFF, PNG or JPEG; its attributes are those that OpenImageIO reports.

    Raises:
        PlateError: the file is damaged, holds several images, or samples of another type.
    """
    with open_input(path) as source:
        spec = source.spec()
        header = _header(path, source.format_name(), spec)
        check_size(path, header.data, header.samples)
        return Frame(number, str(path), header, read_groups(path, source, header.channels, header.samples))


def _header(path: Path, file_format: str, spec: Any) -> Header:
    """What OpenImageIO reports about a file, windows moved to plate space.

    Raises:
        PlateError: the file holds several images, or samples of a type that no plate has.
    """
    _refuse_other_kinds(path, spec)
    left, top = spec.x - spec.full_x, spec.y - spec.full_y
    return Header(
        file_format=file_format,
        display=Window(0, 0, spec.full_width, spec.full_height),
        data=Window(left, top, left + spec.width, top + spec.height),
        channels=tuple(spec.channelnames),
        samples=(_samples[spec.format.basetype],) * spec.nchannels,
        pixel_aspect=spec.get_float_attribute("PixelAspectRatio", 1.0),
        attributes=tuple(_attribute(entry) for entry in spec.extra_attribs if _is_in_file(entry.name)),
        origin=(spec.full_x, spec.full_y),
    )


def _attribute(entry: Any) -> Attribute:
    """An entry of OpenImageIO's specification; arrays of bytes come in hex."""
    value = entry.value
    return Attribute(entry.name, str(entry.type), value.tobytes().hex() if isinstance(value, np.ndarray) else value)


def _is_in_file(name: str) -> bool:
    """OpenImageIO's own remarks about a file are no part of its header; how a TIFF is cut into strips is its choice."""
    return not name.startswith("oiio:") and name not in ("PixelAspectRatio", "tiff:RowsPerStrip")


def _refuse_other_kinds(path: Path, spec: Any) -> None:
    images = spec.get_int_attribute("oiio:subimages", 1)
    if images > 1:
        raise PlateError(
            str(path),
            expected="one image a file",
            came=f"{images} images",
            next_step="write each image to its own file",
        )
    if spec.format.basetype not in _samples or spec.channelformats:
        raise damaged(path, expected="8, 16 or 32 bit samples, half or float", came=str(spec.format))
