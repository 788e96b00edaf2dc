import numpy as np
import pytest

import colour
from faceplate.colour import camera_light, from_working, load_config, rec709_config, working_light
from faceplate.errors import ColourError

SPACES = {
    "ARRI LogC3 (EI800)": "ARRI Wide Gamut 3",
    "Log3G10 REDWideGamutRGB": "REDWideGamutRGB",
    "S-Log3 S-Gamut3": "S-Gamut3",
    "sRGB Encoded Rec.709 (sRGB)": "sRGB",
    "ACES2065-1": "ACES2065-1",
}
LOGC3 = "ARRI LogC3 (EI800)"


@pytest.fixture(scope="module")
def coloured():
    picture = np.random.default_rng(1).uniform(-0.2, 4, (7, 11, 3)).astype(np.float32)
    picture[2, 3] = 0.18
    return picture


@pytest.mark.parametrize("encoding", SPACES)
def test_the_primaries_are_those_that_colour_science_knows(encoding):
    spaces = colour.RGB_COLOURSPACES
    # Makers adapt white by one or the other.
    expected = [
        colour.matrix_RGB_to_RGB(spaces[SPACES[encoding]], spaces["ACEScg"], way) for way in ("Bradford", "CAT02")
    ]
    found = camera_light(encoding).matrix[:, :3]
    assert min(np.abs(found - each).max() for each in expected) < 5e-4


@pytest.mark.parametrize("encoding", SPACES)
def test_there_and_back_is_the_picture_and_grey_is_the_same_in_both(coloured, encoding):
    light = camera_light(encoding)
    there = light.camera(coloured)
    assert light.working(there) == pytest.approx(coloured, abs=2e-6)
    assert there[2, 3] == pytest.approx([0.18] * 3, abs=1e-5)
    assert not light.is_working


def test_a_log_curve_turns_each_channel_of_it_by_itself(coloured):
    light = camera_light(LOGC3)
    one, other = light.camera(coloured), light.camera(coloured)
    other[..., 0] += np.float32(0.5)
    encode = from_working(LOGC3)
    codes, moved = encode(light.working(one)), encode(light.working(other))
    assert moved[..., 1:] == pytest.approx(codes[..., 1:], abs=2e-6)
    assert (moved[..., 0] > codes[..., 0]).all()


@pytest.mark.parametrize("encoding", ["ACEScg", "ACEScct", "ADX10", "ACEScc"])
def test_where_curve_and_primaries_cannot_be_told_apart_it_is_the_working_light_to_the_bit(coloured, encoding):
    light = camera_light(encoding)
    assert light is working_light
    assert light.is_working
    assert np.array_equal(light.camera(coloured), coloured)


def test_what_changed_is_changed_and_all_else_keeps_its_bits(coloured):
    light = camera_light(LOGC3)
    before = light.camera(coloured)
    after = before.copy()
    after[4, 5] += np.array([0.1, 0, -0.05], np.float32)
    changed = light.changed(coloured, before, after)
    moved = np.zeros((7, 11), bool)
    moved[4, 5] = True
    assert np.array_equal(changed[~moved], coloured[~moved])
    assert light.camera(changed)[4, 5] == pytest.approx(after[4, 5], abs=1e-6)


def test_samples_that_are_no_numbers_stay_and_do_not_spread(coloured):
    light, broken = camera_light(LOGC3), coloured.copy()
    broken[1, 1, 0], broken[3, 3, 2] = np.nan, np.inf
    there = light.camera(broken)
    assert np.isnan(there[1, 1, 0])
    assert np.isposinf(there[3, 3, 2])
    assert np.isfinite(there).sum() == there.size - 2
    same = light.changed(broken, there, there)
    assert np.array_equal(same, broken, equal_nan=True)


def test_it_follows_the_config_that_is_in_use():
    light = camera_light("sRGB Encoded Rec.709 (sRGB)", load_config())
    assert not light.is_working
    assert camera_light("sRGB Encoded Rec.709 (sRGB)", rec709_config()).is_working


def test_an_encoding_that_nobody_knows_is_refused():
    with pytest.raises(ColourError, match="choose from"):
        camera_light("no such space")
