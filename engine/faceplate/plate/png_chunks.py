"""The chunks of a PNG, each checked, and those that say something about the picture as `Attribute`s, and back."""

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from faceplate.errors import PlateError
from faceplate.plate.damage import damaged
from faceplate.values import Attribute

png_signature = b"\x89PNG\r\n\x1a\n"
_ihdr, _idat, _iend, _palette, _key = "IHDR", "IDAT", "IEND", "PLTE", "tRNS"
# Text and profiles that unpack to more than this, and to more than so many times their size, stay packed.
_free_text, _largest_ratio = 2**12, 100
# Animations hold several pictures.
_animation = ("acTL", "fcTL", "fdAT")
# Chunks whose values are counts of the bits, colours and entries that a file of a palette or of few bits stores.
_of_stored_samples = ("sBIT", "bKGD", "hIST", _key, _palette)
_safe_to_copy = 0x20
# Unsafe to copy by their names, but true whatever the samples are.
_always_true = ("cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD", "hIST", "sTER", "tIME")


class Chunk(NamedTuple):
    """One chunk by its four letters."""

    name: str
    content: bytes


class PngStart(NamedTuple):
    """What the first chunk says."""

    width: int
    height: int
    bits: int
    colour_type: int
    compression: int
    filtering: int
    interlace: int


_start_layout = ">2I5B"
_grey, _rgb, _indexed, _grey_alpha, _rgb_alpha = 0, 2, 3, 4, 6
colour_type_of = {1: _grey, 2: _grey_alpha, 3: _rgb, 4: _rgb_alpha}
"""The colour type of a PNG by its number of channels."""

_numbers = {
    "gAMA": ("png:gAMA", "uint", ">I"),
    "cHRM": ("png:cHRM", "uint[8]", ">8I"),
    "sRGB": ("png:sRGB", "int", ">B"),
    "cICP": ("CICP", "int[4]", ">4B"),
    "pHYs": ("png:pHYs", "uint[3]", ">2IB"),
    "tIME": ("png:tIME", "int[6]", ">H5B"),
}
_number_chunks = {name: (chunk, layout) for chunk, (name, _, layout) in _numbers.items()}
# Keywords of the PNG standard by the names that the same thing has in other formats.
_plate_names = {"Author": "Artist", "Title": "DocumentName", "Description": "ImageDescription"}
_keywords = {name: keyword for keyword, name in _plate_names.items()}
_text_type, _packed_text, _unicode_text, _packed_unicode = "string", "png:zTXt", "png:iTXt", "png:iTXt deflated"
_bytes_prefix = "png:"
_profile_name, _profile_label = "ICCProfile", b"ICC Profile"


def read_png_attributes(path: Path) -> tuple[Attribute, ...]:
    """Every attribute of a PNG in the order of its chunks: text by its keyword, the rest by the chunk's name.

    Raises:
        PlateError: a checksum is wrong, the end is missing, the PNG is animated, or needs a chunk unknown to us.
    """
    with path.open("rb") as file:
        chunks = tuple(_chunks(path, file))
    start = PngStart(*struct.unpack(_start_layout, chunks[0].content))
    names = {chunk.name for chunk in chunks}
    # OpenImageIO gives palettes, few bits and colour keys as whole samples, with alpha.
    widened = start.colour_type == _indexed or start.bits < 8 or _key in names  # noqa: PLR2004 -- a byte
    told = [chunk for chunk in chunks[1:] if _tells(chunk, widened=widened)]
    return (*_layout_attributes(path, start, chunks), *(_attribute(chunk) for chunk in told))


def _chunks(path: Path, file: BinaryIO) -> Iterator[Chunk]:
    """Every chunk up to the end; of the picture's data only the first two bytes."""
    if file.read(len(png_signature)) != png_signature:
        raise damaged(path, expected="a PNG", came="a file that does not begin like one")
    name, size_bytes = "", path.stat().st_size
    while name != _iend:
        head = file.read(8)
        size, raw = struct.unpack(">I4s", head) if len(head) == 8 else (size_bytes, b"")  # noqa: PLR2004 -- of the format
        if size > size_bytes or not raw.isalpha() or not raw.isascii():
            raise damaged(path, expected="a whole PNG", came=f"one that ends after {name or 'its name'}")
        first, name = not name, raw.decode("ascii")
        content, checksum = file.read(size), file.read(4)
        if checksum != struct.pack(">I", zlib.crc32(content, zlib.crc32(raw))):
            raise damaged(path, expected=f"a whole chunk {name}", came="one whose checksum is wrong or that breaks off")
        if first != (name == _ihdr) or (first and size != struct.calcsize(_start_layout)):
            raise damaged(path, expected="one chunk IHDR at the start", came=name)
        _refuse(path, name)
        yield Chunk(name, content[:2] if name == _idat else content)


def _refuse(path: Path, name: str) -> None:
    is_known = name in (_ihdr, _idat, _iend, _palette) or name[0].islower()
    if name in _animation or not is_known:
        raise PlateError(
            str(path),
            expected="one picture in the chunks of the PNG standard",
            came="an animation" if name in _animation else f"a chunk {name}, without which it cannot be read",
            next_step="save the picture as an ordinary PNG",
        )


def _tells(chunk: Chunk, *, widened: bool) -> bool:
    """True for a chunk that stays true when samples change; the standard marks the others as unsafe to copy."""
    if chunk.name in (_idat, _iend, _palette, _key) or (widened and chunk.name in _of_stored_samples):
        return False
    return bool(ord(chunk.name[3]) & _safe_to_copy) or chunk.name in _always_true


def _layout_attributes(path: Path, start: PngStart, chunks: tuple[Chunk, ...]) -> tuple[Attribute, ...]:
    data = next((chunk.content for chunk in chunks if chunk.name == _idat and len(chunk.content) > 1), b"")
    if not data:
        raise damaged(path, expected="a picture", came="a PNG without one")
    # RFC 1950: the two highest bits say how hard the deflater tried.
    level = Attribute("png:compressionLevel", "int", (1, 5, 6, 9)[data[1] >> 6])
    return (level, Attribute("png:interlace", "int", 1)) if start.interlace else (level,)


def _attribute(chunk: Chunk) -> Attribute:
    """The chunk as an attribute; one that decoding would change is kept as bytes in hex."""
    decoded = _decoded(chunk)
    if decoded is not None and attribute_chunk(decoded) == chunk:
        return decoded
    return Attribute(_bytes_prefix + chunk.name, f"uint8[{len(chunk.content)}]", chunk.content.hex())


def _decoded(chunk: Chunk) -> Attribute | None:
    name, content = chunk
    if name in _numbers:
        about, kind, layout = _numbers[name]
        if len(content) != struct.calcsize(layout):
            return None
        values = struct.unpack(layout, content)
        return Attribute(about, kind, values if len(values) > 1 else values[0])
    decoder = _text_decoders.get(name)
    try:
        return decoder(*content.split(b"\0", 1)) if decoder and b"\0" in content else None
    except (UnicodeDecodeError, zlib.error, struct.error):
        return None


def _plain_text(keyword: bytes, text: bytes) -> Attribute:
    return Attribute(_name(keyword), _text_type, text.decode("latin-1"))


def _name(keyword: bytes) -> str:
    name = keyword.decode("latin-1")
    return _plate_names.get(name, name)


def _deflated_text(keyword: bytes, content: bytes) -> Attribute:
    return Attribute(_name(keyword), _packed_text, _inflated(content[1:]).decode("latin-1"))


def _international_text(keyword: bytes, content: bytes) -> Attribute | None:
    """Text without a language; with one it stays bytes, so that nothing of it is lost."""
    packed, rest = content[:1] == b"\1", content[2:]
    if not rest.startswith(b"\0\0"):
        return None
    text = (_inflated(rest[2:]) if packed else rest[2:]).decode()
    return Attribute(_name(keyword), _packed_unicode if packed else _unicode_text, text)


def _profile(label: bytes, content: bytes) -> Attribute | None:
    if label != _profile_label:
        return None
    profile = _inflated(content[1:])
    return Attribute(_profile_name, f"uint8[{len(profile)}]", profile.hex())


def _inflated(content: bytes) -> bytes:
    """What was deflated, if it is of a size that text has.

    Raises:
        zlib.error: it is larger, or damaged.
    """
    inflater = zlib.decompressobj()
    text = inflater.decompress(content, _free_text + _largest_ratio * len(content))
    if not inflater.eof:
        raise zlib.error
    return text


_text_decoders: dict[str, Callable[[bytes, bytes], Attribute | None]] = {
    "tEXt": _plain_text,
    "zTXt": _deflated_text,
    "iTXt": _international_text,
    "iCCP": _profile,
}


def attribute_chunk(attribute: Attribute) -> Chunk | None:
    """The attribute as a chunk; None for one that PNG has no chunk for."""
    name, kind, value = attribute
    keyword = _keywords.get(name, name).encode("latin-1", "replace")[:79]
    if kind.startswith("uint8["):
        return _bytes_chunk(name, bytes.fromhex(value))
    if name in _number_chunks and isinstance(value, int | tuple):
        chunk, layout = _number_chunks[name]
        return Chunk(chunk, struct.pack(layout, *(value if isinstance(value, tuple) else (value,))))
    encoder = _text_encoders.get(kind)
    return encoder(keyword, value) if encoder and isinstance(value, str) else None


def _bytes_chunk(name: str, content: bytes) -> Chunk | None:
    if name == _profile_name:
        return Chunk("iCCP", _profile_label + b"\0\0" + zlib.compress(content))
    chunk = name.removeprefix(_bytes_prefix)
    is_chunk = name.startswith(_bytes_prefix) and len(chunk) == 4 and chunk.isalpha() and chunk.isascii()  # noqa: PLR2004 -- of the format
    return Chunk(chunk, content) if is_chunk else None


def _text_chunk(keyword: bytes, text: str) -> Chunk:
    """Latin-1 where it holds the text, else UTF-8."""
    try:
        return Chunk("tEXt", keyword + b"\0" + text.encode("latin-1"))
    except UnicodeEncodeError:
        return Chunk("iTXt", keyword + b"\0\0\0\0\0" + text.encode("utf-8", "replace"))


_text_encoders: dict[str, Callable[[bytes, str], Chunk]] = {
    _text_type: _text_chunk,
    _packed_text: lambda keyword, text: Chunk("zTXt", keyword + b"\0\0" + zlib.compress(text.encode("latin-1"))),
    _unicode_text: lambda keyword, text: Chunk("iTXt", keyword + b"\0\0\0\0\0" + text.encode()),
    _packed_unicode: lambda keyword, text: Chunk("iTXt", keyword + b"\0\1\0\0\0" + zlib.compress(text.encode())),
}


def start_chunk(start: PngStart) -> Chunk:
    """The first chunk of a PNG."""
    return Chunk(_ihdr, struct.pack(_start_layout, *start))


def chunk_bytes(chunk: Chunk) -> bytes:
    """The chunk as it stands in the file, with its length and checksum."""
    named = chunk.name.encode("ascii") + chunk.content
    return struct.pack(">I", len(chunk.content)) + named + struct.pack(">I", zlib.crc32(named))
