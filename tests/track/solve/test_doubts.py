import numpy as np
import pytest
from made_track import face_at, jitter, texture

from faceplate.track import FaceTrackSettings
from faceplate.track.solve.person import solve_person
from faceplate.values import Doubt

FRAMES = 40


@pytest.fixture
def made():
    return jitter(face_at(FRAMES), 0.3)


def rows_with(doubt, made):
    doubts = solve_person(made.track(), made.cast(), FaceTrackSettings()).doubts
    return [row for row in range(FRAMES) if doubts[row] & doubt]


def test_a_plain_shot_gives_no_doubts(made):
    assert not solve_person(made.track(), made.cast(), FaceTrackSettings()).doubts.any()


def test_a_face_much_softer_than_its_neighbours_is_blurred(made):
    made.sharpness[12:15] = 0.1
    assert rows_with(Doubt.BLURRED, made) == [12, 13, 14]


def test_a_flash_is_light_that_comes_back(made):
    made.exposure[20] *= 2
    made.exposure[30:] *= 2
    assert rows_with(Doubt.FLASH, made) == [20]


def test_exposure_and_sharpness_that_nobody_measured_raise_no_doubt(made):
    made.exposure[:], made.sharpness[:] = np.nan, np.nan
    assert not solve_person(made.track(), made.cast(), FaceTrackSettings()).doubts.any()


def test_a_face_at_the_edge_of_the_picture_is_said(made):
    made.size = (1100, 2160)
    assert rows_with(Doubt.AT_EDGE, made) == list(range(FRAMES))


def test_a_hand_about_which_the_views_disagree_covers_the_face(made):
    made.confidence[10:22] = 0.8
    assert rows_with(Doubt.COVERED, made) == list(range(10, 22))


def test_a_single_frame_about_which_the_views_disagree_is_not_covered(made):
    made.confidence[10] = 0.8
    assert rows_with(Doubt.COVERED, made) == []


def test_views_of_a_head_that_is_turned_disagree_without_a_cover():
    made = jitter(face_at(FRAMES, yaw=45.0), 0.3)
    made.confidence[10:22] = 0.8
    assert rows_with(Doubt.COVERED, made) == []


def test_coarse_texture_that_wanders_as_it_does_in_compressed_video_raises_no_doubt():
    made = texture(jitter(face_at(120), 0.5), spans=(1,), noise_px=1.0, lost=0.0, wrong=0.0)
    made.motion.found_plate[...] += 0.04
    doubts = solve_person(made.track(), made.cast(), FaceTrackSettings()).doubts
    assert not (doubts & Doubt.ADRIFT).any()


def test_views_that_disagree_make_a_frame_unsure(made):
    made.confidence[7] = 0.6
    assert rows_with(Doubt.UNSURE, made) == [7]


@pytest.mark.parametrize(("side_px", "small"), [(40, True), (80, False)])
def test_small_is_a_face_below_80_px(side_px, small):
    assert bool(rows_with(Doubt.SMALL, face_at(FRAMES, side_px=side_px))) is small


@pytest.mark.parametrize(("yaw", "profile"), [(56, False), (-56, False), (66, True), (-66, True)])
def test_profile_is_beyond_60_degrees_to_either_side(yaw, profile):
    assert bool(rows_with(Doubt.PROFILE, face_at(FRAMES, yaw=yaw))) is profile
