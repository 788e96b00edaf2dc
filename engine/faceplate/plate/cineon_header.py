"""The header of a Cineon file: what the picture is, where its lines are, and every field as an `Attribute`.

Source: Kodak, Cineon image file format draft, version 4.5; names as in OpenImageIO.
"""

import struct
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.dpx_fields import Field, byte_orders, decode_field
from faceplate.plate.dpx_lines import Lines, find_lines
from faceplate.plate.dpx_pixels import METHOD_A, METHOD_B, line_layout
from faceplate.plate.user_data import read_user_data
from faceplate.values import Attribute

HEADER_BYTES = 2048
_endians = {bytes.fromhex("802a5fd7"): "big", bytes.fromhex("d75f2a80"): "little"}
_undefined = 0xFFFFFFFF
_undefined_byte = 0xFF
_elements_start, _element_bytes = 196, 28
_colours = ((1, 2, 3), (4, 5, 6))
_descriptors = (
    "Grayscale", "Red, printing density", "Green, printing density", "Blue, printing density",
    "Red, Rec709", "Green, Rec709", "Blue, Rec709",
)  # fmt: skip
# Codes in 32-bit words, at their left or right end; the bit that asks for as many pixels in a word as it takes says
# nothing of three codes of ten bits.
_methods = {5: METHOD_A, 6: METHOD_B}
_as_many = 0x80
_highest_rate = 1000
# Two digits, two, six, four, and the perforations of one count: what a key code has room for.
_highest_key = (99, 99, 999999, 9999, 119)
_perforations = (4, 64)

_fields = (
    Field("cineon:Version", "string", 24, "8s"),
    Field("cineon:FileName", "string", 32, "100s"),
    Field("cineon:CreationDate", "string", 132, "12s"),
    Field("cineon:CreationTime", "string", 144, "12s"),
    Field("cineon:WhitePoint", "float[2]", 420, "2f"),
    Field("cineon:RedPrimary", "float[2]", 428, "2f"),
    Field("cineon:GreenPrimary", "float[2]", 436, "2f"),
    Field("cineon:BluePrimary", "float[2]", 444, "2f"),
    Field("cineon:LabelText", "string", 452, "200s"),
    Field("cineon:ImageSense", "uint8", 683, "B"),
    Field("cineon:XOffset", "int", 712, "i"),
    Field("cineon:YOffset", "int", 716, "i"),
    Field("cineon:SourceImageFileName", "string", 720, "100s"),
    Field("cineon:SourceDate", "string", 820, "12s"),
    Field("cineon:SourceTime", "string", 832, "12s"),
    Field("cineon:InputDevice", "string", 844, "64s"),
    Field("cineon:InputDeviceModelNumber", "string", 908, "32s"),
    Field("cineon:InputDeviceSerialNumber", "string", 940, "32s"),
    Field("cineon:XDevicePitch", "float", 972, "f"),
    Field("cineon:YDevicePitch", "float", 976, "f"),
    Field("cineon:Gamma", "float", 980, "f"),
    Field("cineon:FilmManufacturer", "uint8", 1024, "B"),
    Field("cineon:FilmType", "uint8", 1025, "B"),
    Field("cineon:PerforationOffset", "uint8", 1026, "B"),
    Field("cineon:FilmPrefix", "uint", 1028, "I"),
    Field("cineon:FilmCount", "uint", 1032, "I"),
    Field("cineon:Format", "string", 1036, "32s"),
    Field("cineon:FramePosition", "uint", 1068, "I"),
    Field("cineon:FrameRate", "float", 1072, "f"),
    Field("cineon:FrameId", "string", 1076, "32s"),
    Field("cineon:SlateInfo", "string", 1108, "200s"),
)
_film = ("FilmManufacturer", "FilmType", "FilmPrefix", "FilmCount", "PerforationOffset")


@dataclass(frozen=True)
class CineonHeader:
    """What stands before the pixels of a Cineon file, and where they are."""

    width: int
    height: int
    lines: Lines
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True)
class _Element:
    """One colour of the picture, as the header describes it."""

    colour: int
    bits: int
    size: tuple[int, int]
    quantities: tuple[float, ...]


def read_cineon_header(path: Path) -> CineonHeader:
    """The header of a Cineon file that holds 10 bit R, G and B, three codes in a word, top line first.

    Raises:
        PlateError: the file is no Cineon, holds another kind of picture, or is shorter than its header claims.
    """
    with path.open("rb") as file:
        raw = file.read(HEADER_BYTES)
        endian = _endians.get(raw[:4])
        if endian is None or len(raw) != HEADER_BYTES:
            raise damaged(path, expected="a Cineon file with its whole header", came=f"{len(raw)} bytes that are none")
        elements = _elements(raw, endian)
        _refuse_other_kinds(path, raw, elements)
        lines = _lines(path, raw, endian, elements[0].size)
        (user_bytes,) = struct.unpack_from(byte_orders[endian] + "I", raw, 16)
        user = read_user_data(path, file, user_bytes, lines.start - HEADER_BYTES)
    attributes = (*_attributes(raw, endian), *_colour_attributes(elements), *_user_attribute(user))
    return CineonHeader(*elements[0].size, lines, attributes)


def _elements(raw: bytes, endian: str) -> tuple[_Element, ...]:
    starts = (_elements_start + _element_bytes * index for index in range(3))
    return tuple(_element(raw, endian, start) for start in starts)


def _element(raw: bytes, endian: str, start: int) -> _Element:
    colour, bits, width, height, *quantities = struct.unpack_from(byte_orders[endian] + "xBBx2I4f", raw, start)
    return _Element(colour, bits, (width, height), tuple(quantities))


def _refuse_other_kinds(path: Path, raw: bytes, elements: tuple[_Element, ...]) -> None:
    allowed: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "orientation": (raw[192], (0, _undefined_byte)),
        "elements": (raw[193], (3,)),
        "interleave": (raw[680], (0,)),
        "packing": (raw[681] & ~_as_many, tuple(_methods)),
        "sign": (raw[682], (0, _undefined_byte)),
        "colours": (tuple(element.colour for element in elements), _colours),
        "bits": (tuple(element.bits for element in elements), ((10, 10, 10),)),
        "sizes": (tuple(element.size for element in elements), ((elements[0].size,) * 3,)),
    }
    for name, (came, values) in allowed.items():
        if came not in values:
            raise PlateError(
                str(path),
                expected="one picture of R, G and B with 10 bits each, three in a 32-bit word, top line first",
                came=f"a Cineon file with {name} {came}",
                next_step="write the picture as 10-bit RGB DPX or as EXR",
            )


def _lines(path: Path, raw: bytes, endian: str, size: tuple[int, int]) -> Lines:
    order = byte_orders[endian]
    (start,), (between,) = struct.unpack_from(order + "I", raw, 4), struct.unpack_from(order + "I", raw, 684)
    if start < HEADER_BYTES:
        raise damaged(path, expected="a picture behind its header", came=f"one that begins at byte {start}")
    layout = line_layout(size[0], 3, 10, _methods[raw[681] & ~_as_many], order)
    return find_lines(path, start, size, layout, 0 if between == _undefined else between)


def _attributes(raw: bytes, endian: str) -> tuple[Attribute, ...]:
    decoded = (decode_field(field, raw, endian) for field in _fields)
    held = tuple(entry for entry in decoded if entry is not None and _is_defined(entry.value))
    named = {entry.name.removeprefix("cineon:"): entry.value for entry in held}
    return (*held, *_date(named), *_key_code(named), *_rate(named))


def _is_defined(value: Any) -> bool:
    """Cineon leaves a text empty and a number infinite where there is none; some programs set all its bits."""
    numbers = value if isinstance(value, tuple) else (value,)
    return value != "" and not any(isinstance(number, float) and not isfinite(number) for number in numbers)


def _colour_attributes(elements: tuple[_Element, ...]) -> tuple[Attribute, ...]:
    words = tuple(_descriptors[element.colour] for element in elements)
    names = ("LowData", "LowQuantity", "HighData", "HighQuantity")
    columns = zip(names, zip(*(element.quantities for element in elements), strict=True), strict=True)
    held = (Attribute(f"cineon:{name}", "float[3]", values) for name, values in columns if _is_defined(values))
    return (Attribute("cineon:ImageDescriptor", "string[3]", words), *held)


def _user_attribute(user: bytes) -> tuple[Attribute, ...]:
    return (Attribute("cineon:UserData", f"uint8[{len(user)}]", user.hex()),) if user else ()


def _date(named: dict[str, Any]) -> tuple[Attribute, ...]:
    date, time = named.get("CreationDate"), named.get("CreationTime")
    return (Attribute("DateTime", "string", f"{date} {time}"),) if date and time else ()


def _key_code(named: dict[str, Any]) -> tuple[Attribute, ...]:
    code = tuple(named.get(name, _undefined) for name in _film)
    if any(number > highest for number, highest in zip(code, _highest_key, strict=True)):
        return ()
    return (Attribute("smpte:KeyCode", "keycode", (*code, *_perforations)),)


def _rate(named: dict[str, Any]) -> tuple[Attribute, ...]:
    rate = named.get("FrameRate")
    if not isinstance(rate, float) or not 0 < rate < _highest_rate:
        return ()
    exact = Fraction(rate).limit_denominator(1001)
    return (Attribute("framesPerSecond", "rational", (exact.numerator, exact.denominator)),)
