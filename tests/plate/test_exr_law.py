"""The same plate out: whatever an EXR holds, what no one has changed leaves as it came."""

import struct
from dataclasses import replace

import numpy as np
import OpenEXR
import pytest
from openexr_files import (
    COMPRESSIONS,
    FLOATS,
    HALVES,
    MIXED,
    channels,
    deep_part,
    header_text,
    part,
    parts,
    write,
)

from faceplate.errors import PlateError
from faceplate.plate import keeps_samples, read_frame, write_frame
from faceplate.plate.exr_layers import pictures
from faceplate.values import Attribute, Window

LINES = 19
"""Chunks of 16 lines in a part."""
NOTE = Attribute("faceplate/note", "string", "added")
LAYOUTS = {
    "lines": {},
    "lines downwards": {"lineOrder": OpenEXR.DECREASING_Y},
    "tiles": {"type": OpenEXR.tiledimage, "tiles": OpenEXR.TileDescription()},
}
KINDS = {"half": HALVES, "float": FLOATS, "mixed": MIXED}
every_file = pytest.mark.parametrize(
    ("compression", "layout", "kind"),
    [(c, layout, k) for c in COMPRESSIONS for layout in LAYOUTS for k in KINDS],
)
# The touched pixels, counted from the data window, and the plate's own window of them.
INSIDE = Window(20, 40, 33, 75)
TOUCHED = Window(*(edge + corner for edge, corner in zip(INSIDE, (-8, -9, -8, -9), strict=True)))


def made(folder, compression, layout, kind):
    return write(folder / "a.exr", part(kinds=KINDS[kind], compression=COMPRESSIONS[compression], **LAYOUTS[layout]))


def bits(pixels):
    return np.ascontiguousarray(pixels).view(np.uint8)


def same(first, second, where=...):
    assert first.keys() == second.keys()
    return all(np.array_equal(bits(first[name][where]), bits(second[name][where])) for name in first)


def touched(frame):
    rgb = np.linspace(0.1, 0.9, TOUCHED.width * TOUCHED.height * 3).reshape(TOUCHED.height, TOUCHED.width, 3)
    return frame.with_stored(TOUCHED, rgb.astype(frame.sample.dtype))


@every_file
def test_a_frame_that_nobody_touched_is_the_file_byte_for_byte(tmp_path, compression, layout, kind):
    path = made(tmp_path, compression, layout, kind)
    write_frame(read_frame(path, 1), tmp_path / "b.exr")
    assert (tmp_path / "b.exr").read_bytes() == path.read_bytes()


@every_file
def test_an_added_attribute_changes_nothing_else(tmp_path, compression, layout, kind):
    path = made(tmp_path, compression, layout, kind)
    frame = read_frame(path, 1)
    write_frame(replace(frame, header=frame.header.with_attributes(NOTE)), tmp_path / "b.exr")
    assert same(channels(path), channels(tmp_path / "b.exr"))
    header = header_text(tmp_path / "b.exr")
    assert header.pop("faceplate/note") == repr("added")
    assert header == header_text(path)
    # The chunks themselves, whatever order they stand in.
    assert path.read_bytes()[-2000:] == (tmp_path / "b.exr").read_bytes()[-2000:]


@every_file
def test_a_touched_window_leaves_every_other_sample_alone(tmp_path, compression, layout, kind):
    path = made(tmp_path, compression, layout, kind)
    frame = touched(read_frame(path, 1))
    if kind == "mixed" and not compression.startswith("b44") and not lossless(compression):
        with pytest.raises(PlateError, match="beside 32 bit integer channels"):
            write_frame(frame, tmp_path / "b.exr")
        return
    write_frame(frame, tmp_path / "b.exr")
    before, after = channels(path), channels(tmp_path / "b.exr")
    outside = np.ones(before["R"].shape, bool)
    outside[INSIDE.top : INSIDE.bottom, INSIDE.left : INSIDE.right] = False
    if not keeps_samples(frame.header):
        # What B44, DWA and lossy JPEG 2000 hold loses once more, but in the chunks that were touched alone.
        outside[: -(-INSIDE.bottom // 256) * 256] = False
    assert same(before, after, outside)
    assert header_text(path) == header_text(tmp_path / "b.exr")
    if lossless(compression):
        for index, name in enumerate("RGB"):
            rows, columns = slice(INSIDE.top, INSIDE.bottom), slice(INSIDE.left, INSIDE.right)
            assert np.array_equal(after[name][rows, columns], frame.stored(TOUCHED)[..., index])
        others = [name for name in before if name not in ("R", "G", "B")]
        assert all(np.array_equal(bits(before[name]), bits(after[name])) for name in others)


def settled(compression):
    return lossless(compression) or compression in ("pxr24", "b44", "b44a")


def lossless(compression):
    return compression in ("none", "rle", "zips", "zip", "piz", "htj2k256", "htj2k32", "zstd")


@every_file
def test_a_frame_encoded_anew_is_the_same_picture(tmp_path, compression, layout, kind):
    path = made(tmp_path, compression, layout, kind)
    frame = replace(read_frame(path, 1), file=None)
    if not settled(compression) or (kind == "mixed" and compression == "pxr24"):
        return
    write_frame(frame, tmp_path / "b.exr")
    assert same(channels(path), channels(tmp_path / "b.exr"))
    assert header_text(path) == header_text(tmp_path / "b.exr")


STEREO = [
    ("rgba.left", HALVES, {"view": "left"}),
    ("rgba.right", HALVES, {"view": "right"}),
    ("depth.left", {"Z": "f4"}, {"view": "left"}),
]


def many_parts(path):
    """Two views, depth, ids in tiles, and a deep part: what a renderer hands over."""
    flat = [part(name, kinds, seed=index, **about) for index, (name, kinds, about) in enumerate(STEREO)]
    ids = part("crypto", {"id": "u4", "cover": "f2"}, **LAYOUTS["tiles"], view="left")
    aov = part("diffuse", FLOATS, seed=9, compression=OpenEXR.PIZ_COMPRESSION, data=(0, 0, 20, 20), view="left")
    return write(path, *flat, ids, aov, deep_part("deep", view="left"))


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [({}, 0), ({"view": "left"}, 0), ({"view": "right"}, 1), ({"layer": "diffuse"}, 4), ({"layer": "rgba"}, 0)],
)
def test_a_touched_part_leaves_all_other_parts_alone(tmp_path, asked, chosen):
    path = many_parts(tmp_path / "a.exr")
    frame = read_frame(path, 1, **asked)
    assert frame.file.part == chosen
    window = Window(*(edge + corner for edge, corner in zip((2, 3, 9, 12), (*frame.header.data[:2],) * 2, strict=True)))
    changed = frame.with_stored(window, np.full((9, 7, 3), 0.5, frame.sample.dtype))
    write_frame(changed, tmp_path / "b.exr")
    for index in range(len(parts(path))):
        assert header_text(path, index) == header_text(tmp_path / "b.exr", index)
        before, after = channels(path, index), channels(tmp_path / "b.exr", index)
        if index == chosen:
            assert np.array_equal(after["R"][3:12, 2:9], np.full((9, 7), 0.5))
            for name in before:
                after[name][3:12, 2:9] = before[name][3:12, 2:9]
        equal = {
            name: all(np.array_equal(a, b) for a, b in zip(before[name].flat, after[name].flat, strict=True))
            for name in before
        }
        assert all(equal.values()), equal


def test_a_part_whose_pixels_end_too_early_is_refused_though_nobody_asked_for_it(tmp_path):
    path = many_parts(tmp_path / "a.exr")
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(PlateError, match=r"a\.exr"):
        read_frame(path, 1)


def test_another_compression_is_written_where_it_is_asked_for_and_other_parts_keep_theirs(tmp_path):
    path = many_parts(tmp_path / "a.exr")
    frame = read_frame(path, 1)
    header = frame.header.with_attributes(Attribute("compression", "string", "piz"))
    write_frame(replace(frame, header=header), tmp_path / "b.exr")
    assert same(channels(path), channels(tmp_path / "b.exr"))
    kinds = [parts(tmp_path / "b.exr")[index].header["compression"] for index in range(5)]
    assert kinds == [OpenEXR.PIZ_COMPRESSION, *[OpenEXR.ZIP_COMPRESSION] * 3, OpenEXR.PIZ_COMPRESSION]


def test_a_level_is_part_of_the_compression_that_is_asked_for(tmp_path):
    frame = read_frame(write(tmp_path / "a.exr", part(compression=OpenEXR.NO_COMPRESSION)), 1)
    sizes = {}
    for words in ("zip:1", "zip:9", "dwaa:10", "dwaa:300"):
        header = frame.header.with_attributes(Attribute("compression", "string", words))
        sizes[words] = write_frame(replace(frame, header=header), tmp_path / "b.exr")
    assert sizes["zip:9"] < sizes["zip:1"]
    assert sizes["dwaa:300"] < sizes["dwaa:10"]
    again = read_frame(tmp_path / "b.exr", 1).header
    assert (again.attribute("compression"), again.attribute("dwaCompressionLevel")) == ("dwaa", 300.0)


@pytest.mark.parametrize("name", ["multiView", "plain"])
def test_views_and_layers_in_one_part_are_told_by_their_names(tmp_path, name):
    kinds = {**HALVES, **{f"right.{c}": "f2" for c in "RGB"}, **{f"beauty.right.{c}": "f2" for c in "RGB"}}
    about = {"multiView": ["left", "right"]} if name == "multiView" else {}
    path = write(tmp_path / "a.exr", part(kinds=kinds, **about))
    assert read_frame(path, 1).colour == ("R", "G", "B")
    if about:
        assert read_frame(path, 1, view="left").colour == ("R", "G", "B")
        assert read_frame(path, 1, view="right").colour == ("right.R", "right.G", "right.B")
        assert read_frame(path, 1, "beauty", "right").colour == ("beauty.right.R", "beauty.right.G", "beauty.right.B")
    else:
        assert read_frame(path, 1, layer="beauty.right").colour == (
            "beauty.right.R",
            "beauty.right.G",
            "beauty.right.B",
        )
    frame = read_frame(path, 1, layer="right") if not about else read_frame(path, 1, view="right")
    expected = channels(path)
    np.testing.assert_array_equal(frame.stored(frame.header.data)[..., 1], expected["right.G"])


def test_one_layer_alone_is_the_picture_and_two_are_asked_about(tmp_path):
    one = {f"beauty.{c}": "f2" for c in ("red", "green", "blue")}
    path = write(tmp_path / "a.exr", part(kinds={**one, "Z": "f4"}))
    assert read_frame(path, 1).colour == ("beauty.red", "beauty.green", "beauty.blue")
    write(path, part(kinds={**one, **{f"spec.{c}": "f2" for c in "RGB"}}))
    frame = read_frame(path, 1)
    with pytest.raises(PlateError, match=r"name the layer"):
        frame.stored(frame.header.data)


@pytest.mark.parametrize(("layer", "view"), [("specular", None), (None, "middle"), ("diffuse", "right")])
def test_a_layer_or_view_that_is_not_there_is_refused_with_what_is(tmp_path, layer, view):
    path = many_parts(tmp_path / "a.exr")
    with pytest.raises(PlateError, match=r"a\.exr.*view left.*view right") as refused:
        read_frame(path, 1, layer, view)
    assert (layer or view) in refused.value.expected


def test_a_deep_file_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(PlateError, match=r"a deep one.*DeepToImage"):
        read_frame(write(tmp_path / "a.exr", deep_part("deep")), 1)


def test_a_plate_that_changed_on_disk_after_it_was_read_is_not_mixed_with_the_frame(tmp_path):
    path = write(tmp_path / "a.exr", part())
    frame = touched(read_frame(path, 1))
    write(path, part(seed=5))
    with pytest.raises(PlateError, match=r"a\.exr.*let nothing write to the plate"):
        write_frame(frame, tmp_path / "b.exr")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.exr"]


def test_pixels_that_took_the_place_of_a_files_own_are_written_and_not_the_files(tmp_path):
    frame = read_frame(write(tmp_path / "a.exr", part()), 1)
    group = replace(frame.groups[0], pixels=frame.groups[0].pixels * np.float16(0.5))
    write_frame(replace(frame, groups=(group,)), tmp_path / "b.exr")
    np.testing.assert_array_equal(read_frame(tmp_path / "b.exr", 1).groups[0].pixels, group.pixels)


def test_colour_that_stands_among_channels_of_another_type_is_still_the_picture(tmp_path):
    path = write(tmp_path / "a.exr", part(kinds={"R": "f2", "r": "f4", "G": "f2", "g": "f4", "B": "f2", "b": "f4"}))
    frame = touched(read_frame(path, 1))
    write_frame(frame, tmp_path / "b.exr")
    before, after = channels(path), channels(tmp_path / "b.exr")
    rows, columns = slice(INSIDE.top, INSIDE.bottom), slice(INSIDE.left, INSIDE.right)
    for index, name in enumerate("RGB"):
        assert np.array_equal(after[name][rows, columns], frame.stored(TOUCHED)[..., index])
        after[name][rows, columns] = before[name][rows, columns]
    assert same(before, after)


def test_a_mip_mapped_part_is_no_picture_beside_one_that_is(tmp_path):
    plain = read_frame(write(tmp_path / "a.exr", part("beauty")), 1).header
    texture = plain.with_attributes(Attribute("openexr:levels", "string", "mip-mapped"))
    assert [found.part for found in pictures((texture, plain))] == [1]


def test_many_chunks_that_claim_the_same_bytes_are_refused(tmp_path):
    """The second part's table names its largest chunk for every place: more bytes than the file has."""
    path = write(tmp_path / "a.exr", part("left", view="left"), part("right", FLOATS, seed=1, view="left"))
    content = bytearray(path.read_bytes())
    tables = next(at for at in range(len(content)) if struct.unpack_from("<Q", content, at)[0] == at + 2 * 8 * LINES)
    offsets = list(struct.unpack_from(f"<{2 * LINES}Q", content, tables))
    sizes = [after - before for before, after in zip(offsets, [*offsets[1:], len(content)], strict=True)]
    largest = max(range(LINES, 2 * LINES), key=sizes.__getitem__)
    struct.pack_into(f"<{LINES}Q", content, tables + 8 * LINES, *[offsets[largest]] * LINES)
    path.write_bytes(content)
    with pytest.raises(PlateError, match="chunks of at most"):
        read_frame(path, 1)


def test_a_channel_with_a_long_name_is_flagged_as_before(tmp_path):
    long = "a" * 40 + ".Z"
    path = write(tmp_path / "a.exr", part(kinds={**HALVES, long: "f4"}))
    write_frame(touched(read_frame(path, 1)), tmp_path / "b.exr")
    write_frame(replace(read_frame(path, 1), file=None), tmp_path / "c.exr")
    words = {name: (tmp_path / name).read_bytes()[4:8] for name in ("a.exr", "b.exr", "c.exr")}
    assert words["a.exr"] == words["b.exr"] == words["c.exr"] == struct.pack("<I", 2 | 0x400)


def test_pxr24_beside_integers_is_told_as_one_that_does_not_keep_samples(tmp_path):
    frame = read_frame(made(tmp_path, "pxr24", "lines", "mixed"), 1)
    assert not keeps_samples(frame.header)
    assert keeps_samples(read_frame(made(tmp_path, "pxr24", "lines", "half"), 1).header)
