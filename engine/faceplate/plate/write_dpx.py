from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenImageIO

from faceplate.errors import PlateError
from faceplate.plate.dpx_header import dpx_pixel_aspect, patch_dpx_header, read_dpx_header
from faceplate.plate.pixels import base_type, write_pixels
from faceplate.plate.read_dpx import sample_of_bits
from faceplate.storage import unwritable
from faceplate.values import Array, Attribute, Frame, Header

_bits_of_sample = {sample: bits for bits, sample in sample_of_bits.items()}
_channel_counts = (1, 3, 4)
_usual_packing = "Filled, method A"


def write_dpx(frame: Frame, path: Path) -> None:
    """Writes the codes and every field of the header that DPX has a place for.

    Raises:
        PlateError: the frame holds samples or channels that DPX cannot.
        StorageError: the file could not be written whole.
    """
    _check(frame)
    header = _complete(frame.header)
    bits = _bits_of_sample[header.samples[0]]
    write_pixels(path, "dpx", _spec(header, bits), _left_aligned(frame.groups[0].pixels, bits))
    patch_dpx_header(path, header.attributes, _endian(header))
    _check_whole(path)


def _check(frame: Frame) -> None:
    header = frame.header
    one_type = len(frame.groups) == 1 and header.samples[0] in _bits_of_sample
    if not one_type or len(header.channels) not in _channel_counts or header.data != header.display:
        raise PlateError(
            frame.source,
            expected="R, G, B (and A) or luminance as 8, 10, 12 or 16 bit codes over the whole display window",
            came=f"{', '.join(header.channels)} as {', '.join(sorted({sample.value for sample in header.samples}))}",
            next_step="convert the frame with as_dpx10, or write EXR",
        )


def _spec(header: Header, bits: int) -> OpenImageIO.ImageSpec:
    """What OpenImageIO needs in order to lay out the pixels."""
    display = header.display
    spec = OpenImageIO.ImageSpec(display.width, display.height, len(header.channels), base_type(header.samples[0]))
    spec.channelnames = header.channels
    spec.attribute("oiio:BitsPerSample", bits)
    spec.attribute("oiio:Endian", _endian(header))
    spec.attribute("dpx:Packing", header.attribute("dpx:Packing"))
    if user := header.attribute("dpx:UserData"):
        data = np.frombuffer(bytes.fromhex(user), np.uint8)
        spec.attribute("dpx:UserData", OpenImageIO.TypeDesc(f"uint8[{data.size}]"), data)
    return spec


def _endian(header: Header) -> str:
    """The byte order of the file; big where the header does not say, as scanners write it."""
    return str(header.attribute("dpx:Endian") or "big")


def _complete(header: Header) -> Header:
    """The header with how its codes are packed, and with the frame's pixel aspect where its field says another."""
    if header.attribute("dpx:Packing") is None:
        header = header.with_attributes(Attribute("dpx:Packing", "string", _usual_packing))
    if dpx_pixel_aspect(header.attribute("dpx:PixelAspect")) == header.pixel_aspect:
        return header
    ratio = Fraction(header.pixel_aspect).limit_denominator(10000)
    return header.with_attributes(Attribute("dpx:PixelAspect", "uint[2]", (ratio.numerator, ratio.denominator)))


def _left_aligned(codes: Array, bits: int) -> Array:
    """Codes at the top of their words with their own high bits below, which is how OpenImageIO takes them."""
    spare = 8 * codes.dtype.itemsize - bits
    return codes << spare | codes >> (bits - spare) if spare else codes


def _check_whole(path: Path) -> None:
    try:
        read_dpx_header(path)
    except PlateError as error:
        raise unwritable(path, error.came) from error
