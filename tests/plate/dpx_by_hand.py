"""A DPX writer of the tests' own, from SMPTE ST 268-1: the witness for ours."""

import struct

import numpy as np

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
    "time code": (1920, "I", 0x01020304), "user bits": (1924, "I", 0x11223344), "gamma": (1948, "f", 1.0),
    "black": (1952, "f", 64.0), "white": (1964, "f", 940.0),
}  # fmt: skip


def write_dpx_by_hand(path, codes, *, order=">", bits=10, fill=0xFF, fields=FIELDS, user=b"", **layout):
    """10 bit (filled, method A), 8 or 16 bit RGB; `layout` overrides fields that say what the picture is."""
    header = bytearray([fill]) * 2048
    for start, form, value in fields.values():
        struct.pack_into(order + form, header, start, *(value if isinstance(value, tuple) else (value,)))
    pixels = _packed(codes, order, bits)
    start = 2048 + len(user)
    rows, columns = codes.shape[:2]
    said = {"elements": 1, "width": columns, "height": rows, "sign": 0, "descriptor": 50, "encoding": 0} | layout
    packing = layout.get("packing", 1 if bits == 10 else 0)
    struct.pack_into(
        order + "4sI8sI", header, 0, b"SDPX" if order == ">" else b"XPDS", start, b"V2.0", start + len(pixels)
    )
    struct.pack_into(order + "2II", header, 24, 1664, 384, len(user))
    struct.pack_into(order + "H3I", header, 770, said["elements"], said["width"], said["height"], said["sign"])
    header[800], header[803] = said["descriptor"], bits
    struct.pack_into(order + "2H3I", header, 804, packing, said["encoding"], start, 0, 0)
    path.write_bytes(bytes(header) + user + pixels)


def _packed(codes, order, bits):
    if bits == 10:
        red, green, blue = np.moveaxis(codes.astype(np.uint32), -1, 0)
        return (red << 22 | green << 12 | blue << 2).astype(order + "u4").tobytes()
    return codes.astype(np.uint8 if bits == 8 else order + "u2").tobytes()
