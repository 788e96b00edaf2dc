"""The fields of a DPX header as `Attribute`s, and back, without loss.

OpenImageIO drops some of them and reads others in the wrong byte order; a plate's header has to come out as it went
in, so it is read and written here.

Source: SMPTE ST 268-1:2014, file format for digital moving-picture exchange; names as in OpenImageIO.
"""

import struct
from typing import Any, NamedTuple

from faceplate.values import Attribute

HEADER_BYTES = 2048
byte_orders = {"big": ">", "little": "<"}


class Field(NamedTuple):
    """One field: its attribute's name and type, where it begins, and its layout in the words of `struct`."""

    name: str
    type: str
    start: int
    layout: str
    words: tuple[str, ...] = ()


transfers = (
    "User defined", "Printing density", "Linear", "Logarithmic", "Unspecified video", "SMPTE 274M", "ITU-R 709-4",
    "ITU-R 601-5 system B or G", "ITU-R 601-5 system M", "NTSC", "PAL", "Z linear", "Z homogeneous",
)  # fmt: skip
packings = ("Packed", "Filled, method A", "Filled, method B")

# Every byte of the header but those that say where and how large the picture is. Bytes that the standard reserves
# are carried as text, which they are where they hold zeros.
fields = (
    Field("dpx:Version", "string", 8, "8s"),
    Field("dpx:DittoKey", "uint", 20, "I"),
    Field("dpx:FileName", "string", 36, "100s"),
    Field("dpx:CreationTime", "string", 136, "24s"),
    Field("Software", "string", 160, "100s"),
    Field("DocumentName", "string", 260, "200s"),
    Field("Copyright", "string", 460, "200s"),
    Field("dpx:EncryptKey", "uint", 660, "I"),
    Field("dpx:Reserved", "string", 664, "104s"),
    Field("dpx:Orientation", "uint16", 768, "H"),
    Field("dpx:LowData", "uint", 784, "I"),
    Field("dpx:LowQuantity", "float", 788, "f"),
    Field("dpx:HighData", "uint", 792, "I"),
    Field("dpx:HighQuantity", "float", 796, "f"),
    Field("dpx:Transfer", "string", 801, "B", transfers),
    Field("dpx:Colorimetric", "string", 802, "B", transfers),
    Field("dpx:Packing", "string", 804, "H", packings),
    Field("ImageDescription", "string", 820, "32s"),
    Field("dpx:OtherElements", "string", 852, "504s"),
    Field("dpx:ImageReserved", "string", 1356, "52s"),
    Field("dpx:XOffset", "uint", 1408, "I"),
    Field("dpx:YOffset", "uint", 1412, "I"),
    Field("dpx:XCenter", "float", 1416, "f"),
    Field("dpx:YCenter", "float", 1420, "f"),
    Field("dpx:XOriginalSize", "uint", 1424, "I"),
    Field("dpx:YOriginalSize", "uint", 1428, "I"),
    Field("dpx:SourceImageFileName", "string", 1432, "100s"),
    Field("dpx:SourceCreationTime", "string", 1532, "24s"),
    Field("dpx:InputDevice", "string", 1556, "32s"),
    Field("dpx:InputDeviceSerialNumber", "string", 1588, "32s"),
    Field("dpx:BorderValidity", "uint16[4]", 1620, "4H"),
    Field("dpx:PixelAspect", "uint[2]", 1628, "2I"),
    Field("dpx:XScannedSize", "float", 1636, "f"),
    Field("dpx:YScannedSize", "float", 1640, "f"),
    Field("dpx:SourceReserved", "string", 1644, "20s"),
    Field("dpx:FilmManufacturer", "string", 1664, "2s"),
    Field("dpx:FilmType", "string", 1666, "2s"),
    Field("dpx:PerforationOffset", "string", 1668, "2s"),
    Field("dpx:FilmPrefix", "string", 1670, "6s"),
    Field("dpx:FilmCount", "string", 1676, "4s"),
    Field("dpx:Format", "string", 1680, "32s"),
    Field("dpx:FramePosition", "uint", 1712, "I"),
    Field("dpx:SequenceLength", "uint", 1716, "I"),
    Field("dpx:HeldCount", "uint", 1720, "I"),
    Field("dpx:FrameRate", "float", 1724, "f"),
    Field("dpx:ShutterAngle", "float", 1728, "f"),
    Field("dpx:FrameId", "string", 1732, "32s"),
    Field("dpx:SlateInfo", "string", 1764, "100s"),
    Field("dpx:FilmReserved", "string", 1864, "56s"),
    Field("smpte:TimeCode", "timecode", 1920, "2I"),
    Field("dpx:Interlace", "uint8", 1928, "B"),
    Field("dpx:FieldNumber", "uint8", 1929, "B"),
    Field("dpx:Signal", "uint8", 1930, "B"),
    Field("dpx:Padding", "uint8", 1931, "B"),
    Field("dpx:HorizontalSampleRate", "float", 1932, "f"),
    Field("dpx:VerticalSampleRate", "float", 1936, "f"),
    Field("dpx:TemporalFrameRate", "float", 1940, "f"),
    Field("dpx:TimeOffset", "float", 1944, "f"),
    Field("dpx:Gamma", "float", 1948, "f"),
    Field("dpx:BlackLevel", "float", 1952, "f"),
    Field("dpx:BlackGain", "float", 1956, "f"),
    Field("dpx:BreakPoint", "float", 1960, "f"),
    Field("dpx:WhiteLevel", "float", 1964, "f"),
    Field("dpx:IntegrationTimes", "float", 1968, "f"),
    Field("dpx:TelevisionReserved", "string", 1972, "76s"),
)
_fields_by_name = {field.name: field for field in fields}


def dpx_holds(attribute: Attribute) -> bool:
    """True where DPX has a field for this attribute, and the field takes its value."""
    field = _fields_by_name.get(attribute.name)
    is_text = isinstance(attribute.value, str)
    try:
        if field is None:
            return is_text and _is_layout(attribute)
        if field.type == "string" and not is_text:
            return False
        return len(encode_field(field, attribute, "big")) == struct.calcsize("<" + field.layout)
    except (struct.error, ValueError, TypeError, OverflowError):
        return False


def _is_layout(attribute: Attribute) -> bool:
    """True for what is no field but decides about the file: its byte order, and its user data in hex."""
    if attribute.name == "dpx:Endian":
        return attribute.value in byte_orders
    return attribute.name == "dpx:UserData" and bytes.fromhex(attribute.value) is not None


def decode_field(field: Field, header: bytes, endian: str) -> Attribute | None:
    """The field, or None where it is undefined (all bits set); one that decoding would change comes in hex."""
    stored = header[field.start : field.start + struct.calcsize("<" + field.layout)]
    if not stored.strip(b"\xff"):
        return None
    decoded = Attribute(field.name, field.type, _value(field, stored, endian))
    if decoded.value is not None and encode_field(field, decoded, endian) == stored:
        return decoded
    return Attribute(field.name, f"uint8[{len(stored)}]", stored.hex())


def _value(field: Field, stored: bytes, endian: str) -> Any:
    numbers = struct.unpack(byte_orders[endian] + field.layout, stored)
    if field.words:
        return field.words[numbers[0]] if numbers[0] < len(field.words) else None
    if field.type == "string":
        return numbers[0].rstrip(b"\0").decode("utf-8", "surrogateescape")
    return numbers if len(numbers) > 1 else numbers[0]


def encode_field(field: Field, attribute: Attribute | None, endian: str) -> bytes:
    """The field's bytes; all bits set where there is no attribute. Text that is too long is cut off."""
    size = struct.calcsize("<" + field.layout)
    if attribute is None:
        return b"\xff" * size
    if attribute.type.startswith("uint8["):
        return bytes.fromhex(attribute.value)
    if field.type == "string" and not field.words:
        return str(attribute.value).encode("utf-8", "surrogateescape")[:size].ljust(size, b"\0")
    value = field.words.index(attribute.value) if field.words else attribute.value
    numbers = value if isinstance(value, tuple | list) else (value,)
    return struct.pack(byte_orders[endian] + field.layout, *numbers)
