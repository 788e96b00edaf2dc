import struct

import numpy as np
import OpenImageIO
import pytest
from dpx_by_hand import FIELDS, write_dpx_by_hand

from faceplate.errors import PlateError
from faceplate.plate import read_frame, write_frame
from faceplate.values import Sample, Window

SAMPLES = {8: Sample.UINT8, 10: Sample.UINT10, 12: Sample.UINT12, 16: Sample.UINT16}


def codes(bits, rows=9, columns=16):
    drawn = np.random.default_rng(bits).integers(0, 2**bits, (rows, columns, 3))
    drawn[0, 0] = (0, 1, 2**bits - 1)
    return drawn.astype(np.uint8 if bits == 8 else np.uint16)


def write_with_openimageio(path, stored, bits, **attributes):
    spec = OpenImageIO.ImageSpec(stored.shape[1], stored.shape[0], 3, "uint8" if bits == 8 else "uint16")
    spec.attribute("oiio:BitsPerSample", bits)
    for name, value in attributes.items():
        spec.attribute(name.replace("__", ":"), value)
    replicated = stored if bits in (8, 16) else stored << (16 - bits) | stored >> (2 * bits - 16)
    output = OpenImageIO.ImageOutput.create("dpx")
    assert output.open(str(path), spec)
    assert output.write_image(replicated)
    assert output.close()


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("bits", [8, 10, 16])
def test_codes_come_in_as_they_stand_in_the_file(tmp_path, bits, order):
    stored = codes(bits)
    write_dpx_by_hand(tmp_path / "a.dpx", stored, order=order, bits=bits)
    frame = read_frame(tmp_path / "a.dpx", 1001)
    np.testing.assert_array_equal(frame.groups[0].pixels, stored)
    assert frame.groups[0].pixels.dtype == SAMPLES[bits].dtype
    assert frame.sample is SAMPLES[bits]
    assert frame.header.file_format == "dpx"


@pytest.mark.parametrize("packing", ["Packed", "Filled, method A", "Filled, method B"])
@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_every_packing_that_openimageio_writes_comes_in_and_goes_out_alike(tmp_path, bits, endian, packing):
    stored = codes(bits)
    write_with_openimageio(tmp_path / "a.dpx", stored, bits, oiio__Endian=endian, dpx__Packing=packing)
    frame = read_frame(tmp_path / "a.dpx", 1)
    np.testing.assert_array_equal(frame.groups[0].pixels, stored)
    write_frame(frame, tmp_path / "b.dpx")
    assert (tmp_path / "b.dpx").read_bytes() == (tmp_path / "a.dpx").read_bytes()


@pytest.mark.parametrize("fill", [0xFF, 0x00, 0x41])
@pytest.mark.parametrize("order", [">", "<"])
def test_a_file_goes_out_byte_for_byte_as_it_came(tmp_path, order, fill):
    user = (b"VENDOR" + bytes(26) + bytes(range(256)) * 24)[:6144]
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), order=order, fill=fill, user=user)
    write_frame(read_frame(tmp_path / "a.dpx", 1), tmp_path / "b.dpx")
    assert (tmp_path / "b.dpx").read_bytes() == (tmp_path / "a.dpx").read_bytes()


def test_a_header_without_any_field_goes_out_without_any(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), fields={})
    frame = read_frame(tmp_path / "a.dpx", 1)
    assert [entry.name for entry in frame.header.attributes] == ["dpx:Endian", "dpx:Version", "dpx:Packing"]
    write_frame(frame, tmp_path / "b.dpx")
    assert read_frame(tmp_path / "b.dpx", 1).header == frame.header


def test_fields_are_there_under_their_names(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10))
    header = read_frame(tmp_path / "a.dpx", 1).header
    assert header.attribute("smpte:TimeCode") == (0x01020304, 0x11223344)
    assert header.attribute("dpx:FrameRate") == 24.0
    assert header.attribute("dpx:CreationTime") == "2023:05:04:10:11:12:LTZ"
    assert header.attribute("dpx:XScannedSize") == np.float32(24.9)
    assert header.attribute("dpx:Transfer") == "Logarithmic"
    assert header.pixel_aspect == 2.0


def test_offset_and_original_size_move_nothing(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10))
    header = read_frame(tmp_path / "a.dpx", 1).header
    assert header.display == header.data == Window(0, 0, 16, 9)
    assert header.attribute("dpx:XOffset") == 3


def test_a_changed_pixel_aspect_reaches_the_file(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), fields={"aspect": FIELDS["aspect"]})
    content = bytearray((tmp_path / "a.dpx").read_bytes())
    struct.pack_into(">2I", content, 1628, 1999, 1000)
    (tmp_path / "a.dpx").write_bytes(content)
    frame = read_frame(tmp_path / "a.dpx", 1)
    assert frame.header.pixel_aspect == 1.999
    write_frame(frame, tmp_path / "b.dpx")
    assert (tmp_path / "b.dpx").read_bytes()[1628:1636] == struct.pack(">2I", 1999, 1000)


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ({"descriptor": 100}, "descriptor 100"),
        ({"descriptor": 52}, "descriptor 52"),
        ({"elements": 2}, "elements 2"),
        ({"sign": 1}, "sign 1"),
        ({"encoding": 1}, "encoding 1"),
        ({"packing": 5}, "packing 5"),
        ({"width": 2**31, "height": 2**31}, "2147483648 x 2147483648"),
        ({"height": 10}, "16 x 10"),
        ({"width": 0}, "0 x 9"),
    ],
)
def test_other_kinds_and_sizes_that_the_file_cannot_hold_are_refused(tmp_path, layout, message):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), **layout)
    with pytest.raises(PlateError, match=message):
        read_frame(tmp_path / "a.dpx", 1)
