import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from faceplate.errors import PlateError
from faceplate.plate.exr_attributes import attribute_to_exr
from faceplate.plate.exr_chunks import Grid, Span, chunk_grid, chunk_spans
from faceplate.plate.exr_encode import compression_of, encode_chunks, pixel_types
from faceplate.plate.exr_header import (
    LONG_NAMES,
    MAGIC,
    MULTI_PART,
    TILED,
    VERSION,
    Entry,
    ExrChannel,
    ExrFile,
    compressions,
    encode_channels,
    encode_entry,
    line_orders,
    name_bytes,
    read_exr_headers,
)
from faceplate.plate.stored_file import check_state
from faceplate.values import Attribute, Frame, Header, Sample, StoredFile, Window

_lossless = ("none", "rle", "zips", "zip", "piz", "htj2k256", "htj2k32", "zstd")
# PXR24 finds its own result again sample by sample. B44 does so for blocks of 4 x 4 of which no sample has changed; DWA
# and lossy JPEG 2000 lose a little more each time.
_settled = (*_lossless, "pxr24")
# Integers travel as floats beside other types; PXR24 cuts those to 24 bits, and DWA may take a channel for colour.
_safe_for_integers = (*_lossless, "b44", "b44a")
_layout = ("compression", "openexr:lineOrder", "openexr:tiles", "openexr:levels", "openexr:pLinear")
_flags = ~TILED
_short_name = 31


class _Chunk(NamedTuple):
    """A chunk on its way into a file: which part and place in the table it has, and what it is."""

    order: int
    part: int
    place: int
    content: bytes | memoryview


class _Source(NamedTuple):
    """The file a frame came from: its bytes, and where in it everything lies."""

    exr: ExrFile
    spans: tuple[tuple[Span, ...], ...]
    content: memoryview

    def chunk(self, part: int, place: int) -> _Chunk:
        span = self.spans[part][place]
        return _Chunk(span.start, part, place, self.content[span.start : span.start + span.size])


def write_exr(frame: Frame, path: Path) -> None:
    """Writes pixels and header; the header holds what `frame.header` says and nothing else.

    Of a frame that came from an EXR, every chunk without a changed sample is the file's own, and so are all other
    parts: whatever their kind, layers and views leave bit for bit.

    Raises:
        PlateError: the frame holds samples or a compression that EXR cannot, or its file was changed meanwhile.
        StorageError: the file could not be written whole.
    """
    source = _source(frame.file)
    part = frame.file.part if source and frame.file else 0
    chunks = _picture_chunks(frame, path, source, part)
    if source is not None:
        others = (index for index in range(len(source.exr.parts)) if index != part)
        chunks += [source.chunk(index, place) for index in others for place in range(len(source.spans[index]))]
    _assemble(path, _headers(frame.header, source, part), sorted(chunks))


def keeps_samples(header: Header) -> bool:
    """True where a sample read in this compression comes back as it was, whatever becomes of its neighbours."""
    return compression_of(header)[0] in (_lossless if _mixes_integers(header) else _settled)


def _mixes_integers(header: Header) -> bool:
    return Sample.UINT32 in header.samples and len(set(header.samples)) > 1


def _check(frame: Frame) -> None:
    held = {sample.value for sample in frame.header.samples if sample not in pixel_types}
    if held:
        raise PlateError(
            frame.source,
            expected="half, float or 32 bit integer channels, which EXR holds",
            came=", ".join(sorted(held)),
            next_step="convert the frame with as_exr, or write DPX",
        )
    name, _ = compression_of(frame.header)
    mixed = _mixes_integers(frame.header)
    allowed = _safe_for_integers if mixed else compressions
    if name not in allowed:
        raise PlateError(
            frame.source,
            expected=f"compression {', '.join(allowed)}" + (" beside 32 bit integer channels" if mixed else ""),
            came=name,
            next_step="choose one of these (--compression)",
        )


def _source(file: StoredFile | None) -> _Source | None:
    if file is None or file.header.file_format != "openexr":
        return None
    exr = read_exr_headers(file.path)
    spans = chunk_spans(file.path, exr)
    content = memoryview(file.path.read_bytes())
    check_state(file)
    return _Source(exr, spans, content)


def _picture_chunks(frame: Frame, path: Path, source: _Source | None, part: int) -> list[_Chunk]:
    """The chunks of the part that is the picture: those of its file but where a sample has changed."""
    header, kept = frame.header, frame.kept
    grid = _grid(header)
    whole = Window(0, 0, grid.across, grid.down)
    if source is None or kept is None or _structure(kept.header) != _structure(header):
        return [*_fresh(frame, path, grid, whole, source, part)]
    cells = grid.cells(_inside(kept.changed, header.data))
    fresh = {chunk.place: chunk for chunk in _fresh(frame, path, grid, cells, source, part)}
    kept_chunks = (source.chunk(part, place) for place in range(grid.total) if place not in fresh)
    orders = source.spans[part]
    return [*kept_chunks, *(chunk._replace(order=orders[place].start) for place, chunk in fresh.items())]


def _inside(window: Window, data: Window) -> Window:
    """The window counted from the data window's corner."""
    if window.is_empty:
        return window
    left, top = data[:2]
    return Window(window.left - left, window.top - top, window.right - left, window.bottom - top)


def _fresh(frame: Frame, path: Path, grid: Grid, cells: Window, source: _Source | None, part: int) -> Iterator[_Chunk]:
    """A block of chunks encoded anew, after all that stands in the file already."""
    if cells.is_empty:
        return
    _check(frame)
    numbered = struct.pack("<i", part) if source is not None and source.exr.is_multi_part else b""
    after = len(source.content) if source is not None else 0
    downwards = frame.header.attribute("openexr:lineOrder") == "decreasingY"
    for place, content in zip(grid.numbers(cells), encode_chunks(frame, path, grid, cells), strict=True):
        row = place // grid.across
        line = grid.down - 1 - row if downwards else row
        yield _Chunk(after + line * grid.across + place % grid.across, part, place, numbered + content)


def _grid(header: Header) -> Grid:
    return chunk_grid(header.data, compression_of(header)[0], header.attribute("openexr:tiles"))


def _headers(header: Header, source: _Source | None, part: int) -> tuple[int, list[list[Entry]]]:
    """The version word and the entries of every part; those of the other parts stay as they stand in the file."""
    own = _entries(header)
    if source is None:
        return VERSION | _long_names(header), [own]
    counted = source.exr.is_multi_part or source.exr.parts[part].value("chunkCount") is not None
    if counted:
        count = Entry("chunkCount", "int", struct.pack("<i", _grid(header).total))
        own = sorted([*own, count], key=lambda entry: name_bytes(entry.name))
    parts = [list(stored.entries) for stored in source.exr.parts]
    return source.exr.version & _flags | _long_names(header), [*parts[:part], own, *parts[part + 1 :]]


def _long_names(header: Header) -> int:
    """The flag of a file with names of more than 31 bytes, of a channel here."""
    return LONG_NAMES if any(len(name_bytes(name)) > _short_name for name in header.channels) else 0


def _entries(header: Header) -> list[Entry]:
    """The entries in order of their names, as OpenEXR has them."""
    entries = {entry.name: entry for entry in (*_attributes(header), *_structure(header))}
    return [entries[name] for name in sorted(entries, key=name_bytes)]


def _encoded(version: int, parts: Sequence[Sequence[Entry]]) -> bytes:
    longest = max(len(name_bytes(text)) for entries in parts for entry in entries for text in entry[:2])
    version |= LONG_NAMES if longest > _short_name else 0
    if not version & MULTI_PART and any(entry.name == "tiles" for entry in parts[0]):
        version |= TILED
    headers = (b"".join(encode_entry(*entry) for entry in entries) + b"\0" for entries in parts)
    end = b"\0" if version & MULTI_PART else b""
    return MAGIC + struct.pack("<I", version) + b"".join(headers) + end


def _assemble(path: Path, headers: tuple[int, list[list[Entry]]], chunks: Sequence[_Chunk]) -> None:
    """Headers, tables and chunks into one file; the chunks in the order given."""
    encoded = _encoded(*headers)
    tables: list[dict[int, int]] = [{} for _ in headers[1]]
    at = len(encoded) + 8 * len(chunks)
    for chunk in chunks:
        tables[chunk.part][chunk.place] = at
        at += len(chunk.content)
    offsets = [table[place] for table in tables for place in range(len(table))]
    with path.open("wb") as file:
        file.write(encoded + struct.pack(f"<{len(offsets)}Q", *offsets))
        file.writelines(chunk.content for chunk in chunks)


def _attributes(header: Header) -> list[Entry]:
    window = (Attribute("screenWindowCenter", "float2", (0.0, 0.0)), Attribute("screenWindowWidth", "float", 1.0))
    return [attribute_to_exr(entry) for entry in (*window, *header.attributes) if entry.name not in _layout]


def _structure(header: Header) -> list[Entry]:
    order = header.attribute("openexr:lineOrder") or line_orders[0]
    name, level = compression_of(header)
    structure = [
        Entry("channels", "chlist", encode_channels(_channels(header))),
        Entry("compression", "compression", bytes([compressions.index(name)])),
        Entry("dataWindow", "box2i", _box(header, header.data)),
        Entry("displayWindow", "box2i", _box(header, header.display)),
        Entry("lineOrder", "lineOrder", bytes([line_orders.index(order)])),
        Entry("pixelAspectRatio", "float", struct.pack("<f", header.pixel_aspect)),
    ]
    if level is not None and name.startswith("dwa"):
        structure.append(Entry("dwaCompressionLevel", "float", struct.pack("<f", level)))
    if tiles := header.attribute("openexr:tiles"):
        structure.append(Entry("tiles", "tiledesc", struct.pack("<2IB", *tiles, 0)))
    return structure


def _channels(header: Header) -> tuple[ExrChannel, ...]:
    linear = header.attribute("openexr:pLinear") or ()
    pairs = sorted(zip(header.channels, header.samples, strict=True), key=lambda pair: name_bytes(pair[0]))
    return tuple(ExrChannel(name, pixel_types[sample], int(name in linear), (1, 1)) for name, sample in pairs)


def _box(header: Header, window: Window) -> bytes:
    left, top = header.origin
    return struct.pack("<4i", window.left + left, window.top + top, window.right + left - 1, window.bottom + top - 1)
