import itertools
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO
import pytest
import tifffile
from exr_by_hand import any_bits
from PIL import Image

from faceplate.errors import PlateError
from faceplate.plate import read_frame, write_frame
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window

# Without it OpenImageIO writes half as float.
OpenImageIO.attribute("tiff:half", 1)

ROWS, COLUMNS = 37, 45
TYPES = ("uint8", "uint16", "uint32", "half", "float")
DTYPES = {"half": np.float16, "float": np.float32}
CHANNELS = {1: ("Y",), 2: ("Y", "A"), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A"), 6: ("R", "G", "B", "A", "Z", "W")}
WINDOW = Window(5, 4, 30, 29)


def some_samples(kind, channels):
    """Texture, a flat part for the run lengths, and any bits."""
    rng = np.random.default_rng(channels)
    dtype = np.dtype(DTYPES.get(kind, kind))
    samples = any_bits(rng, dtype, ROWS, COLUMNS * channels).reshape(ROWS, COLUMNS, channels)
    samples[3:20] = samples[3:4, :1]
    samples[25:, 10:] = np.arange(COLUMNS - 10, dtype=dtype)[None, :, None]
    return samples


def write_by_openimageio(path, samples, kind, **about):
    """A TIFF as libtiff lays it out; alpha is unassociated and stays as it is."""
    spec = OpenImageIO.ImageSpec(COLUMNS, ROWS, samples.shape[2], kind.replace("uint32", "uint"))
    spec.channelnames = names = CHANNELS[samples.shape[2]]
    spec.alpha_channel = names.index("A") if "A" in names else -1
    tile = about.pop("tile", None)
    spec.tile_width, spec.tile_height = tile or (0, 0)
    for name, value in about.items():
        spec.attribute(name.replace("tiff_", "tiff:"), value)
    spec.attribute("oiio:UnassociatedAlpha", 1)
    spec.attribute("Artist", "me")
    output = OpenImageIO.ImageOutput.create("tiff")
    assert output.open(str(path), spec)
    assert output.write_image(samples)
    assert output.close()


def same_bits(first, second):
    return np.array_equal(np.ascontiguousarray(first).view(np.uint8), np.ascontiguousarray(second).view(np.uint8))


def check_law(path, samples):
    """Untouched, touched in a window, and encoded anew: every sample and attribute as it was."""
    frame, out = read_frame(path, 1), path.with_name("out.tif")
    assert same_bits(frame.groups[0].pixels, samples)
    write_frame(frame, out)
    assert out.read_bytes() == path.read_bytes()
    write_frame(replace(frame, file=None), out)
    again = read_frame(out, 1)
    assert again.header == frame.header
    assert same_bits(again.groups[0].pixels, samples)
    if samples.shape[2] >= 3:
        check_touched(frame, out, samples)
    return again


def check_touched(frame, out, samples):
    rows, columns = WINDOW.slices(frame.header.data)
    touched = samples.copy()
    touched[rows, columns, :3] = np.ones(1, samples.dtype)
    write_frame(frame.with_stored(WINDOW, touched[rows, columns, :3]), out)
    again = read_frame(out, 1)
    assert again.header == frame.header
    assert same_bits(again.groups[0].pixels, touched)


def layouts():
    """The floating-point predictor is for floats, and none is for runs and for no compression."""
    for kind, compression in itertools.product(TYPES, ("none", "packbits", "lzw", "zip")):
        predictors = (1,) if compression in ("none", "packbits") else (1, 2, 3) if kind in DTYPES else (1, 2)
        for apart, tile, predictor in itertools.product(("contig", "separate"), (None, (32, 16)), predictors):
            row = (kind, compression, apart, tile, predictor)
            yield pytest.param(*row, id="-".join(map(str, row)))


@pytest.mark.parametrize(("kind", "compression", "apart", "tile", "predictor"), list(layouts()))
def test_every_sample_and_attribute_of_libtiffs_files_comes_back(tmp_path, kind, compression, apart, tile, predictor):
    for channels in CHANNELS:
        samples = some_samples(kind, channels)
        about = {"compression": compression, "planarconfig": apart, "tiff_Predictor": predictor, "tile": tile}
        if tile is None:
            about["tiff_RowsPerStrip"] = 5
        write_by_openimageio(tmp_path / "a.tif", samples, kind, **about)
        again = check_law(tmp_path / "a.tif", samples)
        assert again.header.channels[: min(4, channels)] == CHANNELS[channels][:4]
        assert again.header.attribute("Artist") == "me"


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("kind", TYPES)
def test_both_byte_orders_and_bigtiff_come_back_as_tifffile_reads_them(tmp_path, kind, big, order, compression):
    samples = some_samples(kind, 4)
    about = {"photometric": "rgb", "extrasamples": ["unassalpha"], "compression": compression, "rowsperstrip": 7}
    about |= {"bigtiff": big, "byteorder": order, "description": "a plate", "resolution": (300, 150)}
    about |= {"predictor": True} if compression and "u" in kind else {}
    tifffile.imwrite(tmp_path / "a.tif", samples, **about)
    again = check_law(tmp_path / "a.tif", samples)
    assert again.header.attribute("tiff:Endian") == ("big" if order == ">" else "little")
    assert again.header.attribute("tiff:Big") == (1 if big else None)
    assert again.header.pixel_aspect == 0.5
    write_frame(replace(read_frame(tmp_path / "a.tif", 1), file=None), tmp_path / "out.tif")
    with tifffile.TiffFile(tmp_path / "out.tif") as witness, tifffile.TiffFile(tmp_path / "a.tif") as source:
        assert (witness.byteorder, witness.is_bigtiff) == (order, big)
        assert same_bits(witness.asarray(), samples)
        structure = {"StripOffsets", "StripByteCounts"}
        tags = {tag.name: tag.value for tag in source.pages[0].tags if tag.name not in structure}
        written = {tag.name: tag.value for tag in witness.pages[0].tags}
        assert {name: written[name] for name in tags} == tags


@pytest.mark.parametrize("compression", ["lzw", "packbits", "zip"])
def test_libtiff_behind_other_programs_reads_what_we_wrote(tmp_path, compression):
    samples = some_samples("uint16", 3)
    write_by_openimageio(tmp_path / "a.tif", samples, "uint16", compression=compression)
    write_frame(replace(read_frame(tmp_path / "a.tif", 1), file=None), tmp_path / "b.tif")
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "b.tif"), cv2.IMREAD_UNCHANGED)[..., ::-1], samples)
    eight = some_samples("uint8", 3)
    write_by_openimageio(tmp_path / "c.tif", eight, "uint8", compression=compression)
    write_frame(replace(read_frame(tmp_path / "c.tif", 1), file=None), tmp_path / "d.tif")
    with Image.open(tmp_path / "d.tif") as witness:
        np.testing.assert_array_equal(np.asarray(witness), eight)
    program = Path(sys.executable).with_name("idiff")
    done = subprocess.run(
        [program, tmp_path / "a.tif", tmp_path / "b.tif"], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().endswith("PASS")


def test_a_long_strip_of_lzw_fills_its_table_many_times(tmp_path):
    samples = np.random.default_rng(1).integers(0, 40, (400, 500, 3)).astype(np.uint8)
    header = Header("tiff", Window(0, 0, 500, 400), Window(0, 0, 500, 400), ("R", "G", "B"), (Sample.UINT8,) * 3)
    header = header.with_attributes(
        Attribute("tiff:Compression", "uint16", 5), Attribute("tiff:RowsPerStrip", "uint", 400)
    )
    write_frame(Frame(1, "made", header, (ChannelGroup(("R", "G", "B"), samples),)), tmp_path / "a.tif")
    with Image.open(tmp_path / "a.tif") as witness:
        np.testing.assert_array_equal(np.asarray(witness), samples)


# Where row 0 and column 0 of what is stored lie in the picture: Exif 2.32, table of the orientation tag.
TO_STORED = {
    1: lambda picture: picture,
    2: lambda picture: picture[:, ::-1],
    3: lambda picture: picture[::-1, ::-1],
    4: lambda picture: picture[::-1],
    5: lambda picture: picture.transpose(1, 0, 2),
    6: lambda picture: picture.transpose(1, 0, 2)[::-1],
    7: lambda picture: picture.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda picture: picture.transpose(1, 0, 2)[:, ::-1],
}


@pytest.mark.parametrize("orientation", TO_STORED)
def test_a_picture_comes_upright_and_goes_back_as_it_was_stored(tmp_path, orientation):
    picture = some_samples("uint16", 3)
    stored = np.ascontiguousarray(TO_STORED[orientation](picture))
    tags = [(274, 3, 1, orientation, True)]
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extratags=tags, resolution=(200, 100))
    check_law(tmp_path / "a.tif", picture)
    frame = read_frame(tmp_path / "a.tif", 1)
    assert frame.header.display == frame.header.data == Window(0, 0, COLUMNS, ROWS)
    assert frame.header.pixel_aspect == (0.5 if orientation < 5 else 2.0)
    write_frame(replace(frame, file=None), tmp_path / "b.tif")
    assert same_bits(tifffile.imread(tmp_path / "b.tif"), stored)
    assert frame.header.attribute("tiff:Orientation") == orientation


def test_every_kind_of_tag_comes_back_private_ones_and_those_of_exif_and_gps_too(tmp_path):
    values = [
        (700, 1, 4, b"<x/>", True),
        (33723, 4, 2, (1, 2), True),
        (34675, 7, 5, b"icc\0!", True),
        (65000, 12, 2, (0.1, -2.0), True),
        (65001, 11, 1, 0.5, True),
        (65002, 10, 1, (-1, 3), True),
        (65003, 9, 3, (-1, 2, -3), True),
        (65004, 8, 1, -5, True),
        (65005, 6, 2, (-1, 1), True),
        (65006, 16, 1, 2**40, True),
        (65007, 2, 0, "a text", True),
        (65008, 11, 1, float("nan"), True),
    ]
    samples = some_samples("uint16", 3)
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric="rgb", extratags=values, bigtiff=True)
    header = check_law(tmp_path / "a.tif", samples).header
    assert header.attribute("ICCProfile") == b"icc\0!".hex()
    assert header.attribute("tiff:65000") == (0.1, -2.0)
    assert header.attribute("tiff:65007") == "a text"
    with Image.open(tmp_path / "out.tif") as witness:
        assert bytes(witness.tag_v2[700]) == b"<x/>"


def directory(offset, entries):
    """A directory by hand, little-endian: tag, type, count and the bytes of its values, which follow the table."""
    table, values = struct.pack("<H", len(entries)), b""
    after = offset + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        place = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", after + len(values))
        table += struct.pack("<HHI", tag, kind, count) + place
        values += value if len(value) > 4 else b""
    return table + struct.pack("<I", 0) + values


def test_exif_and_gps_directories_are_read_and_written(tmp_path):
    samples = some_samples("uint8", 3)
    exif = directory(
        8,
        [
            (33434, 5, 1, struct.pack("<2I", 1, 50)),
            (36867, 2, 20, b"2020:01:02 03:04:05\0"),
            (37500, 7, 5, b"maker"),
            (42036, 2, 6, b"50 mm\0"),
        ],
    )
    place = 8 + len(exif)
    gps = directory(place, [(0, 1, 4, b"\2\3\0\0"), (1, 2, 2, b"N\0"), (2, 5, 3, struct.pack("<6I", 1, 1, 2, 1, 7, 2))])
    data, first = place + len(gps), place + len(gps) + samples.nbytes
    tags = [(256, COLUMNS), (257, ROWS), (262, 2), (273, data), (277, 3), (278, ROWS), (279, samples.nbytes)]
    tags += [(34665, 8), (34853, place)]
    entries = [(tag, 4, 1, struct.pack("<I", value)) for tag, value in tags]
    entries += [(258, 3, 3, struct.pack("<3H", 8, 8, 8)), (271, 2, 8, b"a maker\0")]
    root = directory(first, sorted(entries))
    content = b"II" + struct.pack("<HI", 42, first) + exif + gps + samples.tobytes() + root
    (tmp_path / "a.tif").write_bytes(content)
    header = check_law(tmp_path / "a.tif", samples).header
    assert header.attribute("Make") == "a maker"
    assert header.attribute("Exif:DateTimeOriginal") == "2020:01:02 03:04:05"
    assert header.attribute("ExposureTime") == (1, 50)
    assert header.attribute("GPS:2") == (1, 1, 2, 1, 7, 2)
    with Image.open(tmp_path / "out.tif") as witness:
        assert witness.getexif().get_ifd(0x8769)[42036] == "50 mm"
        assert witness.getexif().get_ifd(0x8825)[1] == "N"


def test_text_that_is_not_utf8_keeps_its_bytes(tmp_path):
    samples = some_samples("uint8", 3)
    Image.fromarray(samples).save(tmp_path / "a.tif", artist="Andre")
    content = (tmp_path / "a.tif").read_bytes().replace(b"Andre", b"Andr\xe9")
    (tmp_path / "a.tif").write_bytes(content)
    check_law(tmp_path / "a.tif", samples)
    assert b"Andr\xe9\0" in (tmp_path / "out.tif").read_bytes()


def test_unassociated_alpha_is_neither_multiplied_in_nor_divided_out(tmp_path):
    samples = np.zeros((ROWS, COLUMNS, 4), np.uint16)
    samples[..., :3], samples[..., 3] = 40000, np.arange(COLUMNS)
    for kind in ("unassalpha", "assocalpha", "unspecified"):
        tifffile.imwrite(tmp_path / "a.tif", samples, photometric="rgb", extrasamples=[kind])
        check_law(tmp_path / "a.tif", samples)


def test_windows_that_a_tiff_names_come_back(tmp_path):
    tags = [(286, 5, 1, (3, 1), True), (287, 5, 1, (2, 1), True), (33300, 4, 1, 90, True), (33301, 4, 1, 80, True)]
    samples = some_samples("uint16", 3)
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric="rgb", extratags=tags)
    header = check_law(tmp_path / "a.tif", samples).header
    assert header.display == Window(0, 0, 90, 80)
    assert header.data == Window(3, 2, 3 + COLUMNS, 2 + ROWS)


def test_windows_and_pixel_aspect_of_a_frame_that_was_no_tiff_are_written_into_tags(tmp_path):
    samples = some_samples("float", 4)
    display, data = Window(0, 0, 90, 80), Window(7, 3, 7 + COLUMNS, 3 + ROWS)
    names = ("R", "G", "B", "A")
    header = Header("tiff", display, data, names, (Sample.FLOAT,) * 4, pixel_aspect=2.0)
    write_frame(Frame(1, "made", header, (ChannelGroup(names, samples),)), tmp_path / "a.tif")
    read = read_frame(tmp_path / "a.tif", 1)
    assert (read.header.display, read.header.data, read.header.pixel_aspect) == (display, data, 2.0)
    assert read.header.channels == names
    assert read.header.attribute("tiff:ExtraSamples") == 1
    assert same_bits(read.groups[0].pixels, samples)
    with pytest.raises(PlateError, match="windows that begin at 0"):
        write_frame(Frame(1, "made", replace(header, data=Window(-1, 0, 44, 37)), read.groups), tmp_path / "b.tif")


def save_by_pillow(mode, **about):
    return lambda path: Image.fromarray(some_samples("uint8", 3)).convert(mode).save(path, **about)


def by_tifffile(dtype, channels=3, **about):
    def write(path):
        tifffile.imwrite(path, some_samples("uint8", channels).astype(dtype), **{"photometric": "rgb", **about})

    return write


def two_pages(path):
    Image.new("RGB", (8, 8)).save(path, save_all=True, append_images=[Image.new("RGB", (8, 8))])


COMES = [
    ("bits in words of their own", save_by_pillow("1"), ("Y",), Sample.UINT8),
    ("palette", save_by_pillow("P"), ("R", "G", "B"), Sample.UINT8),
    ("CMYK", save_by_pillow("CMYK"), ("C", "M", "Y", "K"), Sample.UINT8),
    ("JPEG inside", save_by_pillow("RGB", compression="jpeg"), ("R", "G", "B"), Sample.UINT8),
]
REFUSED = [
    ("white is zero", by_tifffile("uint8", 1, photometric="miniswhite"), "white is zero"),
    ("CIE L*a*b*", by_tifffile("uint8", photometric="cielab"), r"CIE L\*a\*b\*"),
    ("double", by_tifffile("float64"), "double"),
    ("signed 16", by_tifffile("int16"), "int16"),
    ("signed 8", by_tifffile("int8"), "int8"),
    ("64 bit integers", by_tifffile("uint64"), r"a\.tif"),
    ("complex", by_tifffile("complex64"), r"a\.tif"),
    ("two pages", two_pages, "came several"),
]


@pytest.mark.parametrize(("write", "channels", "sample"), [row[1:] for row in COMES], ids=[row[0] for row in COMES])
def test_samples_of_other_kinds_come_whole_and_go_out_with_the_same_codes(tmp_path, write, channels, sample):
    write(tmp_path / "a.tif")
    frame = read_frame(tmp_path / "a.tif", 1)
    assert (frame.header.channels, frame.header.samples[0]) == (channels, sample)
    write_frame(frame, tmp_path / "b.tif")
    assert (tmp_path / "b.tif").read_bytes() == (tmp_path / "a.tif").read_bytes()
    write_frame(replace(frame, file=None), tmp_path / "b.tif")
    again = read_frame(tmp_path / "b.tif", 1)
    assert same_bits(again.groups[0].pixels, frame.groups[0].pixels)
    kept = [entry for entry in frame.header.attributes if entry.name != "tiff:Compression"]
    assert [entry for entry in again.header.attributes if entry.name != "tiff:Compression"] == kept


def test_colours_of_a_palette_are_those_of_its_map_and_inks_are_those_of_another_reader(tmp_path):
    rng = np.random.default_rng(1)
    colours, index = rng.integers(0, 256, (256, 3)), rng.integers(0, 256, (ROWS, COLUMNS)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", index, photometric="palette", colormap=(colours.T * 257).astype(np.uint16))
    np.testing.assert_array_equal(read_frame(tmp_path / "a.tif", 1).groups[0].pixels, colours[index])
    save_by_pillow("CMYK")(tmp_path / "b.tif")
    with Image.open(tmp_path / "b.tif") as witness:
        np.testing.assert_array_equal(read_frame(tmp_path / "b.tif", 1).groups[0].pixels, np.asarray(witness))


@pytest.mark.parametrize(("write", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_not_read_is_refused_by_name(tmp_path, write, message):
    write(tmp_path / "a.tif")
    with pytest.raises(PlateError, match=message):
        read_frame(tmp_path / "a.tif", 1)


@pytest.mark.parametrize("big", [False, True])
def test_directories_that_claim_too_much_or_turn_in_circles_are_refused(tmp_path, big):
    tifffile.imwrite(tmp_path / "a.tif", some_samples("uint8", 3), photometric="rgb", description="d", bigtiff=big)
    sound = (tmp_path / "a.tif").read_bytes()
    place, word = (4, "<I") if not big else (8, "<Q")
    for wrong in (0, len(sound) - 1, 2**31):
        content = bytearray(sound)
        struct.pack_into(word, content, place, wrong)
        (tmp_path / "a.tif").write_bytes(content)
        with pytest.raises(PlateError, match=r"a\.tif"):
            read_frame(tmp_path / "a.tif", 1)


def test_samples_that_a_tiff_cannot_hold_are_refused(tmp_path):
    header = Header("tiff", Window(0, 0, 4, 4), Window(0, 0, 4, 4), ("R", "G", "B"), (Sample.UINT10,) * 3)
    frame = Frame(1, "made", header, (ChannelGroup(("R", "G", "B"), np.zeros((4, 4, 3), np.uint16)),))
    with pytest.raises(PlateError, match="as_still16"):
        write_frame(frame, tmp_path / "a.tif")
    assert list(tmp_path.iterdir()) == []
