import numpy as np
import pytest

from faceplate.colour import conversion, load_config, scene_linear
from faceplate.colour.swift import swift_conversion

CONFIG = load_config()
WORKING = scene_linear(CONFIG)
SPACES = ["srgb_rec709_scene", "ACEScct", "ACEScg", "ARRI LogC3 (EI800)", "lin_rec709_scene", "S-Log3 S-Gamut3"]


def light(seed=0):
    """Skin, highlights to 64, shadows and negatives, each pixel of one exposure."""
    random = np.random.default_rng(seed)
    exposure = 2.0 ** random.uniform(-12, 6, (60, 80, 1))
    tint = random.uniform(0.3, 1, (60, 80, 3))
    return (exposure * tint * np.where(random.random((60, 80, 1)) < 0.1, -0.05, 1)).astype(np.float32)


def worked_by_tables(convert):
    return "matrix" in convert.__code__.co_freevars


@pytest.mark.parametrize("space", SPACES)
def test_there_and_back_are_what_opencolorio_gives(space):
    picture = light()
    there, back = swift_conversion(WORKING, space, CONFIG), swift_conversion(space, WORKING, CONFIG)
    assert worked_by_tables(there)
    assert worked_by_tables(back)
    encoded = conversion(WORKING, space, CONFIG)(picture)
    np.testing.assert_allclose(
        there(picture), encoded, rtol=2e-5, atol=2e-6 * np.abs(encoded).max(axis=-1).min() + 2e-6
    )
    expected, scale = conversion(space, WORKING, CONFIG)(encoded), np.abs(picture).max(axis=-1, keepdims=True)
    assert (np.abs(back(encoded) - expected) <= 2e-5 * scale + 1e-6).all()


@pytest.mark.parametrize("space", SPACES)
def test_what_goes_there_comes_back(space):
    picture = light(1)
    back = swift_conversion(space, WORKING, CONFIG)(swift_conversion(WORKING, space, CONFIG)(picture))
    scale = np.abs(picture).max(axis=-1, keepdims=True)
    assert (np.abs(back - picture) <= 1e-4 * scale + 1e-5).all()


def test_nan_and_infinity_stay_what_they_are():
    picture = light()
    picture[3, 4], picture[5, 6, 0], picture[7, 8, 1] = np.nan, np.inf, -np.inf
    seen = swift_conversion(WORKING, "srgb_rec709_scene", CONFIG)(picture)
    odd = ~np.isfinite(picture)
    np.testing.assert_array_equal(seen[odd], picture[odd])
    assert np.isfinite(seen[~odd]).all()


@pytest.mark.parametrize("space", ["ARRI LogC3 (EI800)", "ACEScct"])
def test_light_that_a_float_does_not_hold_is_infinite(space):
    codes = np.full((1, 2, 3), 60000.0, np.float32)
    codes[0, 1] = 2.0**7
    assert (swift_conversion(space, WORKING, CONFIG)(codes) == np.inf).all()


def test_a_curve_alone_goes_by_tables_with_a_gain_at_either_end():
    picture = light()
    there = swift_conversion(WORKING, "ACEScct", CONFIG, gain_in=4)
    back = swift_conversion("ACEScct", WORKING, CONFIG, gain_out=0.25)
    assert worked_by_tables(there)
    assert worked_by_tables(back)
    encoded = there(picture)
    np.testing.assert_allclose(encoded, conversion(WORKING, "ACEScct", CONFIG)(picture * 4), rtol=2e-5, atol=2e-6)
    np.testing.assert_allclose(back(encoded), picture, rtol=2e-5, atol=1e-6)


def test_a_part_of_a_picture_is_converted_like_the_whole():
    picture = light()
    convert = swift_conversion(WORKING, "srgb_rec709_scene", CONFIG)
    np.testing.assert_array_equal(convert(picture[5:40, 7:50]), convert(picture)[5:40, 7:50])


@pytest.mark.parametrize("space", ["ADX10", "ACEScc"])
def test_a_space_that_is_more_than_a_curve_and_a_matrix_is_opencolorios_own_business(space):
    convert = swift_conversion(WORKING, space, CONFIG)
    assert convert is conversion(WORKING, space, CONFIG)
