from dataclasses import replace
from functools import partial

import numpy as np
import OpenEXR
import pytest
from dpx_by_hand import write_dpx_by_hand

from faceplate.errors import PlateError
from faceplate.plate import as_dpx10, as_exr, as_still16, normalised, read_frame, stored_from, write_frame
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window

WINDOW = Window(0, 0, 256, 256)
WINDOW_8 = Window(0, 0, 8, 8)
RESERVED = (
    "type", "name", "chunkCount", "tiles", "multiView", "version", "compression", "screenWindowCenter", "channels",
    "screenWindowWidth", "preview", "envmap", "dwaCompressionLevel", "view", "dataWindow", "displayWindow", "lineOrder",
    "pixelAspectRatio", "openexr:lineOrder", "openexr:tiles", "openexr:pLinear", "chromaticities", "timeCode",
    "smpte:TimeCode", "keyCode", "framesPerSecond", "expTime", "FNumber", "deepImageState", "maxSamplesPerPixel", "",
)  # fmt: skip


def a_frame(pixels, sample, *, display=None, data=None, names=("R", "G", "B"), attributes=(), file_format="openexr"):
    data = data or Window(0, 0, pixels.shape[1], pixels.shape[0])
    header = Header(file_format, display or data, data, names, (sample,) * len(names), 2.0, tuple(attributes))
    return Frame(1001, "made", header, (ChannelGroup(names, pixels),))


def test_every_half_becomes_the_code_that_arithmetic_gives():
    halves = np.repeat(np.arange(2**16, dtype=np.uint16).view(np.float16).reshape(256, 256, 1), 3, axis=2)
    codes = as_dpx10(a_frame(halves, Sample.HALF)).groups[0].pixels
    expected = np.rint(np.clip(np.nan_to_num(halves.astype(np.float64), nan=0.0), 0, 1) * 1023)
    np.testing.assert_array_equal(codes, expected)


def test_floats_become_the_nearest_code():
    floats = np.linspace(-0.5, 1.5, 3 * 4096, dtype=np.float32).reshape(64, 64, 3)
    codes = as_dpx10(a_frame(floats, Sample.FLOAT)).groups[0].pixels
    np.testing.assert_array_equal(codes, np.rint(np.clip(floats.astype(np.float64), 0, 1) * 1023))


@pytest.mark.parametrize("sample", [Sample.UINT8, Sample.UINT12, Sample.UINT16])
def test_integer_codes_are_rescaled_exactly(sample):
    codes = np.random.default_rng(1).integers(0, sample.top_code + 1, (32, 32, 3)).astype(sample.dtype)
    codes[0, 0] = (0, sample.top_code, sample.top_code)
    converted = as_dpx10(a_frame(codes, sample, file_format="tiff")).groups[0].pixels
    rounded = [(2 * int(code) * 1023 + sample.top_code) // (2 * sample.top_code) for code in codes.flat]
    np.testing.assert_array_equal(converted.ravel(), rounded)


def test_the_picture_is_the_display_window_black_where_there_is_no_data():
    pixels = np.full((10, 30, 3), 0.5, np.float16)
    frame = a_frame(pixels, Sample.HALF, display=Window(0, 0, 16, 12), data=Window(-8, 4, 22, 14))
    dpx = as_dpx10(frame)
    assert dpx.header.display == dpx.header.data == Window(0, 0, 16, 12)
    assert (dpx.groups[0].pixels[:4] == 0).all()
    assert (dpx.groups[0].pixels[4:] == 512).all()


def test_data_that_lies_outside_the_display_window_gives_a_black_picture():
    frame = a_frame(
        np.ones((4, 4, 3), np.float16), Sample.HALF, display=Window(0, 0, 8, 8), data=Window(20, 20, 24, 24)
    )
    assert not as_dpx10(frame).groups[0].pixels.any()


def test_other_channels_are_left_out_and_rgb_is_found_in_any_order():
    pixels = np.zeros((2, 2, 4), np.float16)
    pixels[..., :] = (0.0, 1.0, 0.5, 0.25)
    dpx = as_dpx10(a_frame(pixels, Sample.HALF, names=("A", "B", "G", "R")))
    assert dpx.header.channels == ("R", "G", "B")
    np.testing.assert_array_equal(dpx.groups[0].pixels[0, 0], [256, 512, 1023])


def test_a_frame_without_rgb_is_refused():
    with pytest.raises(PlateError, match="channels R, G, B"):
        as_dpx10(a_frame(np.zeros((2, 2, 1), np.float16), Sample.HALF, names=("Y",)))


def test_a_10_bit_dpx_and_an_exr_pass_through_as_they_are(tmp_path):
    codes = np.random.default_rng(1).integers(0, 1024, (9, 16, 3)).astype(np.uint16)
    write_dpx_by_hand(tmp_path / "a.dpx", codes)
    dpx = read_frame(tmp_path / "a.dpx", 1)
    exr = a_frame(np.zeros((2, 2, 3), np.float16), Sample.HALF)
    assert as_dpx10(dpx) is dpx
    assert as_exr(exr) is exr


def test_a_dpx_survives_the_way_through_an_exr_file(tmp_path):
    codes = np.random.default_rng(1).integers(0, 1024, (9, 16, 3)).astype(np.uint16)
    codes[0] = np.arange(16 * 3).reshape(16, 3)
    write_dpx_by_hand(tmp_path / "a.dpx", codes)
    write_frame(as_exr(read_frame(tmp_path / "a.dpx", 1)), tmp_path / "a.exr")
    back = as_dpx10(read_frame(tmp_path / "a.exr", 1))
    np.testing.assert_array_equal(back.groups[0].pixels, codes)
    held = (
        "smpte:TimeCode",
        "dpx:FrameRate",
        "Copyright",
        "Software",
        "dpx:FilmPrefix",
        "dpx:SlateInfo",
        "dpx:Transfer",
    )
    original = read_frame(tmp_path / "a.dpx", 1).header
    assert {name: back.header.attribute(name) for name in held} == {name: original.attribute(name) for name in held}
    assert back.header.pixel_aspect == 2.0


def test_every_10_bit_code_survives_as_half():
    codes = np.repeat(np.arange(1024, dtype=np.uint16).reshape(32, 32, 1), 3, axis=2)
    exr = as_exr(a_frame(codes, Sample.UINT10, file_format="dpx"))
    np.testing.assert_array_equal(exr.groups[0].pixels, (codes / 1023).astype(np.float16))
    np.testing.assert_array_equal(as_dpx10(exr).groups[0].pixels, codes)


def test_what_both_formats_can_say_is_said_in_each_ones_words(tmp_path):
    attributes = (
        Attribute("smpte:TimeCode", "timecode", (0x01020304, 0)),
        Attribute("framesPerSecond", "rational", (24000, 1001)),
        Attribute("smpte:KeyCode", "keycode", (1, 2, 123456, 7, 3, 4, 64)),
        Attribute("DateTime", "string", "2020:01:02 03:04:05"),
        Attribute("Copyright", "string", "me"),
        Attribute("com.arri.camera.x", "string", "no place in DPX"),
    )
    dpx = as_dpx10(a_frame(np.zeros((8, 8, 3), np.float16), Sample.HALF, attributes=attributes))
    write_frame(dpx, tmp_path / "a.dpx")
    read = read_frame(tmp_path / "a.dpx", 1001)
    assert read.header.attribute("dpx:FrameRate") == np.float32(24000 / 1001)
    assert read.header.attribute("dpx:CreationTime") == "2020:01:02:03:04:05"
    assert read.header.attribute("com.arri.camera.x") is None
    assert read.header.pixel_aspect == 2.0
    exr = as_exr(read).header
    for name in ("smpte:TimeCode", "framesPerSecond", "smpte:KeyCode", "DateTime", "Copyright"):
        assert exr.attribute(name) == next(entry.value for entry in attributes if entry.name == name)


def test_an_attribute_whose_value_dpx_cannot_hold_is_left_out(tmp_path):
    odd = (Attribute("dpx:FrameRate", "string", "fast"), Attribute("dpx:Transfer", "string", "by eye"))
    write_frame(as_dpx10(a_frame(np.zeros((8, 8, 3), np.float16), Sample.HALF, attributes=odd)), tmp_path / "a.dpx")
    header = read_frame(tmp_path / "a.dpx", 1).header
    assert header.attribute("dpx:FrameRate") is None
    assert header.attribute("dpx:Transfer") == "User defined"


def test_half_and_float_channels_beside_integers_keep_their_type():
    frame = a_frame(np.zeros((2, 2, 3), np.uint8), Sample.UINT8, file_format="movie")
    deep = replace(
        frame,
        header=replace(frame.header, channels=("R", "G", "B", "Z"), samples=(Sample.UINT8,) * 3 + (Sample.FLOAT,)),
        groups=(*frame.groups, ChannelGroup(("Z",), np.ones((2, 2, 1), np.float32))),
    )
    exr = as_exr(deep)
    assert exr.header.samples == (Sample.HALF,) * 3 + (Sample.FLOAT,)
    assert exr.groups[1] is deep.groups[1]


@pytest.mark.parametrize("file_format", ["tiff", "png"])
def test_every_half_becomes_the_16_bit_code_that_arithmetic_gives(tmp_path, file_format):
    halves = np.repeat(np.arange(2**16, dtype=np.uint16).view(np.float16).reshape(256, 256, 1), 3, axis=2)
    still = as_still16(a_frame(halves, Sample.HALF), file_format)
    expected = np.rint(np.clip(np.nan_to_num(halves.astype(np.float64), nan=0.0), 0, 1) * 65535)
    np.testing.assert_array_equal(still.groups[0].pixels, expected)
    name = tmp_path / f"a.{file_format[:3]}"
    write_frame(still, name)
    read = read_frame(name, 1001)
    np.testing.assert_array_equal(read.groups[0].pixels, expected)
    assert (read.header.pixel_aspect, read.sample) == (2.0, Sample.UINT16)


@pytest.mark.parametrize("sample", [Sample.UINT8, Sample.UINT10, Sample.UINT12, Sample.UINT32])
def test_integer_codes_become_16_bit_codes_without_a_float_between(sample):
    codes = np.random.default_rng(1).integers(0, sample.top_code + 1, (32, 32, 3)).astype(sample.dtype)
    codes[0, 0] = (0, sample.top_code, sample.top_code)
    converted = as_still16(a_frame(codes, sample, file_format="dpx"), "tiff").groups[0].pixels
    rounded = [(2 * int(code) * 65535 + sample.top_code) // (2 * sample.top_code) for code in codes.flat]
    np.testing.assert_array_equal(converted.ravel(), rounded)


@pytest.mark.parametrize("sample", [Sample.UINT8, Sample.UINT10, Sample.UINT12, Sample.UINT16])
def test_codes_survive_a_wider_still(sample):
    codes = np.resize(np.arange(sample.top_code + 1), (256, 256, 3)).astype(sample.dtype)
    wide = as_still16(a_frame(codes, sample, file_format="movie"), "png")
    back = stored_from(normalised(wide.groups[0].pixels, Sample.UINT16), sample)
    np.testing.assert_array_equal(back, codes)


def test_a_still_holds_the_display_window_and_alpha_as_it_stands(tmp_path):
    pixels = np.full((10, 30, 5), 0.5, np.float32)
    pixels[..., 0], pixels[..., 4] = 0.25, 7.0
    frame = a_frame(
        pixels,
        Sample.FLOAT,
        display=Window(0, 0, 16, 12),
        data=Window(-8, 4, 22, 14),
        names=("A", "B", "G", "R", "Z"),
    )
    for file_format, name in (("tiff", "a.tif"), ("png", "a.png")):
        write_frame(as_still16(frame, file_format), tmp_path / name)
        still = read_frame(tmp_path / name, 1)
        assert still.header.channels == ("R", "G", "B", "A")
        assert still.header.display == still.header.data == Window(0, 0, 16, 12)
        assert (still.groups[0].pixels[:4] == 0).all()
        assert (still.groups[0].pixels[4:, :, :3] == 32768).all()
        assert (still.groups[0].pixels[4:, :, 3] == 16384).all()


def test_what_every_still_has_a_place_for_is_carried(tmp_path):
    attributes = (
        Attribute("Copyright", "string", "me"),
        Attribute("ImageDescription", "string", "größer"),
        Attribute("ICCProfile", "uint8[3]", "010203"),
        Attribute("com.arri.camera.x", "string", "no place"),
    )
    frame = a_frame(np.zeros((8, 8, 3), np.float16), Sample.HALF, attributes=attributes)
    for file_format, name in (("tiff", "a.tif"), ("png", "a.png")):
        write_frame(as_still16(frame, file_format), tmp_path / name)
        header = read_frame(tmp_path / name, 1).header
        assert [header.attribute(entry.name) for entry in attributes[:3]] == ["me", "größer", "010203"]
        assert header.attribute("com.arri.camera.x") is None


def test_a_still_of_the_same_format_keeps_its_own_samples():
    frame = a_frame(np.zeros((8, 8, 3), np.float32), Sample.FLOAT, file_format="tiff")
    assert as_still16(frame, "tiff") is frame
    assert as_still16(frame, "png").sample is Sample.UINT16


def test_rationals_of_a_tiff_are_rationals_of_an_exr(tmp_path):
    attributes = (Attribute("XResolution", "urational", (300, 1)), Attribute("big", "urational", (2**32 - 1, 1)))
    exr = as_exr(a_frame(np.zeros((8, 8, 3), np.uint8), Sample.UINT8, attributes=attributes, file_format="tiff"))
    write_frame(exr, tmp_path / "a.exr")
    header = read_frame(tmp_path / "a.exr", 1).header
    assert Attribute("XResolution", "rational", (300, 1)) in header.attributes
    assert Attribute("big", "string", "(4294967295, 1)") in header.attributes


@pytest.mark.parametrize("name", RESERVED)
def test_words_under_a_name_that_exr_keeps_for_itself_do_no_harm(tmp_path, name):
    words = (Attribute(name, "string", "7"), Attribute("Comment", "string", "a word"))
    frame = a_frame(np.zeros((6, 8, 3), np.uint8), Sample.UINT8, attributes=words, file_format="png")
    write_frame(as_exr(frame), tmp_path / "a.exr")
    with OpenEXR.File(str(tmp_path / "a.exr")) as witness:
        header = witness.header()
        assert header["Comment"] == "a word"
        assert (header[f"png:{name}"], header["compression"]) == ("7", OpenEXR.ZIPS_COMPRESSION)
    read = read_frame(tmp_path / "a.exr", 1)
    assert read.header.attribute(f"png:{name}") == "7"
    assert read.header.display == frame.header.display


def test_a_word_whose_name_is_too_long_for_exr_stays_behind():
    words = (Attribute("x" * 300, "string", "7"), Attribute("y" * 255, "string", "7"))
    frame = a_frame(np.zeros((6, 8, 3), np.uint8), Sample.UINT8, attributes=words, file_format="png")
    assert [entry.name for entry in as_exr(frame).header.attributes] == ["y" * 255, "compression"]


@pytest.mark.parametrize(
    "names", [("R", "G", "B", "A"), ("r", "g", "b", "a"), ("x.red", "x.green", "x.blue", "x.alpha")]
)
def test_a_still_has_the_alpha_that_belongs_to_its_colour(names):
    pixels = np.full((4, 4, 4), 0.5, np.float16)
    pixels[..., 3] = 1.0
    still = as_still16(replace(a_frame(pixels, Sample.HALF, names=names), colour=names[:3]), "tiff")
    assert still.header.channels == ("R", "G", "B", "A")
    assert (still.groups[0].pixels[..., 3] == 65535).all()


@pytest.mark.parametrize(
    "odd",
    [
        Attribute("framesPerSecond", "float[1]", (24.0,)),
        Attribute("framesPerSecond", "string[2]", ("24", "1")),
        Attribute("framesPerSecond", "vector2d", (1e300, 1.0)),
        Attribute("framesPerSecond", "float2", (1e38, 1e-38)),
        Attribute("smpte:KeyCode", "vector", (1.0, 2.0, 3.0)),
        Attribute("smpte:KeyCode", "string[7]", ("a",) * 7),
        Attribute("smpte:KeyCode", "keycode", (-1, -5, 999999999, -1, 0, 0, 0)),
        Attribute("dpx:Endian", "string", "middle"),
        Attribute("dpx:Endian", "int", 1),
        Attribute("dpx:UserData", "string", "not hex"),
        Attribute("dpx:UserData", "int", 1),
        Attribute("dpx:Gamma", "double", 1e300),
        Attribute("dpx:Gamma", "exr:odd", "00"),
        Attribute("dpx:PixelAspect", "string[2]", ("a", "b")),
        Attribute("dpx:FileName", "vector", (1.0, 2.0, 3.0)),
        Attribute("dpx:Transfer", "int", 1),
    ],
    ids=lambda odd: f"{odd.name} {odd.type} {odd.value}",
)
def test_an_entry_that_is_not_what_its_name_promises_is_not_carried_to_dpx(tmp_path, odd):
    plain = as_dpx10(a_frame(np.zeros((8, 8, 3), np.float16), Sample.HALF))
    frame = as_dpx10(a_frame(np.zeros((8, 8, 3), np.float16), Sample.HALF, attributes=(odd,)))
    assert frame.header == plain.header
    write_frame(frame, tmp_path / "a.dpx")
    assert read_frame(tmp_path / "a.dpx", 1).header.display == WINDOW_8


@pytest.mark.parametrize("convert", [as_dpx10, partial(as_still16, file_format="png")], ids=["dpx", "png"])
def test_a_display_window_beyond_any_camera_is_refused_before_memory_is_asked_for(convert):
    huge = a_frame(np.zeros((2, 2, 3), np.float16), Sample.HALF, display=Window(0, 0, 200001, 200001))
    with pytest.raises(PlateError, match="200001 x 200001"):
        convert(huge)
