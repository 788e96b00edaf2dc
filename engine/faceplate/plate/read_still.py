from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.pixels import check_size, open_input, read_groups
from faceplate.plate.stored_file import file_state, linked
from faceplate.values import Array, Attribute, Frame, Header, Sample, Window

_samples = {
    OpenImageIO.HALF: Sample.HALF,
    OpenImageIO.FLOAT: Sample.FLOAT,
    OpenImageIO.UINT8: Sample.UINT8,
    OpenImageIO.UINT16: Sample.UINT16,
    OpenImageIO.UINT32: Sample.UINT32,
}
# How to bring a stored picture upright, by the orientation tag of Exif 2.32 and TIFF 6.0.
_turns: dict[Any, Callable[[Array], Array]] = {
    2: np.fliplr,
    3: lambda pixels: pixels[::-1, ::-1],
    4: np.flipud,
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90,
}
_lying = (5, 6, 7, 8)


def read_still(path: Path, number: int) -> Frame:
    """A TIFF, PNG, JPEG or PPM, upright; its attributes are those that OpenImageIO reports.

    Raises:
        PlateError: the file is damaged, holds several images, or samples of another type.
    """
    state = file_state(path)
    with open_input(path) as source:
        _refuse_other_kinds(path, source)
        header = _header(source.format_name(), source.spec())
        check_size(path, header.data, header.samples)
        groups = read_groups(path, source, header.channels, header.samples)
    return _upright(linked(Frame(number, str(path), header, groups), path, state))


def _upright(frame: Frame) -> Frame:
    """The picture as the camera held it, where the header says that it is stored lying or mirrored."""
    turn = _turns.get(frame.header.attribute("Orientation"))
    if turn is None:
        return frame
    groups = tuple(replace(group, pixels=np.ascontiguousarray(turn(group.pixels))) for group in frame.groups)
    rows, columns = groups[0].pixels.shape[:2]
    window, lying = Window(0, 0, columns, rows), frame.header.attribute("Orientation") in _lying
    aspect = 1 / frame.header.pixel_aspect if lying else frame.header.pixel_aspect
    header = replace(frame.header, display=window, data=window, origin=(0, 0), pixel_aspect=aspect)
    return replace(frame, header=header.with_attributes(Attribute("Orientation", "int", 1)), groups=groups)


def _header(file_format: str, spec: Any) -> Header:
    """What OpenImageIO reports about a file, windows moved to plate space."""
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


def _refuse_other_kinds(path: Path, source: Any) -> None:
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
        raise damaged(path, expected="8, 16 or 32 bit samples, half or float", came=str(spec.format))
