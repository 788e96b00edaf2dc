"""Pictures that are stored lying or mirrored come upright, and go back as they were stored."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import numpy as np

from faceplate.errors import PlateError
from faceplate.plate.tiff_directory import TiffSource
from faceplate.values import Array, Attribute, Frame, Header, Window

_upright, _orientation_tag, _short = 1, 274, 3
# How to bring a stored picture upright, by the orientation tag of Exif 2.32 and TIFF 6.0.
_turns: dict[int, Callable[[Array], Array]] = {
    2: np.fliplr,
    3: lambda pixels: pixels[::-1, ::-1],
    4: np.flipud,
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90,
}
_undone_by = {6: 8, 8: 6}
_lying = (5, 6, 7, 8)


def upright(frame: Frame) -> Frame:
    """The picture as the camera held it; its header still says how the file stores it.

    A JPEG, which we do not write, says afterwards that it is upright.
    """
    turned = _turned(frame, _stored_orientation(frame.header))
    if turned is frame or frame.header.attribute("Orientation") is None:
        return turned
    return replace(turned, header=turned.header.with_attributes(Attribute("Orientation", "int", _upright)))


def as_it_was_stored(frame: Frame) -> Frame:
    """The inverse of `upright`."""
    orientation = _stored_orientation(frame.header)
    return _turned(frame, _undone_by.get(orientation, orientation))


def _turned(frame: Frame, orientation: int) -> Frame:
    turn = _turns.get(orientation)
    if turn is None:
        return frame
    groups = tuple(replace(group, pixels=np.ascontiguousarray(turn(group.pixels))) for group in frame.groups)
    rows, columns = groups[0].pixels.shape[:2]
    window = Window(0, 0, columns, rows)
    aspect = 1 / frame.header.pixel_aspect if orientation in _lying else frame.header.pixel_aspect
    header = replace(frame.header, display=window, data=window, origin=(0, 0), pixel_aspect=aspect)
    return replace(frame, header=header, groups=groups)


def _stored_orientation(header: Header) -> int:
    """How the file stores its picture: TIFF says it in a tag, PNG in its Exif chunk, JPEG as OpenImageIO tells it."""
    said = header.attribute("tiff:Orientation") or header.attribute("Orientation")
    chunk = header.attribute("png:eXIf")
    if isinstance(chunk, str):
        return _orientation_in(bytes.fromhex(chunk))
    return said if isinstance(said, int) else _upright


def _orientation_in(exif: bytes) -> int:
    """The orientation in an Exif block, which is laid out as a TIFF; upright where it is damaged or says nothing."""
    try:
        source = TiffSource("Exif", BytesIO(exif), len(exif))
        layout, first = source.layout()
        entries = source.directory(layout, first)
    except PlateError:
        return _upright
    said = [layout.numbers(entry) for entry in entries if (entry.tag, entry.type) == (_orientation_tag, _short)]
    return int(said[0][0]) if said and said[0] else _upright
