import json
from dataclasses import replace

import numpy as np
import pytest
from film_profiles import assert_same, film_profile
from grain_plates import TRUTH

from faceplate.errors import PlateError
from faceplate.grain import profile_as_json, profile_from_json, read_profile, sigma_at


@pytest.fixture
def profile():
    return film_profile()


def test_json_gives_standard_deviation_by_channel_over_exposure_bins():
    sigma = TRUTH.profile().sigma.copy()
    sigma[1, 2] = np.nan
    profile = replace(TRUTH.profile(), sigma=sigma)
    said = json.loads(json.dumps(profile_as_json(profile), allow_nan=False))
    assert said["exposure_bins"] == pytest.approx(profile.exposure)
    assert set(said["standard_deviation"]) == {"R", "G", "B"}
    assert said["standard_deviation"]["G"][2] is None
    assert said["standard_deviation"]["R"] == pytest.approx(profile.sigma[0])
    assert said["response"]["B"]["slope"] == pytest.approx(9e-4)
    assert said["frames"] == [1001, 1002]
    assert len(said["spectrum"]["R"]) == len(said["frequency_cycles_px"])
    assert said["measured"]["R"] == [None, None]


def test_json_holds_the_whole_profile_in_plain_numbers_and_gives_it_back(profile):
    text = json.dumps(profile_as_json(profile), allow_nan=False)
    assert_same(profile_from_json(json.loads(text)), profile)
    said = json.loads(text)
    assert said["models"] == {"R": "curve", "G": "curve", "B": "curve"}
    assert said["curve"]["exposure"][0] == 0
    assert [zone["exposure"] for zone in said["zones"]] == pytest.approx([0.05, 0.8])
    assert said["time_correlation"]["B"] is None


@pytest.mark.parametrize(
    ("path", "value", "came"),
    [
        (("version",), 4, "version 4, this Faceplate reads 2 and 3"),
        (("light",), "lamp", "light 'lamp', not camera or working"),
        (("light",), ["camera"], "another kind"),
        (("kernel",), None, "another kind"),
        (("kernel", "R"), [[1]], "another kind"),
        (("models", "G"), "spline", "models curve, spline, curve"),
        (("curve", "exposure"), [0, 1], "another kind"),
        (("standard_deviation", "B"), "much", "another kind"),
        (("response", "R", "floor"), -1, "negative"),
        (("response", "R", "floor"), 1e300, "not finite"),
        (("zones",), [{}], r"another kind \(without '[a-z]+'\)"),
        (("frames",), [1.5], "no whole numbers"),
        (("warnings",), {"a": 1}, "another kind"),
    ],
)
def test_json_that_was_edited_wrongly_is_refused(profile, tmp_path, path, value, came):
    said = profile_as_json(profile)
    *way, last = path
    place = said
    for name in way:
        place = place[name]
    place[last] = value
    file = tmp_path / "edited.json"
    file.write_text(json.dumps(said))
    with pytest.raises(PlateError, match=came):
        read_profile(file)


@pytest.mark.parametrize(
    "text", ["[1, 2, 3, 4, 5]", "{'a': 1, 'b': 2}", "[" * 100_000, "NaN and nothing else", "\x00" * 64]
)
def test_text_that_is_no_profile_is_refused(tmp_path, text):
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(PlateError, match="damaged file or one of another kind"):
        read_profile(file)


def test_a_curve_edited_in_the_json_is_what_grain_follows(profile, tmp_path):
    said = profile_as_json(profile)
    said["curve"]["standard_deviation"]["G"] = [2 * each for each in said["curve"]["standard_deviation"]["G"]]
    file = tmp_path / "stronger.json"
    file.write_text(json.dumps(said))
    level = np.full((1, 3), 0.18, np.float32)
    ratio = sigma_at(read_profile(file), level) / sigma_at(profile, level)
    assert ratio[0] == pytest.approx([1, 2, 1], rel=1e-5)
