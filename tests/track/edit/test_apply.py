"""Tracks with edits and without: what was set is met, what was not is left, and all of it can be taken back."""

from dataclasses import replace

import numpy as np
import pytest
from edited_track import ASPECT, FRAMES, SIZE, made_track, measured, row

from faceplate.errors import TrackError
from faceplate.track import edit, read_track, write_track
from faceplate.track.edit import Move
from faceplate.track.solve.solve_track import solve_track
from faceplate.values import Edit
from shots import known_track


@pytest.fixture(scope="module")
def track():
    return made_track()


def eye_moved(track, frame=1006, by=(3.5, -2.0), origin=Edit.origin, person="person1"):
    return edit.moved_groups(track, person, frame, {"left_eye": Move(by)}, origin)[0]


def same_people(one, other):
    assert [person.name for person in one.people] == [person.name for person in other.people]
    for mine, theirs in zip(one.people, other.people, strict=True):
        np.testing.assert_array_equal(mine.landmarks_plate, theirs.landmarks_plate)
        np.testing.assert_array_equal(mine.alignment, theirs.alignment)
        np.testing.assert_array_equal(mine.by_hand, theirs.by_hand)


def test_landmarks_set_by_hand_are_met_exactly_and_said_to_be_by_hand(track):
    made = eye_moved(track)
    changed = edit.with_edits(track, made)
    points = list(made.points)
    person = changed.people[0]
    np.testing.assert_array_equal(person.landmarks_plate[row(1006)][points], np.float32(made.target))
    assert person.by_hand[row(1006)][points].all()
    assert person.by_hand.sum() == len(points)
    assert changed.edits == (made,)
    assert track.edits == ()


def test_a_point_set_at_an_absolute_place_is_met_exactly(track):
    made = edit.set_points(track, "person2", 1003, {1: (1510.25, 640.5)})
    changed = edit.with_edits(track, made)
    np.testing.assert_array_equal(changed.people[1].landmarks_plate[row(1003), 1], [1510.25, 640.5])


def test_an_alignment_set_by_hand_is_met_exactly(track):
    (made,) = edit.moved_groups(track, "person1", 1006, {"whole": Move((6.0, 2.0), 3.0, 1.02)})
    changed = edit.with_edits(track, made)
    np.testing.assert_array_equal(changed.people[0].alignment[row(1006)], made.target)


def test_the_whole_face_and_a_group_of_it_set_on_one_frame_are_both_met(track):
    made = edit.moved_groups(track, "person1", 1006, {"whole": Move((6.0, 2.0), 3.0), "lips": Move((0.0, 2.0))})
    person = edit.with_edits(track, *made).people[0]
    np.testing.assert_array_equal(person.landmarks_plate[row(1006)][list(made[1].points)], np.float32(made[1].target))


def test_a_face_that_was_lost_on_a_frame_is_put_there_by_hand():
    lost = made_track(measured=(measured((700.0, 500.0), unseen=tuple(range(1005, 1013))),))
    assert not lost.people[0].seen[row(1009)]
    by_points = edit.set_points(lost, "person1", 1009, {33: (370.0, 470.0), 263: (420.0, 470.0)})
    person = edit.with_edits(lost, by_points).people[0]
    np.testing.assert_array_equal(person.landmarks_plate[row(1009)][[33, 263]], by_points.target)
    moved = lost.people[0].alignment[row(1004)] + [[0, 0, -0.05], [0, 0, 0.02]]
    aligned = edit.with_edits(lost, edit.set_alignment(lost, "person1", 1009, moved))
    np.testing.assert_array_equal(aligned.people[0].alignment[row(1009)], moved)
    assert edit.unmet(aligned) == ()


def test_neighbours_follow_and_other_people_do_not(track):
    changed = edit.with_edits(track, eye_moved(track, by=(0.0, 6.0)))
    iris = edit.groups["left_iris"][0]
    moved = (changed.people[0].landmarks_plate - track.people[0].landmarks_plate)[:, iris, 1]
    assert moved[row(1006)] == pytest.approx(6.0, abs=1e-3)
    assert moved[row(1005)] > 1.0
    assert moved[row(1007)] > 1.0
    np.testing.assert_allclose(changed.people[1].landmarks_plate, track.people[1].landmarks_plate, atol=1e-4)


def test_the_later_of_two_edits_of_one_point_decides(track):
    first = edit.set_points(track, "person1", 1006, {1: (330.0, 500.0)})
    second = edit.set_points(track, "person1", 1006, {1: (331.0, 501.0)})
    changed = edit.with_edits(edit.with_edits(track, first), second)
    np.testing.assert_array_equal(changed.people[0].landmarks_plate[row(1006), 1], [331.0, 501.0])


def test_undo_takes_back_the_last_edit_of_an_origin_and_leaves_the_others(track):
    mine, later, theirs = eye_moved(track), eye_moved(track, 1009), eye_moved(track, 1003, origin="FaceTrack1")
    changed = edit.with_edits(track, mine, later, theirs)
    undone = edit.without_last_edit(changed)
    assert undone.edits == (mine, theirs)
    same_people(undone, edit.with_edits(track, mine, theirs))
    assert edit.without_last_edit(changed, "FaceTrack1").edits == (mine, later)


def test_a_track_whose_edits_are_all_taken_back_is_what_it_was(track):
    changed = edit.with_edits(track, eye_moved(track), eye_moved(track, 1009, origin="FaceTrack1"))
    same_people(edit.without_last_edit(edit.without_last_edit(changed), "FaceTrack1"), track)
    same_people(edit.without_edits(changed), track)
    assert [each.origin for each in edit.without_edits(changed, Edit.origin).edits] == ["FaceTrack1"]


def test_where_there_is_nothing_to_undo_it_is_said_who_made_edits(track):
    changed = edit.with_edits(track, eye_moved(track, origin="FaceTrack1"))
    with pytest.raises(TrackError, match="expected an edit made by command line; came edits by FaceTrack1"):
        edit.without_last_edit(changed)
    with pytest.raises(TrackError, match="came none"):
        edit.without_last_edit(track)


def test_edits_survive_a_new_track_of_the_plate_and_are_met_in_it(track):
    made = eye_moved(track)
    old = edit.with_edits(track, made)
    # The new measurements differ a little, and the people come in another order.
    shaken = tuple(measured(middle, step=(3.0, 1.0)) for middle in ((3001.0, 600.5), (701.0, 499.5)))
    new = solve_track(replace(track, measured=shaken, people=()))
    carried = edit.carried_over(old, new)
    met = [person.by_hand[row(1006)][list(made.points)].all() for person in carried.people]
    assert sorted(met) == [False, True]
    person = carried.people[met.index(True)]
    np.testing.assert_array_equal(person.landmarks_plate[row(1006)][list(made.points)], np.float32(made.target))
    assert edit.unmet(carried) == ()


def test_a_new_track_without_edits_before_it_stays_as_it_is(track):
    new = made_track()
    assert edit.carried_over(track, new) is new


def test_edits_of_a_plate_of_another_size_are_refused(track):
    old = edit.with_edits(track, eye_moved(track))
    for change in ({"size": (1024, 540)}, {"pixel_aspect": 1.0}):
        with pytest.raises(TrackError, match=f"expected a plate of {SIZE[0]}x{SIZE[1]}, pixel aspect {ASPECT:g}"):
            edit.carried_over(old, replace(track, **change))


def test_edits_whose_frame_or_person_is_gone_are_kept_and_reported(track):
    lost, nobody = Edit("drop", 1100, (350.0, 500.0)), Edit("name", 1004, (100.0, 1000.0), text="ghost")
    carried = edit.carried_over(edit.with_edits(track, lost, eye_moved(track), nobody), made_track())
    assert [each.number for each in edit.unmet(carried)] == [1, 3]
    assert [each.why for each in edit.unmet(carried)] == [
        "frame 1100 is not in the track of 1001-1012",
        "nobody is there any more, on frame 1004 at x 100, y 1000",
    ]
    assert len(carried.people) == 2


def test_a_track_from_elsewhere_is_taken_as_measured_from_its_first_edit_on():
    known = known_track(FRAMES, drift_px=1.0)
    given = replace(known, people=(replace(known.people[0], name="Zoë"),))
    made = edit.set_points(given, "Zoë", 1006, {1: (330.0, 200.0)})
    changed = edit.with_edits(given, made)
    assert [person.name for person in changed.people] == ["Zoë"]
    np.testing.assert_array_equal(changed.people[0].landmarks_plate[row(1006), 1], [330.0, 200.0])
    back = edit.without_last_edit(changed)
    assert [person.name for person in back.people] == ["Zoë"]
    np.testing.assert_allclose(back.people[0].landmarks_plate, given.people[0].landmarks_plate, atol=1e-3)
    assert [person.name for person in edit.without_edits(changed).people] == ["Zoë"]


def test_an_edited_track_comes_back_from_its_file_and_can_be_edited_on(track, tmp_path):
    changed = edit.with_edits(track, eye_moved(track))
    write_track(changed, tmp_path / "shot.track")
    back = read_track(tmp_path / "shot.track")
    assert back.edits == changed.edits
    same_people(solve_track(back), changed)
    same_people(edit.without_last_edit(back), track)


def test_a_person_is_renamed_and_dropped_and_undo_brings_them_back(track):
    renamed = edit.with_edits(track, edit.named(track, "person2", "Zoë"))
    assert [person.name for person in renamed.people] == ["person1", "Zoë"]
    alone = edit.with_edits(renamed, edit.dropped(renamed, "person1"))
    assert [person.name for person in alone.people] == ["Zoë"]
    assert {person.name for person in edit.without_last_edit(alone).people} == {"person1", "Zoë"}


def test_an_absent_person_is_not_seen_in_those_frames(track):
    changed = edit.with_edits(track, edit.absent(track, "person1", 1004, 1006))
    person = next(each for each in changed.people if each.name == "person1")
    assert [frame for frame in FRAMES if not person.seen[row(frame)]] == [1004, 1005, 1006]


def test_somebody_else_from_a_frame_on_is_a_person_of_their_own(track):
    changed = edit.with_edits(track, edit.split(track, "person1", 1007, "other"))
    people = {person.name: [FRAMES[at] for at in np.flatnonzero(person.seen)] for person in changed.people}
    assert people["person1"] == list(range(1001, 1007))
    assert people["other"] == list(range(1007, 1013))


def test_two_people_who_are_one_become_one_by_the_name_that_was_given(track):
    for given, name in (("", "person1"), ("Zoë", "Zoë")):
        halves = edit.with_edits(track, edit.split(track, "person1", 1007, given))
        second = next(each.name for each in halves.people if each.name not in ("person1", "person2"))
        whole = edit.with_edits(halves, edit.merged(halves, "person1", second))
        assert {person.name for person in whole.people} == {name, "person2"}
        assert next(person for person in whole.people if person.name == name).seen.all()
