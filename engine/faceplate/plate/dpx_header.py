import struct
from dataclasses import dataclass
from pathlib import Path

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.plate.dpx_fields import HEADER_BYTES, byte_orders, decode_field, encode_field, fields
from faceplate.values import Attribute

_endians = {b"SDPX": "big", b"XPDS": "little"}
_channels = {6: ("Y",), 50: ("R", "G", "B"), 51: ("R", "G", "B", "A")}
_bits = (8, 10, 12, 16)
_undefined = 0xFFFFFFFF


@dataclass(frozen=True)
class DpxHeader:
    """What stands before the pixels of a DPX."""

    width: int
    height: int
    channels: tuple[str, ...]
    bits: int
    attributes: tuple[Attribute, ...]


def read_dpx_header(path: Path) -> DpxHeader:
    """The header of a DPX that holds one uncompressed picture of R, G, B (and A) or luminance.

    Raises:
        PlateError: the file is no DPX, holds another kind of picture, or is shorter than its header claims.
    """
    with path.open("rb") as file:
        raw = file.read(HEADER_BYTES)
        endian = _endians.get(raw[:4])
        if endian is None or len(raw) != HEADER_BYTES:
            raise damaged(path, expected="a DPX file with its whole header", came=f"{len(raw)} bytes that are none")
        user_bytes = struct.unpack_from(byte_orders[endian] + "I", raw, 32)[0]
        user = file.read(user_bytes) if user_bytes != _undefined and user_bytes < path.stat().st_size else b""
    width, height, channels, bits = _layout(path, raw, endian)
    return DpxHeader(width, height, channels, bits, _attributes(raw, endian, user))


def _layout(path: Path, raw: bytes, endian: str) -> tuple[int, int, tuple[str, ...], int]:
    order = byte_orders[endian]
    elements, width, height, sign = struct.unpack_from(order + "H3I", raw, 770)
    descriptor, bits = raw[800], raw[803]
    packing, encoding, start = struct.unpack_from(order + "2HI", raw, 804)
    kind = {"elements": elements, "sign": sign, "descriptor": descriptor, "bits": bits}
    _refuse_other_kinds(path, **kind, packing=packing, encoding=encoding)
    channels = _channels[descriptor]
    least_bytes = start + width * height * len(channels) * bits // 8
    held_bytes = path.stat().st_size
    if not width or not height or held_bytes < least_bytes:
        claim = f"a picture of {width} x {height} in at least {least_bytes} bytes, as its header says"
        raise damaged(path, expected=claim, came=f"{held_bytes} bytes")
    return width, height, channels, bits


def _refuse_other_kinds(path: Path, **element: int) -> None:
    allowed = {
        "elements": (1,),
        "sign": (0, _undefined),
        "descriptor": tuple(_channels),
        "bits": _bits,
        "packing": (0, 1, 2),
        "encoding": (0, 0xFFFF),
    }
    for name, values in allowed.items():
        if element[name] not in values:
            raise PlateError(
                str(path),
                expected="one uncompressed picture of R, G, B, RGBA or luminance with 8, 10, 12 or 16 bits",
                came=f"a DPX with {name} {element[name]}",
                next_step="write the picture as RGB DPX or as EXR",
            )


def _attributes(raw: bytes, endian: str, user: bytes) -> tuple[Attribute, ...]:
    decoded = (decode_field(field, raw, endian) for field in fields)
    held = [Attribute("dpx:Endian", "string", endian), *(entry for entry in decoded if entry is not None)]
    if user:
        held.append(Attribute("dpx:UserData", f"uint8[{len(user)}]", user.hex()))
    return tuple(held)


def patch_dpx_header(path: Path, attributes: tuple[Attribute, ...], endian: str) -> None:
    """Writes every field into a file that OpenImageIO has laid out; a field without attribute becomes undefined."""
    named = {entry.name: entry for entry in attributes}
    with path.open("r+b") as file:
        for field in fields:
            file.seek(field.start)
            file.write(encode_field(field, named.get(field.name), endian))


def dpx_pixel_aspect(stored: tuple[int, int] | None) -> float:
    """Width over height of a pixel; 1 where the header leaves it undefined."""
    across, down = stored or (1, 1)
    return across / down if across and down else 1.0
