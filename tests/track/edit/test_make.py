"""Edits made from what an artist says of a person on a frame."""

from dataclasses import replace

import numpy as np
import pytest
from edited_track import ASPECT, made_track, row

from faceplate.errors import CallError, TrackError
from faceplate.track import edit, topology
from faceplate.track.edit import Move
from faceplate.values import Edit


@pytest.fixture(scope="module")
def track():
    return made_track()


def points_of(track, frame, group, person=0):
    return track.people[person].landmarks_plate[row(frame)][list(edit.groups[group])].astype(np.float64)


def to_square(points):
    return np.asarray(points) * [ASPECT, 1.0]


def test_a_group_moves_by_plate_pixels_to_the_right_and_down(track):
    (made,) = edit.moved_groups(track, "person1", 1004, {"left_eye": Move((3.5, -2.0))})
    assert (made.kind, made.frame, made.points, made.origin) == ("points", 1004, edit.groups["left_eye"], Edit.origin)
    np.testing.assert_allclose(made.target, points_of(track, 1004, "left_eye") + np.array([3.5, -2.0]), atol=1e-9)


def test_a_group_turns_clockwise_about_its_own_middle_in_square_pixels(track):
    (made,) = edit.moved_groups(track, "person1", 1004, {"lips": Move(turn_deg=90)})
    before, after = to_square(points_of(track, 1004, "lips")), to_square(made.target)
    middle = before.mean(axis=0)
    np.testing.assert_allclose(after.mean(axis=0), middle, atol=1e-9)
    # In a picture whose y goes down, what was to the right comes to lie below.
    right_of, below = (before - middle).T
    np.testing.assert_allclose(after - middle, np.column_stack([-below, right_of]), atol=1e-9)


def test_a_group_is_scaled_about_its_own_middle(track):
    (made,) = edit.moved_groups(track, "person2", 1004, {"nose": Move(scale=1.5)})
    before, after = points_of(track, 1004, "nose", 1), np.array(made.target)
    np.testing.assert_allclose(after, before.mean(axis=0) + 1.5 * (before - before.mean(axis=0)), atol=1e-9)


def test_an_eye_is_its_lids_and_its_iris_and_every_region_has_a_name():
    assert set(edit.groups["right_eye"]) == {*topology.right_eye, *topology.right_iris}
    assert edit.groups["right_lids"] == topology.right_eye
    assert set(edit.groups) >= {*topology.regions, "whole", "lips"}
    assert len(edit.groups["whole"]) == topology.POINTS
    assert all(edit.group_named(points) == name for name, points in edit.groups.items())
    assert edit.group_named((1, 2)) == ""


def test_the_whole_face_moves_its_alignment_so_that_the_same_skin_stays_in_the_square(track):
    move = Move((10.0, 5.0), 7.0, 1.1)
    (made,) = edit.moved_groups(track, "person1", 1005, {"whole": move})
    assert made.kind == "alignment"
    old, new = track.people[0].alignment[row(1005)], np.array(made.target)
    before = points_of(track, 1005, "whole")
    after = move.moved(before, ASPECT)
    np.testing.assert_allclose(after @ new[:, :2].T + new[:, 2], before @ old[:, :2].T + old[:, 2], atol=1e-9)


def test_the_whole_face_takes_the_other_groups_along(track):
    whole, eye = Move((10.0, 5.0), 7.0, 1.1), Move((2.0, 0.0))
    made = edit.moved_groups(track, "person1", 1005, {"whole": whole, "left_eye": eye})
    assert [each.kind for each in made] == ["alignment", "points"]
    face = points_of(track, 1005, "whole")
    matrix = whole.plate_to_plate(face, ASPECT)
    moved = points_of(track, 1005, "left_eye") + np.array([2.0, 0.0])
    np.testing.assert_allclose(made[1].target, moved @ matrix[:, :2].T + matrix[:, 2], atol=1e-9)


def test_an_edit_remembers_where_the_face_was_measured_and_not_where_it_was_set(track):
    (first,) = edit.moved_groups(track, "person1", 1004, {"whole": Move((300.0, 0.0))})
    changed = edit.with_edits(track, first)
    second = edit.set_points(changed, "person1", 1004, {1: (500.0, 500.0)})
    measured = track.measured[0].landmarks_plate[row(1004)].mean(axis=0, dtype=np.float64)
    np.testing.assert_allclose([first.at_plate, second.at_plate], [measured, measured], atol=1e-6)


def test_points_are_set_where_they_are_said(track):
    made = edit.set_points(track, "person2", 1003, {33: (1400.5, 600), 263: (1450, 600.25)}, "FaceTrack1")
    assert (made.points, made.target) == ((33, 263), ((1400.5, 600.0), (1450.0, 600.25)))
    assert made.origin == "FaceTrack1"


def test_edits_about_people_say_whom_and_when(track):
    renamed = edit.named(track, "person2", "Zoë")
    assert (renamed.kind, renamed.text) == ("name", "Zoë")
    assert edit.dropped(track, "person2").kind == "drop"
    apart = edit.split(track, "person1", 1006, "another")
    assert (apart.kind, apart.frame, apart.text) == ("split", 1006, "another")
    one = edit.merged(track, "person1", "person2")
    second = track.measured[1].landmarks_plate[row(one.other_frame)].mean(axis=0)
    np.testing.assert_allclose(one.other_plate, second, atol=1e-2)
    gone = edit.absent(track, "person1", 1003, 1005)
    assert (gone.kind, gone.frame, gone.last_frame) == ("absent", 1003, 1005)


NO_ONE = r"expected a person named 'nobody'; came person1, person2\. Next: name one of them"
NO_FRAME = r"frame 1020: expected a frame of 1001-1012; came a frame that was not tracked"
NO_GROUP = r"the group of landmarks: expected one of whole, right_eye, .*; came 'ear'"
FAR = "x and y within 4 plate sizes"


@pytest.mark.parametrize(
    ("asked", "kind", "words"),
    [
        (lambda track: edit.moved_groups(track, "nobody", 1004, {}), TrackError, NO_ONE),
        (lambda track: edit.moved_groups(track, "person1", 1020, {}), TrackError, NO_FRAME),
        (lambda track: edit.moved_groups(track, "person1", 1004, {"ear": Move()}), CallError, NO_GROUP),
        (lambda track: edit.moved_groups(track, "person1", 1004, {"nose": Move((1e9, 0))}), CallError, FAR),
        (lambda track: edit.moved_groups(track, "person1", 1004, {"nose": Move(scale=1e30)}), CallError, FAR),
        (
            lambda track: edit.moved_groups(track, "person1", 1004, {"whole": Move(scale=0)}),
            CallError,
            "above 0; came 0",
        ),
        (
            lambda track: edit.moved_groups(track, "person1", 1004, {"whole": Move(scale=-1)}),
            CallError,
            "above 0; came -1",
        ),
        (
            lambda track: edit.moved_groups(track, "person1", 1004, {"whole": Move(scale=1e-3)}),
            CallError,
            "a side of 2",
        ),
        (lambda track: edit.set_points(track, "person1", 1004, {478: (1, 1)}), CallError, "0 to 477"),
        (lambda track: edit.set_points(track, "person1", 1004, {-1: (1, 1)}), CallError, "0 to 477"),
        (lambda track: edit.set_points(track, "person1", 1004, {1: (np.nan, 1)}), CallError, FAR),
        (lambda track: edit.set_points(track, "nobody", 1004, {1: (1, 1)}), TrackError, NO_ONE),
        (lambda track: edit.set_alignment(track, "person1", 1004, np.zeros((2, 3))), CallError, "a face square"),
        (lambda track: edit.set_alignment(track, "person1", 1004, np.full((2, 3), np.inf)), CallError, "three numbers"),
        (lambda track: edit.set_alignment(track, "person1", 1004, [[1, 0, 0], [0, 1, 0]]), CallError, "a stretch of 2"),
        (lambda track: edit.set_alignment(track, "person1", 1020, np.zeros((2, 3))), TrackError, NO_FRAME),
        (lambda track: edit.named(track, "person1", "person2"), CallError, "one that nobody has; came 'person2'"),
        (lambda track: edit.named(track, "person1", " "), CallError, "a name on one line"),
        (lambda track: edit.named(track, "person1", "a" * 2000), CallError, "a name on one line"),
        (lambda track: edit.dropped(track, "nobody"), TrackError, NO_ONE),
        (lambda track: edit.split(track, "person1", 1001), CallError, "one after 1001, the first that shows person1"),
        (lambda track: edit.merged(track, "person1", "person1"), CallError, "another than person1"),
        (lambda track: edit.merged(track, "person1", "nobody"), TrackError, NO_ONE),
        (lambda track: edit.absent(track, "person1", 1020, 1030), TrackError, NO_FRAME),
    ],
)
def test_what_cannot_be_is_refused_with_what_there_is(track, asked, kind, words):
    with pytest.raises(kind, match=words):
        asked(track)


def test_a_frame_that_does_not_show_them_cannot_be_moved_and_those_that_do_are_named(track):
    person = track.people[0]
    hidden = person.landmarks_plate.copy()
    hidden[row(1004)] = np.nan
    gone = replace(track, people=(replace(person, landmarks_plate=hidden),))
    with pytest.raises(
        TrackError, match=r"expected a frame that shows person1: 1001-1003, 1005-1012; came a frame wit"
    ):
        edit.moved_groups(gone, "person1", 1004, {"nose": Move()})
