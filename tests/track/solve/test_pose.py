import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from faceplate.track import pose_deg
from faceplate.track.topology import symmetric_pairs


@pytest.fixture
def frontal():
    """An upright face that looks along the view axis: mirrored pairs left and right, forehead above the chin."""
    points = np.zeros((478, 3))
    generator = np.random.default_rng(0)
    for right, left in symmetric_pairs:
        x, y, z = generator.uniform([10, -50, 0], [80, 50, 60])
        points[right], points[left] = (-x, y, z), (x, y, z)
    points[10], points[152] = (0, -90, 5), (0, 90, 5)
    return points


def turned(points, axis, angle_deg):
    """Turned about x, y or z by the right-hand rule (y down, z away)."""
    return points @ Rotation.from_euler("xyz"[axis], angle_deg, degrees=True).as_matrix().T


def test_a_face_that_looks_along_the_view_axis_has_no_angles(frontal):
    np.testing.assert_allclose(pose_deg(frontal), [0, 0, 0], atol=1e-9)


@pytest.mark.parametrize("angle", [-60, -20, 35, 80])
def test_roll_is_positive_clockwise_in_the_picture(frontal, angle):
    np.testing.assert_allclose(pose_deg(turned(frontal, 2, angle)), [0, 0, angle], atol=1e-9)


def test_yaw_is_positive_where_the_nose_points_to_the_right_of_the_picture(frontal):
    frontal[1] = (0, 0, -100)
    face = turned(frontal, 1, -30)
    assert face[1, 0] > 0
    np.testing.assert_allclose(pose_deg(face), [30, 0, 0], atol=1e-9)


def test_pitch_is_positive_where_the_nose_points_up(frontal):
    frontal[1] = (0, 0, -100)
    face = turned(frontal, 0, -25)
    assert face[1, 1] < 0
    np.testing.assert_allclose(pose_deg(face), [0, 25, 0], atol=1e-9)


def test_angles_together_are_read_back(frontal):
    face = turned(turned(turned(frontal, 2, -12), 0, -9), 1, -33)
    np.testing.assert_allclose(pose_deg(face), [33, 9, -12], atol=1e-9)


def test_size_and_place_do_not_matter(frontal):
    face = turned(turned(frontal, 1, 15), 0, 20)
    np.testing.assert_allclose(pose_deg(face * 7 + [900, 400, 0]), pose_deg(face), atol=1e-9)
