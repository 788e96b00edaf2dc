import re
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO

from faceplate.plate.pixels import base_type, write_pixels
from faceplate.values import Attribute, Frame, Header

_format_names = {".tif": "tiff", ".tiff": "tiff", ".png": "png"}
_byte_list = re.compile(r"uint8\[\d+\]")
_escaped = re.compile("[\udc80-\udcff]")


def write_still(frame: Frame, path: Path) -> None:
    """Writes a TIFF or PNG with the attributes that OpenImageIO keeps in that format.

    Raises:
        StorageError: the file could not be written whole.
    """
    write_pixels(path, _format_names[path.suffix.lower()], _spec(frame.header), frame.groups[0].pixels)


def _spec(header: Header) -> Any:
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
    value = attribute.value
    if _byte_list.fullmatch(attribute.type):
        value = np.frombuffer(bytes.fromhex(value), np.uint8)
    elif isinstance(value, str):
        value = _as_text(value)
    spec.attribute(_as_text(attribute.name), OpenImageIO.TypeDesc(attribute.type), value)


def _as_text(text: str) -> str:
    """Text that OpenImageIO takes: bytes that are not UTF-8 are read as Latin-1, which old TIFF writers used."""
    return text if not _escaped.search(text) else text.encode("utf-8", "surrogateescape").decode("latin-1")
