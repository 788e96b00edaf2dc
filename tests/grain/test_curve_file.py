"""The response as a curve in JSON: written, edited, read back."""

import json

import numpy as np
import pytest
from grain_plates import TRUTH

from faceplate.errors import PlateError
from faceplate.grain import sigma_at
from faceplate.grain.profile.curve_file import curve_as_json, with_curve

GREY = np.repeat((0.18 * np.exp2(np.linspace(-7, 4, 45)))[:, None], 3, axis=1).astype(np.float32)


def written(tmp_path, told):
    path = tmp_path / "curve.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return path


def test_a_curve_that_is_written_and_read_gives_the_same_strengths(tmp_path):
    profile = TRUTH.profile()
    back = with_curve(profile, written(tmp_path, curve_as_json(profile)))
    np.testing.assert_allclose(sigma_at(back, GREY), sigma_at(profile, GREY), rtol=0.01)
    np.testing.assert_array_equal(back.kernel, profile.kernel)


def test_an_edited_curve_is_what_grain_is_made_by(tmp_path):
    told = curve_as_json(TRUTH.profile())
    told["standard_deviation"]["G"] = [2 * each for each in told["standard_deviation"]["G"]]
    back = with_curve(TRUTH.profile(), written(tmp_path, told))
    ratio = sigma_at(back, GREY) / sigma_at(TRUTH.profile(), GREY)
    np.testing.assert_allclose(ratio, np.broadcast_to([1, 2, 1], ratio.shape), rtol=0.015)


def test_a_curve_that_falls_towards_the_light_is_kept_as_it_is(tmp_path):
    exposure, sigma = [0.0, 0.1, 1.0], [0.02, 0.01, 0.005]
    told = {"exposure": exposure, "standard_deviation": dict.fromkeys("RGB", sigma)}
    back = with_curve(TRUTH.profile(), written(tmp_path, told))
    at = np.repeat(np.float32(exposure)[:, None], 3, axis=1)
    np.testing.assert_allclose(sigma_at(back, at)[:, 0], sigma, rtol=0.01)
    assert back.response.any(axis=1).all()


def test_a_channel_that_is_zero_has_no_grain(tmp_path):
    told = {"exposure": [0.0, 1.0], "standard_deviation": {"R": [0, 0], "G": [0.01, 0.01], "B": [0.01, 0.02]}}
    back = with_curve(TRUTH.profile(), written(tmp_path, told))
    assert back.response.any(axis=1).tolist() == [False, True, True]
    assert not sigma_at(back, GREY)[:, 0].any()


@pytest.mark.parametrize(
    ("told", "came"),
    [
        ("not json", "JSONDecodeError"),
        ({"exposure": [0, 1]}, "KeyError: 'standard_deviation'"),
        ({"exposure": [0, 1], "standard_deviation": dict.fromkeys("RGB", (1,))}, "strengths of shape"),
        ({"exposure": [1, 1], "standard_deviation": dict.fromkeys("RGB", (1, 1))}, "do not rise"),
        ({"exposure": [-1, 1], "standard_deviation": dict.fromkeys("RGB", (1, 1))}, "do not rise"),
        ({"exposure": [0, 1], "standard_deviation": dict.fromkeys("RGB", (1, -1))}, "negative"),
        ('{"exposure": [0, 1], "standard_deviation": {"R": [0, NaN], "G": [0, 1], "B": [0, 1]}}', "no numbers"),
        ({"exposure": "a", "standard_deviation": dict.fromkeys("RGB", "b")}, "ValueError"),
        ([], "TypeError"),
    ],
)
def test_what_is_no_curve_is_refused(tmp_path, told, came):
    with pytest.raises(PlateError, match=came):
        with_curve(TRUTH.profile(), written(tmp_path, told))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PlateError, match="No such file"):
        with_curve(TRUTH.profile(), tmp_path / "none.json")
