"""The directories of a TIFF as its bytes say them: tags with types and values, in both byte orders, classic and Big."""

import struct
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from faceplate.plate.damage import damaged

_byte_orders = {b"II": "<", b"MM": ">"}
_classic, _big = 42, 43
# Sizes of the types 1 to 18 of TIFF 6.0, its supplement 1 and BigTIFF.
type_sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_layouts = {3: "H", 4: "I", 5: "2I", 6: "b", 8: "h", 9: "i", 10: "2i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q"}
_layouts |= {18: "Q"}


class TiffEntry(NamedTuple):
    """One tag: its number, the number of its type, and its values' bytes in the order of the file."""

    tag: int
    type: int
    value: bytes

    @property
    def length(self) -> int:
        """How many values of the type there are."""
        return len(self.value) // type_sizes[self.type]


class TiffLayout(NamedTuple):
    """How the numbers of a file are written: `<` or `>`, and whether offsets have 8 bytes."""

    order: str
    is_big: bool

    def numbers(self, entry: TiffEntry) -> tuple[int | float, ...]:
        """The entry's values; two numbers for each rational."""
        layout = _layouts[entry.type]
        per_value = int(layout[:-1] or 1)
        return struct.unpack(f"{self.order}{entry.length * per_value}{layout[-1]}", entry.value)

    def entry(self, tag: int, kind: int, *numbers: float) -> TiffEntry:
        """An entry of these numbers; two for each rational."""
        return TiffEntry(tag, kind, struct.pack(f"{self.order}{len(numbers)}{_layouts[kind][-1]}", *numbers))

    def packed(self, layout: str, *numbers: int) -> bytes:
        """Numbers in the byte order of the file."""
        return struct.pack(self.order + layout, *numbers)


@dataclass(frozen=True)
class TiffSource:
    """A TIFF open for reading its directories; `size_bytes` bounds what they may claim."""

    path: str
    file: BinaryIO
    size_bytes: int

    def layout(self) -> tuple[TiffLayout, int]:
        """The layout of the file, and where its first directory stands."""
        start = self._at(0, 8)
        order = _byte_orders.get(start[:2])
        (version,) = struct.unpack(f"{order}H", start[2:4]) if order else (0,)
        if order is None or version not in (_classic, _big):
            raise damaged(self.path, expected="a TIFF", came="a file that does not begin like one")
        if version == _classic:
            return TiffLayout(order, is_big=False), struct.unpack(f"{order}I", start[4:])[0]
        return TiffLayout(order, is_big=True), struct.unpack(f"{order}Q", self._at(8, 8))[0]

    def directory(self, layout: TiffLayout, offset: int) -> tuple[TiffEntry, ...]:
        """The entries at an offset, without those of a type that no standard knows.

        Raises:
            PlateError: the directory or a value of it lies outside the file.
        """
        head, size, short = (8, 20, "Q") if layout.is_big else (2, 12, "H")
        (count,) = struct.unpack(layout.order + short, self._at(offset, head))
        raw = self._at(offset + head, count * size)
        found, held = [], 0
        for at in range(0, len(raw), size):
            entry = self._entry(layout, raw[at : at + size])
            if entry is not None:
                found.append(entry)
                held += len(entry.value)
            if held > self.size_bytes:
                raise self._outside()
        return tuple(found)

    def _entry(self, layout: TiffLayout, raw: bytes) -> TiffEntry | None:
        order, word = layout.order, "Q" if layout.is_big else "I"
        tag, kind, count = struct.unpack_from(f"{order}HH{word}", raw)
        if kind not in type_sizes:
            return None
        size, place = count * type_sizes[kind], raw[-struct.calcsize(word) :]
        if size <= len(place):
            return TiffEntry(tag, kind, place[:size])
        return TiffEntry(tag, kind, self._at(struct.unpack(order + word, place)[0], size))

    def _at(self, offset: int, size: int) -> bytes:
        if offset + size > self.size_bytes:
            raise self._outside()
        self.file.seek(offset)
        content = self.file.read(size)
        if len(content) < size:
            raise self._outside()
        return content

    def _outside(self) -> Exception:
        return damaged(self.path, expected="directories inside the file", came="one that reaches past its end")


def start_bytes(layout: TiffLayout, first: int) -> bytes:
    """The first bytes of a TIFF whose first directory stands at `first`."""
    name = next(name for name, order in _byte_orders.items() if order == layout.order)
    if layout.is_big:
        return name + layout.packed("HHHQ", _big, 8, 0, first)
    return name + layout.packed("HI", _classic, first)


def directory_bytes(layout: TiffLayout, entries: tuple[TiffEntry, ...], offset: int) -> bytes:
    """A directory that will stand at `offset`, its entries in the order of their tags, followed by their long values.

    No further directory follows it.
    """
    word, head, room = ("Q", "Q", 8) if layout.is_big else ("I", "H", 4)
    entries = tuple(sorted(entries))
    size = struct.calcsize(f"={head}") + len(entries) * (4 + 2 * room) + room
    table, values = layout.packed(head, len(entries)), b""
    for entry in entries:
        table += layout.packed(f"HH{word}", entry.tag, entry.type, entry.length)
        if len(entry.value) <= room:
            table += entry.value.ljust(room, b"\0")
        else:
            table += layout.packed(word, offset + size + len(values))
            values += entry.value + b"\0" * (len(entry.value) % 2)
    return table + layout.packed(word, 0) + values
