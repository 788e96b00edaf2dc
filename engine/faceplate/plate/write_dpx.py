import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from faceplate.errors import PlateError
from faceplate.plate.dpx_fields import HEADER_BYTES, byte_orders, encode_field, fields, packings
from faceplate.plate.dpx_header import channels_of_descriptor, dpx_pixel_aspect, patched_header, read_dpx_header
from faceplate.plate.dpx_lines import Lines, aligned, write_codes, write_codes_over
from faceplate.plate.dpx_orientation import orientations, stored_rows, turned
from faceplate.plate.dpx_pixels import line_layout
from faceplate.plate.read_dpx import sample_of_bits
from faceplate.plate.stored_file import copy_file
from faceplate.values import Array, Attribute, Frame, Header, StoredFile

_bits_of_sample = {sample: bits for bits, sample in sample_of_bits.items()}
_descriptors = {channels: descriptor for descriptor, channels in channels_of_descriptor.items()}
_magics = {"big": b"SDPX", "little": b"XPDS"}
_usual_packing = "Filled, method A"
# The parts of the header that the standard calls generic and industry-specific.
_section_bytes = (1664, 384)
# The block at whose end the standard wants the picture to begin.
_block_bytes = 8192
# What decides where each code stands in the file.
_laid_out_by = ("dpx:Endian", "dpx:Packing", "dpx:Orientation", "dpx:UserData")


def write_dpx(frame: Frame, path: Path) -> None:
    """Writes the codes and every field of the header that DPX has a place for.

    Where the frame still has the layout of the file it was read from, that file's bytes are taken over, and only the
    codes and fields that differ are written into them. Everything else is written anew: lines that end on 32-bit
    words, the picture at a multiple of 8192 bytes, spare bits 0.

    Raises:
        PlateError: the frame holds samples, channels or codes that DPX cannot, or its file has changed.
        StorageError: the file could not be written whole.
    """
    _check(frame)
    shaped = replace(frame, header=_complete(frame.header))
    kept = frame.kept
    if kept is not None and _layout_of(kept.header) == _layout_of(frame.header):
        _write_over_copy(shaped, kept, path)
    else:
        _write_anew(shaped, path)


def _check(frame: Frame) -> None:
    header = frame.header
    one_type = len(frame.groups) == 1 and header.samples[0] in _bits_of_sample
    if not one_type or header.channels not in _descriptors or header.data != header.display:
        raise PlateError(
            frame.source,
            expected="R, G, B (and A) or luminance as 8, 10, 12 or 16 bit codes over the whole display window",
            came=f"{', '.join(header.channels)} as {', '.join(sorted({sample.value for sample in header.samples}))}",
            next_step="convert the frame with as_dpx10, or write EXR",
        )
    _check_codes(frame)


def _check_codes(frame: Frame) -> None:
    """Refuses codes that would run over into their neighbours' bits."""
    top, highest = frame.header.samples[0].top_code or 0, int(frame.groups[0].pixels.max(initial=0))
    if highest > top:
        raise PlateError(
            frame.source,
            expected=f"codes of at most {top}",
            came=f"a code of {highest}",
            next_step="clip the samples before the frame is written",
        )


def _layout_of(header: Header) -> tuple[object, ...]:
    named = (header.attribute(name) for name in _laid_out_by)
    return header.file_format, header.data, header.channels, header.samples, *named


def _write_over_copy(frame: Frame, kept: StoredFile, path: Path) -> None:
    copy_file(kept, path)
    stored = read_dpx_header(path)
    rows = stored_rows(kept.changed.intersect(frame.header.data), stored.height, stored.orientation)
    with path.open("r+b") as file:
        raw = file.read(HEADER_BYTES)
        file.seek(0)
        file.write(patched_header(raw, kept.header.attributes, frame.header.attributes, _endian(frame.header)))
    write_codes_over(path, stored.lines, _stored_codes(frame), rows)


def _write_anew(frame: Frame, path: Path) -> None:
    lines, user = _new_lines(frame.header), _user_data(frame.header)
    with path.open("wb") as file:
        file.write((_new_header(frame.header, lines, len(user)) + user).ljust(lines.start, b"\xff"))
        write_codes(file, lines, _stored_codes(frame))


def _stored_codes(frame: Frame) -> Array:
    """The codes as the file orders them, lines x codes."""
    pixels = turned(frame.groups[0].pixels, _orientation(frame.header))
    return pixels.reshape(len(pixels), -1)


def _new_lines(header: Header) -> Lines:
    start = -(-(HEADER_BYTES + len(_user_data(header))) // _block_bytes) * _block_bytes
    bits, packing = (
        _bits_of_sample[header.samples[0]],
        packings.index(header.attribute("dpx:Packing") or _usual_packing),
    )
    layout = line_layout(header.data.width, len(header.channels), bits, packing, byte_orders[_endian(header)])
    return Lines(start, aligned(layout.line_bytes), header.data.height, layout)


def _new_header(header: Header, lines: Lines, user_bytes: int) -> bytes:
    endian, raw = _endian(header), bytearray(HEADER_BYTES)
    named = {entry.name: entry for entry in header.attributes}
    for field in fields:
        value = encode_field(field, named.get(field.name), endian)
        raw[field.start : field.start + len(value)] = value
    _put(raw, endian, 0, "4sI", _magics[endian], lines.start)
    _put(raw, endian, 16, "I", lines.start + lines.rows * lines.pitch_bytes)
    _put(raw, endian, 24, "3I", *_section_bytes, user_bytes)
    _put(raw, endian, 770, "H3I", 1, header.data.width, header.data.height, 0)
    raw[800], raw[803] = _descriptors[header.channels], lines.layout.bits
    _put(raw, endian, 806, "H3I", 0, lines.start, 0, 0)
    return bytes(raw)


def _put(raw: bytearray, endian: str, start: int, layout: str, *values: bytes | int) -> None:
    struct.pack_into(byte_orders[endian] + layout, raw, start, *values)


def _endian(header: Header) -> str:
    """The byte order of the file; big where the header does not say, as scanners write it."""
    return str(header.attribute("dpx:Endian") or "big")


def _orientation(header: Header) -> int:
    stored = header.attribute("dpx:Orientation")
    return stored if stored in orientations else 0


def _user_data(header: Header) -> bytes:
    return bytes.fromhex(header.attribute("dpx:UserData") or "")


def _complete(header: Header) -> Header:
    """The header with how its codes are packed, and with the frame's pixel aspect where its field says another."""
    words = _bits_of_sample[header.samples[0]] in (10, 12)
    if words and header.attribute("dpx:Packing") is None:
        header = header.with_attributes(Attribute("dpx:Packing", "string", _usual_packing))
    if dpx_pixel_aspect(header.attribute("dpx:PixelAspect")) == header.pixel_aspect:
        return header
    ratio = Fraction(header.pixel_aspect).limit_denominator(10000)
    return header.with_attributes(Attribute("dpx:PixelAspect", "uint[2]", (ratio.numerator, ratio.denominator)))
