import re
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO

from faceplate.errors import PlateError
from faceplate.plate.pixels import base_type, write_pixels
from faceplate.values import Attribute, Frame, Header

_format_names = {".tif": "tiff", ".tiff": "tiff", ".png": "png"}
_byte_list = re.compile(r"uint8\[\d+\]")


def write_still(frame: Frame, path: Path) -> None:
    """Writes a TIFF or PNG with the attributes that OpenImageIO keeps in that format.

    Raises:
        PlateError: the frame's channels are of several types.
        StorageError: the file could not be written whole.
    """
    if len(frame.groups) != 1:
        raise PlateError(
            frame.source,
            expected="channels of one type",
            came=", ".join(f"{n} {s.value}" for n, s in zip(frame.header.channels, frame.header.samples, strict=True)),
            next_step="write EXR, which holds several types",
        )
    write_pixels(
        path,
        _format_names[path.name[path.name.rindex(".") :].lower()],
        still_spec(frame.header),
        frame.groups[0].pixels,
    )


def still_spec(header: Header) -> Any:
    """OpenImageIO's specification of a frame of one type: windows, channels and attributes."""
    spec = OpenImageIO.ImageSpec(
        header.data.width, header.data.height, len(header.channels), base_type(header.samples[0])
    )
    spec.x, spec.y = header.data.left + header.origin[0], header.data.top + header.origin[1]
    spec.full_x, spec.full_y = header.origin
    spec.full_width, spec.full_height = header.display.width, header.display.height
    spec.channelnames = header.channels
    if header.pixel_aspect != 1:
        spec.attribute("PixelAspectRatio", header.pixel_aspect)
    for attribute in header.attributes:
        _set(spec, attribute)
    return spec


def _set(spec: Any, attribute: Attribute) -> None:
    kind = OpenImageIO.TypeDesc(attribute.type)
    value = attribute.value
    if _byte_list.fullmatch(attribute.type):
        value = np.frombuffer(bytes.fromhex(value), np.uint8)
    spec.attribute(attribute.name, kind, value)
