"""A Cineon writer of the tests' own, from Kodak's format draft 4.5: the witness for our reader."""

import struct

from dpx_by_hand import line_by_hand

MAGIC = 0x802A5FD7
FIELDS = {
    "version": (24, "8s", b"V4.5"), "file name": (32, "100s", b"scan.0001.cin"), "date": (132, "12s", b"1997:03:04"),
    "time": (144, "12s", b"10:11:12EST"), "white": (420, "2f", (0.3, 0.3)), "label": (452, "200s", b"reel 4"),
    "sense": (683, "B", 0), "x offset": (712, "i", -3), "y offset": (716, "i", 4), "source": (720, "100s", b"neg"),
    "source date": (820, "12s", b"1997:03:03"), "device": (844, "64s", b"Genesis"), "model": (908, "32s", b"G1"),
    "serial": (940, "32s", b"77"), "x pitch": (972, "f", 83.3), "gamma": (980, "f", 1.0), "maker": (1024, "B", 1),
    "film": (1025, "B", 2), "perforation": (1026, "B", 3), "prefix": (1028, "I", 123456), "count": (1032, "I", 7),
    "format": (1036, "32s", b"Academy"), "position": (1068, "I", 12), "rate": (1072, "f", 24.0),
    "frame id": (1076, "32s", b"keyframe"), "slate": (1108, "200s", b"take 3"),
}  # fmt: skip


def write_cineon_by_hand(path, codes, *, order=">", fields=FIELDS, user=b"", **layout):
    """Codes as rows x columns x 3; `layout` overrides what the header says of the picture."""
    rows, columns = codes.shape[:2]
    said = {
        "orientation": 0, "elements": 3, "colours": (1, 2, 3), "bits": 10, "width": columns, "height": rows,
        "interleave": 0, "packing": 5, "sign": 0, "line_padding": 0, "start": 2048 + len(user),
        "user_bytes": len(user), "last_width": layout.get("width", columns),
    } | layout  # fmt: skip
    header = bytearray(2048)
    for start in (420, 424, 428, 432, 436, 440, 444, 448, 972, 976, 980, 1072):
        struct.pack_into(order + "f", header, start, float("inf"))
    for start, size in ((712, 8), (1024, 3), (1028, 8), (1068, 4)):
        header[start : start + size] = b"\xff" * size
    for start, form, value in fields.values():
        struct.pack_into(order + form, header, start, *(value if isinstance(value, tuple) else (value,)))
    struct.pack_into(order + "5I", header, 0, MAGIC, said["start"], 1024, 1024, said["user_bytes"])
    header[192], header[193] = said["orientation"], said["elements"]
    for index, colour in enumerate(said["colours"]):
        width = said["last_width"] if index == 2 else said["width"]
        about = (0, colour, said["bits"], 0, width, said["height"], 0.0, 0.0, 1023.0, 2.046)
        struct.pack_into(order + "4B2I4f", header, 196 + 28 * index, *about)
    struct.pack_into(order + "3B", header, 680, said["interleave"], said["packing"], said["sign"])
    struct.pack_into(order + "I", header, 684, said["line_padding"])
    method = 2 if said["packing"] & 0x7F == 6 else 1
    between = bytes(said["line_padding"] if said["line_padding"] < 100 else 0)
    lines = (line_by_hand(row, 10, method, order, layout.get("padding", 0)) + between for row in codes)
    content = (bytes(header) + user).ljust(said["start"] if said["start"] < 10_000 else 0, b"\x55") + b"".join(lines)
    path.write_bytes(content)
