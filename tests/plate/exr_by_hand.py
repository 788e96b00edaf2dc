"""An EXR writer and header reader of the tests' own, from the published file layout: the witness for ours."""

import struct

import numpy as np

PIXEL_TYPES = {"uint32": 0, "float16": 1, "float32": 2}


def write_exr_by_hand(path, channels, *, data, display, attributes=(), flags=0, aspect=1.0, sampling=(1, 1)):  # noqa: PLR0913 -- one for each part of the file
    """Uncompressed, one line a chunk. `channels` is name -> rows x columns; windows are min and max, inclusive."""
    named = sorted(channels.items())
    records = b"".join(
        name.encode() + b"\0" + struct.pack("<iB3xii", PIXEL_TYPES[pixels.dtype.name], 0, *sampling)
        for name, pixels in named
    )
    entries = [
        ("channels", "chlist", records + b"\0"),
        ("compression", "compression", b"\0"),
        ("dataWindow", "box2i", struct.pack("<4i", *data)),
        ("displayWindow", "box2i", struct.pack("<4i", *display)),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", aspect)),
        ("screenWindowCenter", "v2f", struct.pack("<2f", 0, 0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1)),
        *attributes,
    ]
    longest = max(len(text) for name, kind, _ in entries for text in (name, kind))
    header = b"\x76\x2f\x31\x01" + struct.pack("<I", 2 | flags | (0x400 if longest > 31 else 0))
    for name, kind, value in sorted(entries):
        header += name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<I", len(value)) + value
    rows = [b"".join(pixels[row].tobytes() for _, pixels in named) for row in range(data[3] - data[1] + 1)]
    start = len(header) + 1 + 8 * len(rows)
    offsets = [start + sum(len(row) + 8 for row in rows[:index]) for index in range(len(rows))]
    chunks = (struct.pack("<iI", data[1] + index, len(row)) + row for index, row in enumerate(rows))
    path.write_bytes(header + b"\0" + struct.pack(f"<{len(rows)}Q", *offsets) + b"".join(chunks))


def read_entries_by_hand(path):
    """The entries of an EXR header: name -> (type, bytes)."""
    content, entries, at = path.read_bytes(), {}, 8
    while content[at]:
        name_end = content.index(b"\0", at)
        kind_end = content.index(b"\0", name_end + 1)
        (size,) = struct.unpack_from("<I", content, kind_end + 1)
        value = content[kind_end + 5 : kind_end + 5 + size]
        entries[content[at:name_end].decode()] = (content[name_end + 1 : kind_end].decode(), value)
        at = kind_end + 5 + size
    return entries


def any_bits(rng, dtype, rows, columns):
    """Samples of every kind: negative, denormal, infinite, NaN with any payload."""
    return np.frombuffer(rng.bytes(rows * columns * np.dtype(dtype).itemsize), dtype).reshape(rows, columns).copy()
