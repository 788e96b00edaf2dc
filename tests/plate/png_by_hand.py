"""A PNG writer of the tests' own, from ISO/IEC 15948: the witness for ours."""

import struct
import zlib

import numpy as np

COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
ICC = b"ICC Profile\0\0" + zlib.compress(bytes(range(200)))
CHUNKS = [
    (b"gAMA", struct.pack(">I", 45455)),
    (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
    (b"sRGB", b"\0"),
    (b"cICP", bytes([9, 16, 0, 1])),
    (b"mDCV", bytes(24)),
    (b"pHYs", struct.pack(">2IB", 2000, 1000, 0)),
    (b"tIME", struct.pack(">H5B", 2024, 2, 3, 4, 5, 6)),
    (b"tEXt", b"Author\0Andr\xe9"),
    (b"tEXt", b"Copyright\0me"),
    (b"tEXt", b"png:gAMA\0a keyword that is a name of ours"),
    (b"zTXt", b"packed\0\0" + zlib.compress(b"text" * 9)),
    (b"zTXt", b"packed hard\0\0" + zlib.compress(b"text" * 99, 9)),
    (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"),
    (b"iTXt", b"packed too\0\1\0\0\0" + zlib.compress("größer".encode())),
    (b"iTXt", b"in German\0\0\0de\0auf Deutsch\0Text"),
    (b"prVt", b"a private chunk that is safe to copy"),
]
UNSAFE = (b"prVT", b"a private chunk that depends on the samples")


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def write_png_by_hand(path, samples, bits, *, before=(), after=(), level=6, colour_type=None):
    """Unfiltered rows, whole; samples of fewer than 8 bits are packed, the first highest."""
    rows, columns = samples.shape[:2]
    if bits < 8:
        each = np.unpackbits(samples.astype(np.uint8)[..., None], axis=-1)[..., 8 - bits :]
        stored = np.packbits(each.reshape(rows, -1), axis=1)
    else:
        stored = samples.astype(">u2" if bits == 16 else np.uint8).reshape(rows, -1).view(np.uint8)
    colour_type = COLOUR_TYPES[samples.shape[2]] if colour_type is None else colour_type
    start = struct.pack(">2I5B", columns, rows, bits, colour_type, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in stored), level)
    half = len(data) // 2
    parts = [(b"IHDR", start), *before, (b"IDAT", data[:half]), (b"IDAT", data[half:]), *after, (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, content) for name, content in parts))


def read_chunks_by_hand(path):
    """Every chunk but the first, the picture's and the last, in order; each checksum is right."""
    content, at, chunks = path.read_bytes(), 8, []
    while at < len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        value = content[at + 8 : at + 8 + size]
        assert content[at : at + 12 + size] == chunk(name, value)
        chunks.append((name, value))
        at += 12 + size
    return [each for each in chunks if each[0] not in (b"IHDR", b"IDAT", b"IEND")]
