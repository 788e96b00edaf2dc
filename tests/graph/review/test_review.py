import json
from dataclasses import replace

import av
import cv2
import numpy as np
import pytest

from faceplate.cli.main import main
from faceplate.errors import TrackError
from faceplate.graph import open_encoded_plate
from faceplate.graph.review import review_track
from faceplate.graph.review.marks import caption, mark
from faceplate.graph.review.review import frames_to_look_at
from faceplate.graph.review.views import stabilised, whole
from faceplate.track import frame_digest, write_track
from faceplate.values import Doubt
from shots import SIZE, known_track, write_plate

FRAMES = tuple(range(1001, 1013))


@pytest.fixture
def plate(tmp_path):
    return open_encoded_plate(write_plate(tmp_path / "plate", FRAMES), None, "ACEScg")


def doubting(track, **doubts):
    flags = np.zeros(len(track.frames), np.uint16)
    for number, doubt in doubts.items():
        flags[track.frames.index(int(number[1:]))] = doubt
    return replace(track, people=(replace(track.people[0], doubts=flags),))


def test_report_contact_sheet_and_movie_are_left_in_the_folder(plate, tmp_path):
    track = doubting(known_track(FRAMES), f1004=Doubt.COVERED)
    review_track(plate, track, FRAMES, tmp_path / "review")
    report = json.loads((tmp_path / "review/report.json").read_text())
    assert report[0]["name"] == "person1"
    assert report[0]["doubts"] == {"covered": [1004]}
    assert cv2.imread(str(tmp_path / "review/contact.png")).shape[1] == 2400
    with av.open(str(tmp_path / "review/overlay.mp4")) as movie:
        assert sum(1 for _ in movie.decode(video=0)) == len(FRAMES)


def test_without_a_rate_there_is_no_movie_nor_one_of_the_track_before(plate, tmp_path):
    (tmp_path / "overlay.mp4").write_bytes(b"of the track before")
    review_track(plate, known_track(FRAMES), FRAMES, tmp_path, rate=None)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["contact.png", "report.json"]


def test_doubtful_frames_are_looked_at_first_and_the_rest_spread():
    numbers = tuple(range(1, 101))
    track = doubting(known_track(numbers), f37=Doubt.COVERED | Doubt.BLURRED, f38=Doubt.COVERED, f90=Doubt.FLASH)
    chosen = frames_to_look_at(track, track.people[0], numbers)
    assert {37, 90} <= set(chosen)
    assert 38 not in chosen
    assert len(chosen) == 6


def test_the_frame_where_landmarks_and_solve_are_farthest_apart_is_looked_at_and_so_are_both_ends():
    numbers = tuple(range(1, 101))
    track = known_track(numbers)
    residual = np.full(100, 0.2, np.float32)
    residual[57] = 3.0
    person = replace(track.people[0], residual_px=residual)
    assert {1, 58, 100} <= set(frames_to_look_at(replace(track, people=(person,)), person, numbers))


def test_a_track_of_nobody_is_refused_and_nothing_is_left(plate, tmp_path):
    with pytest.raises(TrackError, match="expected somebody in it; came nobody"):
        review_track(plate, replace(known_track(FRAMES), people=()), FRAMES, tmp_path / "review")
    assert not (tmp_path / "review").exists()


def test_another_plate_is_refused_unless_that_is_meant(plate, tmp_path, capsys):
    digests = tuple(frame_digest(plate.read(number)) for number in reversed(FRAMES))
    write_track(replace(known_track(FRAMES), digests=digests), tmp_path / "shot.track")
    words = ["review", plate.source, "--track", f"{tmp_path}/shot.track", "-o", f"{tmp_path}/out", "--no-movie"]
    words += ["--colourspace", "ACEScg"]
    assert main(words) == 1
    assert "expected the picture that was tracked" in capsys.readouterr().err.replace("\n", " ")
    assert main([*words, "--other-plate"]) == 0


def test_what_is_not_known_is_not_told_as_a_number(plate, tmp_path, capsys):
    write_track(known_track(FRAMES[:2]), tmp_path / "shot.track")
    words = ["review", plate.source, "--track", f"{tmp_path}/shot.track", "-o", f"{tmp_path}/out", "--no-movie"]
    assert main([*words, "--colourspace", "ACEScg"]) == 0
    said = capsys.readouterr().out
    assert "jitter not known without three frames in a row" in said
    assert "nan" not in said


def test_a_person_who_is_never_seen_leaves_a_sheet_with_the_timeline_alone(plate, tmp_path):
    track = known_track(FRAMES, unseen=FRAMES)
    review_track(plate, track, FRAMES, tmp_path, rate=None)
    assert cv2.imread(str(tmp_path / "contact.png")).shape[0] == 90


def test_the_mark_of_a_point_lies_where_the_point_is():
    person = known_track((1,)).people[0]
    dark = np.zeros((SIZE[1], SIZE[0], 3), np.float32)
    drawn = mark(dark, np.eye(2, 3), person, 0)
    column, row = np.floor(person.landmarks_plate[0, 1]).astype(int)
    assert drawn[row, column].max() > 0.9


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_views_of_the_plate_show_the_face_square_as_a_square(plate, aspect):
    track = known_track(FRAMES, pixel_aspect=aspect)
    frame = plate.read(1001)
    frame = replace(frame, header=replace(frame.header, pixel_aspect=aspect))
    for view in (
        whole(frame, lambda rgb: rgb, (320, 200)),
        stabilised(frame, lambda rgb: rgb, track.people[0], 0, 128),
    ):
        linear = view.plate_to_picture[:, :2] / [aspect, 1.0]
        assert np.linalg.norm(linear[:, 0]) == pytest.approx(np.linalg.norm(linear[:, 1]))


def test_the_caption_says_what_is_doubtful():
    track = doubting(known_track((1, 2), unseen=(2,)), f1=Doubt.AT_EDGE | Doubt.SMALL)
    assert caption(track.people[0], 0).endswith("at edge, small")
    assert caption(track.people[0], 1) == "person1: not seen"


def test_a_movie_rate_that_no_player_shows_is_refused(plate, tmp_path, capsys):
    write_track(known_track(FRAMES), tmp_path / "shot.track")
    call = ["review", plate.source, "--track", str(tmp_path / "shot.track"), "-o", str(tmp_path / "out")]
    assert main([*call, "--colourspace", "ACEScg", "--fps", "0"]) == 2
    assert "--fps" in capsys.readouterr().err
