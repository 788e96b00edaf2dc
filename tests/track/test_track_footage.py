"""Real clips: who is seen, when, and who is not; a strided part of each."""

import numpy as np
import pytest

from faceplate.errors import TrackError
from faceplate.plate import open_plate
from faceplate.track import FaceTrackSettings, track_plate

pytestmark = pytest.mark.footage


@pytest.fixture(scope="module")
def track_of(footage, perception):
    def track(name, frame_range, **knobs):
        plate = open_plate(str(footage / name), frame_range)
        return track_plate(plate, perception, FaceTrackSettings(**knobs))

    return track


@pytest.mark.parametrize(
    ("clip", "frame_range", "width_px"),
    [
        ("swapA_ls_demo2.mp4", "1-121x24", (230, 330)),
        ("swapB_ls_demo3.mp4", "1-121x24", (170, 240)),
        ("ls_demo1_woman.mp4", "1-121x24", (170, 250)),
        ("pf_hand_occlusion.mp4", "1-471x10", (190, 280)),
        ("lp_s18_threequarter_dolly.mp4", "1-281x40", (190, 260)),
        ("intel_asl_bird.mkv", "1-61x10", (50, 80)),
        ("intel_asl_book.mkv", "1-101x20", (45, 80)),
        ("intel_headpose_female.gif", "1-23x2", (50, 100)),
    ],
)
def test_one_person_and_nobody_else_is_seen_in_every_frame(track_of, clip, frame_range, width_px):
    (person,) = track_of(f"clips/{clip}", frame_range).people
    assert person.seen.all()
    assert person.presence.min() > 0.5
    width = np.ptp(person.landmarks_plate[..., 0], axis=1)
    assert width_px[0] < np.median(width) < width_px[1]


def test_a_track_ends_at_the_cut_to_a_shot_without_a_face(track_of):
    (person,) = track_of("clips/pf_face_noface.mov", "64-84").people
    assert np.flatnonzero(person.seen).max() + 64 == 72


def test_yaw_turns_from_one_side_to_the_other_with_the_head(track_of):
    (person,) = track_of("clips/intel_headpose_female.gif", "1-23").people
    assert person.pose_deg[:, 0].min() < -30
    assert person.pose_deg[:, 0].max() > 20


def test_blurred_leaves_beside_a_woman_are_nobody(track_of):
    assert len(track_of("clips/lp_s18_threequarter_dolly.mp4", "230-236").people) == 1


@pytest.mark.parametrize("name", ["noface_grass.jpg", "noface_mountain.jpg"])
@pytest.mark.parametrize("tiles", ["off", "on"])
def test_a_picture_without_a_face_has_nobody_in_it(track_of, name, tiles):
    with pytest.raises(TrackError, match="no face"):
        track_of(f"stills/{name}", None, tiles=tiles)


def test_five_people_side_by_side_are_five(track_of):
    assert len(track_of("stills/pf_five_faces.jpg", None).people) == 5


def test_heads_that_overlap_are_two_people(track_of):
    assert len(track_of("stills/az_two_overlapping.jpg", None).people) == 2


def test_smoothing_moves_no_landmark_of_a_talking_head_by_more_than_a_few_pixels(track_of):
    raw = track_of("clips/swapA_ls_demo2.mp4", "10-30", smoothing=0.0).people[0].landmarks_plate
    smooth = track_of("clips/swapA_ls_demo2.mp4", "10-30").people[0].landmarks_plate
    moved = np.linalg.norm(smooth - raw, axis=-1)
    assert moved.mean() < 1.5
    assert moved.max() < 12
