import numpy as np
import pytest

from faceplate.colour import model_range, plate_codec, shown_plate
from faceplate.values import Sample
from swap_models import card


def halves(seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(-0.2, 1.1, (40, 50, 3)).astype(np.float16)


def slowly(stored, codec, light):
    rgb_model = light.encode(codec.decode(stored))
    return np.clip(np.nan_to_num(rgb_model, nan=0.0, posinf=1.0, neginf=0.0), *light.smooth)


@pytest.mark.parametrize("encoding", ["ARRI LogC3 (EI800)", "ACEScg", "ACEScct", "ADX10", "srgb_rec709_scene"])
@pytest.mark.parametrize("about", [{}, {"encoding": "acescct"}, {"encoding": "acescg"}, {"primaries": "ap1"}])
@pytest.mark.parametrize("sample", [Sample.HALF, Sample.FLOAT, Sample.UINT10])
def test_one_pass_shows_what_the_steps_show(encoding, about, sample):
    codec, light = plate_codec(encoding, sample), model_range(card(**about), 0.7)
    stored = halves().astype(np.float32)
    stored = np.rint(np.clip(stored, 0, 1) * 1023) if sample.top_code else stored
    stored = stored.astype(sample.dtype)
    np.testing.assert_allclose(shown_plate(stored, codec, light), slowly(stored, codec, light), rtol=2e-5, atol=2e-5)


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
