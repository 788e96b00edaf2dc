import struct
from itertools import pairwise

import numpy as np
import pytest
from exr_by_hand import any_bits, write_exr_by_hand

from faceplate.errors import PlateError
from faceplate.plate import read_frame
from faceplate.values import Sample, Window

SMALL = {"data": (0, 0, 7, 4), "display": (0, 0, 7, 4)}
DTYPES = {"half": np.float16, "float": np.float32, "uint32": np.uint32}


def planes(rng, data, **kinds):
    rows, columns = data[3] - data[1] + 1, data[2] - data[0] + 1
    return {name: any_bits(rng, DTYPES[kind], rows, columns) for name, kind in kinds.items()}


def plane(frame, name):
    group = next(group for group in frame.groups if name in group.names)
    return group.pixels[..., group.names.index(name)]


CHANNELS = [
    {"R": "half", "G": "half", "B": "half"},
    {"R": "float", "G": "float", "B": "float", "A": "float"},
    {"Y": "half"},
    {"id": "uint32"},
    {"R": "half", "G": "half", "B": "half", "A": "half", "depth.Z": "float"},
    {"R": "half", "G": "half", "B": "half", "Z": "float", "forward.u": "half", "forward.v": "half"},
    {"R": "half", "G": "half", "B": "half", "id": "uint32", "z": "float"},
    {"left.R": "half", "left.G": "half", "left.B": "half", "right.R": "float"},
]
WINDOWS = [
    ((0, 0, 15, 8), (0, 0, 15, 8)),
    ((-5, -3, 20, 12), (0, 0, 15, 8)),
    ((4, 2, 6, 3), (0, 0, 15, 8)),
    ((100, 50, 110, 60), (0, 0, 15, 8)),
    ((95, 190, 120, 220), (100, 200, 115, 208)),
    ((-1000, -1000, -990, -995), (-500, -400, -300, -200)),
    ((3, 3, 3, 3), (0, 0, 0, 0)),
]


@pytest.mark.parametrize("kinds", CHANNELS, ids=lambda kinds: ",".join(f"{n}:{k}" for n, k in kinds.items()))
@pytest.mark.parametrize(("data", "display"), WINDOWS)
def test_every_sample_comes_in_with_all_its_bits(tmp_path, kinds, data, display):
    stored = planes(np.random.default_rng(1), data, **kinds)
    write_exr_by_hand(tmp_path / "a.exr", stored, data=data, display=display)
    frame = read_frame(tmp_path / "a.exr", 1)
    assert set(frame.header.channels) == set(stored)
    for name, pixels in stored.items():
        assert plane(frame, name).tobytes() == pixels.tobytes()


@pytest.mark.parametrize(("data", "display"), WINDOWS)
def test_windows_are_counted_from_the_display_windows_corner(tmp_path, data, display):
    stored = planes(np.random.default_rng(1), data, R="half", G="half", B="half")
    write_exr_by_hand(tmp_path / "a.exr", stored, data=data, display=display)
    header = read_frame(tmp_path / "a.exr", 1).header
    assert header.origin == display[:2]
    assert header.display == Window(0, 0, display[2] - display[0] + 1, display[3] - display[1] + 1)
    left, top = display[:2]
    assert header.data == Window(data[0] - left, data[1] - top, data[2] - left + 1, data[3] - top + 1)


def test_neighbouring_channels_of_one_type_form_a_group(tmp_path):
    kinds = {"R": "half", "G": "half", "B": "half", "Z": "float", "forward.u": "half"}
    write_exr_by_hand(tmp_path / "a.exr", planes(np.random.default_rng(1), (0, 0, 7, 4), **kinds), **SMALL)
    frame = read_frame(tmp_path / "a.exr", 1)
    assert frame.header.channels == tuple(name for group in frame.groups for name in group.names)
    types = [frame.header.samples[frame.header.channels.index(group.names[0])] for group in frame.groups]
    assert all(first is not second for first, second in pairwise(types))
    assert frame.sample is Sample.HALF


def test_what_the_header_says_is_there_under_its_name_and_type(tmp_path):
    stored = planes(np.random.default_rng(1), (0, 0, 7, 4), R="half", G="half", B="half")
    attributes = [
        ("timeCode", "timecode", struct.pack("<2I", 0x01020304, 7)),
        ("com.arri.camera.CameraModel", "string", b"ALEXA Mini LF"),
        ("framesPerSecond", "rational", struct.pack("<iI", 24000, 1001)),
        ("a double", "double", struct.pack("<d", 0.1)),
        ("vendor", "com.vendor.blob", b"\x00\xff"),
        ("latin", "string", b"Andr\xe9"),
    ]
    write_exr_by_hand(tmp_path / "a.exr", stored, attributes=attributes, aspect=2.0, **SMALL)
    header = read_frame(tmp_path / "a.exr", 1).header
    held = {entry.name: (entry.type, entry.value) for entry in header.attributes}
    assert header.pixel_aspect == 2.0
    assert held["compression"] == ("string", "none")
    assert held["smpte:TimeCode"] == ("timecode", (0x01020304, 7))
    assert held["com.arri.camera.CameraModel"] == ("string", "ALEXA Mini LF")
    assert held["framesPerSecond"] == ("rational", (24000, 1001))
    assert held["a double"] == ("double", 0.1)
    assert held["vendor"] == ("exr:com.vendor.blob", "00ff")
    assert held["latin"][1].encode("utf-8", "surrogateescape") == b"Andr\xe9"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"flags": 0x800}, "a deep one"),
        ({"sampling": (2, 2)}, "one sample in 2 x 2 pixels"),
        ({"aspect": 0.0}, "pixelAspectRatio above 0"),
        ({"aspect": float("nan")}, "pixelAspectRatio above 0"),
        ({"attributes": [("tiles", "tiledesc", struct.pack("<2IB", 64, 64, 1))]}, "mip-mapped"),
    ],
)
def test_what_is_not_one_flat_picture_is_refused_with_its_kind(tmp_path, changes, message):
    stored = planes(np.random.default_rng(1), (0, 0, 7, 4), Y="half")
    write_exr_by_hand(tmp_path / "a.exr", stored, **(SMALL | changes))
    with pytest.raises(PlateError, match=message) as refused:
        read_frame(tmp_path / "a.exr", 1)
    assert refused.value.thing == str(tmp_path / "a.exr")


@pytest.mark.parametrize("display", [(0, 0, -1, -1), (5, 5, 4, 9)])
def test_a_window_without_pixels_is_refused(tmp_path, display):
    stored = planes(np.random.default_rng(1), (0, 0, 7, 4), Y="half")
    write_exr_by_hand(tmp_path / "a.exr", stored, data=(0, 0, 7, 4), display=display)
    with pytest.raises(PlateError, match="displayWindow with pixels in it"):
        read_frame(tmp_path / "a.exr", 1)


def test_a_header_that_claims_a_huge_frame_is_refused_before_memory_is_asked_for(tmp_path):
    stored = planes(np.random.default_rng(1), (0, 0, 7, 4), R="float", G="float", B="float")
    write_exr_by_hand(tmp_path / "a.exr", stored, **SMALL)
    content = (tmp_path / "a.exr").read_bytes()
    window = struct.pack("<4i", 0, 0, 7, 4)
    (tmp_path / "a.exr").write_bytes(content.replace(window, struct.pack("<4i", 0, 0, 99999, 99999)))
    with pytest.raises(PlateError, match="100000 x 100000"):
        read_frame(tmp_path / "a.exr", 1)
