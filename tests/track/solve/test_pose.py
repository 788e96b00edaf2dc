import numpy as np
import pytest
from made_track import SHAPE, face_at, jitter
from scipy.spatial.transform import Rotation

from faceplate.track import FaceTrackSettings, pose_deg
from faceplate.track.solve.person import solve_person
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


PLACE = np.arange(60)


def person_of(made):
    return solve_person(made.track(), made.cast(), FaceTrackSettings())


def test_the_pose_of_a_shot_is_that_of_the_head():
    made = face_at(60, yaw=40 * np.sin(PLACE / 9), pitch=-8.0, roll=5.0, x=900 + 5.0 * PLACE)
    expected = np.array([pose_deg(points) for points in made.truth])
    np.testing.assert_allclose(person_of(made).pose_deg, expected, atol=0.2)


def test_the_pose_of_a_shot_jitters_less_than_that_of_its_landmarks():
    made = jitter(face_at(60, yaw=20.0), 2.0)
    alone = np.array([pose_deg(points) for points in made.measured])
    assert (person_of(made).pose_deg.std(axis=0) < 0.5 * alone.std(axis=0)).all()


def test_the_head_does_not_nod_when_the_mouth_opens():
    made = face_at(60)
    lips = np.setdiff1d(np.flatnonzero(SHAPE[:, 1] > 0.7), [152])
    made.measured[20:40, lips, 1] += 40
    nod = person_of(made).pose_deg[:, 1]
    assert np.ptp(nod) < 1.0


def test_a_head_is_as_far_away_as_one_of_the_mean_size_would_be():
    made = face_at(20, x=2048 + 300, y=1080 - 100)
    made.focal_px = 4000.0
    pupils_px = np.linalg.norm(made.truth[0, 473] - made.truth[0, 468])
    place = person_of(made).place_cm
    away = 4000 * 6.3 / pupils_px
    ears = (made.truth[0, 234] + made.truth[0, 454]) / 2
    depth = (ears[2] - made.truth[0, :, 2].mean()) * 6.3 / pupils_px
    assert place[5, 2] == pytest.approx(away + depth, rel=0.01)
    assert place[5, :2] == pytest.approx((ears[:2] - [2048, 1080]) * 6.3 / pupils_px, rel=0.05, abs=0.3)


def test_without_a_focal_length_nobody_knows_how_far_away_a_head_is():
    assert np.isnan(person_of(face_at(5)).place_cm).all()
