from pathlib import Path

import numpy as np

from faceplate.plate.dpx_header import DpxHeader, dpx_pixel_aspect, read_dpx_header
from faceplate.plate.dpx_lines import read_codes
from faceplate.plate.dpx_orientation import turned
from faceplate.plate.pixels import check_size
from faceplate.plate.stored_file import file_state, linked
from faceplate.values import ChannelGroup, Frame, Header, Sample, Window

sample_of_bits = {8: Sample.UINT8, 10: Sample.UINT10, 12: Sample.UINT12, 16: Sample.UINT16}


def read_dpx(path: Path, number: int) -> Frame:
    """The frame with its true codes (0 to 1023 for 10 bit), upright, and every field of its header.

    A DPX has no data window; its offset and original size are carried in the header and move nothing.

    Raises:
        PlateError: the file is damaged, or one of the kinds of DPX that are not read.
    """
    state = file_state(path)
    stored = read_dpx_header(path)
    header = _header(stored)
    check_size(path, header.data, header.samples)
    codes = read_codes(path, stored.lines).reshape(stored.height, stored.width, len(stored.channels))
    pixels = np.ascontiguousarray(turned(codes, stored.orientation))
    frame = Frame(number, str(path), header, (ChannelGroup(header.channels, pixels),))
    return linked(frame, path, state)


def _header(stored: DpxHeader) -> Header:
    window = Window(0, 0, stored.width, stored.height)
    aspect = next((entry.value for entry in stored.attributes if entry.name == "dpx:PixelAspect"), None)
    return Header(
        file_format="dpx",
        display=window,
        data=window,
        channels=stored.channels,
        samples=(sample_of_bits[stored.bits],) * len(stored.channels),
        pixel_aspect=dpx_pixel_aspect(aspect),
        attributes=stored.attributes,
    )
