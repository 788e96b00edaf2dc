import cv2
import numpy as np
import pytest

from faceplate.track import FaceTrackSettings, mesh_to_68, topology
from faceplate.track.find.detect import detect_whole, display_picture
from faceplate.track.landmarks.bend import bent, influence68, nearest68
from faceplate.track.landmarks.head import Head
from faceplate.track.landmarks.landmarker import landmarker_of
from faceplate.track.landmarks.mean_face import (
    KEYPOINTS,
    mean_face,
    mean_face_of,
    posed,
    rotation,
    write_mean_face,
)
from faceplate.track.regions import Region

# Rounding and the processor's own arithmetic, in units of the face: a thousandth of its size.
SAME_FACE = 1e-3


@pytest.fixture(scope="module")
def large_portrait(portrait, frame_of, networks, as_is):
    """Frame and surest head of the portrait at four times its size."""
    frame = frame_of(cv2.resize(portrait, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC).clip(0, 1))
    return frame, detect_whole(networks, frame, display_picture(frame, as_is), FaceTrackSettings())[0]


@pytest.fixture(scope="module")
def measured(large_portrait, networks, as_is):
    face = landmarker_of(FaceTrackSettings(views=32), networks).measure(*large_portrait, as_is)
    return np.column_stack([face.landmarks_plate, face.depth_px])


def keypoints_of(points):
    return np.array([points[list(group), :2].mean(axis=0) for group in KEYPOINTS])


def placed_face(pitch, yaw, roll, scale, place):
    return mean_face() @ rotation(*np.radians([pitch, yaw, roll])).T * scale + [*place, 0.0]


def test_the_mean_face_is_the_public_domain_portrait_as_measured(measured, tmp_path):
    write_mean_face(measured, tmp_path / "again.json")
    assert np.abs(mean_face_of(measured) - mean_face()).max() < 10 * SAME_FACE
    assert np.sqrt(np.square(mean_face_of(measured) - mean_face()).sum(axis=1).mean()) < 2 * SAME_FACE
    assert (tmp_path / "again.json").read_text().startswith('{"points":[[')


def test_the_mean_face_is_symmetric_centred_and_of_unit_size():
    face = mean_face()
    np.testing.assert_allclose(face.mean(axis=0), 0.0, atol=SAME_FACE)
    assert np.sqrt(np.square(face).sum(axis=1).mean()) == pytest.approx(1.0, abs=0.02)
    for right, left in topology.symmetric_pairs:
        np.testing.assert_allclose(face[right], face[left] * [-1, 1, 1], atol=SAME_FACE)
    assert face[1, 2] < -0.5
    assert face[10, 1] < face[152, 1]


@pytest.mark.parametrize("angles", [(0, 0, 0), (10, -35, 12), (-15, 40, -30), (5, 0, 170)])
def test_a_posed_mean_face_is_found_again_from_its_six_keypoints(angles):
    truth = placed_face(*angles, 300.0, (2000.0, 900.0))
    np.testing.assert_allclose(posed(keypoints_of(truth)), truth, atol=0.05)


def test_one_ear_that_is_wide_of_the_mark_does_little_harm():
    truth = placed_face(5, 20, 3, 300.0, (2000.0, 900.0))
    keypoints = keypoints_of(truth)
    keypoints[4] += [80.0, 60.0]
    assert np.linalg.norm(posed(keypoints) - truth, axis=1).mean() < 30.0


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_points5_measures_with_low_confidence_in_the_plates_own_pixels(frame_of, networks, as_is, aspect):
    truth = placed_face(5, 20, 3, 300.0, (900.0, 500.0))
    head = Head(Region(900.0, 500.0, 1400.0), keypoints_of(truth), 0.8)
    landmarker = landmarker_of(FaceTrackSettings(landmarker="points5"), networks)
    frame = frame_of(np.zeros((8, 8, 3), np.float32), pixel_aspect=aspect)
    face = landmarker.measure(frame, head, as_is)
    assert landmarker.name == "points5"
    np.testing.assert_allclose(face.landmarks_plate * [aspect, 1.0], truth[:, :2], atol=0.05)
    np.testing.assert_allclose(face.depth_px, truth[:, 2], atol=0.5)
    assert face.confidence.max() < 0.5
    assert face.presence == face.sureness == pytest.approx(0.8)


def test_points5_lies_over_the_portrait(large_portrait, measured, networks, as_is):
    face = landmarker_of(FaceTrackSettings(landmarker="points5"), networks).measure(*large_portrait, as_is)
    eyes_apart = np.linalg.norm(measured[33, :2] - measured[263, :2])
    off = np.linalg.norm(face.landmarks_plate - measured[:, :2], axis=1)
    assert off.mean() / eyes_apart < 0.12


def test_the_68_are_met_exactly(measured):
    targets = measured[list(mesh_to_68)] + np.random.default_rng(3).normal(0, 8, (68, 3))
    np.testing.assert_allclose(bent(measured, targets)[list(mesh_to_68)], targets, rtol=0, atol=1e-9)


def test_a_bend_that_moves_nothing_changes_nothing(measured):
    np.testing.assert_allclose(bent(measured, measured[list(mesh_to_68)]), measured, atol=1e-9)


def test_a_shift_of_the_68_shifts_every_point_alike(measured):
    shift = np.array([7.0, -3.0, 2.0])
    np.testing.assert_allclose(bent(measured, measured[list(mesh_to_68)] + shift), measured + shift, atol=1e-6)


def test_a_face_that_was_scaled_and_turned_is_bent_onto_itself():
    moved = placed_face(0, 0, 20, 1.3, (0.5, 0.2))
    np.testing.assert_allclose(bent(mean_face(), moved[list(mesh_to_68)]), moved, atol=1e-9)


def test_the_bend_of_one_mouth_corner_stays_near_it():
    influence = np.abs(influence68()[:, 48])
    assert influence[61] == 1.0
    assert influence[[10, 263, 356, 473]].max() < 0.05


def test_every_point_has_its_nearest_of_the_68():
    nearest = nearest68()
    assert nearest[list(mesh_to_68)].tolist() == list(range(68))
    assert nearest[topology.right_iris[0]] in range(36, 42)
