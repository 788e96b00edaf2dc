"""The header of an EXR file, byte for byte.

OpenImageIO renames, merges and drops entries of an EXR header on its way in and out; a plate's header has to come out
as it went in, so it is read and written here. Pixels are OpenImageIO's business.

Source: OpenEXR file layout, https://openexr.com/en/latest/OpenEXRFileLayout.html
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from faceplate.plate.damage import damaged
from faceplate.values import Window

MAGIC = b"\x76\x2f\x31\x01"
LONG_NAMES = 0x400
TILED = 0x200
DEEP = 0x800
MULTI_PART = 0x1000
VERSION = 2
MAX_HEADER_BYTES = 2**28
MAX_TILE_PX = 2**30

# Entries that the windows, the channels and the compression decide; a chunk count is the writer's to state.
structure = frozenset(
    ("channels", "chunkCount", "compression", "dataWindow", "displayWindow", "lineOrder", "pixelAspectRatio", "tiles")
)
compressions = (
    "none", "rle", "zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa", "dwab", "htj2k256", "htj2k32",
    "lj2k", "zstd",
)  # fmt: skip
compression_levels = {
    "zip": (1, 9), "zips": (1, 9), "dwaa": (1, 100_000), "dwab": (1, 100_000), "zstd": (1, 22), "lj2k": (1, 100),
}  # fmt: skip
"""The levels that may be asked of a compression, whole numbers; the others have none."""

line_orders = ("increasingY", "decreasingY", "randomY")


class Entry(NamedTuple):
    """One attribute of an EXR header as it stands in the file."""

    name: str
    type: str
    value: bytes


@dataclass(frozen=True)
class ExrHeader:
    """The attributes of one part, in the order of the file."""

    entries: tuple[Entry, ...]

    def value(self, name: str) -> bytes | None:
        """The bytes of the named attribute."""
        return next((entry.value for entry in self.entries if entry.name == name), None)

    def text(self, name: str) -> str:
        """The named attribute as text; empty where there is none."""
        return (self.value(name) or b"").decode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class ExrFile:
    """What stands before the tables of chunks: version word, the header of every part, and where they end."""

    version: int
    parts: tuple[ExrHeader, ...]
    end: int

    @property
    def is_multi_part(self) -> bool:
        """True where the chunks say which part they belong to, even if there is one part alone."""
        return bool(self.version & MULTI_PART)

    def is_deep(self, part: int) -> bool:
        """True where the part holds a number of samples for each pixel."""
        return self.parts[part].text("type").startswith("deep") if self.is_multi_part else bool(self.version & DEEP)

    def is_tiled(self, part: int) -> bool:
        """True where the part is stored in tiles."""
        return self.parts[part].value("tiles") is not None


class ExrChannel(NamedTuple):
    """One channel of the list: pixel type 0 (uint), 1 (half) or 2 (float), linearity flag, sampling."""

    name: str
    pixel_type: int
    perceptually_linear: int
    sampling: tuple[int, int]


def read_exr_headers(path: Path) -> ExrFile:
    """The headers of an EXR file, of one part or of several.

    Raises:
        PlateError: the file is not EXR, or its header is damaged.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        if file.read(4) != MAGIC:
            raise damaged(path, expected="an OpenEXR file", came="a file that does not begin like one")
        version = _integer(file, path)
        if version & 0xFF != VERSION:
            raise damaged(path, expected=f"version {VERSION} of OpenEXR", came=f"version {version & 0xFF}")
        limit = min(size, MAX_HEADER_BYTES)
        parts = [_entries(file, path, limit)]
        while version & MULTI_PART and (entries := _entries(file, path, limit)):
            parts.append(entries)
        return ExrFile(version, tuple(ExrHeader(tuple(entries)) for entries in parts), file.tell())


def _entries(file: BinaryIO, path: Path, limit: int) -> list[Entry]:
    entries: list[Entry] = []
    while name := _text(file, path):
        kind, size = _text(file, path), _integer(file, path)
        value = file.read(size) if file.tell() + size <= limit else b""
        if len(value) != size:
            raise damaged(path, expected=f"{size} bytes for the attribute {name}", came="the end of the file")
        entries.append(Entry(name, kind, value))
    return entries


def _text(file: BinaryIO, path: Path) -> str:
    """A name ends at its zero byte; the format allows 255 bytes."""
    start = file.tell()
    window = file.read(256)
    end = window.find(b"\0")
    if end < 0:
        raise damaged(path, expected="attributes with names of at most 255 bytes", came="a header that breaks off")
    file.seek(start + end + 1)
    return window[:end].decode("utf-8", "surrogateescape")


def _integer(file: BinaryIO, path: Path) -> int:
    word = file.read(4)
    if len(word) != 4:  # noqa: PLR2004 -- bytes of a word
        raise damaged(path, expected="a whole header", came="the end of the file")
    return int.from_bytes(word, "little")


def encode_entry(name: str, kind: str, value: bytes) -> bytes:
    """One attribute as it stands in the file."""
    return _zero_ended(name) + _zero_ended(kind) + struct.pack("<I", len(value)) + value


def name_bytes(name: str) -> bytes:
    """A name as it stands in the file, where names are in the order of their bytes."""
    return name.encode("utf-8", "surrogateescape")


def _zero_ended(text: str) -> bytes:
    return name_bytes(text) + b"\0"


def exr_window(path: Path, header: ExrHeader, name: str) -> Window:
    """The named window as the file has it, before its origin is moved to that of plate space.

    Raises:
        PlateError: the header has no such window, or one that holds no pixel.
    """
    value = header.value(name)
    if value is None or len(value) != struct.calcsize("<4i"):
        raise damaged(path, expected=f"a {name}", came="a header without it")
    left, top, right, bottom = struct.unpack("<4i", value)
    if right < left or bottom < top:
        raise damaged(path, expected=f"a {name} with pixels in it", came=f"{left} {top} to {right} {bottom}")
    return Window(left, top, right + 1, bottom + 1)


def exr_choice(path: Path, header: ExrHeader, name: str, choices: tuple[str, ...]) -> str:
    """The word for a one-byte attribute such as the compression.

    Raises:
        PlateError: the header lacks it, or its value is none of the known ones.
    """
    value = header.value(name)
    if value is None or len(value) != 1 or value[0] >= len(choices):
        came = "a header without it" if value is None else f"the value {value.hex()}"
        raise damaged(path, expected=f"a {name} of {', '.join(choices)}", came=came)
    return choices[value[0]]


def exr_tile_size(path: Path, tiles: bytes) -> tuple[int, int]:
    """Width and height of a tile, from the value of `tiles`.

    Raises:
        PlateError: the value is none, or names tiles without pixels.
    """
    width, height, _ = struct.unpack("<2IB", tiles) if len(tiles) == struct.calcsize("<2IB") else (0, 0, 0)
    if not 0 < width <= MAX_TILE_PX or not 0 < height <= MAX_TILE_PX:
        raise damaged(path, expected="a tile description", came=tiles.hex())
    return width, height


def exr_channels(path: Path, header: ExrHeader) -> tuple[ExrChannel, ...]:
    """The channel list, in the order of the file.

    Raises:
        PlateError: the list is missing or damaged.
    """
    rest, channels = header.value("channels") or b"", []
    while len(rest) > 1:
        name, _, fields = rest.partition(b"\0")
        if len(fields) < struct.calcsize("<iB3xii"):
            raise damaged(path, expected="a whole channel list", came="one that breaks off")
        pixel_type, linear, x, y = struct.unpack_from("<iB3xii", fields)
        channels.append(ExrChannel(name.decode("utf-8", "surrogateescape"), pixel_type, linear, (x, y)))
        rest = fields[struct.calcsize("<iB3xii") :]
    if not channels:
        raise damaged(path, expected="at least one channel", came="none")
    return tuple(channels)


def encode_channels(channels: tuple[ExrChannel, ...]) -> bytes:
    """The channel list as it stands in the file."""
    records = (
        _zero_ended(name) + struct.pack("<iB3xii", pixel_type, linear, *sampling)
        for name, pixel_type, linear, sampling in channels
    )
    return b"".join(records) + b"\0"
