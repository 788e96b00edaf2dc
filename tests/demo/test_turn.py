import numpy as np
import pytest

from faceplate.demo.portrait import HEAD_CENTRE, NOSE_TIP, depth_portrait, landmarks68_portrait
from faceplate.demo.turn import Turn, turned, unturned

GRID = np.stack(np.meshgrid(np.arange(0.5, 512, 7), np.arange(0.5, 512, 7)), axis=-1)


def test_a_head_that_does_not_turn_stays_where_it_is():
    np.testing.assert_array_equal(turned(GRID, Turn()), GRID)


@pytest.mark.parametrize("turn", [Turn(9, 2, 2), Turn(-9, -2, -2), Turn(4, 5, -3)])
def test_the_way_back_returns_within_a_thousandth_of_a_pixel(turn):
    np.testing.assert_allclose(unturned(turned(GRID, turn), turn), GRID, atol=1e-3)


@pytest.mark.parametrize("turn", [Turn(15, 6, 5), Turn(-15, 6, -5)])
def test_the_widest_turns_of_training_never_fold_the_picture(turn):
    seen = turned(GRID, turn)
    across, down = np.gradient(seen, 7, axis=1), np.gradient(seen, 7, axis=0)
    assert (across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]).min() > 0.3


def test_yaw_takes_the_nose_to_the_right_and_pitch_takes_it_down():
    nose = np.array(NOSE_TIP)
    assert (turned(nose, Turn(yaw_deg=5)) - nose)[0] > 5
    assert (turned(nose, Turn(pitch_deg=5)) - nose)[1] > 5


def test_a_turn_by_yaw_moves_points_by_their_depth_times_its_sine():
    point = np.array([HEAD_CENTRE[0], 110.0])
    moved = turned(point, Turn(yaw_deg=3)) - point
    assert moved[0] == pytest.approx(np.sin(np.radians(3)) * depth_portrait(point), rel=0.01)


def test_the_body_and_the_far_set_stay():
    far = np.array([[120.0, 300.0], [400.0, 100.0], [226.0, 260.0]])
    np.testing.assert_array_equal(turned(far, Turn(9, 3, 3)), far)


def test_the_nose_stands_out_and_the_cheeks_lie_back():
    depth = depth_portrait(landmarks68_portrait)
    assert depth.argmax() == 30
    assert depth[[0, 16]].max() < 0.6 * depth[30]
