from dataclasses import replace
from pathlib import Path

from faceplate.plate.dpx_header import DpxHeader, read_dpx_header
from faceplate.plate.pixels import check_size, open_input, read_channels
from faceplate.plate.read_still import still_header
from faceplate.values import ChannelGroup, Frame, Header, Sample, Window

sample_of_bits = {8: Sample.UINT8, 10: Sample.UINT10, 12: Sample.UINT12, 16: Sample.UINT16}


def read_dpx(path: Path, number: int) -> Frame:
    """The frame with its true codes (0 to 1023 for 10 bit) and every field of its header.

    A DPX has no data window; its offset and original size are carried in the header and move nothing.

    Raises:
        PlateError: the file is damaged, or one of the kinds of DPX that are not read.
    """
    stored = read_dpx_header(path)
    sample = sample_of_bits[stored.bits]
    check_size(path, Window(0, 0, stored.width, stored.height), (sample,) * stored.channels)
    with open_input(path) as source:
        header = _header(still_header(path, "dpx", source.spec()), stored, sample)
        pixels = read_channels(path, source, 0, stored.channels, sample)
    pixels >>= 8 * pixels.dtype.itemsize - stored.bits
    return Frame(number, str(path), header, (ChannelGroup(header.channels, pixels),))


def _header(header: Header, stored: DpxHeader, sample: Sample) -> Header:
    window = Window(0, 0, stored.width, stored.height)
    samples = (sample,) * stored.channels
    carried = replace(header, display=window, data=window, samples=samples, origin=(0, 0))
    return carried.with_attributes(*stored.attributes)
