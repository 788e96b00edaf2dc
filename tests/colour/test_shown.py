import numpy as np
import pytest

from faceplate.colour import conversion, load_config, model_range, plate_codec, shown_plate
from faceplate.values import Sample
from swap_models import card


def halves(seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(-0.2, 1.1, (40, 50, 3)).astype(np.float16)


def samples(sample):
    codes = halves().astype(np.float32)
    return (np.rint(np.clip(codes, 0, 1) * 1023) if sample.top_code else codes).astype(sample.dtype)


def slowly(stored, codec, light):
    rgb_model = light.encode(codec.decode(stored))
    return np.clip(np.nan_to_num(rgb_model, nan=0.0, posinf=1.0, neginf=0.0), *light.smooth)


@pytest.mark.parametrize("encoding", ["ARRI LogC3 (EI800)", "ACEScg", "ACEScct", "ADX10", "srgb_rec709_scene"])
@pytest.mark.parametrize("about", [{}, {"encoding": "acescct"}, {"encoding": "acescg"}, {"primaries": "ap1"}])
@pytest.mark.parametrize("sample", [Sample.HALF, Sample.FLOAT, Sample.UINT10])
@pytest.mark.parametrize("exposure_ev", [0.0, 0.7])
def test_one_pass_shows_what_the_steps_show(encoding, about, sample, exposure_ev):
    codec, light = plate_codec(encoding, sample), model_range(card(**about), exposure_ev)
    stored = samples(sample)
    np.testing.assert_allclose(shown_plate(stored, codec, light), slowly(stored, codec, light), rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("encoding", ["ACEScg", "ARRI LogC4"])
@pytest.mark.parametrize("space", ["ACEScct", "srgb_rec709_scene", "srgb_ap1_scene", "ACEScg"])
@pytest.mark.parametrize("sample", [Sample.HALF, Sample.UINT10])
def test_a_model_is_shown_what_opencolorio_says(encoding, space, sample):
    stored, light = samples(sample), model_range(card(encoding=space))
    expected = conversion(encoding, space)((stored / (sample.top_code or 1)).astype(np.float32)).clip(*light.smooth)
    seen = shown_plate(stored, plate_codec(encoding, sample), light)
    np.testing.assert_allclose(seen, expected, rtol=2e-5, atol=1e-4)


def test_a_curve_on_the_working_primaries_is_applied(monkeypatch, tmp_path):
    house = tmp_path / "house.ocio"
    house.write_text(load_config().serialize().replace("scene_linear: ACEScg", "scene_linear: Linear Rec.709 (sRGB)"))
    monkeypatch.setenv("OCIO", str(house))
    grey = np.full((2, 2, 3), 0.5, np.float16)
    for exposure_ev, light in ((0.0, 0.5), (-1.0, 0.25)):
        seen = shown_plate(grey, plate_codec("scene_linear", Sample.HALF), model_range(card(), exposure_ev))
        np.testing.assert_allclose(seen, 1.055 * light ** (1 / 2.4) - 0.055, rtol=1e-4)


ENCODINGS = ["ACEScg", "ARRI LogC3 (EI800)", "ACEScct", "ADX10", "ACEScc", "Rec.2100-HLG - Display"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("space", ["srgb_rec709_scene", "ACEScct"])
@pytest.mark.parametrize("sample", [Sample.HALF, Sample.FLOAT])
def test_infinite_samples_are_shown_white_channel_by_channel(encoding, space, sample):
    stored = np.full((2, 3, 3), 0.5, sample.dtype)
    stored[0, 0], stored[0, 1, 0], stored[1, 0], stored[1, 1, 1], stored[1, 2, 2] = (
        np.inf,
        np.inf,
        np.nan,
        np.nan,
        -np.inf,
    )
    codec, light = plate_codec(encoding, sample), model_range(card(encoding=space))
    seen = shown_plate(stored, codec, light)
    np.testing.assert_array_equal(seen[0, 0], 1)
    assert seen[0, 1, 0] == 1
    assert (seen[0, 1, 1:] > 0).all()
    np.testing.assert_array_equal([*seen[1, 0], seen[1, 1, 1], seen[1, 2, 2]], 0)
    decoded = codec.decode(stored)
    np.testing.assert_array_equal(decoded[~np.isfinite(stored)], stored[~np.isfinite(stored)])
    assert not np.isnan(decoded[np.isfinite(stored)]).any()
    np.testing.assert_array_equal(light.encode(decoded)[0, 0], np.inf)
    assert codec.unprocessable(stored).counts == {"nan": 2, "infinite": 3, "beyond": 0}


@pytest.mark.parametrize("encoding", ["ARRI LogC3 (EI800)", "ARRI LogC4", "ACEScct", "S-Log3 S-Gamut3"])
@pytest.mark.parametrize("sample", [Sample.HALF, Sample.FLOAT])
@pytest.mark.parametrize("code", [12.0, 300.0, 60000.0])
def test_codes_of_more_light_than_a_float_holds_are_shown_white(encoding, sample, code):
    stored = np.full((2, 2, 3), code, sample.dtype)
    codec, light = plate_codec(encoding, sample), model_range(card())
    np.testing.assert_array_equal(shown_plate(stored, codec, light), 1)
    assert (codec.decode(stored) > 1e30).all()


def test_what_is_not_a_number_is_shown_black_and_nothing_is_shown_beyond_white():
    stored = halves()
    stored[3, 4], stored[5, 6], stored[7, 8] = np.nan, 60000.0, -60000.0
    codec, light = plate_codec("ACEScg", Sample.HALF), model_range(card())
    shown = shown_plate(stored, codec, light)
    np.testing.assert_array_equal(shown[3, 4], 0)
    np.testing.assert_array_equal(shown[5, 6], 1)
    np.testing.assert_allclose(shown[7, 8], light.smooth[0], rtol=1e-6)
    assert np.isfinite(shown).all()


def test_a_view_of_a_plate_is_shown_like_a_copy():
    stored = np.concatenate([halves(), halves(1)], axis=2)
    codec, light = plate_codec("ARRI LogC3 (EI800)", Sample.HALF), model_range(card())
    view = stored[5:30, 7:40, 1:4]
    view.setflags(write=False)
    np.testing.assert_array_equal(shown_plate(view, codec, light), shown_plate(view.copy(), codec, light))
