from pathlib import Path
from typing import Any

from faceplate.errors import PlateError
from faceplate.plate.dpx_header import dpx_endian, patch_dpx_header, read_dpx_header
from faceplate.plate.pixels import unwritable, write_pixels
from faceplate.plate.read_dpx import sample_of_bits
from faceplate.plate.write_still import still_spec
from faceplate.values import Array, Frame, Header

_bits_of_sample = {sample: bits for bits, sample in sample_of_bits.items()}
_channel_counts = (1, 3, 4)


def write_dpx(frame: Frame, path: Path) -> None:
    """Writes the codes and every field of the header that DPX has a place for.

    Raises:
        PlateError: the frame holds samples or channels that DPX cannot.
        StorageError: the file could not be written whole.
    """
    _check(frame)
    bits = _bits_of_sample[frame.header.samples[0]]
    write_pixels(path, "dpx", _spec(frame.header, bits), _left_aligned(frame.groups[0].pixels, bits))
    patch_dpx_header(path, frame.header.attributes)
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


def _spec(header: Header, bits: int) -> Any:
    spec = still_spec(header)
    spec.attribute("oiio:BitsPerSample", bits)
    spec.attribute("oiio:Endian", dpx_endian(header.attributes))
    return spec


def _left_aligned(codes: Array, bits: int) -> Array:
    """Codes at the top of their words with their own high bits below, which is how OpenImageIO takes them."""
    spare = 8 * codes.dtype.itemsize - bits
    return codes << spare | codes >> (bits - spare) if spare else codes


def _check_whole(path: Path) -> None:
    try:
        read_dpx_header(path)
    except PlateError as error:
        raise unwritable(path, error.came) from error
