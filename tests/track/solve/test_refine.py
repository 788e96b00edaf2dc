from dataclasses import replace

import numpy as np
import pytest
from made_track import face_at, jitter, texture

from faceplate.track import refine
from faceplate.track.settings import FaceTrackSettings
from faceplate.track.topology import anchors


@pytest.fixture
def readings(monkeypatch):
    """What texture was taken around in each reading of the plate; it is found where the truth has it."""
    taken = []

    def measured(made):
        def follow(_plate, people, *_, **__):
            taken.append(people[0].landmarks_plate.copy())
            around = replace_measured(made, people[0].landmarks_plate)
            return (replace(people[0], motion=texture(around, lost=0.0, wrong=0.0).motion),)

        monkeypatch.setattr(refine, "measure_motion", follow)
        return replace(made.track(), measured=(made.measured_value(),))

    return measured, taken


def replace_measured(made, landmarks_plate):
    other = type(made)(made.truth)
    other.measured[..., :2] = landmarks_plate
    return other


def test_a_face_whose_landmarks_keep_to_its_skin_is_followed_once(readings):
    measured, taken = readings
    refine.refined(None, measured(jitter(face_at(40), 0.5)), None, FaceTrackSettings())
    assert len(taken) == 1


def test_landmarks_that_slide_over_the_skin_are_followed_again_around_the_solved_points(readings):
    measured, taken = readings
    made = face_at(60)
    slide = 25 * np.sin(np.pi * np.arange(60) / 60)
    made.measured[:, :, 0] += slide[:, None]
    track = measured(made)
    found = refine.refined(None, track, None, FaceTrackSettings()).measured[0]
    assert len(taken) == 2
    true = made.truth[:, list(anchors), :2]
    away = [np.ptp((each[:, list(anchors)] - true)[..., 0], axis=0).mean() for each in taken]
    assert away[0] > 20
    assert away[1] < 2
    np.testing.assert_array_equal(found.landmarks_plate, track.measured[0].landmarks_plate)
    first = found.motion.pairs[:, 0]
    np.testing.assert_allclose(found.motion.taken_plate, taken[1][first][:, list(anchors)], atol=1e-3)
