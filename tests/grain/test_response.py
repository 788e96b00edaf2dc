from dataclasses import replace

import numpy as np
import pytest
from grain_models import MODELS
from grain_plates import TRUTH
from hypothesis import given, settings
from hypothesis import strategies as st

from faceplate.grain import sigma_at
from faceplate.grain.response.response import STEEPEST, Curve, Response, response_fields, responses_in

WIDE = np.append(0, np.geomspace(1e-9, 1e9, 4000))
HOST = np.array([[np.nan, -np.inf, -3.0], [-0.0, 0.0, 1e-42], [65504.0, 3e38, np.inf]], np.float32)
positive = st.floats(1e-9, 1e3)


def grey(exposure):
    return np.repeat(np.asarray(exposure, np.float32)[:, None], 3, axis=1)


def curved(model, count=60):
    exposure = np.append(0, np.geomspace(1e-4, 4, count))
    sigma = model.sigma(np.repeat(exposure[:, None], 3, axis=1)).T
    return response_fields([Response(1e-4, 1e-6, 1e-3, Curve(exposure, each), (0.001, 2.0)) for each in sigma])


@st.composite
def curves(draw):
    exposure = np.cumsum([0.0, *draw(st.lists(st.floats(1e-5, 4), min_size=1, max_size=40))])
    sigma = np.cumsum(
        [
            draw(st.floats(0, 1)),
            *draw(st.lists(st.floats(0, 1), min_size=exposure.size - 1, max_size=exposure.size - 1)),
        ]
    )
    return Curve(exposure, sigma)


@pytest.mark.parametrize("terms", [(6e-4, 4e-6, 0), (6e-4, 0, 0), (0, 1e-4, 0), (2e-4, 1e-6, 3e-3), (0, 0, 2e-3)])
def test_sigma_is_that_of_the_closed_form_over_twenty_stops(terms):
    profile = replace(TRUTH.profile(), response=np.float32([terms] * 3))
    x = np.geomspace(1e-5, 100, 5000, dtype=np.float32)
    slope, floor, square = np.float32(terms).astype(float)
    true = np.sqrt((square * x.astype(float) + slope) * x + floor)
    assert sigma_at(profile, grey(x)) == pytest.approx(grey(true), rel=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_a_curve_through_points_of_a_model_is_within_a_thousandth_of_it(name):
    profile = replace(TRUTH.profile(), **curved(MODELS[name]))
    x = np.geomspace(0.001, 4, 500)
    assert sigma_at(profile, grey(x)) == pytest.approx(MODELS[name].sigma(np.repeat(x[:, None], 3, axis=1)), rel=2e-3)


@pytest.mark.parametrize("name", MODELS)
def test_a_curve_goes_on_as_it_came_a_stop_beyond_its_last_point(name):
    model = MODELS[name]
    profile = replace(TRUTH.profile(), **curved(model))
    assert sigma_at(profile, grey([8.0])) == pytest.approx(model.sigma(np.full((1, 3), 8.0)), rel=0.03)


@pytest.mark.parametrize("model", ["physical", "curve"])
def test_odd_numbers_have_a_finite_sigma(model):
    profile = replace(TRUTH.profile(), **(curved(MODELS["silver"]) if model == "curve" else {}))
    sigma, black = sigma_at(profile, HOST), sigma_at(profile, np.zeros((1, 3), np.float32))[0]
    assert np.isfinite(sigma).all()
    assert sigma[0, 0] == 0
    assert np.array_equal(sigma[[0, 0, 1, 1, 1], [1, 2, 0, 1, 2]], black[[1, 2, 0, 1, 2]])
    assert (sigma[2] > sigma[1]).all()
    assert np.array_equal(sigma[2, 1:], sigma_at(profile, np.full((1, 3), 2.0**40, np.float32))[0, 1:])


@given(curves())
@settings(max_examples=60, deadline=None)
def test_a_rising_curve_never_falls_and_never_blows_up(curve):
    sigma = curve.sigma_at(WIDE)
    assert np.isfinite(sigma).all()
    assert (np.diff(sigma) >= -1e-12 * sigma[1:]).all()
    beyond = 2 * curve.exposure[-1] < WIDE
    most = curve.sigma[-1] * (WIDE[beyond] / curve.exposure[-1]) ** STEEPEST
    assert (sigma[beyond] <= most * (1 + 1e-9)).all()


@given(curves())
@settings(max_examples=30, deadline=None)
def test_a_picture_of_rising_exposure_has_rising_sigma_sample_by_sample(curve):
    profile = replace(TRUTH.profile(), **response_fields([Response(1, 0, 0, curve)] * 3))
    ramp = np.sort(np.concatenate([np.linspace(0, 1e-3, 3000), np.geomspace(1e-9, 1e5, 3000)]))
    assert (np.diff(sigma_at(profile, grey(ramp)), axis=0) >= 0).all()


@given(st.tuples(positive, positive, positive), st.floats(1e-6, 1e4))
@settings(max_examples=60, deadline=None)
def test_physical_sigma_is_positive_rising_and_the_root_of_the_variance(terms, exposure):
    profile = replace(TRUTH.profile(), response=np.float32([terms] * 3))
    here, brighter = sigma_at(profile, grey([exposure, 2 * exposure]))
    assert (brighter >= here).all()
    assert (here > 0).all()
    assert here == pytest.approx(np.sqrt(float(Response(*terms).variance(np.float64(exposure)))), rel=1e-4)


def test_a_curve_that_falls_at_its_end_does_not_fall_beyond_it():
    curve = Curve(np.array([0, 0.5, 1.0]), np.array([0.01, 0.03, 0.02]))
    assert curve.sigma_at(np.array([1.0, 2.0, 100.0])) == pytest.approx([0.02, 0.02, 0.02])
    assert curve.sigma_at(np.array([-1.0, 0.0, 0.25])) == pytest.approx([0.01, 0.01, 0.02])


def test_a_curve_of_nothing_stays_nothing():
    assert not Curve(np.array([0.0, 1.0]), np.zeros(2)).sigma_at(WIDE).any()


def test_responses_come_back_out_of_a_profile():
    fields = curved(MODELS["silver"])
    found = responses_in(replace(TRUTH.profile(), **fields))
    assert [each.model for each in found] == ["curve"] * 3
    again = response_fields(found)
    for name, value in fields.items():
        assert np.array_equal(value, again[name])


def test_channels_may_be_of_different_models():
    curve = Curve(np.array([0.0, 1.0, 2.0]), np.array([0.1, 0.2, 0.3]))
    mixed = [Response(1e-3, 1e-6), Response(1e-3, 1e-6, 0.0, curve), Response(0.0, 0.0)]
    profile = replace(TRUTH.profile(), **response_fields(mixed))
    assert profile.models == ("physical", "curve", "physical")
    sigma = sigma_at(profile, grey([0.5]))[0]
    assert sigma == pytest.approx([np.sqrt(5.01e-4), 0.15, 0], rel=1e-4)


def test_any_shape_and_layout_of_pixels_is_taken():
    profile = TRUTH.profile()
    rgb = np.random.default_rng(0).random((7, 11, 3)).astype(np.float32)
    assert np.array_equal(sigma_at(profile, rgb[::2, 1:]), sigma_at(profile, rgb)[::2, 1:])
    assert sigma_at(profile, rgb[0, 0]).shape == (3,)
    assert sigma_at(profile, rgb[:0]).shape == (0, 11, 3)
    assert np.array_equal(sigma_at(profile, rgb.astype(np.float64)), sigma_at(profile, rgb))


def test_large_pictures_are_looked_up_as_small_ones():
    profile = TRUTH.profile()
    rgb = np.exp2(np.random.default_rng(0).uniform(-9, 3, (61, 97, 3))).astype(np.float32)
    rows = np.concatenate([sigma_at(profile, row[None]) for row in rgb])
    assert np.array_equal(sigma_at(profile, rgb), rows)
