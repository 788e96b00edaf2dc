import struct
import tracemalloc

import numpy as np
import OpenImageIO
import pytest
from cineon_by_hand import FIELDS, write_cineon_by_hand
from dpx_by_hand import read_dpx_by_hand

from faceplate.errors import PlateError
from faceplate.plate import as_dpx10, as_exr, open_plate, read_frame, write_frame
from faceplate.values import Sample, Window

USER = bytes(range(256)) * 3
PLACES = {
    "plain": {},
    "spare bits": {"padding": 0xDEADBEEF},
    "as many as possible": {"packing": 0x85},
    "right justified": {"packing": 6, "padding": 0xC0000000},
    "video colours": {"colours": (4, 5, 6)},
    "line padding": {"line_padding": 12},
    "line padding undefined": {"line_padding": 0xFFFFFFFF},
    "user data": {"user": USER},
    "an odd place": {"start": 3001, "user": USER},
    "nothing said": {"orientation": 0xFF, "sign": 0xFF},
}


def codes(rows=9, columns=16):
    drawn = np.random.default_rng(1).integers(0, 1024, (rows, columns, 3)).astype(np.uint16)
    drawn[0, 0] = (0, 1, 1023)
    return drawn


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("order", [">", "<"], ids=["big", "little"])
def test_codes_come_in_as_they_stand_in_the_file(tmp_path, order, place):
    for width in (1, 13, 16):
        write_cineon_by_hand(tmp_path / "a.cin", codes(columns=width), order=order, **place)
        frame = read_frame(tmp_path / "a.cin", 1001)
        np.testing.assert_array_equal(frame.groups[0].pixels, codes(columns=width))
        assert frame.sample is Sample.UINT10
        assert frame.header.file_format == "cineon"
        assert frame.header.display == frame.header.data == Window(0, 0, width, 9)


@pytest.mark.parametrize("order", [">", "<"], ids=["big", "little"])
def test_openimageio_sees_the_same_picture_and_the_same_fields(tmp_path, order):
    write_cineon_by_hand(tmp_path / "a.cin", codes(), order=order, user=USER)
    frame = read_frame(tmp_path / "a.cin", 1)
    source = OpenImageIO.ImageInput.open(str(tmp_path / "a.cin"))
    np.testing.assert_array_equal(source.read_image(0, 0, 0, 3, "uint16") >> 6, frame.groups[0].pixels)
    seen = {entry.name: entry.value for entry in source.spec().extra_attribs}
    source.close()
    for name in ("LabelText", "InputDevice", "FrameRate", "FrameId", "SlateInfo", "XOffset", "XDevicePitch", "Format"):
        assert frame.header.attribute(f"cineon:{name}") == seen[f"cineon:{name}"]
    assert frame.header.attribute("cineon:ImageDescriptor") == seen["cineon:ImageDescriptor"]
    assert frame.header.attribute("cineon:HighData") == tuple(seen["cineon:HighData"])
    assert bytes.fromhex(frame.header.attribute("cineon:UserData")) == USER


def test_every_field_is_there_and_fields_that_say_nothing_are_not(tmp_path):
    write_cineon_by_hand(tmp_path / "a.cin", codes())
    full = read_frame(tmp_path / "a.cin", 1).header
    assert full.attribute("cineon:XOffset") == -3
    assert full.attribute("cineon:FilmPrefix") == 123456
    assert full.attribute("cineon:WhitePoint") == pytest.approx((0.3, 0.3))
    assert full.attribute("smpte:KeyCode") == (1, 2, 123456, 7, 3, 4, 64)
    assert full.attribute("framesPerSecond") == (24, 1)
    assert full.attribute("DateTime") == "1997:03:04 10:11:12EST"
    write_cineon_by_hand(tmp_path / "b.cin", codes(), fields={"version": FIELDS["version"]})
    names = [entry.name for entry in read_frame(tmp_path / "b.cin", 1).header.attributes]
    assert names == [
        "cineon:Version",
        "cineon:ImageSense",
        "cineon:ImageDescriptor",
        "cineon:LowData",
        "cineon:LowQuantity",
        "cineon:HighData",
        "cineon:HighQuantity",
    ]


@pytest.mark.parametrize("bits", [0x7F800001, 0x7FC00000, 0xFF800000, 0xFFFFFFFF, 0])
def test_a_number_that_is_none_says_nothing(tmp_path, bits):
    fields = FIELDS | {"rate": (1072, "I", bits)}
    write_cineon_by_hand(tmp_path / "a.cin", codes(), fields=fields)
    assert read_frame(tmp_path / "a.cin", 1).header.attribute("framesPerSecond") is None


def test_a_cineon_is_delivered_as_dpx_with_the_same_codes(tmp_path):
    write_cineon_by_hand(tmp_path / "a.cin", codes())
    write_frame(as_dpx10(read_frame(tmp_path / "a.cin", 1)), tmp_path / "b.dpx")
    np.testing.assert_array_equal(read_dpx_by_hand(tmp_path / "b.dpx")[0], codes())
    header = read_frame(tmp_path / "b.dpx", 1).header
    assert header.attribute("dpx:FrameRate") == 24.0
    assert header.attribute("dpx:FilmPrefix") == "123456"
    assert header.attribute("dpx:CreationTime") == "1997:03:04:10:11:12EST"


def test_a_cineon_is_delivered_as_exr_with_every_field(tmp_path):
    write_cineon_by_hand(tmp_path / "a.cin", codes(), user=USER)
    frame = read_frame(tmp_path / "a.cin", 1)
    write_frame(as_exr(frame), tmp_path / "b.exr")
    again = read_frame(tmp_path / "b.exr", 1)
    np.testing.assert_array_equal(as_dpx10(again).groups[0].pixels, codes())
    for entry in frame.header.attributes:
        assert again.header.attribute(entry.name) == entry.value, entry.name


def test_a_cineon_sequence_is_a_plate_and_is_not_written(tmp_path):
    for number in (1, 2):
        write_cineon_by_hand(tmp_path / f"a.{number:04d}.cin", codes())
    plate = open_plate(str(tmp_path / "a.%04d.cin"))
    assert plate.frames == (1, 2)
    with pytest.raises(PlateError, match=r"b\.cin: expected a name for a frame in format cineon; came \.cin"):
        write_frame(plate.read(2), tmp_path / "b.cin")
    assert not (tmp_path / "b.cin").exists()


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ({"orientation": 2}, "orientation 2"),
        ({"elements": 1}, "elements 1"),
        ({"colours": (3, 2, 1)}, r"colours \(3, 2, 1\)"),
        ({"colours": (0, 0, 0)}, r"colours \(0, 0, 0\)"),
        ({"bits": 8}, r"bits \(8, 8, 8\)"),
        ({"interleave": 2}, "interleave 2"),
        ({"packing": 0}, "packing 0"),
        ({"sign": 1}, "sign 1"),
        ({"last_width": 15}, "sizes"),
        ({"width": 2**32 - 1, "height": 2**32 - 1}, "4294967295 x 4294967295"),
        ({"height": 10}, "16 x 10"),
        ({"width": 0}, "0 x 9"),
        ({"start": 2**31}, "at least 214748"),
        ({"start": 1024}, "begins at byte 1024"),
        ({"line_padding": 2**31}, "claims 2147483648"),
        ({"user_bytes": 1}, "user data of at most 0 bytes"),
        ({"user_bytes": 2**31}, "user data of at most 0 bytes"),
    ],
    ids=str,
)
def test_other_kinds_and_claims_that_the_file_cannot_hold_are_refused_without_memory(tmp_path, layout, message):
    write_cineon_by_hand(tmp_path / "a.cin", codes(), **layout)
    tracemalloc.start()
    with pytest.raises(PlateError, match=message) as refused:
        read_frame(tmp_path / "a.cin", 1)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(refused.value).startswith(str(tmp_path / "a.cin"))
    assert peak_bytes < 2**20


@pytest.mark.parametrize("length", [1, 2047, 2048, 2300, -1])
def test_a_file_that_was_cut_is_refused(tmp_path, length):
    write_cineon_by_hand(tmp_path / "a.cin", codes())
    (tmp_path / "a.cin").write_bytes((tmp_path / "a.cin").read_bytes()[:length])
    with pytest.raises(PlateError, match=r"a\.cin"):
        read_frame(tmp_path / "a.cin", 1)


def test_a_damaged_header_gives_a_frame_or_an_error_that_names_the_file(tmp_path):
    write_cineon_by_hand(tmp_path / "sound.cin", codes())
    sound = (tmp_path / "sound.cin").read_bytes()
    refused = 0
    for seed in range(300):
        rng, content = np.random.default_rng(seed), bytearray(sound)
        for place in rng.integers(0, 720, 4):
            struct.pack_into("B", content, place, rng.integers(0, 256))
        (tmp_path / "a.cin").write_bytes(content)
        try:
            frame = read_frame(tmp_path / "a.cin", 1)
        except PlateError as error:
            refused += str(error).startswith(str(tmp_path / "a.cin"))
        else:
            assert frame.groups[0].pixels.shape[:2] == (frame.header.data.height, frame.header.data.width)
    assert refused > 30
