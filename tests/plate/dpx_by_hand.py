"""A DPX writer of the tests' own, from SMPTE ST 268-1: the witness for ours."""

import struct

import numpy as np

FILM = ("maker", "film", "perforation", "prefix", "count", "format", "position", "length", "held", "rate", "shutter",
        "frame id", "slate")  # fmt: skip
TELEVISION = ("time code", "user bits", "interlace", "field", "signal", "line rate", "sample rate", "field rate",
              "time offset", "gamma", "black", "black gain", "break", "white", "integration")  # fmt: skip
FIELDS = {
    "file name": (36, "100s", b"plate.1001.dpx"), "created": (136, "24s", b"2023:05:04:10:11:12:LTZ"),
    "creator": (160, "100s", b"ARRISCAN"), "project": (260, "200s", b"proj"), "copyright": (460, "200s", b"(c)"),
    "orientation": (768, "H", 0), "low": (784, "I", 0), "low quantity": (788, "f", 0.0), "high": (792, "I", 1023),
    "high quantity": (796, "f", 2.046), "transfer": (801, "B", 3), "colorimetric": (802, "B", 1),
    "description": (820, "32s", b"scan"), "x offset": (1408, "I", 3), "y offset": (1412, "I", 4),
    "x centre": (1416, "f", 8.0), "x original": (1424, "I", 20), "y original": (1428, "I", 12),
    "source": (1432, "100s", b"src.dpx"), "source time": (1532, "24s", b"2023:05:04:10:11:12:LTZ"),
    "device": (1556, "32s", b"scanner"), "serial": (1588, "32s", b"1234"), "border": (1620, "4H", (1, 2, 3, 4)),
    "aspect": (1628, "2I", (2, 1)), "x size": (1636, "f", 24.9), "y size": (1640, "f", 18.6),
    "maker": (1664, "2s", b"01"), "film": (1666, "2s", b"02"), "perforation": (1668, "2s", b"03"),
    "prefix": (1670, "6s", b"123456"), "count": (1676, "4s", b"0007"), "format": (1680, "32s", b"35mm"),
    "position": (1712, "I", 12), "length": (1716, "I", 100), "held": (1720, "I", 1), "rate": (1724, "f", 24.0),
    "shutter": (1728, "f", 180.0), "frame id": (1732, "32s", b"fid"), "slate": (1764, "100s", b"slate"),
    "time code": (1920, "I", 0x01020304), "user bits": (1924, "I", 0x11223344), "interlace": (1928, "B", 1),
    "field": (1929, "B", 2), "signal": (1930, "B", 150), "line rate": (1932, "f", 15734.25),
    "sample rate": (1936, "f", 59.94), "field rate": (1940, "f", 29.97), "time offset": (1944, "f", 0.5),
    "gamma": (1948, "f", 1.0), "black": (1952, "f", 64.0), "black gain": (1956, "f", 4.5),
    "break": (1960, "f", 0.018), "white": (1964, "f", 940.0), "integration": (1968, "f", 0.02),
}  # fmt: skip
# Bits and packing; of 8 and 16 bits the packing says nothing, and some programs leave it undefined.
PACKED_AS = [(8, 0), (8, 0xFFFF), (10, 0), (10, 1), (10, 2), (12, 0), (12, 1), (12, 2), (16, 0)]
# Lines that end on a word of 32 bits, and lines that end in each other place.
WIDTHS = (1, 12, 13, 14, 17)
SHAPES = {1: 1, 2: 1, 3: 1, 4: 1, 6: 1, 50: 3, 51: 4, 52: 4}
USUAL = {1: 6, 3: 50, 4: 51}


def codes(bits, rows=5, columns=16, channels=3):
    """A picture of noise with the highest code in its first corner."""
    drawn = np.random.default_rng(columns).integers(0, 2**bits, (rows, columns, channels))
    drawn[0, 0], drawn[-1, -1] = 2**bits - 1, 1
    return drawn.astype(np.uint8 if bits == 8 else np.uint16)


def write_dpx_by_hand(path, codes, *, order=">", bits=10, fill=0xFF, fields=FIELDS, user=b"", **layout):
    """Codes as rows x columns x channels; `layout` overrides fields that say what the picture is and where it stands.

    `padding` gives the bits that are no datum, `start` the byte at which the picture begins, `gap` what stands before
    it, `tail` what follows it, `aligned` says whether lines end on 32-bit words.
    """
    rows, columns, channels = codes.shape
    start = layout.get("start", 2048 + len(user))
    said = {
        "elements": 1, "width": columns, "height": rows, "sign": 0, "encoding": 0, "offset": start, "line_padding": 0,
        "packing": 1 if bits in (10, 12) else 0, "user_bytes": len(user), "image_padding": 0,
        "descriptor": USUAL[channels],
    } | layout  # fmt: skip
    lines = [line_by_hand(row, bits, said["packing"], order, layout.get("padding", 0)) for row in codes]
    between = bytes([fill]) * (said["line_padding"] if said["line_padding"] != 0xFFFFFFFF else 0)
    unit = 4 if layout.get("aligned", True) else 1
    picture = b"".join(line + bytes([fill]) * (-len(line) % unit) + between for line in lines)
    header = _header_by_hand(order, bits, fill, fields, said)
    content = bytes(header) + user
    content = content.ljust(start, layout.get("gap", b"\xff")) + picture + layout.get("tail", b"")
    struct.pack_into(order + "I", header, 16, len(content))
    path.write_bytes(bytes(header) + content[2048:])


def _header_by_hand(order, bits, fill, fields, said):
    header = bytearray([fill]) * 2048
    for start, form, value in fields.values():
        struct.pack_into(order + form, header, start, *(value if isinstance(value, tuple) else (value,)))
    struct.pack_into(order + "4sI8s", header, 0, b"SDPX" if order == ">" else b"XPDS", said["offset"], b"V2.0")
    struct.pack_into(order + "2II", header, 24, 1664, 384, said["user_bytes"])
    struct.pack_into(order + "H3I", header, 770, said["elements"], said["width"], said["height"], said["sign"])
    header[800], header[803] = said["descriptor"], bits
    struct.pack_into(order + "2H", header, 804, said["packing"], said["encoding"])
    struct.pack_into(order + "3I", header, 808, said["offset"], said["line_padding"], said["image_padding"])
    return header


def line_by_hand(row, bits, packing, order, padding=0):
    """The bytes of one line, datum by datum, in the whole words that hold them."""
    datums = [int(code) for code in row.ravel()]
    size, word, places = _places(len(datums), row.shape[-1], bits, packing)
    held = sum(code << place for code, place in zip(datums, places, strict=True))
    used = sum(((1 << bits) - 1) << place for place in places)
    repeated = int.from_bytes(padding.to_bytes(4, "little") * (size // 4 + 1), "little")
    whole = (held | repeated & ~used) & ((1 << 8 * size) - 1)
    words = [whole >> 8 * word * index & ((1 << 8 * word) - 1) for index in range(size // word)]
    return b"".join(each.to_bytes(word, "big" if order == ">" else "little") for each in words)


def _places(datums, channels, bits, packing):
    """Bytes of a line, bytes of one of its words, and the lowest bit of each datum; word 0 is the lowest."""
    if bits in (8, 16):
        return datums * bits // 8, bits // 8, [bits * index for index in range(datums)]
    if packing == 0:
        return -(-datums * bits // 32) * 4, 4, [bits * index for index in range(datums)]
    if bits == 12:
        return 2 * datums, 2, [16 * index + (4 if packing == 1 else 0) for index in range(datums)]
    # Three in a word: of a picture of one channel the first is the lowest, of others the highest.
    order = (0, 1, 2) if channels == 1 else (2, 1, 0)
    low = 2 if packing == 1 else 0
    return -(-datums // 3) * 4, 4, [32 * (index // 3) + 10 * order[index % 3] + low for index in range(datums)]


def read_dpx_by_hand(path, *, aligned=True):
    """Codes as rows x columns x channels, and the bytes of the header with user data but for where its lines are."""
    content = path.read_bytes()
    order = ">" if content[:4] == b"SDPX" else "<"
    rows, columns = struct.unpack_from(order + "2I", content, 772)[::-1]
    channels, bits = SHAPES[content[800]], content[803]
    packing, _, start, between = struct.unpack_from(order + "2H2I", content, 804)
    size, word, places = _places(columns * channels, channels, bits, packing)
    pitch = size + (-size % 4 if aligned else 0) + (between if between != 0xFFFFFFFF else 0)
    codes = [_codes_by_hand(content[start + pitch * row :][:size], word, order, places, bits) for row in range(rows)]
    user = struct.unpack_from(order + "I", content, 32)[0]
    user = user if user != 0xFFFFFFFF else 0
    header = content[:4] + content[8:16] + content[20:808] + content[816:2048] + content[2048 : 2048 + user]
    return np.array(codes).reshape(rows, columns, channels), header


def _codes_by_hand(line, word, order, places, bits):
    words = [line[index : index + word] for index in range(0, len(line), word)]
    whole = int.from_bytes(b"".join(each[::-1] if order == ">" else each for each in words), "little")
    return [whole >> place & ((1 << bits) - 1) for place in places]
