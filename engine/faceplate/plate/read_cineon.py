from pathlib import Path

from faceplate.plate.cineon_header import read_cineon_header
from faceplate.plate.dpx_lines import read_codes
from faceplate.plate.pixels import check_size
from faceplate.plate.stored_file import file_state, linked
from faceplate.values import ChannelGroup, Frame, Header, Sample, Window

_channels = ("R", "G", "B")


def read_cineon(path: Path, number: int) -> Frame:
    """The frame with its true codes, 0 to 1023, and the fields of its header.

    A Cineon has no data window; its offset is carried in the header and moves nothing.

    Raises:
        PlateError: the file is damaged, or one of the kinds of Cineon that are not read.
    """
    state = file_state(path)
    stored = read_cineon_header(path)
    window = Window(0, 0, stored.width, stored.height)
    header = Header("cineon", window, window, _channels, (Sample.UINT10,) * 3, attributes=stored.attributes)
    check_size(path, header.data, header.samples)
    pixels = read_codes(path, stored.lines).reshape(stored.height, stored.width, 3)
    return linked(Frame(number, str(path), header, (ChannelGroup(_channels, pixels),)), path, state)
