import numpy as np
import pytest

from faceplate.colour import conversion, to_log

ENCODINGS = ("ARRI LogC3 (EI800)", "sRGB - Texture", "S-Log3 S-Gamut3.Cine", "ACEScg")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_grey_comes_out_as_acescct_says(encoding):
    codes = np.linspace(0.0, 1.0, 10001, dtype=np.float32)
    grey = np.repeat(codes[None, :, None], 3, axis=-1)

    expected = conversion(encoding, "ACEScct")(grey)[..., 1]
    np.testing.assert_allclose(to_log(encoding)(grey), expected, atol=2e-4)


def test_a_stop_of_light_is_the_same_step_wherever_it_lies():
    light = np.repeat(np.float32(2.0) ** np.arange(-6, 12, dtype=np.float32)[None, :, None], 3, axis=-1)

    np.testing.assert_allclose(np.diff(to_log("ACEScg")(light)), 1 / 17.52, atol=1e-5)


def test_samples_that_are_no_numbers_or_below_black_become_finite_grey():
    light = np.full((1, 6, 3), 0.18, np.float32)
    light[0, 1:, 1] = np.nan, np.inf, -np.inf, -7.0, 3e38

    grey = to_log("ACEScg")(light)[0]
    assert np.isfinite(grey).all()
    assert grey[2] == grey[5] > grey[0] > grey[1] > grey[3] >= grey.min()


def test_what_is_given_is_not_changed():
    light = np.full((2, 2, 3), np.nan, np.float32)

    to_log("ACEScg")(light)
    assert np.isnan(light).all()
