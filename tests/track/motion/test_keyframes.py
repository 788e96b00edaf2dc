import numpy as np
import pytest
from measured_faces import turning_head

from faceplate.track.motion.keyframes import apart, choose_keyframes, looks_of, nearest_keyframes
from faceplate.values import Window

PICTURE = Window(0, 0, 1000, 1000)


def keyframes_of(measured, rows=None):
    rows = range(len(measured.presence)) if rows is None else rows
    return choose_keyframes(measured, rows, 1.0, PICTURE)


def distance_to_keyframes(measured, keyframes):
    features = looks_of(measured, range(len(measured.presence)), 1.0).features
    return apart(features, features[list(keyframes)]).min(axis=1)


@pytest.mark.parametrize("frames", [40, 400])
def test_their_number_follows_the_range_of_the_turn_and_not_the_length_of_the_shot(frames):
    measured = turning_head(30 * np.sin(np.linspace(0, 4 * np.pi, frames)))
    keyframes = keyframes_of(measured)

    assert 5 <= len(keyframes) <= 14
    assert distance_to_keyframes(measured, keyframes).max() <= 1


def test_a_face_that_holds_still_has_two_far_apart_in_time():
    first, second = keyframes_of(turning_head(np.zeros(100)))

    assert second - first >= 20


def test_a_single_frame_is_its_own_keyframe():
    assert keyframes_of(turning_head(np.zeros(1))) == (0,)
    assert choose_keyframes(turning_head(np.zeros(1)), (), 1.0, PICTURE) == ()


def test_a_head_that_turns_back_meets_the_keyframes_of_before():
    measured = turning_head(np.concatenate([np.linspace(0, 30, 31), np.linspace(30, 0, 31)]))
    features = looks_of(measured, range(62), 1.0).features
    keyframes = keyframes_of(measured)

    there, back = (nearest_keyframes(features[row], features[list(keyframes)]) for row in (3, 58))
    assert there == back


def test_flashes_faces_at_the_edge_and_unsure_faces_are_passed_over():
    measured = turning_head(np.zeros(20))
    measured.exposure[2:4] *= 8
    measured.landmarks_plate[5:10] += (600, 0)
    measured.confidence[10:15] = 0.2

    assert not set(keyframes_of(measured)) & {2, 3, *range(5, 15)}


def test_the_nearest_is_there_however_far_it_is():
    features = np.array([[0.0], [50.0], [51.0], [90.0]])

    assert nearest_keyframes(np.array([20.0]), features) == [0]
    assert nearest_keyframes(np.array([50.4]), features) == [1, 2]
