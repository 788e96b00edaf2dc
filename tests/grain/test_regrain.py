from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from grain_plates import TRUTH, field_of

from faceplate.errors import CallError
from faceplate.grain import FACE_REGRAIN, FaceRegrainSettings, regrain, sigma_at
from faceplate.spec import registered
from faceplate.values import Window

WINDOW = Window(-10, 30, 190, 180)
SHAPE = (150, 200)


@pytest.fixture(scope="module")
def profile():
    return TRUTH.profile()


def comp(level=0.18):
    return np.full((*SHAPE, 3), level, np.float32)


def given(picture, kept, profile, window=WINDOW, **knobs):
    return regrain(picture, kept, profile, window, 1001, FaceRegrainSettings(**knobs))


def share(value):
    return np.full(SHAPE, value, np.float32)


def test_a_picture_with_all_its_grain_passes_through_bit_for_bit(profile):
    picture = comp()
    picture[0, :6, 0] = (-0.0, np.nan, np.inf, -np.inf, 1e-40, -5)
    assert np.array_equal(given(picture, share(1), profile).view(np.uint32), picture.view(np.uint32))


def test_amount_0_passes_through_bit_for_bit(profile):
    picture = -comp(0.0)
    assert np.array_equal(given(picture, share(0), profile, amount=0.0).view(np.uint32), picture.view(np.uint32))


def test_only_pixels_that_lack_grain_change(profile):
    kept = share(1)
    kept[40:60, 50:90] = 0.3
    changed = (given(comp(), kept, profile) != comp()).any(axis=-1)
    assert changed[40:60, 50:90].all()
    assert changed.sum() == 20 * 40


@pytest.mark.parametrize("kept", [0.0, 0.6, 0.9])
@pytest.mark.parametrize("level", [0.01, 0.18, 3.0])
def test_new_grain_makes_up_the_variance_that_is_missing(profile, kept, level):
    added = given(comp(level), share(kept), profile) - comp(level)
    total = np.sqrt(added.std(axis=(0, 1)) ** 2 + (kept * TRUTH.sigma(level)) ** 2)
    assert total == pytest.approx(TRUTH.sigma(level), rel=0.03)


def test_a_clean_picture_gets_sigma_times_the_field(profile):
    picture = comp() * np.linspace(0, 4, 200, dtype=np.float32)[None, :, None]
    expected = picture + sigma_at(profile, picture) * field_of(profile, WINDOW, 1001)
    assert given(picture, share(0), profile) == pytest.approx(expected, abs=1e-7)


def test_a_crop_of_the_result_is_the_result_of_the_crop(profile):
    inner = Window(20, 50, 90, 111)
    rows, columns = inner.slices(WINDOW)
    picture = np.random.default_rng(0).random((*SHAPE, 3)).astype(np.float32)
    kept = np.random.default_rng(1).random(SHAPE).astype(np.float32)
    whole = given(picture, kept, profile)[rows, columns]
    part = given(picture[rows, columns], kept[rows, columns], profile, inner)
    assert np.array_equal(whole, part)


def test_values_below_0_and_above_1_survive_and_broken_samples_stay(profile):
    picture = comp()
    picture[0, :5, 1] = (-3, 50, np.nan, np.inf, -np.inf)
    out = given(picture, share(0), profile)
    assert out[0, :2, 1] == pytest.approx([-3, 50], abs=1)
    assert np.isnan(out[0, 2, 1])
    assert out[0, 3, 1] == np.inf
    assert out[0, 4, 1] == -np.inf
    assert np.isfinite(out).sum() == out.size - 3


def test_trims_scale_their_channel(profile):
    plain = given(comp(), share(0), profile) - comp()
    trimmed = given(comp(), share(0), profile, red=2.0, green=0.0, amount=0.5) - comp()
    assert trimmed[..., 0] == pytest.approx(plain[..., 0], abs=1e-6)
    assert not trimmed[..., 1].any()
    assert trimmed[..., 2] == pytest.approx(plain[..., 2] / 2, abs=1e-6)


def test_grain_is_as_strong_below_black_as_at_black_and_finite_everywhere(profile):
    odd = np.array([[-1e30], [-1], [0], [65504], [1e38], [np.inf], [-np.inf], [np.nan]], np.float32).repeat(3, axis=1)
    sigma = sigma_at(profile, odd)
    assert np.isfinite(sigma).all()
    assert np.array_equal(sigma[0], sigma[2])
    assert np.array_equal(sigma[1], sigma[2])
    assert sigma[3] == pytest.approx(TRUTH.sigma(65504), rel=1e-4)


def test_a_profile_without_grain_adds_none(profile):
    silent = replace(profile, response=np.zeros((3, 2), np.float32))
    assert np.array_equal(given(comp(), share(0), silent), comp())


def test_the_input_is_left_as_it_was(profile):
    picture = comp()
    given(picture, share(0), profile)
    assert np.array_equal(picture, comp())


def test_a_view_has_its_own_grain_and_no_view_that_of_the_seed(profile):
    settings, same = FaceRegrainSettings(seed=5), FaceRegrainSettings(seed=5, stereo="same pattern")
    plain, left, right = (
        regrain(comp(), share(0), profile, WINDOW, 1001, settings, view=view) - comp() for view in ("", "left", "right")
    )
    assert np.abs(np.corrcoef(left.ravel(), right.ravel())[0, 1]) < 0.02
    assert np.array_equal(plain, given(comp(), share(0), profile, seed=5) - comp())
    both = [regrain(comp(), share(0), profile, WINDOW, 1001, same, view=view) - comp() for view in ("left", "right")]
    assert np.array_equal(both[0], both[1])
    assert np.array_equal(both[0], plain)


def test_shots_have_grain_of_their_own_by_the_plate_measured_or_by_name(profile):
    def added(profile, **knobs):
        return given(comp(), share(0), profile, **knobs) - comp()

    kernel = profile.kernel.copy()
    kernel[0, 0, 0] += np.float32(1e-7)
    plain, other_plate = added(profile), added(replace(profile, kernel=kernel))
    one, two = added(profile, shot="sh010"), added(profile, shot="sh020")
    for first, second in combinations((plain, other_plate, one, two), 2):
        assert np.abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.02
    assert added(replace(profile, kernel=kernel), shot="sh010") == pytest.approx(one, abs=1e-6)


def test_grain_keeps_its_pattern_while_its_strength_is_adjusted(profile):
    stronger = replace(profile, response=4 * profile.response)
    one, other = (given(comp(), share(0), each) - comp() for each in (profile, stronger))
    assert other == pytest.approx(2 * one, abs=1e-6)


def test_the_node_is_registered_and_its_knobs_are_checked():
    assert registered()["FaceRegrain"] is FACE_REGRAIN
    with pytest.raises(CallError, match=r"FaceRegrain.amount: expected 0 to 4"):
        FaceRegrainSettings(amount=5.0)
