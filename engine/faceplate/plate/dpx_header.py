import struct
from dataclasses import dataclass
from pathlib import Path

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.dpx_fields import HEADER_BYTES, byte_orders, decode_field, encode_field, fields
from faceplate.plate.dpx_lines import Lines, find_lines
from faceplate.plate.dpx_orientation import orientations
from faceplate.plate.dpx_pixels import line_layout
from faceplate.plate.user_data import read_user_data
from faceplate.values import Attribute

_endians = {b"SDPX": "big", b"XPDS": "little"}
channels_of_descriptor = {
    1: ("R",),
    2: ("G",),
    3: ("B",),
    4: ("A",),
    6: ("Y",),
    50: ("R", "G", "B"),
    51: ("R", "G", "B", "A"),
    52: ("A", "B", "G", "R"),
}
_bits = (8, 10, 12, 16)
_remarks = {("sign", 1): " (signed codes)", ("encoding", 1): " (run-length)"}
_undefined = 0xFFFFFFFF
_undefined_word = 0xFFFF


@dataclass(frozen=True)
class DpxHeader:
    """What stands before the pixels of a DPX, and where they are."""

    width: int
    height: int
    channels: tuple[str, ...]
    bits: int
    orientation: int
    lines: Lines
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True)
class _Element:
    """The words of a header that say what the picture is, as they stand there."""

    orientation: int
    elements: int
    width: int
    height: int
    sign: int
    descriptor: int
    bits: int
    packing: int
    encoding: int
    start: int
    line_padding: int


def read_dpx_header(path: Path) -> DpxHeader:
    """The header of a DPX that holds one uncompressed picture of R, G, B (and A), of luminance, or of one colour.

    Raises:
        PlateError: the file is no DPX, holds another kind of picture, or is shorter than its header claims.
    """
    with path.open("rb") as file:
        raw = file.read(HEADER_BYTES)
        endian = _endians.get(raw[:4])
        if endian is None or len(raw) != HEADER_BYTES:
            raise damaged(path, expected="a DPX file with its whole header", came=f"{len(raw)} bytes that are none")
        element = _element(raw, byte_orders[endian])
        _refuse_other_kinds(path, element)
        channels = channels_of_descriptor[element.descriptor]
        lines = _lines(path, element, len(channels), byte_orders[endian])
        (user_bytes,) = struct.unpack_from(byte_orders[endian] + "I", raw, 32)
        user = read_user_data(path, file, user_bytes, lines.start - HEADER_BYTES)
    attributes = _attributes(raw, endian, user)
    return DpxHeader(element.width, element.height, channels, element.bits, _orientation(element), lines, attributes)


def _element(raw: bytes, order: str) -> _Element:
    orientation, elements, width, height, sign = struct.unpack_from(order + "2H3I", raw, 768)
    packing, encoding, start, line_padding = struct.unpack_from(order + "2H2I", raw, 804)
    # A writer that leaves the place of the element undefined still says where the picture begins.
    (first,) = struct.unpack_from(order + "I", raw, 4)
    start = first if start in (0, _undefined) else start
    return _Element(
        orientation, elements, width, height, sign, raw[800], raw[803], packing, encoding, start, line_padding
    )


def _orientation(element: _Element) -> int:
    return 0 if element.orientation == _undefined_word else element.orientation


def _refuse_other_kinds(path: Path, element: _Element) -> None:
    whole_words = element.bits in (8, 16)
    allowed = {
        "elements": (1,),
        "sign": (0, _undefined),
        "descriptor": tuple(channels_of_descriptor),
        "bits": _bits,
        "packing": (0, 1, 2, _undefined_word) if whole_words else (0, 1, 2),
        "encoding": (0, _undefined_word),
        "orientation": (*orientations, _undefined_word),
    }
    for name, values in allowed.items():
        came = getattr(element, name)
        if came not in values:
            raise PlateError(
                str(path),
                expected="one uncompressed picture of RGB, RGBA, ABGR, luminance or one colour, 8, 10, 12 or 16 bit",
                came=f"a DPX with {name} {came}{_remarks.get((name, came), '')}",
                next_step="write the picture as RGB DPX or as EXR",
            )


def _lines(path: Path, element: _Element, channels: int, order: str) -> Lines:
    if element.start < HEADER_BYTES:
        raise damaged(path, expected="a picture behind its header", came=f"one that begins at byte {element.start}")
    layout = line_layout(element.width, channels, element.bits, element.packing, order)
    between_bytes = 0 if element.line_padding == _undefined else element.line_padding
    return find_lines(path, element.start, (element.width, element.height), layout, between_bytes)


def _attributes(raw: bytes, endian: str, user: bytes) -> tuple[Attribute, ...]:
    decoded = (decode_field(field, raw, endian) for field in fields)
    held = [Attribute("dpx:Endian", "string", endian), *(entry for entry in decoded if entry is not None)]
    if user:
        held.append(Attribute("dpx:UserData", f"uint8[{len(user)}]", user.hex()))
    return tuple(held)


def patched_header(raw: bytes, before: tuple[Attribute, ...], after: tuple[Attribute, ...], endian: str) -> bytes:
    """The header with the fields rewritten whose attributes differ; a field without attribute becomes undefined."""
    named_before, named_after = ({entry.name: entry for entry in entries} for entries in (before, after))
    patched = bytearray(raw)
    for field in fields:
        entry = named_after.get(field.name)
        if entry != named_before.get(field.name):
            value = encode_field(field, entry, endian)
            patched[field.start : field.start + len(value)] = value
    return bytes(patched)


def dpx_pixel_aspect(stored: tuple[int, int] | None) -> float:
    """Width over height of a pixel; 1 where the header leaves it undefined."""
    across, down = stored or (1, 1)
    return across / down if across and down and _undefined not in (across, down) else 1.0
