from dataclasses import replace

import av
import numpy as np
import OpenImageIO
import pytest
from dpx_by_hand import PACKED_AS, SHAPES, WIDTHS, codes, read_dpx_by_hand, write_dpx_by_hand

from faceplate.plate import as_dpx10, as_exr, read_frame, write_frame

PACKINGS = ("Packed", "Filled, method A", "Filled, method B")
orders = pytest.mark.parametrize("order", [">", "<"], ids=["big", "little"])


def anew(frame):
    """The frame without the link to its file, so that every byte is encoded."""
    return replace(frame, file=None)


def openimageio_writes(path, stored, bits, **attributes):
    spec = OpenImageIO.ImageSpec(stored.shape[1], stored.shape[0], 3, "uint8" if bits == 8 else "uint16")
    spec.attribute("oiio:BitsPerSample", bits)
    for name, value in attributes.items():
        spec.attribute(name.replace("__", ":"), value)
    replicated = stored if bits in (8, 16) else stored << (16 - bits) | stored >> (2 * bits - 16)
    output = OpenImageIO.ImageOutput.create("dpx")
    assert output.open(str(path), spec)
    assert output.write_image(replicated)
    assert output.close()


def openimageio_reads(path, bits):
    source = OpenImageIO.ImageInput.open(str(path))
    words = source.read_image(0, 0, 0, source.spec().nchannels, "uint8" if bits == 8 else "uint16")
    source.close()
    return words >> (8 * words.itemsize - bits)


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_files_of_openimageio_come_in_and_go_out_alike(tmp_path, bits, endian, packing):
    for width in WIDTHS:
        stored = codes(bits, columns=width)
        openimageio_writes(tmp_path / "a.dpx", stored, bits, oiio__Endian=endian, dpx__Packing=packing)
        frame = read_frame(tmp_path / "a.dpx", 1)
        np.testing.assert_array_equal(frame.groups[0].pixels, stored)
        write_frame(anew(frame), tmp_path / "b.dpx")
        np.testing.assert_array_equal(read_dpx_by_hand(tmp_path / "b.dpx")[0], stored)


# OpenImageIO takes no account of lines that are filled up to a word, so these are lines that end on one.
@pytest.mark.parametrize(("bits", "packing"), PACKED_AS)
@orders
@pytest.mark.parametrize("descriptor", [6, 50, 51, 52])
def test_openimageio_reads_what_we_write(tmp_path, bits, packing, order, descriptor):
    stored = codes(bits, columns=12, channels=SHAPES[descriptor])
    write_dpx_by_hand(tmp_path / "a.dpx", stored, bits=bits, packing=packing, order=order, descriptor=descriptor)
    write_frame(anew(read_frame(tmp_path / "a.dpx", 1)), tmp_path / "b.dpx")
    seen = openimageio_reads(tmp_path / "b.dpx", bits)
    np.testing.assert_array_equal(seen[..., ::-1] if descriptor == 52 else seen, stored)


# FFmpeg reads no 10 bit packed and no ABGR but of 8 bits.
@pytest.mark.parametrize(("bits", "packing"), [kind for kind in PACKED_AS if kind[0] != 8 and kind != (10, 0)])
@orders
@pytest.mark.parametrize("descriptor", [6, 50, 51])
def test_ffmpeg_reads_what_we_write_at_every_width(tmp_path, bits, packing, order, descriptor):
    for width in WIDTHS:
        stored = codes(bits, columns=width, channels=SHAPES[descriptor])
        write_dpx_by_hand(tmp_path / "a.dpx", stored, bits=bits, packing=packing, order=order, descriptor=descriptor)
        write_frame(anew(read_frame(tmp_path / "a.dpx", 1)), tmp_path / "b.dpx")
        with av.open(str(tmp_path / "b.dpx"), format="dpx_pipe") as container:
            picture = next(container.decode(video=0))
        planar = "gbr" in picture.format.name
        seen = picture.to_ndarray(channel_last=True) if planar else picture.to_ndarray()
        np.testing.assert_array_equal(seen.reshape(stored.shape), stored)


def test_a_frame_made_from_another_format_is_a_10_bit_file_that_ffmpeg_and_openimageio_read(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10))
    made = as_dpx10(as_exr(read_frame(tmp_path / "a.dpx", 1)))
    assert made.kept is None
    write_frame(made, tmp_path / "b.dpx")
    np.testing.assert_array_equal(openimageio_reads(tmp_path / "b.dpx", 10), codes(10))
    np.testing.assert_array_equal(read_dpx_by_hand(tmp_path / "b.dpx")[0], codes(10))
