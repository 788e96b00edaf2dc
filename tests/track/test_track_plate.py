from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from faceplate.errors import CallError, PackError, PlateError, TrackError
from faceplate.spec import registered
from faceplate.track import FACE_TRACK, FaceTrackSettings, frame_digest, read_track, track_plate, write_track
from faceplate.values import Plate

STEP = np.array([1.6, 0.7])


@pytest.fixture(scope="module")
def panned(placed):
    """Eight frames of a pan of constant velocity."""
    return [placed(640, 480, 0.9, tuple(np.array([40.0, 20.0]) + STEP * n)) for n in range(8)]


@pytest.fixture(scope="module")
def track(panned, plate_of, perception):
    return track_plate(plate_of(panned), perception, FaceTrackSettings())


def test_one_person_is_seen_in_every_frame(track):
    assert [person.name for person in track.people] == ["person1"]
    assert track.people[0].seen.all()
    assert track.frames == tuple(range(1001, 1009))
    assert (track.size, track.pixel_aspect, track.plate) == ((640, 480), 1.0, "made")


def test_arrays_have_the_shapes_and_types_of_a_person(track):
    (person,) = track.people
    shapes = {name: (array.shape, str(array.dtype)) for name, array in vars(person).items() if name != "name"}
    assert shapes == {
        "landmarks_plate": ((8, 478, 2), "float32"),
        "depth_px": ((8, 478), "float32"),
        "confidence": ((8, 478), "float32"),
        "presence": ((8,), "float32"),
        "pose_deg": ((8, 3), "float32"),
        "alignment": ((8, 2, 3), "float64"),
        "by_hand": ((8, 478), "bool"),
        "exposure": ((8,), "float32"),
        "place_cm": ((8, 3), "float32"),
        "residual_px": ((8,), "float32"),
        "doubts": ((8,), "uint16"),
    }


def test_smoothed_landmarks_follow_the_pan_without_lag(track):
    moved = track.people[0].landmarks_plate.mean(axis=1)
    np.testing.assert_allclose(moved - moved.mean(axis=0), (np.arange(8) - 3.5)[:, None] * STEP, atol=0.15)


def test_smoothing_takes_jitter_off(track, panned, plate_of, perception):
    raw = track_plate(plate_of(panned), perception, FaceTrackSettings(smoothing=0.0))

    def jitter(one):
        return np.linalg.norm(np.diff(one.people[0].landmarks_plate, n=2, axis=0), axis=-1).mean()

    assert jitter(track) < 0.6 * jitter(raw)


def test_the_alignment_brings_the_face_upright_into_the_unit_square(track):
    (person,) = track.people
    for matrix, points in zip(person.alignment, person.landmarks_plate, strict=True):
        unit = points @ matrix[:, :2].T + matrix[:, 2]
        assert np.abs(unit.mean(axis=0) - 0.5).max() < 0.2
        assert unit[10, 1] < unit[152, 1]


def test_a_frame_found_alone_is_the_same_as_in_the_sequence(panned, plate_of, perception):
    settings = FaceTrackSettings(smoothing=0.0)
    plate = plate_of(panned)
    sequence = track_plate(plate, perception, settings).people[0].landmarks_plate
    alone = track_plate(Plate("made", (1004,), None, plate.reader), perception, settings).people[0].landmarks_plate
    assert np.array_equal(alone[0], sequence[3])


def test_frames_that_are_not_neighbours_are_not_smoothed_into_each_other(panned, plate_of, perception):
    plate = Plate("made", (1001, 1003, 1005, 1007), None, plate_of(panned).reader)
    smooth = track_plate(plate, perception, FaceTrackSettings())
    raw = track_plate(plate, perception, FaceTrackSettings(smoothing=0.0))
    assert np.array_equal(smooth.people[0].landmarks_plate, raw.people[0].landmarks_plate)


def test_exposure_is_the_luminance_of_the_face_in_its_own_frame(panned, plate_of, perception, track):
    assert np.isnan(track.people[0].exposure).all()
    pictures = [panned[0], panned[1] * np.float32(0.5)]
    luminance = partial(np.mean, axis=-1)
    found = track_plate(plate_of(pictures), replace(perception, to_luminance=luminance), FaceTrackSettings()).people[0]
    assert 0.4 < found.exposure[0] < 0.8
    np.testing.assert_allclose(found.exposure[1], found.exposure[0] / 2, rtol=0.02)


class Told:
    """Progress kept: the frames told, and how many were to come beyond those of the plate."""

    def __init__(self):
        self.frames, self.beyond = [], 0

    def __call__(self, number):
        self.frames.append(number)

    def more(self, frames):
        self.beyond += frames


@pytest.mark.parametrize("refine", [False, True])
def test_every_frame_that_is_told_was_announced(panned, plate_of, perception, refine):
    told = Told()
    seen_in_log = replace(perception, to_log=lambda rgb: rgb.mean(axis=-1))
    track_plate(plate_of(panned[:3]), seen_in_log, FaceTrackSettings(refine=refine), progress=told)
    assert set(told.frames) == {1001, 1002, 1003}
    assert len(told.frames) == 3 + told.beyond
    assert told.beyond >= 3 * refine


def test_the_track_knows_the_pictures_it_was_made_of(track, panned, plate_of):
    plate = plate_of(panned)
    assert track.digests == tuple(frame_digest(plate.read(number)) for number in plate.frames)
    assert len(set(track.digests)) == 8


@pytest.mark.parametrize("count", [1, 2])
def test_fewer_than_three_frames_are_a_track(panned, plate_of, perception, count):
    (person,) = track_plate(plate_of(panned[:count]), perception, FaceTrackSettings()).people
    assert person.seen.tolist() == [True] * count
    assert np.isfinite(person.alignment).all()


def test_a_face_that_leaves_is_seen_until_it_has_left(panned, plate_of, perception):
    pictures = []
    for place in range(13):
        picture = np.full_like(panned[0], 0.3)
        picture[:, 35 * place :] = panned[0][:, : 640 - 35 * place]
        pictures.append(picture)
    (person,) = track_plate(plate_of(pictures), perception, FaceTrackSettings(tiles="off")).people
    last = int(np.flatnonzero(person.seen).max())
    assert person.seen[: last + 1].all()
    # The middle of the face passes the edge between the eleventh frame and the thirteenth.
    assert 9 <= last < 12
    assert np.isnan(person.landmarks_plate[last + 1 :]).all()


def test_a_range_without_a_face_says_what_to_try(panned, plate_of, perception):
    wall = np.full_like(panned[0], 0.3)
    with pytest.raises(TrackError, match=r"frames 1001-1002; came no face that long. Next: .*tiles.*min_confidence"):
        track_plate(plate_of([wall, wall]), perception, FaceTrackSettings(tiles="off"))


def test_a_wrong_box_is_refused(panned, plate_of, perception):
    with pytest.raises(CallError, match=r"FaceTrack.box: expected four numbers.*came 'here'"):
        track_plate(plate_of(panned), perception, FaceTrackSettings(box="here"))


def test_a_range_shorter_than_the_minimum_length_is_no_reason_to_drop_a_face(panned, plate_of, perception):
    track = track_plate(plate_of(panned[:2]), perception, FaceTrackSettings(min_length=100))
    assert len(track.people) == 1


def test_a_face_seen_for_too_few_frames_is_nobody(panned, plate_of, perception):
    empty = np.full_like(panned[0], 0.3)
    pictures = [empty] * 3 + panned[:3] + [empty] * 3
    with pytest.raises(TrackError, match=r"a face in 4 or more of the frames 1001-1009; came no face that long"):
        track_plate(plate_of(pictures), perception, FaceTrackSettings(min_length=4, tiles="off"))


def test_people_are_named_by_size_and_time_and_limited(placed, plate_of, perception):
    both = np.concatenate([placed(260, 480, 0.6, (0.0, 60.0)), placed(400, 480, 1.0, (-20.0, 40.0))], axis=1)
    people = track_plate(plate_of([both, both]), perception, FaceTrackSettings()).people
    assert [person.name for person in people] == ["person1", "person2"]
    assert np.ptp(people[0].landmarks_plate[0], axis=0)[0] > np.ptp(people[1].landmarks_plate[0], axis=0)[0]
    (first,) = track_plate(plate_of([both, both]), perception, FaceTrackSettings(max_people=1)).people
    assert np.array_equal(first.landmarks_plate, people[0].landmarks_plate)


def test_a_cut_to_another_shot_of_the_same_face_makes_another_person(panned, plate_of, perception):
    other = [frame.copy() for frame in panned[:4]]
    for frame in other:
        frame[:, 330:] = frame[::-1, 330:] * 0.2
        frame[240:, :] = (0.1, 0.5, 0.3)
        frame[:, :140] = (0.7, 0.6, 0.2)
    pictures = [*panned[:4], *other]
    track = track_plate(plate_of(pictures), perception, FaceTrackSettings(min_length=2))
    assert sorted(person.seen.tolist() for person in track.people) == [
        [False] * 4 + [True] * 4,
        [True] * 4 + [False] * 4,
    ]


def test_an_empty_plate_has_nobody_in_it(perception):
    with pytest.raises(TrackError, match="a range without frames"):
        track_plate(Plate("made", (), None, lambda _: None), perception, FaceTrackSettings())


def test_a_frame_of_another_size_is_refused(panned, plate_of, perception):
    with pytest.raises(PlateError, match=r"640 x 480 with pixel aspect 1; came 600 x 480"):
        track_plate(plate_of([panned[0], panned[1][:, :600]]), perception, FaceTrackSettings())


def test_a_pack_that_is_not_there_is_refused(panned, plate_of, perception, tmp_path):
    with pytest.raises(PackError, match="models install mediapipe-face"):
        track_plate(plate_of(panned), replace(perception, pack=tmp_path), FaceTrackSettings())


def test_the_track_of_a_plate_survives_its_file(track, tmp_path):
    write_track(track, tmp_path / "shot.track")
    back = read_track(tmp_path / "shot.track").people[0]
    assert np.array_equal(back.landmarks_plate, track.people[0].landmarks_plate)
    assert np.array_equal(back.alignment, track.people[0].alignment)


def test_the_node_is_registered():
    assert registered()["FaceTrack"] is FACE_TRACK
    assert FACE_TRACK.settings is FaceTrackSettings


@pytest.mark.parametrize(
    ("knob", "value"),
    [("tiles", "maybe"), ("detector_range", "long"), ("min_confidence", 2.0), ("max_people", 0), ("smoothing", -1.0)],
)
def test_a_knob_out_of_its_range_is_refused(knob, value):
    with pytest.raises(CallError, match=f"FaceTrack.{knob}"):
        FaceTrackSettings(**{knob: value})
