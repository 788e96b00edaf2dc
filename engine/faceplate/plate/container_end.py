from pathlib import Path
from typing import BinaryIO

_box_header = 8
_long_box = 1
_matroska = b"\x1a\x45\xdf\xa3"
_gif = b"GIF8"
# The key of an MXF's partition pack but for its last three bytes, and where the pack names the last partition.
_partition = bytes.fromhex("060e2b34020501010d01020101")
_footer_place, _key_bytes = 24, 16


def missing_bytes(path: Path) -> int:
    """How many bytes a movie's container claims past the end of the file; 0 where it is whole or does not say.

    Decoders take what is there of a movie that was cut short and say nothing.

    Source: ISO/IEC 14496-12 (boxes), RIFF (chunks), RFC 8794 (EBML elements), SMPTE ST 377-1
    (partitions), GIF89a (trailer).
    """
    held = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(_box_header)
        if start[:4] == b"RIFF":
            return max(0, _end_of_chunks(file, held) - held)
        if start[:4] == _matroska:
            return max(0, _end_of_segment(file) - held)
        if start == _partition[: len(start)]:
            return max(0, _end_of_partitions(file, held) - held)
        if start[:4] == _gif:
            file.seek(-1, 2)
            return int(file.read(1) != b";")
        return max(0, _end_of_boxes(file, held) - held) if start[4:].isalpha() else 0


def _end_of_boxes(file: BinaryIO, held: int) -> int:
    """Top level boxes: size and name, the size in 8 more bytes where it is 1; 0 means up to the end."""
    at = 0
    while at < held:
        file.seek(at)
        size = int.from_bytes(file.read(4), "big")
        if size == _long_box:
            file.seek(at + _box_header)
            size = int.from_bytes(file.read(8), "big")
        if size < _box_header:
            return held
        at += size
    return at


def _end_of_chunks(file: BinaryIO, held: int) -> int:
    """Top level RIFF chunks, each padded to an even length; a size of 0 was never filled in."""
    at = end = 0
    while at < held:
        file.seek(at)
        name, size = file.read(4), int.from_bytes(file.read(4), "little")
        if name != b"RIFF" or not size:
            return max(end, 0)
        end = at + _box_header + size
        at = end + size % 2
    return end


def _end_of_segment(file: BinaryIO) -> int:
    """The EBML header, then one segment; a size of all ones is not known."""
    file.seek(4)
    header_size = _variable_size(file) or 0
    file.seek(header_size, 1)
    file.seek(4, 1)
    size = _variable_size(file)
    return 0 if size is None else file.tell() + size


def _end_of_partitions(file: BinaryIO, held: int) -> int:
    """The end of the last key and value from the footer partition on, where the header says where that stands."""
    file.seek(_key_bytes)
    _key_length(file)
    file.seek(_footer_place, 1)
    at = int.from_bytes(file.read(8), "big")
    if not at:
        return 0
    while True:
        file.seek(at + _key_bytes)
        size = _key_length(file)
        at = file.tell() + size
        if at >= held:
            return at


def _key_length(file: BinaryIO) -> int:
    """A length in one byte, or behind the number of its bytes."""
    first = (file.read(1) or b"\0")[0]
    return int.from_bytes(file.read(first & 0x7F), "big") if first & 0x80 else first


def _variable_size(file: BinaryIO) -> int | None:
    """A number whose leading zero bits say how many bytes follow."""
    first = (file.read(1) or b"\0")[0]
    following = 8 - first.bit_length()
    bits = 7 * (following + 1)
    number = int.from_bytes(bytes([first]) + file.read(following), "big") & (2**bits - 1)
    return None if number == 2**bits - 1 else number
