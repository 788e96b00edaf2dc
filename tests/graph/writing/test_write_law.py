"""What nothing changed leaves as it came: to the bit, whatever the encoding and whatever the sample holds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faceplate.colour import native_spaces
from faceplate.graph.knobs import Moment
from faceplate.plate import read_frame, write_frame
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window
from script_shots import (
    LOG,
    exr_frame,
    node,
    read,
    root,
    session_of,
    stored_plate,
    write,
    write_dpx_plate,
    write_exr_plate,
    written_frame,
)

OCIO_ENCODINGS = (
    LOG, "ARRI LogC4", "S-Log3 S-Gamut3.Cine", "V-Log V-Gamut", "Log3G10 REDWideGamutRGB", "CanonLog3 CinemaGamut D55",
    "BMDFilm WideGamut Gen5", "DaVinci Intermediate WideGamut", "Apple Log", "D-Log D-Gamut", "ACEScc", "ACEScct",
    "ACES2065-1", "ACEScg", "ADX10", "sRGB Encoded Rec.709 (sRGB)",
)  # fmt: skip
NOTHING = node("Dot", name="Dot1")


def written(*script, at=1001, path="out.1001.exr", number=None):
    """The frame that Write1 makes."""
    session = session_of(*script)
    target = session.pull().node(session.named("Write1"), Moment(at))
    return written_frame(target, Path(path), at if number is None else number)


def bits(frame, name):
    group = next(group for group in frame.groups if name in group.names)
    return group.pixels[..., group.names.index(name)].tobytes()


def same_samples(left, right):
    assert left.header.channels == right.header.channels
    assert left.header.samples == right.header.samples
    assert {name: bits(left, name) for name in left.header.channels} == {
        name: bits(right, name) for name in right.header.channels
    }


def through_disk(frame, path):
    """The frame encoded anew, without its link to a file, and read back."""
    write_frame(replace(frame, file=None), path)
    return read_frame(path, frame.number)


@pytest.fixture(scope="module")
def half(tmp_path_factory):
    return write_exr_plate(tmp_path_factory.mktemp("half"))


@pytest.fixture(scope="module")
def single(tmp_path_factory):
    folder = tmp_path_factory.mktemp("float")
    write_frame(exr_frame(1001, stored_plate(Sample.FLOAT, seed=1001)), folder / "plate.1001.exr")
    return f"{folder}/plate.%04d.exr"


@pytest.mark.parametrize("encoding", OCIO_ENCODINGS)
def test_a_half_plate_leaves_with_its_own_samples_in_every_encoding(half, tmp_path, encoding):
    frame = written(
        root(), read(half, colorspace=encoding), NOTHING, write("o.%04d.exr", colorspace=encoding, compression="none")
    )
    plate = read_frame(half % 1001, 1001)
    same_samples(frame, plate)
    same_samples(through_disk(frame, tmp_path / "o.exr"), plate)


@pytest.mark.parametrize("encoding", native_spaces())
def test_nukes_own_curves_give_the_samples_back_too(half, encoding):
    own = {"colorspace": encoding}
    frame = written(root(colorManagement="Nuke"), read(half, **own), NOTHING, write("o.%04d.exr", **own))
    same_samples(frame, read_frame(half % 1001, 1001))


@pytest.mark.parametrize("knobs", [{"raw": "true"}, {"colorspace": "Raw"}, {"premultiplied": "true"}])
def test_raw_and_premultiplied_plates_leave_as_they_came(half, knobs):
    frame = written(root(), read(half, **knobs), write("o.%04d.exr", **knobs))
    same_samples(frame, read_frame(half % 1001, 1001))


@pytest.mark.parametrize("encoding", [LOG, "ACEScc", "ACEScg", "ADX10"])
def test_a_float_plate_keeps_every_bit(single, encoding):
    about = {"colorspace": encoding}
    frame = written(root(), read(single, **about), write("o.%04d.exr", datatype="32 bit float", **about))
    same_samples(frame, read_frame(single % 1001, 1001))


@pytest.mark.parametrize("encoding", [LOG, "ACEScc", "ADX10", "S-Log3 S-Gamut3"])
@pytest.mark.parametrize("sample", [Sample.UINT8, Sample.UINT10, Sample.UINT12, Sample.UINT16])
def test_a_dpx_leaves_with_its_own_codes(tmp_path, sample, encoding):
    pattern = write_dpx_plate(tmp_path, sample, [1001])
    depth = f"{sample.value.removeprefix('uint')} bit"
    about = {"colorspace": encoding}
    script = (root(), read(pattern, **about), write("o.%04d.dpx", channels="rgb", datatype=depth, **about))
    frame, plate = written(*script, path="o.1001.dpx"), read_frame(pattern % 1001, 1001)
    same_samples(frame, plate)
    same_samples(through_disk(frame, tmp_path / "o.dpx"), plate)


@pytest.mark.parametrize(("sample", "depth"), [(Sample.UINT8, "8 bit"), (Sample.UINT16, "16 bit")])
@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_stills_leave_with_their_own_codes(tmp_path, kind, sample, depth):
    window = Window(0, 0, 64, 48)
    names = ("R", "G", "B", "A")
    header = Header(kind, window, window, names, (sample,) * 4)
    pixels = stored_plate(sample, names)
    write_frame(Frame(1, "made", header, (ChannelGroup(names, pixels),)), tmp_path / f"p.0001.{kind}")
    native = root(colorManagement="Nuke")
    script = (native, read(f"{tmp_path}/p.%04d.{kind}", colorspace="default", first=1, last=1))
    target = write(f"o.%04d.{kind}", colorspace="default", datatype=depth, channels="rgba", compression=0)
    frame = written(*script, target.replace(" compression 0\n", ""), at=1, path=f"o.0001.{kind}")
    assert frame.groups[0].pixels.tobytes() == pixels.tobytes()


def test_an_untouched_plate_has_the_plates_header_entry_for_entry(half, tmp_path):
    frame = written(root(), read(half), NOTHING, write("o.%04d.exr"))
    plate = read_frame(half % 1001, 1001)
    back = through_disk(
        replace(frame, header=frame.header.with_attributes(Attribute("compression", "string", "zip"))),
        tmp_path / "o.exr",
    )
    assert set(back.header.attributes) == set(plate.header.attributes)
    assert replace(back.header, attributes=()) == replace(plate.header, attributes=())


def test_an_untouched_plate_takes_over_the_chunks_of_its_file(half):
    frame = written(root(), read(half), NOTHING, write("o.%04d.exr"))
    assert frame.kept is not None
    assert frame.kept.changed.is_empty
    assert all(group.pixels is own for group, own in zip(frame.groups, frame.kept.pixels, strict=True))


def test_only_what_a_node_touched_is_changed(half):
    mask = node("Constant", 0, color="1", channels="rgba", format="64 48 0 0 64 48 1 p", name="C1")
    mask += node("Crop", name="Crop1", box="20 10 30 25")
    grade = node("Grade", "1+1", name="Grade1", white=2, black_clamp="false", channels="rgb")
    frame = written(root(), mask, read(half), grade, write("o.%04d.exr"))
    plate = read_frame(half % 1001, 1001)
    assert frame.kept is not None
    assert frame.kept.changed == Window(20, 48 - 25, 30, 48 - 10)
    rows, columns = frame.kept.changed.slices(plate.header.data)
    ours, theirs = (each.groups[0].pixels.copy().view(np.uint16) for each in (frame, plate))
    assert (ours[rows, columns, :3] != theirs[rows, columns, :3]).mean() > 0.9
    ours[rows, columns] = theirs[rows, columns] = 0
    assert ours.tobytes() == theirs.tobytes()


def test_a_pixel_that_is_the_plates_keeps_its_sample_even_inside_what_changed(half):
    """NaN grades to NaN and stays the plate's own NaN, payload and sign, amid pixels that changed."""
    grade = node("Grade", name="Grade1", white=2, black_clamp="false")
    frame = written(root(), read(half), grade, write("o.%04d.exr"))
    ours, theirs = (each.groups[0].pixels for each in (frame, read_frame(half % 1001, 1001)))
    lost = np.isnan(theirs[..., :3]).any(axis=-1)
    assert lost.sum() >= 2
    assert np.isnan(ours[..., :3]).any(axis=-1)[lost].all()
    assert ours[..., 3].tobytes() == theirs[..., 3].tobytes()


@pytest.mark.parametrize(
    "between",
    [
        node("Switch", name="S1", which=0),
        node("TimeOffset", name="T1", time_offset=0),
        node("Grade", name="G1", white=3, disable="true"),
        node("Group", name="G1") + node("Input", 0, name="Input1") + node("Dot") + node("Output") + "end_group\n",
        node("Grade", name="G1", black_clamp="false"),
        node("Blur", name="B1", size=0),
        node("ColorMatrix", name="M1"),
        node("Saturation", name="S1"),
    ],
    ids=["switch", "time", "disabled", "group", "grade", "blur", "matrix", "saturation"],
)
def test_the_plate_is_found_through_what_stands_between(half, between):
    same_samples(written(root(), read(half), between, write("o.%04d.exr")), read_frame(half % 1001, 1001))


def test_another_frame_of_the_plate_leaves_with_its_samples_too(half):
    frame = written(root(), read(half), node("TimeOffset", time_offset=-2), write("o.%04d.exr"))
    same_samples(frame, read_frame(half % 1003, 1003))


@pytest.mark.parametrize("data", [Window(-8, -6, 72, 54), Window(10, 6, 40, 30), Window(-20, 10, 20, 60)])
def test_overscan_and_small_windows_are_kept_with_their_place(tmp_path, data):
    pixels = stored_plate(size=(data.width, data.height))
    write_frame(exr_frame(1001, pixels, data=data, origin=(7, -9), pixel_aspect=2.0), tmp_path / "plate.1001.exr")
    frame = written(root(), read(f"{tmp_path}/plate.%04d.exr"), write("o.%04d.exr"))
    plate = read_frame(tmp_path / "plate.1001.exr", 1001)
    same_samples(frame, plate)
    assert replace(frame.header, attributes=()) == replace(plate.header, attributes=())


def test_the_place_of_the_display_window_stays_whatever_the_box(tmp_path):
    """A face that grows the data window in one frame alone moves no frame against the next."""
    pixels = stored_plate(size=(40, 30))
    write_frame(exr_frame(1001, pixels, data=Window(10, 6, 50, 36), origin=(7, -9)), tmp_path / "plate.1001.exr")
    size = "64 48 0 0 64 48 1 f"
    face = node("Constant", 0, name="C1", channels="rgba", color=0.3, format=size)
    face += node("Crop", name="K1", box="0 15 40 30") + read(f"{tmp_path}/plate.%04d.exr")
    frame = written(root(format=size), face, node("Merge2", 2, name="M1"), write("o.%04d.exr"))
    assert frame.header.data == Window(0, 6, 50, 36)
    assert frame.header.origin == through_disk(frame, tmp_path / "o.exr").header.origin == (7, -9)
    other = node("Reformat", name="R1", type="to box", box_width=32, box_height=24, box_fixed="true")
    assert written(root(), read(f"{tmp_path}/plate.%04d.exr"), other, write("o.%04d.exr")).header.origin == (0, 0)


def test_a_crop_of_the_plate_has_the_plates_samples_in_its_own_window(half):
    frame = written(root(), read(half), node("Crop", name="Crop1", box="10 8 50 40"), write("o.%04d.exr"))
    plate = read_frame(half % 1001, 1001)
    window = frame.header.data
    assert frame.file is None
    rows, columns = Window(10, 8, 50, 40).slices(Window(0, 0, 64, 48))
    inner = Window(10, 8, 50, 40).slices(window)
    assert frame.groups[0].pixels[inner].tobytes() == plate.groups[0].pixels[rows, columns].tobytes()


def test_layers_leave_under_the_names_they_came_with(tmp_path):
    names = ("R", "G", "B", "A", "Z", "diffuse.R", "diffuse.G", "diffuse.B", "forward.u", "id")
    write_frame(exr_frame(1001, stored_plate(names=names), names), tmp_path / "plate.1001.exr")
    frame = written(root(), read(f"{tmp_path}/plate.%04d.exr"), write("o.%04d.exr"))
    same_samples(frame, read_frame(tmp_path / "plate.1001.exr", 1001))


def test_another_encoding_or_sample_is_encoded(half):
    """Nothing of the plate is taken over where the file stores it in another way."""
    plate = read_frame(half % 1001, 1001)
    fine = np.isfinite(plate.groups[0].pixels[..., :3]).all(axis=-1) & (
        np.abs(plate.groups[0].pixels[..., :3]) < 1
    ).all(axis=-1)
    other = written(root(), read(half), write("o.%04d.exr", colorspace="ARRI LogC4"))
    wider = written(root(), read(half), write("o.%04d.exr", datatype="32 bit float"))
    assert (other.groups[0].pixels[fine][:, :3] != plate.groups[0].pixels[fine][:, :3]).mean() > 0.9
    assert wider.groups[0].pixels.dtype == np.float32
    assert wider.groups[0].pixels[fine][:, :3] == pytest.approx(
        plate.groups[0].pixels[fine][:, :3].astype(float), abs=1e-5
    )
