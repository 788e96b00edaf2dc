import multiprocessing
import os
import resource
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest
from exr_by_hand import any_bits, read_entries_by_hand, write_exr_by_hand
from test_read_exr import CHANNELS, SMALL, WINDOWS, planes

from faceplate.errors import PlateError, StorageError
from faceplate.plate import as_dpx10, read_frame, write_frame
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window

OVERSCAN = Window(0, 0, 70, 50)
LOSSLESS = ("none", "rle", "zips", "zip", "piz")
LOSSY = ("pxr24", "b44", "b44a", "dwaa", "dwab")
ATTRIBUTES = [
    ("timeCode", "timecode", struct.pack("<2I", 0x01020304, 7)),
    ("keyCode", "keycode", struct.pack("<7i", 1, 2, 123456, 7, 3, 4, 64)),
    ("framesPerSecond", "rational", struct.pack("<iI", 24000, 1001)),
    ("chromaticities", "chromaticities", struct.pack("<8f", 0.7, 0.3, 0.0, 1.0, 0.0, -0.1, 0.3, 0.3)),
    ("vendor.chromaticities", "chromaticities", struct.pack("<8f", *range(8))),
    ("whiteLuminance", "float", struct.pack("<f", 100.1)),
    ("a nan", "float", b"\x01\x00\xa0\x7f"),
    ("a double", "double", struct.pack("<d", 0.1)),
    ("v2i", "v2i", struct.pack("<2i", -1, 2)),
    ("v2f", "v2f", struct.pack("<2f", 0.1, 2)),
    ("v3i", "v3i", struct.pack("<3i", -1, 2, 3)),
    ("v3f", "v3f", struct.pack("<3f", 0.1, 2, 3)),
    ("v2d", "v2d", struct.pack("<2d", 0.1, 2)),
    ("v3d", "v3d", struct.pack("<3d", 0.1, 2, 3)),
    ("m33f", "m33f", struct.pack("<9f", *range(9))),
    ("worldToCamera", "m44f", struct.pack("<16f", *range(16))),
    ("m33d", "m33d", struct.pack("<9d", *range(9))),
    ("m44d", "m44d", struct.pack("<16d", *range(16))),
    ("a box", "box2f", struct.pack("<4f", 0.1, 0.2, 0.3, 0.4)),
    ("originalDataWindow", "box2i", struct.pack("<4i", -1, -2, 3, 4)),
    ("floats", "floatvector", struct.pack("<5f", *range(5))),
    ("no floats", "floatvector", b""),
    ("multiView", "stringvector", b"\x04\0\0\0left\x00\0\0\0\x05\0\0\0right"),
    ("empty", "string", b""),
    ("with zero", "string", b"a\0b"),
    ("latin", "string", b"Andr\xe9"),
    ("capDate", "string", b"2020:01:02 03:04:05"),
    ("DateTime", "string", b"another"),
    ("owner", "string", b"owner"),
    ("Copyright", "string", b"another"),
    ("comments", "string", b"comments"),
    ("expTime", "float", struct.pack("<f", 0.02)),
    ("aperture", "float", struct.pack("<f", 2.8)),
    ("oiio:ColorSpace", "string", b"ACEScg"),
    ("openexr:odd", "string", b"odd"),
    ("com.arri.camera.CameraModel", "string", b"ALEXA Mini LF"),
    ("interim.a.name.that.is.longer.than.thirty.one.characters", "string", b"x" * 1000),
    ("vendor", "com.vendor.blob", bytes(range(256))),
    ("preview", "preview", struct.pack("<2I", 2, 2) + b"\1\2\3\4" * 4),
    ("envmap", "envmap", b"\1"),
    ("wrapmodes", "string", b"clamp"),
    ("name", "string", b"rgba"),
    ("type", "string", b"scanlineimage"),
    ("acesImageContainerFlag", "int", struct.pack("<i", 1)),
    ("negative", "int", struct.pack("<i", -5)),
]


def made(path, *, compression="zip", samples=(Sample.HALF,) * 3, data=OVERSCAN, attributes=()):
    rng = np.random.default_rng(2)
    header = Header(
        "openexr",
        Window(0, 0, 64, 48),
        data,
        ("R", "G", "B"),
        samples,
        attributes=(Attribute("compression", "string", compression), *attributes),
    )
    pixels = rng.standard_normal((data.height, data.width, 3)).astype(samples[0].dtype)
    return Frame(1001, str(path), header, (ChannelGroup(("R", "G", "B"), pixels),))


def same_pixels(first, second):
    return [group.pixels.tobytes() for group in first.groups] == [group.pixels.tobytes() for group in second.groups]


@pytest.mark.parametrize("kinds", CHANNELS, ids=lambda kinds: ",".join(f"{n}:{k}" for n, k in kinds.items()))
@pytest.mark.parametrize(("data", "display"), WINDOWS)
def test_a_frame_that_is_read_and_written_is_the_same_frame(tmp_path, kinds, data, display):
    stored = planes(np.random.default_rng(1), data, **kinds)
    write_exr_by_hand(tmp_path / "a.exr", stored, data=data, display=display, attributes=ATTRIBUTES)
    frame = read_frame(tmp_path / "a.exr", 1)
    write_frame(replace(frame, file=None), tmp_path / "b.exr")
    again = read_frame(tmp_path / "b.exr", 1)
    assert again.header == frame.header
    assert same_pixels(again, frame)
    assert read_entries_by_hand(tmp_path / "b.exr") == read_entries_by_hand(tmp_path / "a.exr")


@pytest.mark.parametrize("compression", LOSSLESS)
@pytest.mark.parametrize("kinds", [CHANNELS[0], CHANNELS[6]], ids=["half", "mixed"])
def test_lossless_compression_is_kept_and_loses_nothing(tmp_path, compression, kinds):
    stored = planes(np.random.default_rng(1), (-3, -2, 60, 70), **kinds)
    write_exr_by_hand(tmp_path / "a.exr", stored, data=(-3, -2, 60, 70), display=(0, 0, 50, 50))
    frame = read_frame(tmp_path / "a.exr", 1)
    frame = replace(frame, header=frame.header.with_attributes(Attribute("compression", "string", compression)))
    write_frame(frame, tmp_path / "b.exr")
    again = read_frame(tmp_path / "b.exr", 1)
    assert again.header.attribute("compression") == compression
    assert same_pixels(again, frame)


@pytest.mark.parametrize("compression", LOSSY)
def test_lossy_compression_is_kept(tmp_path, compression):
    frame = made("made", compression=compression, attributes=(Attribute("dwaCompressionLevel", "float", 20.0),))
    frame.groups[0].pixels[:] = np.linspace(0, 1, 70)[:, None]
    write_frame(frame, tmp_path / "b.exr")
    again = read_frame(tmp_path / "b.exr", 1)
    assert again.header.attribute("compression") == compression
    assert again.header.attribute("dwaCompressionLevel") == 20.0
    error = np.abs(again.groups[0].pixels.astype(float) - frame.groups[0].pixels.astype(float))
    assert error.max() < 0.02


@pytest.mark.parametrize("sample", [Sample.HALF, Sample.FLOAT])
@pytest.mark.parametrize("compression", [*LOSSLESS, *LOSSY])
def test_a_second_generation_has_the_same_samples_where_that_is_promised(tmp_path, compression, sample):
    write_frame(made("made", compression=compression, samples=(sample,) * 3), tmp_path / "a.exr")
    first = read_frame(tmp_path / "a.exr", 1)
    write_frame(replace(first, file=None), tmp_path / "b.exr")
    assert same_pixels(read_frame(tmp_path / "b.exr", 1), first) == (not compression.startswith("dwa"))


@pytest.mark.parametrize("order", ["increasingY", "decreasingY", "randomY"])
@pytest.mark.parametrize("tiles", [None, (16, 16), (64, 32), (200, 200)])
@pytest.mark.parametrize("compression", ["none", "zip", "dwab"])
def test_tiles_and_the_order_of_lines_are_kept(tmp_path, order, tiles, compression):
    if order == "randomY" and tiles is None:
        pytest.skip("lines have an order, only tiles may come at random")
    layout = [Attribute("openexr:lineOrder", "string", order)]
    layout += [Attribute("openexr:tiles", "int[2]", tiles)] if tiles else []
    frame = made("made", compression=compression, attributes=layout, data=Window(-3, -2, 67, 301))
    write_frame(frame, tmp_path / "a.exr")
    first = read_frame(tmp_path / "a.exr", 1)
    write_frame(replace(first, file=None), tmp_path / "b.exr")
    again = read_frame(tmp_path / "b.exr", 1)
    assert again.header == first.header
    assert again.header.attribute("openexr:tiles") == tiles
    assert again.header.attribute("openexr:lineOrder") == order
    if compression != "dwab":
        assert same_pixels(again, frame)


def test_openimageio_sees_the_frame_that_was_written(tmp_path):
    frame = made("made", data=Window(-5, -3, 65, 47), attributes=[Attribute("smpte:TimeCode", "timecode", (1, 2))])
    write_frame(replace(frame, header=replace(frame.header, origin=(10, 20), pixel_aspect=2.0)), tmp_path / "a.exr")
    source = OpenImageIO.ImageInput.open(str(tmp_path / "a.exr"))
    spec = source.spec()
    assert (spec.x, spec.y, spec.width, spec.height) == (5, 17, 70, 50)
    assert (spec.full_x, spec.full_y, spec.full_width, spec.full_height) == (10, 20, 64, 48)
    assert spec["smpte:TimeCode"] == (1, 2)
    assert spec["PixelAspectRatio"] == 2.0
    np.testing.assert_array_equal(source.read_image("half"), frame.groups[0].pixels)


def test_the_witness_program_of_openimageio_finds_no_difference(tmp_path):
    frame = made("made")
    write_frame(frame, tmp_path / "b.exr")
    write_exr_by_hand(
        tmp_path / "a.exr",
        {name: np.ascontiguousarray(frame.groups[0].pixels[..., index]) for index, name in enumerate("RGB")},
        data=(0, 0, 69, 49),
        display=(0, 0, 63, 47),
    )
    program = Path(sys.executable).with_name("idiff")
    done = subprocess.run(
        [program, tmp_path / "a.exr", tmp_path / "b.exr"], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().endswith("PASS")


def test_an_attribute_that_a_stage_adds_is_in_the_file(tmp_path):
    frame = made("made")
    added = (
        Attribute("faceplate:receipt", "string", '{"job": "é"}'),
        Attribute("count", "uint", 3),
        Attribute("big", "uint", 2**32 - 1),
    )
    write_frame(replace(frame, header=frame.header.with_attributes(*added)), tmp_path / "a.exr")
    entries = read_entries_by_hand(tmp_path / "a.exr")
    assert entries["faceplate:receipt"] == ("string", '{"job": "é"}'.encode())
    assert entries["count"] == ("int", struct.pack("<i", 3))
    assert entries["big"] == ("string", b"4294967295")


def test_a_chunk_count_is_not_carried_because_it_belongs_to_the_file(tmp_path):
    stored = planes(np.random.default_rng(1), (0, 0, 7, 4), Y="half")
    write_exr_by_hand(tmp_path / "a.exr", stored, attributes=[("chunkCount", "int", struct.pack("<i", 5))], **SMALL)
    write_frame(read_frame(tmp_path / "a.exr", 1), tmp_path / "b.exr")
    entries = read_entries_by_hand(tmp_path / "b.exr")
    assert read_entries_by_hand(tmp_path / "a.exr") == entries | {"chunkCount": ("int", struct.pack("<i", 5))}


def test_the_size_of_the_file_is_given_and_missing_folders_are_made(tmp_path):
    path = tmp_path / "v002" / "exr" / "plate.1001.exr"
    assert write_frame(made("made"), path) == path.stat().st_size
    assert [entry.name for entry in path.parent.iterdir()] == ["plate.1001.exr"]


def test_a_frame_that_was_there_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "a.exr"
    path.write_bytes(b"old")
    write_frame(made("made"), path)
    assert read_frame(path, 1).header.display == Window(0, 0, 64, 48)


@pytest.mark.parametrize(
    ("name", "message"), [("a.dpx", "format openexr"), ("a.jpg", "format openexr"), ("a", "no extension")]
)
def test_another_format_is_not_written_in_passing(tmp_path, name, message):
    with pytest.raises(PlateError, match=message):
        write_frame(made("made"), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_samples_that_a_format_cannot_hold_are_refused(tmp_path):
    frame = made("made")
    integers = replace(frame.header, samples=(Sample.UINT8,) * 3)
    with pytest.raises(PlateError, match="uint8"):
        write_frame(replace(frame, header=integers), tmp_path / "a.exr")
    cropped = replace(as_dpx10(frame).header, data=Window(0, 0, 10, 10))
    with pytest.raises(PlateError, match="whole display window"):
        write_frame(replace(as_dpx10(frame), header=cropped), tmp_path / "a.dpx")
    assert list(tmp_path.iterdir()) == []


def test_integers_beside_other_types_need_a_lossless_compression(tmp_path):
    stored = planes(np.random.default_rng(1), (0, 0, 7, 4), R="half", id="uint32")
    write_exr_by_hand(tmp_path / "a.exr", stored, **SMALL)
    frame = read_frame(tmp_path / "a.exr", 1)
    lossy = frame.header.with_attributes(Attribute("compression", "string", "pxr24"))
    with pytest.raises(PlateError, match="pxr24"):
        write_frame(replace(frame, header=lossy), tmp_path / "b.exr")


def _write_within(limit_bytes, path, made_in, results):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
    frame = made_in("made", data=Window(0, 0, 400, 300))
    frame = as_dpx10(frame) if path.suffix == ".dpx" else frame
    try:
        write_frame(frame, path)
    except StorageError as error:
        results.put(str(error))
    else:
        results.put("written")


@pytest.mark.parametrize("suffix", [".exr", ".dpx"])
@pytest.mark.parametrize("limit_bytes", [0, 100, 5000, 15_000])
def test_a_full_disk_is_a_storage_error_and_leaves_nothing(tmp_path, suffix, limit_bytes):
    context = multiprocessing.get_context("spawn")
    results, path = context.Queue(), tmp_path / f"a{suffix}"
    child = context.Process(target=_write_within, args=(limit_bytes, path, made, results))
    child.start()
    came = results.get(timeout=60)
    child.join()
    assert came.startswith(str(path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"file/a\.exr"):
        write_frame(made("made"), tmp_path / "file" / "a.exr")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_permission_is_a_storage_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="Permission denied"):
        write_frame(made("made"), tmp_path / "a.exr")


def test_an_interrupt_while_writing_leaves_the_old_frame_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.exr"
    path.write_bytes(b"old")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("faceplate.plate.write_exr._assemble", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_frame(made("made"), path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("suffix", "dtype"), [(".png", "uint8"), (".png", "uint16"), (".tif", "uint8"), (".tif", "uint16")]
)
def test_stills_of_integer_codes_keep_them(tmp_path, suffix, dtype):
    pixels = any_bits(np.random.default_rng(3), dtype, 9, 16 * 3).reshape(9, 16, 3)
    output = OpenImageIO.ImageOutput.create(f"a{suffix}")
    spec = OpenImageIO.ImageSpec(16, 9, 3, dtype)
    spec.attribute("Copyright", "me")
    assert output.open(str(tmp_path / f"a{suffix}"), spec)
    assert output.write_image(pixels)
    assert output.close()
    frame = read_frame(tmp_path / f"a{suffix}", 1)
    write_frame(frame, tmp_path / f"b{suffix}")
    again = read_frame(tmp_path / f"b{suffix}", 1)
    assert frame.sample is Sample(dtype)
    assert frame.header.attribute("Copyright") == "me"
    np.testing.assert_array_equal(again.groups[0].pixels, pixels)
    assert again.header == frame.header
