import numpy as np
import pytest

from faceplate.track.solve.whittaker import whittaker

FRAMES = 40
PLACE = np.arange(FRAMES)


@pytest.mark.parametrize("period", [2.0, 5.0, 25.0, 100.0])
@pytest.mark.parametrize("degree", [0, 1, 2])
def test_a_constant_a_ramp_and_a_parabola_pass_unchanged(period, degree):
    values = (PLACE[:, None] - 7.0) ** degree
    np.testing.assert_allclose(whittaker(values, period, np.ones(FRAMES)), values, atol=1e-6)


@pytest.mark.parametrize("period", [4.0, 8.0, 20.0])
def test_a_swing_of_the_period_keeps_half_its_height_in_phase(period):
    place = np.arange(400)
    swing = np.cos(2 * np.pi * place / period)[:, None]
    smooth = whittaker(swing, period, np.ones(400))
    np.testing.assert_allclose(smooth[100:300], swing[100:300] / 2, atol=1e-3)


def test_time_reversed_values_give_the_reversed_result():
    values = np.random.default_rng(0).normal(size=(FRAMES, 3))
    forth = whittaker(values, 7.0, np.ones(FRAMES))
    back = whittaker(values[::-1], 7.0, np.ones(FRAMES))[::-1]
    np.testing.assert_allclose(forth, back, atol=1e-9)


def test_jitter_shrinks():
    noise = np.random.default_rng(0).normal(size=(400, 1))
    assert whittaker(noise, 8.0, np.ones(400)).std() < 0.6 * noise.std()


@pytest.mark.parametrize("frames", [1, 2])
def test_fewer_than_three_rows_come_back_as_they_are(frames):
    values = np.arange(frames * 2.0).reshape(frames, 2) ** 2
    assert np.array_equal(whittaker(values, 10.0, np.ones(frames)), values)


def test_a_row_of_no_weight_is_filled_from_its_neighbours():
    values = (PLACE**2.0)[:, None]
    wrong = values.copy()
    wrong[17] = 1e6
    weights = np.where(PLACE == 17, 0.0, 1.0)
    np.testing.assert_allclose(whittaker(wrong, 5.0, weights), values, atol=1e-6)
