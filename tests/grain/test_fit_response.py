import numpy as np
import pytest
from grain_models import MODELS, SENSOR, SILVER, SIXTEEN_MM

from faceplate.grain.response.bins import exposure_bin, fit_responses, responses_of
from faceplate.grain.response.levels import Levels

STOPS = np.arange(-7, 3.5, 0.5)
FREE = 200.0


def levels(exposure, variance, blocks=50.0):
    return Levels.of(exposure, variance, np.full(exposure.size, blocks), FREE)


def plate(model, rng, stops=STOPS, blocks=40, texture=0.0, spread_ev=0.5):
    """What blocks of a grainy plate say: exposures anywhere in a bin, variances as chance has them, some of texture."""
    exposure = np.repeat(0.18 * np.exp2(stops), blocks) * np.exp2(spread_ev * (rng.random(stops.size * blocks) - 0.5))
    means = np.repeat(exposure[:, None], 3, axis=1)
    variances = np.square(model.sigma(means)) * rng.chisquare(FREE, means.shape) / FREE
    variances *= 1 + (rng.random(exposure.size) < texture)[:, None] * rng.uniform(0.5, 20, exposure.size)[:, None]
    return means.astype(np.float32), variances


def measured(model, seed=1, **knobs):
    means, variances = plate(model, np.random.default_rng(seed), **knobs)
    return responses_of(means, variances, exposure_bin(means, 2), [FREE] * 3)


def error(responses, model, exposure):
    found = np.sqrt([each.variance(exposure) for each in responses]).T
    return np.abs(found / model.sigma(np.repeat(exposure[:, None], 3, axis=1)) - 1).max()


def test_line_is_found_among_bins_that_are_far_off():
    x = np.geomspace(0.001, 4, 24)
    variance = 5e-4 * x + 3e-6
    variance[[3, 8, 15]] *= (30, 4, 9)
    variance[-2:] *= 0.01
    (line,) = fit_responses([levels(x, variance)])
    assert line.terms == (pytest.approx(5e-4, rel=0.01), pytest.approx(3e-6, rel=0.01), 0)


def test_grain_that_is_even_in_the_log_encoding_is_found_by_its_square():
    x = np.geomspace(0.001, 4, 24)
    (found,) = fit_responses([levels(x, 3e-3 * (x + 0.01) ** 2)])
    assert found.model == "physical"
    assert found.variance(x) == pytest.approx(3e-3 * (x + 0.01) ** 2, rel=0.01)


@pytest.mark.parametrize(("model", "kind"), [(SENSOR, "physical"), (SIXTEEN_MM, "physical"), (SILVER, "curve")])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_response_of_every_grain_is_within_three_percent_and_ten_a_stop_beyond(model, kind, seed):
    found = measured(model, seed)
    assert {each.model for each in found} == {kind}
    assert error(found, model, 0.18 * np.exp2(STOPS)) < 0.03
    assert error(found, model, 0.36 * np.exp2(STOPS[-1:])) < 0.06


@pytest.mark.parametrize("name", MODELS)
def test_texture_in_a_third_of_the_blocks_does_not_raise_it(name):
    found = measured(MODELS[name], texture=0.33)
    assert error(found, MODELS[name], 0.18 * np.exp2(STOPS)) < 0.05


@pytest.mark.parametrize("name", MODELS)
def test_bins_full_of_texture_and_clipped_ones_have_no_say(name):
    x = 0.18 * np.exp2(STOPS)
    variance = np.square(MODELS[name].sigma(np.repeat(x[:, None], 3, axis=1)))
    variance[[2, 7, 12, 13]] *= np.array([[3], [30], [5], [8]])
    variance[-2:] *= 0.02
    found = fit_responses([levels(x, each) for each in variance.T])
    assert error(found, MODELS[name], x) < 0.03


@pytest.mark.parametrize("name", MODELS)
def test_a_gap_of_two_stops_is_bridged(name):
    found = measured(MODELS[name], stops=STOPS[(STOPS < -4) | (STOPS > -2)])
    assert error(found, MODELS[name], 0.18 * np.exp2(STOPS)) < 0.04


def test_a_channel_with_few_bins_has_the_shape_of_the_others():
    x = 0.18 * np.exp2(STOPS)
    red, green, blue = np.square(SILVER.sigma(np.repeat(x[:, None], 3, axis=1))).T
    few = np.isin(np.arange(x.size), (9, 10, 11, 12))
    found = fit_responses([levels(x, red), levels(x, green), levels(x[few], blue[few])])
    assert [each.model for each in found] == ["curve"] * 3
    assert error(found, SILVER, x) < 0.04


def test_curves_never_fall_and_start_at_black():
    for response in measured(SILVER, stops=STOPS[4:], blocks=6):
        assert response.curve.exposure[0] == 0
        assert (np.diff(response.curve.exposure) > 0).all()
        assert (np.diff(response.curve.sigma) >= 0).all()


def test_the_measured_range_is_that_of_the_bins_the_response_explains():
    x = 0.18 * np.exp2(STOPS)
    variance = 5e-4 * x + 4e-6
    variance[:3] *= 40
    (found,) = fit_responses([levels(x, variance)])
    assert found.measured == (pytest.approx(x[3]), pytest.approx(x[-1]))


def test_the_spread_of_exposures_within_a_bin_does_not_matter():
    """Film's variance doubles in half a stop: the lower blocks of a bin are not the grain of the bin."""
    means, variances = plate(SILVER, np.random.default_rng(5), blocks=200)
    (found,) = responses_of(means[:, 1:2], variances[:, 1:2], exposure_bin(means[:, 1:2], 2), [FREE])
    x = 0.18 * np.exp2(STOPS)
    assert np.sqrt(found.variance(x)) == pytest.approx(SILVER.sigma(np.repeat(x[:, None], 3, axis=1))[:, 1], rel=0.03)


def test_a_channel_without_grain_is_zero_beside_others():
    means, variances = plate(SILVER, np.random.default_rng(1))
    variances[:, 1] = 0
    red, green, blue = responses_of(means, variances, exposure_bin(means, 2), [FREE] * 3)
    assert green.terms == (0, 0, 0)
    assert green.model == "physical"
    assert not green.variance(np.geomspace(1e-3, 1, 9)).any()
    assert {red.model, blue.model} == {"curve"}


def test_no_blocks_give_no_grain():
    empty = np.empty((0, 3), np.float32)
    found = responses_of(empty, empty.astype(float), np.empty((0, 3), np.int64), [FREE] * 3)
    assert [each.terms for each in found] == [(0, 0, 0)] * 3
    assert np.isnan(found[0].measured).all()


@pytest.mark.parametrize("stops", [[0.0], [0.0, 1.0], [-30.0, -29.0, 0.0]])
def test_very_few_bins_give_a_sound_response(stops):
    for response in measured(SILVER, stops=np.array(stops)):
        sigma = np.sqrt(response.variance(np.geomspace(1e-6, 1e4, 50)))
        assert np.isfinite(sigma).all()
        assert (np.diff(sigma) >= 0).all()


def test_exposures_below_black_count_as_black():
    x = np.append(-0.01, 0.18 * np.exp2(STOPS))
    variance = np.append(4e-6, 5e-4 * x[1:] + 4e-6)
    (found,) = fit_responses([levels(x, variance)])
    assert found.terms == (pytest.approx(5e-4, rel=0.01), pytest.approx(4e-6, rel=0.01), 0)
    assert found.measured[0] == 0


@pytest.mark.parametrize("seed", range(8))
def test_any_sensor_is_found_from_any_bins(seed):
    rng = np.random.default_rng(seed)
    terms = [(10 ** rng.uniform(-4.5, -2.5), 10 ** rng.uniform(-7, -5), 0.0) for _ in range(3)]
    stops = np.sort(rng.choice(STOPS, rng.integers(8, STOPS.size), replace=False))
    x = 0.18 * np.exp2(stops)
    chance = rng.chisquare(50 * FREE, (3, x.size)) / (50 * FREE)
    found = fit_responses([levels(x, (a * x + b) * each) for (a, b, _), each in zip(terms, chance, strict=True)])
    assert {each.model for each in found} == {"physical"}
    for response, (slope, floor, _) in zip(found, terms, strict=True):
        assert np.sqrt(response.variance(x) / (slope * x + floor)) == pytest.approx(np.ones(x.size), abs=0.03)


def test_channels_with_few_bins_share_the_ratio_of_floor_and_slope():
    x = 0.18 * np.exp2(STOPS[::2])
    few = x[3:6]
    found = fit_responses([levels(x, 6e-4 * x + 4e-6), levels(x, 3e-4 * x + 2e-6), levels(few, 9e-4 * few + 6e-6)])
    assert found[2].variance(np.array([0.0, 4.0])) == pytest.approx([6e-6, 3.606e-3], rel=0.02)


def test_all_bins_full_of_texture_give_what_is_lowest():
    means, variances = plate(SENSOR, np.random.default_rng(1), texture=1.0)
    found = responses_of(means, variances, exposure_bin(means, 2), [FREE] * 3)
    sigma = np.sqrt([each.variance(np.geomspace(1e-3, 4, 9)) for each in found])
    assert np.isfinite(sigma).all()
    assert (sigma > 0).all()
