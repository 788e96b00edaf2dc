import shutil
import struct
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from dpx_by_hand import (
    FIELDS,
    FILM,
    PACKED_AS,
    SHAPES,
    TELEVISION,
    WIDTHS,
    codes,
    read_dpx_by_hand,
    write_dpx_by_hand,
)

from faceplate.errors import PlateError
from faceplate.plate import as_exr, read_frame, write_frame
from faceplate.values import Attribute, ChannelGroup, Sample, Window

SAMPLES = {8: Sample.UINT8, 10: Sample.UINT10, 12: Sample.UINT12, 16: Sample.UINT16}
NAMES = {6: "Y", 50: "RGB", 51: "RGBA", 52: "ABGR"}
WINDOW = Window(0, 1, 1, 3)
USER = (b"VENDOR" + bytes(26) + bytes(range(256)) * 24)[:6144]
PLACES = {
    "plain": {},
    "spare bits": {"padding": 0xDEADBEEF, "fill": 0x41},
    "line padding": {"line_padding": 12, "fill": 0x17},
    "line padding undefined": {"line_padding": 0xFFFFFFFF},
    "user data": {"user": USER},
    "an odd place": {"start": 3001, "gap": b"\x55", "user": USER[:32]},
    "a tail": {"start": 8192, "tail": b"something after the picture"},
}

table = pytest.mark.parametrize(("bits", "packing"), PACKED_AS, ids=str)
orders = pytest.mark.parametrize("order", [">", "<"], ids=["big", "little"])
kinds = pytest.mark.parametrize("descriptor", NAMES, ids=NAMES.values())
# Every width with spare bits that are not 0, every place with a line that ends within a word.
CASES = [*((width, PLACES["spare bits"]) for width in WIDTHS), *((13, place) for place in PLACES.values())]


def anew(frame):
    """The frame without the link to its file, so that every byte is encoded."""
    return replace(frame, file=None)


def touched(frame, window, stored):
    """What `with_stored` makes of a colour picture, for pictures of any channels."""
    pixels = frame.groups[0].pixels.copy()
    pixels[window.slices(frame.header.data)] = stored[window.slices(frame.header.data)]
    file = replace(frame.file, pixels=(pixels,), changed=window)
    return replace(frame, groups=(ChannelGroup(frame.groups[0].names, pixels),), file=file)


@table
@orders
@kinds
def test_codes_come_in_as_they_stand_in_the_file(tmp_path, bits, packing, order, descriptor):
    for width, place in CASES:
        stored = codes(bits, columns=width, channels=SHAPES[descriptor])
        write_dpx_by_hand(
            tmp_path / "a.dpx", stored, bits=bits, packing=packing, order=order, descriptor=descriptor, **place
        )
        frame = read_frame(tmp_path / "a.dpx", 1001)
        np.testing.assert_array_equal(frame.groups[0].pixels, stored)
        assert frame.groups[0].pixels.dtype == SAMPLES[bits].dtype
        assert frame.header.channels == frame.groups[0].names == tuple(NAMES[descriptor])
        assert set(frame.header.samples) == {SAMPLES[bits]}
        assert frame.header.display == frame.header.data == Window(0, 0, width, 5)


@table
@orders
@kinds
def test_a_frame_that_no_face_touched_is_the_same_file(tmp_path, bits, packing, order, descriptor):
    for place in PLACES.values():
        stored = codes(bits, columns=13, channels=SHAPES[descriptor])
        write_dpx_by_hand(
            tmp_path / "a.dpx", stored, bits=bits, packing=packing, order=order, descriptor=descriptor, **place
        )
        write_frame(read_frame(tmp_path / "a.dpx", 1), tmp_path / "b.dpx")
        assert (tmp_path / "b.dpx").read_bytes() == (tmp_path / "a.dpx").read_bytes()


@table
@orders
@kinds
def test_where_a_face_touched_only_its_codes_change(tmp_path, bits, packing, order, descriptor):
    for width, place in CASES:
        stored = codes(bits, columns=width, channels=SHAPES[descriptor])
        other = stored.copy()
        other[WINDOW.slices(Window(0, 0, width, 5))] = 2**bits - 1 - stored[WINDOW.slices(Window(0, 0, width, 5))]
        how = {"bits": bits, "packing": packing, "order": order, "descriptor": descriptor, **place}
        write_dpx_by_hand(tmp_path / "a.dpx", stored, **how)
        write_dpx_by_hand(tmp_path / "wanted.dpx", other, **how)
        write_frame(touched(read_frame(tmp_path / "a.dpx", 1), WINDOW, other), tmp_path / "b.dpx")
        assert (tmp_path / "b.dpx").read_bytes() == (tmp_path / "wanted.dpx").read_bytes()


@table
@orders
@kinds
def test_encoded_anew_every_code_and_field_is_there(tmp_path, bits, packing, order, descriptor):
    for width, place in CASES:
        stored = codes(bits, columns=width, channels=SHAPES[descriptor])
        write_dpx_by_hand(
            tmp_path / "a.dpx", stored, bits=bits, packing=packing, order=order, descriptor=descriptor, **place
        )
        write_frame(anew(read_frame(tmp_path / "a.dpx", 1)), tmp_path / "b.dpx")
        again, header = read_dpx_by_hand(tmp_path / "b.dpx")
        np.testing.assert_array_equal(again, stored)
        assert header == read_dpx_by_hand(tmp_path / "a.dpx")[1]


@pytest.mark.parametrize("fill", [0xFF, 0x00, 0x41], ids=["undefined", "zeros", "garbage"])
@pytest.mark.parametrize(
    "names", [tuple(FIELDS), FILM, TELEVISION, ()], ids=["every field", "film", "television", "no field"]
)
@orders
def test_every_field_goes_out_as_it_came(tmp_path, names, fill, order):
    fields = {"orientation": FIELDS["orientation"]} | {name: FIELDS[name] for name in names}
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), order=order, fill=fill, fields=fields, user=USER)
    frame = read_frame(tmp_path / "a.dpx", 1)
    write_frame(anew(frame), tmp_path / "b.dpx")
    write_frame(frame.with_stored(WINDOW, frame.stored(WINDOW) // 2), tmp_path / "c.dpx")
    header = (tmp_path / "a.dpx").read_bytes()[:8192]
    assert read_dpx_by_hand(tmp_path / "b.dpx")[1] == read_dpx_by_hand(tmp_path / "a.dpx")[1]
    assert (tmp_path / "c.dpx").read_bytes()[:8192] == header
    assert read_frame(tmp_path / "b.dpx", 1).header == frame.header


@pytest.mark.parametrize("seed", range(20))
def test_a_header_of_random_bytes_goes_out_as_it_came(tmp_path, seed):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), fields={}, order="<>"[seed % 2], user=USER[:256])
    content = bytearray((tmp_path / "a.dpx").read_bytes())
    drawn = np.random.default_rng(seed).integers(0, 256, len(content)).astype(np.uint8).tobytes()
    for start, end in ((8, 16), (20, 24), (36, 768), (784, 800), (801, 803), (820, 2304)):
        content[start:end] = drawn[start:end]
    (tmp_path / "a.dpx").write_bytes(content)
    frame = read_frame(tmp_path / "a.dpx", 1)
    write_frame(anew(frame), tmp_path / "b.dpx")
    write_frame(frame.with_stored(WINDOW, frame.stored(WINDOW)), tmp_path / "c.dpx")
    assert read_dpx_by_hand(tmp_path / "b.dpx")[1] == read_dpx_by_hand(tmp_path / "a.dpx")[1]
    assert (tmp_path / "c.dpx").read_bytes() == bytes(content)


def test_a_header_without_any_field_goes_out_without_any(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), fields={})
    frame = read_frame(tmp_path / "a.dpx", 1)
    assert [entry.name for entry in frame.header.attributes] == ["dpx:Endian", "dpx:Version", "dpx:Packing"]
    write_frame(anew(frame), tmp_path / "b.dpx")
    assert read_frame(tmp_path / "b.dpx", 1).header == frame.header


def test_fields_are_there_under_their_names(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), user=USER)
    header = read_frame(tmp_path / "a.dpx", 1).header
    assert header.attribute("smpte:TimeCode") == (0x01020304, 0x11223344)
    assert header.attribute("dpx:FrameRate") == 24.0
    assert header.attribute("dpx:CreationTime") == "2023:05:04:10:11:12:LTZ"
    assert header.attribute("dpx:XScannedSize") == np.float32(24.9)
    assert header.attribute("dpx:Transfer") == "Logarithmic"
    assert header.attribute("dpx:Signal") == 150
    assert bytes.fromhex(header.attribute("dpx:UserData")) == USER
    assert header.pixel_aspect == 2.0


def test_offset_and_original_size_move_nothing(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10))
    header = read_frame(tmp_path / "a.dpx", 1).header
    assert header.display == header.data == Window(0, 0, 16, 5)
    assert header.attribute("dpx:XOffset") == 3


def test_a_changed_field_changes_its_own_bytes_and_no_others(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), padding=0x3, fill=0x41, start=5000)
    frame = read_frame(tmp_path / "a.dpx", 1)
    header = frame.header.with_attributes(Attribute("dpx:SlateInfo", "string", "take 7"))
    write_frame(replace(frame, header=header), tmp_path / "b.dpx")
    before, after = (tmp_path / "a.dpx").read_bytes(), (tmp_path / "b.dpx").read_bytes()
    assert after[1764:1864] == b"take 7".ljust(100, b"\0")
    assert (after[:1764], after[1864:]) == (before[:1764], before[1864:])


def test_a_changed_pixel_aspect_reaches_the_file(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10))
    frame = read_frame(tmp_path / "a.dpx", 1)
    squeezed = replace(frame, header=replace(frame.header, pixel_aspect=1.999))
    for written in (squeezed, anew(squeezed)):
        write_frame(written, tmp_path / "b.dpx")
        assert (tmp_path / "b.dpx").read_bytes()[1628:1636] == struct.pack(">2I", 1999, 1000)
        assert read_frame(tmp_path / "b.dpx", 1).header.pixel_aspect == 1.999


@pytest.mark.parametrize("aspect", [(0, 0), (0xFFFFFFFF, 0xFFFFFFFF), (1, 0), (1, 0xFFFFFFFF)])
def test_pixels_are_square_where_the_header_does_not_say(tmp_path, aspect):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), fields={"aspect": (1628, "2I", aspect)})
    frame = read_frame(tmp_path / "a.dpx", 1)
    assert frame.header.pixel_aspect == 1.0
    write_frame(anew(frame), tmp_path / "b.dpx")
    assert (tmp_path / "b.dpx").read_bytes()[1628:1636] == struct.pack(">2I", *aspect)


@pytest.mark.parametrize(
    "entry",
    [
        Attribute("dpx:Endian", "string", "little"),
        Attribute("dpx:Packing", "string", "Packed"),
        Attribute("dpx:Orientation", "uint16", 3),
        Attribute("dpx:UserData", "uint8[4]", "01020304"),
    ],
    ids=lambda entry: entry.name,
)
def test_a_changed_layout_is_encoded_anew(tmp_path, entry):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), user=USER)
    frame = read_frame(tmp_path / "a.dpx", 1)
    write_frame(replace(frame, header=frame.header.with_attributes(entry)), tmp_path / "b.dpx")
    again = read_frame(tmp_path / "b.dpx", 1)
    np.testing.assert_array_equal(again.groups[0].pixels, codes(10))
    assert again.header.attribute(entry.name) == entry.value


@pytest.mark.parametrize(("orientation", "upright"), [(1, np.fliplr), (2, np.flipud), (3, lambda a: a[::-1, ::-1])])
def test_a_mirrored_picture_comes_upright_and_leaves_as_it_came(tmp_path, orientation, upright):
    stored, window = codes(10), Window(2, 1, 5, 3)
    fields = FIELDS | {"orientation": (768, "H", orientation)}
    write_dpx_by_hand(tmp_path / "a.dpx", stored, fields=fields, padding=0x2)
    frame = read_frame(tmp_path / "a.dpx", 1)
    np.testing.assert_array_equal(frame.groups[0].pixels, upright(stored))
    write_frame(anew(frame), tmp_path / "b.dpx")
    np.testing.assert_array_equal(read_dpx_by_hand(tmp_path / "b.dpx")[0], stored)
    black = frame.with_stored(window, np.zeros((2, 3, 3), np.uint16))
    write_frame(black, tmp_path / "c.dpx")
    write_dpx_by_hand(tmp_path / "wanted.dpx", upright(black.groups[0].pixels), fields=fields, padding=0x2)
    assert (tmp_path / "c.dpx").read_bytes() == (tmp_path / "wanted.dpx").read_bytes()


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_lines_that_do_not_end_on_a_word_are_read_where_the_file_is_too_short_for_others(tmp_path, bits):
    stored, other = codes(bits, columns=13), codes(bits, columns=13)
    other[WINDOW.slices(Window(0, 0, 13, 5))] = 7
    write_dpx_by_hand(tmp_path / "a.dpx", stored, bits=bits, aligned=False)
    write_dpx_by_hand(tmp_path / "wanted.dpx", other, bits=bits, aligned=False)
    frame = read_frame(tmp_path / "a.dpx", 1)
    np.testing.assert_array_equal(frame.groups[0].pixels, stored)
    write_frame(touched(frame, WINDOW, other), tmp_path / "b.dpx")
    assert (tmp_path / "b.dpx").read_bytes() == (tmp_path / "wanted.dpx").read_bytes()


def test_the_last_line_needs_no_bytes_after_its_codes(tmp_path):
    stored, window = codes(8, columns=13), Window(0, 4, 1, 5)
    write_dpx_by_hand(tmp_path / "a.dpx", stored, bits=8, line_padding=5)
    cut = (tmp_path / "a.dpx").read_bytes()[:-6]
    (tmp_path / "a.dpx").write_bytes(cut)
    frame = read_frame(tmp_path / "a.dpx", 1)
    np.testing.assert_array_equal(frame.groups[0].pixels, stored)
    write_frame(frame.with_stored(window, np.zeros((1, 1, 3), np.uint8)), tmp_path / "b.dpx")
    assert len((tmp_path / "b.dpx").read_bytes()) == len(cut)


@pytest.mark.parametrize("undefined", [0, 0xFFFFFFFF])
def test_the_file_says_where_the_picture_is_when_its_element_does_not(tmp_path, undefined):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10), start=4096)
    content = bytearray((tmp_path / "a.dpx").read_bytes())
    struct.pack_into(">I", content, 808, undefined)
    (tmp_path / "a.dpx").write_bytes(content)
    np.testing.assert_array_equal(read_frame(tmp_path / "a.dpx", 1).groups[0].pixels, codes(10))


def test_a_picture_of_many_bands_is_read_and_written_over_whole(tmp_path):
    stored, window = codes(10, rows=700, columns=301), Window(17, 90, 250, 680)
    other = stored.copy()
    other[window.slices(Window(0, 0, 301, 700))] = 512
    write_dpx_by_hand(tmp_path / "a.dpx", stored, padding=0x1)
    write_dpx_by_hand(tmp_path / "wanted.dpx", other, padding=0x1)
    frame = read_frame(tmp_path / "a.dpx", 1)
    np.testing.assert_array_equal(frame.groups[0].pixels, stored)
    write_frame(frame.with_stored(window, other[window.slices(frame.header.data)]), tmp_path / "b.dpx")
    assert (tmp_path / "b.dpx").read_bytes() == (tmp_path / "wanted.dpx").read_bytes()


def test_a_face_touched_twice_is_written_over_both_windows(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10))
    frame = read_frame(tmp_path / "a.dpx", 1)
    first, second = Window(0, 0, 2, 1), Window(14, 4, 16, 5)
    black = np.zeros((1, 2, 3), np.uint16)
    both = frame.with_stored(first, black).with_stored(second, black)
    write_frame(both, tmp_path / "b.dpx")
    np.testing.assert_array_equal(read_dpx_by_hand(tmp_path / "b.dpx")[0], both.groups[0].pixels)


def test_a_plate_that_was_changed_since_it_was_read_is_not_written_over(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10))
    frame = read_frame(tmp_path / "a.dpx", 1)
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10, rows=6))
    with pytest.raises(PlateError, match=r"a\.dpx: expected the file as it was read"):
        write_frame(frame.with_stored(WINDOW, frame.stored(WINDOW)), tmp_path / "b.dpx")
    assert not (tmp_path / "b.dpx").exists()


def test_codes_that_would_run_into_their_neighbours_are_refused(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10))
    frame = read_frame(tmp_path / "a.dpx", 1)
    with pytest.raises(PlateError, match="codes of at most 1023; came a code of 1024"):
        write_frame(frame.with_stored(WINDOW, frame.stored(WINDOW) * 0 + 1024), tmp_path / "b.dpx")


@pytest.mark.parametrize(("descriptor", "name"), [(1, "R"), (2, "G"), (3, "B"), (4, "A")])
def test_a_single_colour_or_matte_comes_in_and_goes_out(tmp_path, descriptor, name):
    stored = codes(10, columns=13, channels=1)
    write_dpx_by_hand(tmp_path / "a.dpx", stored, descriptor=descriptor)
    frame = read_frame(tmp_path / "a.dpx", 1)
    assert frame.header.channels == (name,)
    write_frame(anew(frame), tmp_path / "b.dpx")
    np.testing.assert_array_equal(read_dpx_by_hand(tmp_path / "b.dpx")[0], stored)
    assert read_frame(tmp_path / "b.dpx", 1).header.channels == (name,)


def test_abgr_is_a_colour_picture(tmp_path):
    stored = codes(10, channels=4)
    write_dpx_by_hand(tmp_path / "a.dpx", stored, descriptor=52)
    frame = read_frame(tmp_path / "a.dpx", 1)
    np.testing.assert_array_equal(frame.stored(frame.header.data), stored[..., :0:-1])
    write_frame(frame.with_stored(WINDOW, np.full((2, 1, 3), (1, 2, 3), np.uint16)), tmp_path / "b.dpx")
    again, _ = read_dpx_by_hand(tmp_path / "b.dpx")
    np.testing.assert_array_equal(again[1:3, 0], np.stack([stored[1:3, 0, 0], [3, 3], [2, 2], [1, 1]], axis=-1))
    assert as_exr(frame).header.channels == ("A", "B", "G", "R")


def test_reading_and_writing_over_take_one_frame_and_a_band_of_memory(tmp_path):
    write_dpx_by_hand(tmp_path / "tile.dpx", codes(10, rows=8, columns=512))
    content = bytearray((tmp_path / "tile.dpx").read_bytes())
    struct.pack_into(">I", content, 776, 8 * 256)
    (tmp_path / "a.dpx").write_bytes(bytes(content[:2048]) + bytes(content[2048:]) * 256)
    frame_bytes = 2048 * 512 * 3 * 2
    tracemalloc.start()
    frame = read_frame(tmp_path / "a.dpx", 1)
    _, peak_bytes = tracemalloc.get_traced_memory()
    changed = frame.with_stored(frame.header.data, frame.stored(frame.header.data))
    tracemalloc.reset_peak()
    held_bytes, _ = tracemalloc.get_traced_memory()
    write_frame(changed, tmp_path / "b.dpx")
    _, writing_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < frame_bytes + 2**22
    assert writing_bytes - held_bytes < 2**22
    assert (tmp_path / "b.dpx").read_bytes() == (tmp_path / "a.dpx").read_bytes()


def test_a_read_only_plate_gives_a_delivery_that_can_be_written(tmp_path):
    write_dpx_by_hand(tmp_path / "a.dpx", codes(10))
    (tmp_path / "a.dpx").chmod(0o444)
    frame = read_frame(tmp_path / "a.dpx", 1)
    write_frame(frame.with_stored(WINDOW, frame.stored(WINDOW) // 2), tmp_path / "b.dpx")
    shutil.copyfile(tmp_path / "b.dpx", tmp_path / "c.dpx")
    assert read_frame(tmp_path / "c.dpx", 1).header == frame.header
