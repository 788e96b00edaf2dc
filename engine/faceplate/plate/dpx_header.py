"""The header of a DPX file: what has to be known before its pixels are read, and the fields OpenImageIO does not carry.

Source: SMPTE ST 268-1:2014, file format for digital moving-picture exchange.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.values import Attribute

HEADER_BYTES = 2048
endians = {b"SDPX": "big", b"XPDS": "little"}
_orders = {"big": ">", "little": "<"}
_channel_counts = {6: 1, 50: 3, 51: 4, 52: 4}
_bits = (8, 10, 12, 16)
_endian_name = "dpx:Endian"


class _Field(NamedTuple):
    name: str
    type: str
    start: int
    layout: str


# Fields that OpenImageIO drops, rewrites, or reads in the wrong byte order.
_fields = (
    _Field("dpx:FileName", "string", 36, "100s"),
    _Field("dpx:CreationTime", "string", 136, "24s"),
    _Field("dpx:XOffset", "uint", 1408, "I"),
    _Field("dpx:YOffset", "uint", 1412, "I"),
    _Field("dpx:XCenter", "float", 1416, "f"),
    _Field("dpx:YCenter", "float", 1420, "f"),
    _Field("dpx:XOriginalSize", "uint", 1424, "I"),
    _Field("dpx:YOriginalSize", "uint", 1428, "I"),
    _Field("dpx:SourceCreationTime", "string", 1532, "24s"),
    _Field("dpx:BorderValidity", "uint16[4]", 1620, "4H"),
    _Field("dpx:PixelAspect", "uint[2]", 1628, "2I"),
    _Field("dpx:XScannedSize", "float", 1636, "f"),
    _Field("dpx:YScannedSize", "float", 1640, "f"),
    _Field("dpx:Gamma", "float", 1948, "f"),
)


@dataclass(frozen=True)
class DpxHeader:
    """What is known of a DPX before its pixels are read."""

    width: int
    height: int
    channels: int
    bits: int
    attributes: tuple[Attribute, ...]


def read_dpx_header(path: Path) -> DpxHeader:
    """The header of a DPX that holds one uncompressed picture of R, G, B (and A) or luminance.

    Raises:
        PlateError: the file is no DPX, holds another kind of picture, or is shorter than its header claims.
    """
    with path.open("rb") as file:
        raw = file.read(HEADER_BYTES)
    endian = endians.get(raw[:4])
    if endian is None or len(raw) != HEADER_BYTES:
        raise damaged(path, expected="a DPX file with its whole header", came=f"{len(raw)} bytes that are none")
    elements, width, height = struct.unpack_from(_orders[endian] + "H2I", raw, 770)
    sign, descriptor, bits, encoding, start = _element(raw, endian)
    _refuse_other_kinds(path, elements=elements, sign=sign, descriptor=descriptor, bits=bits, encoding=encoding)
    channels = _channel_counts[descriptor]
    least_bytes = start + width * height * channels * bits // 8
    if not width or not height or path.stat().st_size < least_bytes:
        claim = f"{width} x {height} pixels, {least_bytes} bytes"
        raise damaged(path, expected=f"a whole picture of {claim}", came=f"{path.stat().st_size} bytes")
    return DpxHeader(width, height, channels, bits, _attributes(raw, endian))


def _element(raw: bytes, endian: str) -> tuple[int, int, int, int, int]:
    """Sign, descriptor, bits, encoding and start of the first picture."""
    order = _orders[endian]
    (sign,) = struct.unpack_from(order + "I", raw, 780)
    descriptor, bits = raw[800], raw[803]
    encoding, start = struct.unpack_from(order + "HI", raw, 806)
    return sign, descriptor, bits, encoding, start


def _refuse_other_kinds(path: Path, **element: int) -> None:
    allowed = {"elements": (1,), "sign": (0, 0xFFFFFFFF), "descriptor": tuple(_channel_counts), "bits": _bits}
    for name, values in (*allowed.items(), ("encoding", (0, 0xFFFF))):
        if element[name] not in values:
            raise PlateError(
                str(path),
                expected="one uncompressed picture of R, G, B, RGBA or luminance with 8, 10, 12 or 16 bits",
                came=f"a DPX with {name} {element[name]}",
                next_step="write the picture as RGB DPX or as EXR",
            )


def _attributes(raw: bytes, endian: str) -> tuple[Attribute, ...]:
    fields = (_decode(field, raw, endian) for field in _fields)
    return (Attribute(_endian_name, "string", endian), *(entry for entry in fields if entry is not None))


def _decode(field: _Field, raw: bytes, endian: str) -> Attribute | None:
    """The field, or None where it is undefined; one that decoding would change comes as its bytes in hex."""
    stored = raw[field.start : field.start + struct.calcsize("<" + field.layout)]
    if not stored.strip(b"\xff"):
        return None
    numbers = struct.unpack(_orders[endian] + field.layout, stored)
    value: Any = numbers if len(numbers) > 1 else numbers[0]
    if field.type == "string":
        value = value.rstrip(b"\0").decode("utf-8", "surrogateescape")
    decoded = Attribute(field.name, field.type, value)
    exact = _encode(field, decoded, endian) == stored
    return decoded if exact else Attribute(field.name, f"uint8[{len(stored)}]", stored.hex())


def _encode(field: _Field, attribute: Attribute | None, endian: str) -> bytes:
    size = struct.calcsize("<" + field.layout)
    if attribute is None:
        return b"\xff" * size
    if attribute.type.startswith("uint8["):
        return bytes.fromhex(attribute.value)
    if field.type == "string":
        return attribute.value.encode("utf-8", "surrogateescape")[:size].ljust(size, b"\0")
    values = attribute.value if isinstance(attribute.value, tuple | list) else (attribute.value,)
    return struct.pack(_orders[endian] + field.layout, *values)


def dpx_endian(attributes: tuple[Attribute, ...]) -> str:
    """The byte order that a header asks for; big where it does not say, as scanners and Nuke write it."""
    return next((str(entry.value) for entry in attributes if entry.name == _endian_name), "big")


def is_dpx_field(name: str) -> bool:
    """True for a field that is written here and not by OpenImageIO."""
    return name == _endian_name or any(field.name == name for field in _fields)


def patch_dpx_header(path: Path, attributes: tuple[Attribute, ...]) -> None:
    """Writes the fields that OpenImageIO does not carry into a file it has written."""
    named = {entry.name: entry for entry in attributes}
    with path.open("r+b") as file:
        for field in _fields:
            file.seek(field.start)
            file.write(_encode(field, named.get(field.name), dpx_endian(attributes)))
