import numpy as np
import pytest

import colour
from faceplate.colour import conversion, load_config, model_range, to_luminance, to_model_range
from faceplate.errors import ColourError
from swap_models import card

LIGHT = np.random.default_rng(0).uniform(-0.05, 64, (20, 30, 3)).astype(np.float32)


@pytest.mark.parametrize("encoding", ["srgb", "acescct", "acescg", "ARRI LogC3 (EI800)", "S-Log3 S-Gamut3"])
@pytest.mark.parametrize("primaries", ["", "rec709", "acescg", "p3d65", "Linear ARRI Wide Gamut 3"])
def test_every_curve_on_every_primaries_gives_its_light_back(encoding, primaries):
    light = model_range(card(encoding=encoding, primaries=primaries, white=1.5), 0.7)
    np.testing.assert_allclose(light.decode(light.encode(LIGHT)), LIGHT, rtol=2e-5, atol=2e-4)


def test_srgb_is_the_srgb_curve_on_rec709():
    seen = to_model_range(card(encoding="srgb"))(LIGHT)
    np.testing.assert_array_equal(seen, to_model_range(card(encoding="srgb_rec709_scene"))(LIGHT))


def test_a_curve_on_other_primaries_is_what_colour_science_says():
    light = np.random.default_rng(1).uniform(0.4, 1, (5, 6, 3)).astype(np.float32)
    seen = to_model_range(card(encoding="srgb", primaries="acescg"))(light)
    np.testing.assert_allclose(seen, colour.models.eotf_inverse_sRGB(light.astype(np.float64)), atol=2e-5)
    seen = to_model_range(card(encoding="acescct", primaries="rec709"))(light)
    matrix = colour.matrix_RGB_to_RGB(colour.RGB_COLOURSPACES["ACEScg"], colour.RGB_COLOURSPACES["sRGB"], "Bradford")
    expected = colour.models.log_encoding_ACEScct(light @ matrix.T)
    np.testing.assert_allclose(seen, expected, atol=2e-4)


def test_primaries_of_the_encoding_itself_change_nothing():
    seen = to_model_range(card(encoding="srgb", primaries="rec709"))(LIGHT)
    np.testing.assert_allclose(seen, to_model_range(card(encoding="srgb"))(LIGHT), rtol=1e-5, atol=1e-5)


def test_a_config_that_lacks_the_spaces_means_the_same(monkeypatch):
    name = "ocio://cg-config-v1.0.0_aces-v1.3_ocio-v2.1"
    about = card(encoding="ARRI LogC3 (EI800)", primaries="rec709")
    expected = to_model_range(about)(LIGHT)
    monkeypatch.setenv("OCIO", name)
    np.testing.assert_allclose(to_model_range(about, load_config(name))(LIGHT), expected, rtol=1e-3, atol=1e-3)


def test_exposure_goes_in_and_comes_out():
    light = model_range(card(white=2.0), 1.0)
    np.testing.assert_allclose(light.encode(LIGHT), to_model_range(card(white=1.0))(LIGHT), rtol=1e-6)
    np.testing.assert_allclose(light.decode(light.encode(LIGHT)), LIGHT, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("about", [{"encoding": "srgb"}, {"encoding": "acescct", "white": 3.0}, {"white": 100.0}])
def test_noise_round_black_is_filtered_with_the_plate_and_light_up_to_white(about):
    light = model_range(card(**about), 0.5)
    assert light.smooth[0] <= light.encode(np.full((1, 1, 3), max(-0.05 / light.gain, -1), np.float32)).min()
    assert light.smooth[1] == 1


@pytest.mark.parametrize("encoding", ["srgb", "acescct", "ARRI LogC3 (EI800)"])
@pytest.mark.parametrize("exposure_ev", [-6.0, -2.0, 2.0, 6.0])
def test_noise_is_noise_in_the_light_that_the_model_sees(encoding, exposure_ev):
    light = model_range(card(encoding=encoding), exposure_ev)
    lowest, unexposed = light.smooth[0], model_range(card(encoding=encoding)).smooth[0]
    assert min(0, light.encode(np.full((1, 1, 3), -1, np.float32)).min()) <= lowest
    if exposure_ev > -4:
        assert lowest == pytest.approx(unexposed, rel=1e-4)


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"primaries": "acescct"}, "expected primaries that are a scene-linear space; came acescct. Next: name one"),
        ({"primaries": "nowhere"}, "nowhere"),
        ({"encoding": "nowhere"}, "nowhere"),
        ({"encoding": "nowhere", "primaries": "rec709"}, "nowhere"),
        (
            {"encoding": "ADX10", "primaries": "ap1"},
            "expected an encoding with a linear space of its own .* came ADX10",
        ),
    ],
)
def test_what_no_picture_can_stand_in_is_refused(about, words):
    with pytest.raises(ColourError, match=words):
        model_range(card(**about))


@pytest.mark.parametrize(
    ("encoding", "space", "adaptation"),
    [
        ("ACEScg", "ACEScg", "Bradford"),
        ("Linear Rec.709 (sRGB)", "sRGB", "Bradford"),
        ("Linear ARRI Wide Gamut 3", "ARRI Wide Gamut 3", "CAT02"),
    ],
)
def test_luminance_is_what_colour_science_says(encoding, space, adaptation):
    rgb = np.random.default_rng(2).uniform(-0.1, 4, (3, 50, 3)).astype(np.float32)
    working = colour.RGB_COLOURSPACES["ACEScg"]
    at_its_white = rgb @ colour.matrix_RGB_to_RGB(colour.RGB_COLOURSPACES[space], working, adaptation).T
    expected = colour.RGB_luminance(at_its_white, working.primaries, working.whitepoint)
    np.testing.assert_allclose(to_luminance(encoding)(rgb), expected, rtol=1e-3, atol=1e-3)


def test_white_has_the_luminance_of_its_light_in_every_encoding():
    for encoding in ("ACEScg", "ARRI LogC4", "S-Log3 S-Gamut3", "srgb_rec709_scene"):
        grey = conversion("ACEScg", encoding)(np.full((1, 1, 3), 0.18, np.float32))
        np.testing.assert_allclose(to_luminance(encoding)(grey), 0.18, rtol=1e-4)


def test_samples_that_are_no_numbers_have_no_luminance():
    rgb = np.float32([[[np.nan, 1, 1], [1, np.inf, 1], [1, 1, -np.inf], [1, 1, 1]]])
    luminance = to_luminance("ACEScg")(rgb)[0]
    assert np.isnan(luminance[:3]).all()
    assert luminance[3] == pytest.approx(1.0)
