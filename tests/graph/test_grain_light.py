"""Grain goes by the light that the camera saw in each channel, not by what its primaries make of it elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from faceplate.colour import camera_light, conversion, from_working
from faceplate.grain import FaceDegrainSettings, FaceRegrainSettings, read_profile, sigma_at, write_profile
from faceplate.graph import apply_grain, measure_shot_grain, open_encoded_plate, remove_grain, run_grain_pass
from faceplate.plate import write_frame
from faceplate.values import ChannelGroup, Frame, Header, Sample, Window

ENCODING, LINEAR = "Log3G10 REDWideGamutRGB", "Linear REDWideGamutRGB"
FRAMES = (1001, 1002, 1003, 1004)
SIDE = 128
RESPONSE = np.array([[3.2e-4, 4.0e-6], [2.4e-4, 3.0e-6], [4.4e-4, 6.0e-6]])
# In the camera's primaries: greys, skin, lips, foliage, and faces lit by red, green and blue lamps.
GREYS = [[0.01] * 3, [0.04] * 3, [0.18] * 3, [0.7] * 3, [1.2] * 3, [0.1, 0.2, 0.4]]
SEEN = [[0.5, 0.35, 0.28], [0.3, 0.1, 0.1], [0.06, 0.1, 0.03], [0.6, 0.04, 0.02], [0.08, 0.3, 0.1], [0.02, 0.05, 0.6]]
COLOURS = np.array([*GREYS, *SEEN])
TOLERANCE = 0.05  # a patch of 100 x 100 pixels tells a standard deviation within 2 % three times out of four


def sigma(colours):
    return np.sqrt(RESPONSE[:, 0] * colours + RESPONSE[:, 1])


def patches():
    grid = COLOURS.reshape(3, 4, 3)
    return np.repeat(np.repeat(grid, SIDE, axis=0), SIDE, axis=1).astype(np.float32)


def written(folder, picture_of):
    """Frames as a camera writes them, of pictures in its own linear light."""
    encode = conversion(LINEAR, ENCODING)
    folder.mkdir()
    for number in FRAMES:
        pixels = encode(picture_of(number).astype(np.float32)).astype(np.float16)
        window = Window(0, 0, pixels.shape[1], pixels.shape[0])
        header = Header("openexr", window, window, ("R", "G", "B"), (Sample.HALF,) * 3)
        frame = Frame(number, "generated", header, (ChannelGroup(("R", "G", "B"), pixels),))
        write_frame(frame, folder / f"p.{number}.exr")
    return open_encoded_plate(str(folder / "p.%04d.exr"), None, ENCODING)


def in_camera(plate):
    decode = conversion(ENCODING, LINEAR)
    window = plate.read(FRAMES[0]).header.data
    return np.array([decode(plate.read(number).stored(window).astype(np.float32)) for number in plate.frames])


def by_patch(pictures):
    """The inner pixels of each patch: patches x samples x 3."""
    cut = pictures.reshape(len(pictures), 3, SIDE, 4, SIDE, 3)[:, :, 14:-14, :, 14:-14]
    return cut.transpose(1, 3, 0, 2, 4, 5).reshape(12, -1, 3)


def grainy(number):
    random = np.random.default_rng(number)
    return patches() + random.standard_normal(patches().shape) * sigma(patches())


@pytest.fixture(scope="module")
def plate(tmp_path_factory):
    return written(tmp_path_factory.mktemp("plate") / "p", grainy)


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return written(tmp_path_factory.mktemp("clean") / "c", lambda _: patches())


@pytest.fixture(scope="module")
def profile(plate):
    return measure_shot_grain(plate, plate.frames)


def test_a_coloured_plate_is_measured_in_its_own_primaries(profile):
    assert profile.light == "camera"
    found = sigma_at(profile, COLOURS.astype(np.float32))
    assert found == pytest.approx(sigma(COLOURS), rel=TOLERANCE)


def test_new_grain_is_as_strong_on_every_colour_as_the_cameras(profile, clean, tmp_path):
    output = str(tmp_path / "o.%04d.exr")
    run_grain_pass(apply_grain(clean, profile=profile, settings=FaceRegrainSettings(), output=output))
    made = by_patch(in_camera(open_encoded_plate(output, None, ENCODING)))
    assert made.std(axis=1) == pytest.approx(sigma(COLOURS), rel=TOLERANCE)
    assert made.mean(axis=1) == pytest.approx(COLOURS, rel=3e-3, abs=1e-3)


def test_grain_that_was_added_is_written_in_the_working_space(profile, clean, tmp_path):
    """So that it can be added to the comp by hand."""
    outputs = {kind: str(tmp_path / kind.replace(" ", "_") / "o.%04d.exr") for kind in ("adapted grain", "regrained")}
    for kind, output in outputs.items():
        grain_pass = apply_grain(clean, profile=profile, settings=FaceRegrainSettings(), output=output, kind=kind)
        run_grain_pass(grain_pass)
    grain, grained = (open_encoded_plate(path, None, space).read(FRAMES[0]) for path, space in (
        (outputs["adapted grain"], "ACEScg"), (outputs["regrained"], ENCODING)
    ))  # fmt: skip
    window = grain.header.data
    comp = conversion(ENCODING, "ACEScg")(clean.read(FRAMES[0]).stored(window).astype(np.float32))
    by_hand = from_working(ENCODING)(comp + grain.stored(window).astype(np.float32))
    assert by_hand == pytest.approx(grained.stored(window).astype(np.float32), abs=1e-3)


def test_a_degrained_plate_is_clean_on_every_colour(profile, plate, tmp_path):
    output = str(tmp_path / "o.%04d.exr")
    run_grain_pass(remove_grain(plate, profile, FaceDegrainSettings(), output))
    left = by_patch(in_camera(open_encoded_plate(output, None, ENCODING))).std(axis=1) / sigma(COLOURS)
    assert left.max() < 0.25


def test_the_plate_comes_back_to_the_bit_where_its_own_grain_does(profile, plate, tmp_path):
    removed, output = str(tmp_path / "c.%04d.exr"), str(tmp_path / "o.%04d.exr")
    run_grain_pass(remove_grain(plate, profile, FaceDegrainSettings(), removed))
    back = open_encoded_plate(removed, None, ENCODING)
    settings = FaceRegrainSettings()
    run_grain_pass(apply_grain(back, plate=plate, clean=back, profile=profile, settings=settings, output=output))
    for number in FRAMES:
        before, after = plate.read(number), open_encoded_plate(output, None, ENCODING).read(number)
        window = before.header.data
        assert np.array_equal(before.stored(window), after.stored(window))


@pytest.mark.parametrize("suffix", ["grain", "json"])
def test_a_file_keeps_in_which_light_a_profile_holds(profile, tmp_path, suffix):
    path = tmp_path / f"p.{suffix}"
    write_profile(profile, path)
    assert read_profile(path).light == "camera"
    write_profile(replace(profile, light="working"), path)
    assert read_profile(path).light == "working"


def test_a_profile_of_the_working_space_is_used_there(clean, profile, tmp_path):
    output = str(tmp_path / "o.%04d.exr")
    told = replace(profile, light="working")
    run_grain_pass(apply_grain(clean, profile=told, settings=FaceRegrainSettings(), output=output))
    grained, before = (in_camera(each) for each in (open_encoded_plate(output, None, ENCODING), clean))
    added = camera_light(ENCODING).working(by_patch(grained - before))
    working = camera_light(ENCODING).working(COLOURS[None].astype(np.float32))[0]
    positive = working > 0.02
    assert added.std(axis=1)[positive] == pytest.approx(sigma_at(told, working)[positive], rel=TOLERANCE)
