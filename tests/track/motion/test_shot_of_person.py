from itertools import permutations

import numpy as np
from measured_faces import turning_head

from faceplate.track.motion.face_view import FaceView
from faceplate.track.motion.shot_of_person import ShotOfPerson
from faceplate.values import Header, Sample, Window

PICTURE = Window(0, 0, 1000, 1000)
HEADER = Header("made", PICTURE, PICTURE, ("R", "G", "B"), (Sample.HALF,) * 3)
VIEW = FaceView((), (0, 0), 1, 1.0, np.zeros((478, 2)), 300.0)


def planned(frames=5):
    measured = turning_head(np.zeros(frames))
    measured.landmarks_plate[1] = np.nan
    shot = ShotOfPerson.planned(measured, range(frames), HEADER)
    for keyframe in shot.keyframes:
        shot.keep(keyframe, VIEW)
    return shot


def test_every_pair_is_given_out_once_in_whatever_order_frames_come():
    given = []
    for order in permutations((0, 2, 3, 4)):
        shot = planned()
        given.append(sorted(pair for row in order for pair, _, _ in shot.take_in(row, VIEW)))

    assert all(pairs == given[0] for pairs in given)
    assert len(given[0]) == len(set(given[0]))
    assert {(0, 2), (2, 3), (3, 4)} <= set(given[0])


def test_no_view_but_the_keyframes_is_kept_longer_than_its_neighbour_waits():
    shot = planned(30)
    for row in (0, *range(2, 30)):
        shot.take_in(row, VIEW)
        held = [each for each in range(30) if shot.view(each) is not None]
        assert len(set(held) - set(shot.keyframes)) <= 1


def test_a_frame_whose_face_lies_outside_the_picture_is_in_no_pair():
    shot = planned()
    given = [shot.take_in(row, None if row == 3 else VIEW) for row in (0, 2, 3, 4)]

    assert not any(3 in pair for pairs in given for pair, _, _ in pairs if 3 not in shot.keyframes)
