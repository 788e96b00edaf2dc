import numpy as np
import pytest

from faceplate.track.landmarks.views import DISAGREEMENT, View, agreement, averaged, spread, views_of
from faceplate.track.regions import Region


@pytest.mark.parametrize("count", range(1, 33))
def test_the_mean_of_any_number_of_views_is_the_region_itself(count):
    views = np.array(views_of(count))
    assert views.shape == (count, 4)
    np.testing.assert_allclose(views.mean(axis=0), 0.0, atol=1e-15)


def test_one_view_is_the_region_as_it_is():
    region = Region(100.0, 50.0, 80.0, 0.3)
    (view,) = views_of(1)
    seen = view.of(region)
    assert (seen.x, seen.y, seen.side, seen.turn_rad) == pytest.approx((100.0, 50.0, 80.0, 0.3))


def test_views_are_the_same_each_time():
    assert views_of(7) == views_of.__wrapped__(7)


@pytest.mark.parametrize("count", [2, 3, 5, 9, 16, 32])
def test_no_two_views_are_alike_and_none_goes_far(count):
    views = np.array(views_of(count))
    assert len({tuple(view) for view in views.round(6)}) == count
    assert np.hypot(*views[:, :2].T).max() < 0.07
    assert np.abs(views[:, 2]).max() <= 0.03
    assert np.abs(views[:, 3]).max() <= 0.04


@pytest.mark.parametrize("count", [5, 9, 16, 32])
def test_shifts_are_spread_evenly_over_both_axes(count):
    shifts = np.array(views_of(count))[:, :2]
    assert np.linalg.cond(np.cov(shifts.T)) < 2.0


def test_a_view_moves_along_its_own_turned_axes():
    seen = View(0.1, 0.0, np.log(2.0), 0.2).of(Region(10.0, 20.0, 50.0, np.pi / 2))
    assert (seen.x, seen.y, seen.side, seen.turn_rad) == pytest.approx((10.0, 25.0, 100.0, np.pi / 2 + 0.2))


def test_answers_that_agree_are_averaged_plainly():
    rng = np.random.default_rng(5)
    answers = rng.normal(0.0, 0.1, (5, 30, 3))
    np.testing.assert_allclose(averaged(answers, 100.0), answers.mean(axis=0))


@pytest.mark.parametrize("count", [3, 4, 9])
def test_a_view_that_went_astray_does_not_count(count):
    rng = np.random.default_rng(6)
    answers = rng.normal(0.0, 0.1, (count, 30, 3))
    answers[1] += [20.0, -5.0, 3.0]
    np.testing.assert_allclose(averaged(answers, 100.0), np.delete(answers, 1, axis=0).mean(axis=0))


def test_the_spread_is_the_standard_deviation_of_a_view():
    rng = np.random.default_rng(7)
    answers = rng.normal(0.0, [1.5, 2.0], (4000, 2, 2))
    np.testing.assert_allclose(spread(answers), 2.5, rtol=0.05)


def test_agreement_falls_to_one_over_e_where_views_are_apart_as_stated():
    apart = DISAGREEMENT * 200.0 / np.sqrt(2)  # the deviation of two that lie +- a is a times the root of 2
    answers = np.array([[[-apart, 0.0], [0.0, 0.0]], [[apart, 0.0], [0.0, 0.0]]])
    np.testing.assert_allclose(agreement(answers, 200.0), [np.exp(-1.0), 1.0])


def test_a_single_view_agrees_with_itself():
    assert agreement(np.ones((1, 4, 3)), 10.0).tolist() == [1.0] * 4
