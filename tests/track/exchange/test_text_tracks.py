import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from faceplate.errors import TrackError
from faceplate.track import read_track, track_as_json, write_track
from faceplate.track.exchange import (
    frames_path,
    parsed_json,
    read_csv_track,
    track_document,
    track_from_document,
    write_csv_track,
    write_json_track,
)
from faceplate.values import Doubt
from shots import known_track

FRAMES = (1001, 1002, 1003, 1005)
FIELDS = (
    "landmarks_plate", "depth_px", "confidence", "presence", "pose_deg", "place_cm", "alignment", "exposure",
    "residual_px", "by_hand", "doubts",
)  # fmt: skip


@pytest.fixture
def track():
    """Two people with numbers of all kinds; frame 1003 does not show the first."""
    return replace(
        known_track(FRAMES, pixel_aspect=2.0),
        people=(_somebody("person1", 1, unseen=(1003,)), _somebody('who, "else"', 2)),
        cuts=(3,),
        focal_px=1234.5,
        digests=("a", "b", "c", "d"),
    )


def _somebody(name, seed, unseen=()):
    generator = np.random.default_rng(seed)
    made = known_track(FRAMES, unseen=unseen, exposure=0.18, pixel_aspect=2.0).people[0]
    there = made.seen

    def some(*shape):
        values = generator.random((len(FRAMES), *shape), np.float32)
        values[~there] = np.nan
        return values

    hand = np.zeros((len(FRAMES), 478), bool)
    hand[1, [3, 477]] = True
    return replace(
        made,
        name=name,
        landmarks_plate=made.landmarks_plate + some(478, 2),
        depth_px=some(478) * 1e-5,
        confidence=some(478),
        presence=some(),
        pose_deg=some(3) * 90,
        place_cm=some(3) * 100,
        residual_px=some(),
        by_hand=hand,
        doubts=np.uint16([0, Doubt.SLIPPED | Doubt.AT_EDGE, 0, Doubt.SMALL]),
    )


def same_people(one, other):
    assert [person.name for person in one.people] == [person.name for person in other.people]
    for first, second in zip(one.people, other.people, strict=True):
        for name in FIELDS:
            left, right = getattr(first, name), getattr(second, name)
            assert left.dtype == right.dtype, name
            np.testing.assert_array_equal(left, right, err_msg=name)


def test_json_brings_back_the_very_same_people(track, tmp_path):
    write_json_track(track, tmp_path / "one.json")
    back = track_from_document(parsed_json(tmp_path / "one.json"), "it")
    same_people(track, back)
    about = ("plate", "frames", "size", "pixel_aspect", "landmarker", "cuts", "focal_px", "digests")
    assert all(getattr(back, name) == getattr(track, name) for name in about)


def test_json_holds_what_inspect_shows_under_the_same_names(track):
    document = track_document(track)
    shown = json.loads(json.dumps(track_as_json(track)))
    assert document["faceplate_track"] == 1
    for name, value in shown.items():
        if name != "people":
            assert json.loads(json.dumps(document[name])) == value
    for person, about in zip(shown["people"], document["people"], strict=True):
        assert json.loads(json.dumps(about)).items() >= person.items()


def test_csv_brings_back_the_very_same_people(track, tmp_path):
    points, frames = write_csv_track(track, tmp_path / "one.csv")
    back = read_csv_track(points, replace(track, people=()))
    same_people(track, back)
    assert frames == tmp_path / "one_frames.csv"


def test_a_track_from_either_is_one_that_can_be_kept(track, tmp_path):
    write_csv_track(track, tmp_path / "one.csv")
    for made in (track_from_document(track_document(track), "it"), read_csv_track(tmp_path / "one.csv", track)):
        write_track(made, tmp_path / "one.track")
        same_people(track, read_track(tmp_path / "one.track"))


def test_the_tables_are_tidy(track, tmp_path):
    write_csv_track(track, tmp_path / "one.csv")
    points = list(csv.DictReader((tmp_path / "one.csv").read_text().splitlines()))
    frames = list(csv.DictReader(frames_path(tmp_path / "one.csv").read_text().splitlines()))
    assert len(points) == 478 * (3 + 4)
    assert len(frames) == 2 * len(FRAMES)
    row = points[478 + 3]
    assert (row["frame"], row["person"], row["point"], row["by_hand"]) == ("1002", "person1", "3", "1")
    assert np.float32(row["x"]) == track.people[0].landmarks_plate[1, 3, 0]
    assert frames[1]["doubts"] == "slipped+at_edge"
    assert {frames[2][name] for name in ("presence", "alignment_11", "yaw_deg", "away_cm")} == {""}


def changed(track, entry, value):
    return {**track_document(track), entry: value}


@pytest.mark.parametrize(
    ("entry", "value", "expected"),
    [
        ("faceplate_track", 2, "version 1"),
        ("frames", [1, 1, 2, 3], "rise"),
        ("frames", [1, 2], "for each of 2 frames"),
        ("frames", [], "rise"),
        ("size", [640], "columns and rows"),
        ("pixel_aspect", "1", "0.1 to 10"),
        ("plate", None, "plate as text"),
        ("people", {}, "a list of people"),
        ("people", [3], "people as objects"),
        ("people", [{"name": "x"}], "landmarks for each"),
    ],
)
def test_a_document_that_is_no_track_is_refused(track, entry, value, expected):
    with pytest.raises(TrackError, match=expected):
        track_from_document(changed(track, entry, value), "it")


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("landmarks", [[[1, 2]]] * 4),
        ("landmarks", ["x"] * 4),
        ("alignment", [[[1, 0, 0], [0, 1, 0]]] * 4),
        ("doubts", [["sleepy"]] * 4),
        ("landmarks_by_hand", [[478]] * 4),
        ("landmarks_by_hand", [[True]] * 4),
        ("presence", [7] * 4),
    ],
)
def test_a_person_who_is_no_face_is_refused_by_name(track, entry, value):
    document = track_document(track)
    document["people"][1][entry] = value
    with pytest.raises(TrackError, match="who, "):
        track_from_document(document, "it")


@pytest.mark.parametrize("name", ["", " ", "ann\nbob", "\x1b[31mann", "\u2028"])
def test_a_name_that_no_track_file_takes_is_refused(track, name, tmp_path):
    document = track_document(track)
    document["people"][1]["name"] = name
    with pytest.raises(TrackError, match=r"it: expected .* one line"):
        track_from_document(document, "it")
    write_csv_track(replace(track, people=(replace(track.people[0], name=name),)), tmp_path / "shot.csv")
    with pytest.raises(TrackError, match=r"shot\.csv: expected .* one line"):
        read_csv_track(tmp_path / "shot.csv", track)


def test_two_people_of_one_name_are_refused(track):
    document = track_document(track)
    document["people"][1]["name"] = "person1"
    with pytest.raises(TrackError, match="a name of one line each, another for everyone"):
        track_from_document(document, "it")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("frame,person,point", "frame,who,point", "the columns frame, person"),
        ("1001,person1,0,", "999,person1,0,", "line 2: expected a frame of the plate"),
        ("1001,person1,0,", "1001,nobody,0,", "line 2: expected somebody of one_frames.csv"),
        ("1001,person1,0,", "1001,person1,478,", "a point from 0 to 477"),
        ("1001,person1,0,", "1001,person1,0,x", "a number"),
        ("1001,person1,0,", "1001,person1,0,,", "8 cells"),
    ],
)
def test_a_table_that_is_no_track_is_refused_with_its_line(track, tmp_path, old, new, expected):
    path, _ = write_csv_track(track, tmp_path / "one.csv")
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(TrackError, match=expected):
        read_csv_track(path, track)


def test_a_lost_point_is_said(track, tmp_path):
    path, _ = write_csv_track(track, tmp_path / "one.csv")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:5] + lines[6:]))
    with pytest.raises(TrackError, match="1 of 478 landmarks without numbers"):
        read_csv_track(path, track)


def test_a_missing_second_table_is_said(track, tmp_path):
    path, frames = write_csv_track(track, tmp_path / "one.csv")
    frames.unlink()
    with pytest.raises(TrackError, match=r"one_frames\.csv.*No such file"):
        read_csv_track(path, track)


def test_text_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "x.json").write_text("[" * 100_000)
    with pytest.raises(TrackError, match="JSON text"):
        parsed_json(tmp_path / "x.json")


@pytest.mark.parametrize("value", [1e300, 10**400, -1e39])
def test_numbers_that_no_plate_has_are_refused(track, tmp_path, value):
    document = track_document(track)
    document["people"][0]["landmarks"][0][7][0] = value
    with pytest.raises(TrackError, match="person1"):
        track_from_document(document, "it")
    path, _ = write_csv_track(track, tmp_path / "one.csv")
    line = path.read_text().splitlines()[8]
    cells = line.split(",")
    path.write_text(path.read_text().replace(line, ",".join([*cells[:3], str(value), *cells[4:]])))
    with pytest.raises(TrackError, match="line 9: expected a number of at most"):
        read_csv_track(path, track)


def test_print_options_that_a_library_set_change_no_number(track, tmp_path):
    with np.printoptions(legacy="1.13"):
        points, _ = write_csv_track(track, tmp_path / "one.csv")
    same_people(track, read_csv_track(points, replace(track, people=())))
