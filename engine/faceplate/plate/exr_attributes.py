"""Entries of an EXR header as `Attribute`s with OpenImageIO's type names, and back, without loss."""

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from faceplate.plate.exr_header import Entry
from faceplate.values import Attribute


class _Codec(NamedTuple):
    exr_type: str
    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]


def _fixed(exr_type: str, layout: str) -> _Codec:
    """A type of fixed size; one number stands alone, several stand in a tuple."""

    def decode(value: bytes) -> Any:
        numbers = struct.unpack("<" + layout, value)
        return numbers if len(numbers) > 1 else numbers[0]

    def encode(value: Any) -> bytes:
        return struct.pack("<" + layout, *(value if isinstance(value, tuple | list) else (value,)))

    return _Codec(exr_type, decode, encode)


def _decode_text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _encode_text(value: Any) -> bytes:
    return str(value).encode("utf-8", "surrogateescape")


def _decode_texts(value: bytes) -> tuple[str, ...]:
    texts = []
    while value:
        (size,) = struct.unpack_from("<I", value)
        texts.append(_decode_text(value[4 : 4 + size]))
        value = value[4 + size :]
    return tuple(texts)


def _encode_texts(value: Any) -> bytes:
    encoded = [_encode_text(text) for text in value]
    return b"".join(struct.pack("<I", len(text)) + text for text in encoded)


def _decode_floats(value: bytes) -> tuple[float, ...]:
    return struct.unpack(f"<{len(value) // 4}f", value)


def _encode_floats(value: Any) -> bytes:
    return struct.pack(f"<{len(value)}f", *value)


# OpenImageIO type name -> the EXR type it stands for.
codecs = {
    "string": _Codec("string", _decode_text, _encode_text),
    "int": _fixed("int", "i"),
    "float": _fixed("float", "f"),
    "double": _fixed("double", "d"),
    "vector2i": _fixed("v2i", "2i"),
    "vectori": _fixed("v3i", "3i"),
    "float2": _fixed("v2f", "2f"),
    "vector": _fixed("v3f", "3f"),
    "vector2d": _fixed("v2d", "2d"),
    "vectord": _fixed("v3d", "3d"),
    "vector2i[2]": _fixed("box2i", "4i"),
    "float2[2]": _fixed("box2f", "4f"),
    "matrix33": _fixed("m33f", "9f"),
    "matrix": _fixed("m44f", "16f"),
    "matrix33d": _fixed("m33d", "9d"),
    "matrixd": _fixed("m44d", "16d"),
    "rational": _fixed("rational", "iI"),
    "timecode": _fixed("timecode", "2I"),
    "keycode": _fixed("keycode", "7i"),
}
_chromaticities = _fixed("chromaticities", "8f")
_text_list = _Codec("stringvector", _decode_texts, _encode_texts)
_float_list = _Codec("floatvector", _decode_floats, _encode_floats)
_type_of_exr = {codec.exr_type: name for name, codec in codecs.items()}

# Standard entries go by OpenImageIO's names, so that a TD finds them by the same name in every format.
_plate_names = {
    "timeCode": "smpte:TimeCode",
    "keyCode": "smpte:KeyCode",
    "owner": "Copyright",
    "capDate": "DateTime",
    "comments": "ImageDescription",
    "expTime": "ExposureTime",
    "aperture": "FNumber",
}
_exr_names = {plate: exr for exr, plate in _plate_names.items()}
_verbatim = "openexr:"
_opaque = "exr:"


def attribute_from_exr(entry: Entry) -> Attribute:
    """The entry with its value decoded; `attribute_to_exr` gives back the same bytes.

    A type that is not in the table, or a value that decoding would change, comes as `exr:<type>` with its bytes in hex.
    """
    name = _plate_names.get(entry.name, entry.name)
    if entry.name in _exr_names or entry.name.startswith(_verbatim):
        name = _verbatim + entry.name
    decoded = _decoded(name, entry)
    if decoded is not None and attribute_to_exr(decoded) == entry:
        return decoded
    return Attribute(name, _opaque + entry.type, entry.value.hex())


def exr_name(attribute: Attribute) -> str:
    """The name of the attribute in an EXR header: `timeCode` for `smpte:TimeCode`."""
    return _exr_names.get(attribute.name, attribute.name).removeprefix(_verbatim)


def attribute_to_exr(attribute: Attribute) -> Entry:
    """The attribute as an entry of an EXR header; one of a type that EXR does not have is written as text."""
    name = exr_name(attribute)
    if attribute.type.startswith(_opaque):
        return Entry(name, attribute.type.removeprefix(_opaque), bytes.fromhex(attribute.value))
    codec = _codec_for(attribute)
    return Entry(name, codec.exr_type, codec.encode(attribute.value))


def _decoded(name: str, entry: Entry) -> Attribute | None:
    try:
        if entry.type == "stringvector":
            texts = _decode_texts(entry.value)
            return Attribute(name, f"string[{len(texts)}]", texts)
        if entry.type in ("floatvector", "chromaticities"):
            floats = _decode_floats(entry.value)
            return Attribute(name, f"float[{len(floats)}]", floats)
        kind = _type_of_exr.get(entry.type)
        return None if kind is None else Attribute(name, kind, codecs[kind].decode(entry.value))
    except struct.error:
        return None


def _codec_for(attribute: Attribute) -> _Codec:
    kind, _, count = attribute.type.partition("[")
    if attribute.type in codecs:
        return codecs[attribute.type]
    if kind == "string" and count:
        return _text_list
    if kind == "float" and count:
        return _chromaticities if attribute.name == "chromaticities" else _float_list
    small = isinstance(attribute.value, int) and -(2**31) <= attribute.value < 2**31
    return codecs["int"] if small else codecs["string"]
