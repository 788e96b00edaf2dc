import numpy as np
import pytest
from people_staged import measured, with_motion

from faceplate.errors import CallError, TrackError
from faceplate.track.people.edited import cast_of, edit_target, unmatched
from faceplate.values import Edit, Motion, Track

FRAMES = tuple(range(1001, 1021))
LEFT, RIGHT = (100.0, 200.0), (500.0, 200.0)


@pytest.fixture(scope="module")
def two():
    """Somebody at the left in all twenty frames, and somebody as large at the right."""
    return measured(LEFT, RIGHT)


def names(cast):
    return [each.name for each in cast]


def rows(person):
    return np.flatnonzero(person.measured.seen).tolist()


def at_x(person):
    return np.unique(person.measured.landmarks_plate[person.measured.seen][..., 0].mean(axis=1).round()).tolist()


def motion(*pairs):
    pairs = np.array(pairs, np.int32).reshape(-1, 2)
    found = np.repeat(pairs[:, :1, None], 2, axis=2).astype(np.float32)
    return Motion(pairs, found, found, np.ones((len(pairs), 1), np.float32))


def test_without_edits_people_are_counted(two):
    cast = cast_of(two, (), FRAMES)
    assert names(cast) == ["person1", "person2"]
    assert [each.measured is person for each, person in zip(cast, two, strict=True)] == [True, True]


def test_a_name_goes_to_the_face_where_it_was_given(two):
    edits = (Edit("name", 1005, (480.0, 230.0), text="anna"),)
    assert names(cast_of(two, edits, FRAMES)) == ["person1", "anna"]
    assert unmatched(two, edits, FRAMES) == ()


def test_a_dropped_person_is_gone_and_the_others_keep_their_numbers(two):
    assert names(cast_of(two, (Edit("drop", 1001, LEFT),), FRAMES)) == ["person2"]


def test_a_split_makes_a_new_person_of_the_frames_from_there_on(two):
    first, _, new = cast_of(two, (Edit("split", 1011, LEFT),), FRAMES)
    assert (new.name, rows(first), rows(new)) == ("person3", [*range(10)], [*range(10, 20)])
    assert at_x(new) == [100.0]


def test_a_split_names_the_new_person_as_asked(two):
    assert names(cast_of(two, (Edit("split", 1011, LEFT, text="bob"),), FRAMES)) == ["person1", "person2", "bob"]


def test_a_merge_joins_the_frames_of_both_under_the_name_that_was_given():
    early, late = measured(lambda n: LEFT if n < 8 else None, lambda n: RIGHT if n >= 12 else None)
    edits = (
        Edit("name", 1015, RIGHT, text="anna"),
        Edit("merge", 1001, LEFT, other_frame=1020, other_plate=RIGHT),
    )
    (anna,) = cast_of((early, late), edits, FRAMES)
    assert (anna.name, rows(anna)) == ("anna", [*range(8), *range(12, 20)])


def test_where_both_are_seen_the_surer_face_is_kept():
    (sure,), (unsure,) = measured(LEFT, sureness=0.9), measured(lambda n: RIGHT if n > 5 else None, sureness=0.4)
    (one,) = cast_of((unsure, sure), (Edit("merge", 1010, RIGHT, other_frame=1010, other_plate=LEFT),), FRAMES)
    assert at_x(one) == [100.0]


def test_where_both_are_as_sure_the_larger_face_is_kept():
    (small,), (large,) = measured(LEFT, size=0.5), measured(RIGHT)
    (one,) = cast_of((small, large), (Edit("merge", 1010, LEFT, other_frame=1010, other_plate=RIGHT),), FRAMES)
    assert at_x(one) == [500.0]


def test_to_merge_somebody_with_themselves_changes_nothing_and_is_no_loss(two):
    edits = (Edit("merge", 1001, LEFT, other_frame=1020, other_plate=LEFT),)
    assert names(cast_of(two, edits, FRAMES)) == ["person1", "person2"]
    assert unmatched(two, edits, FRAMES) == ()


def test_an_absence_takes_its_frames_and_no_more(two):
    first, second = cast_of(two, (Edit("absent", 1005, LEFT, last_frame=1007),), FRAMES)
    assert rows(first) == [0, 1, 2, 3, *range(7, 20)]
    assert rows(second) == [*range(20)]


def test_who_is_absent_throughout_is_not_in_the_track(two):
    assert names(cast_of(two, (Edit("absent", 1001, LEFT, last_frame=1020),), FRAMES)) == ["person2"]


def test_motion_stays_with_the_frames_it_was_measured_between(two):
    moving = with_motion(two[0], motion((0, 1), (8, 9), (9, 10), (10, 11)))
    first, new = cast_of((moving,), (Edit("split", 1011, LEFT),), FRAMES)
    assert first.measured.motion.pairs.tolist() == [[0, 1], [8, 9]]
    assert new.measured.motion.pairs.tolist() == [[10, 11]]
    (absent,) = cast_of((moving,), (Edit("absent", 1010, LEFT),), FRAMES)
    assert absent.measured.motion.pairs.tolist() == [[0, 1], [10, 11]]
    assert absent.measured.motion.found_plate[:, 0, 0].tolist() == [0, 10]


def test_a_merge_keeps_the_motion_of_both_but_for_frames_that_one_lost_to_the_other():
    early = with_motion(*measured(lambda n: LEFT if n < 10 else None), motion((0, 1), (8, 9)))
    late = with_motion(*measured(lambda n: RIGHT if n > 5 else None, sureness=0.4), motion((8, 9), (9, 10), (10, 11)))
    (one,) = cast_of((early, late), (Edit("merge", 1001, LEFT, other_frame=1020, other_plate=RIGHT),), FRAMES)
    assert one.measured.motion.pairs.tolist() == [[0, 1], [8, 9], [10, 11]]


def hand(frame, at=LEFT):
    return Edit("points", frame, at, points=(1,), target=((3.0, 4.0),))


def test_points_set_by_hand_go_to_the_person_they_concern(two):
    first, second = cast_of(two, (hand(1003), hand(1004, RIGHT), hand(1002)), FRAMES)
    assert [edit.frame for edit in first.by_hand] == [1003, 1002]
    assert [edit.frame for edit in second.by_hand] == [1004]


def test_points_set_by_hand_follow_a_split_and_a_merge_and_an_absence(two):
    first, _, new = cast_of(two, (hand(1003), hand(1015), Edit("split", 1011, LEFT)), FRAMES)
    assert ([e.frame for e in first.by_hand], [e.frame for e in new.by_hand]) == ([1003], [1015])
    merge = Edit("merge", 1001, LEFT, other_frame=1001, other_plate=RIGHT)
    (one,) = cast_of(two, (hand(1003), hand(1004, RIGHT), merge), FRAMES)
    assert [edit.frame for edit in one.by_hand] == [1003, 1004]
    first, _ = cast_of(two, (hand(1003), Edit("absent", 1003, LEFT), hand(1003)), FRAMES)
    assert len(first.by_hand) == 1


def test_where_nobody_is_seen_the_nearest_path_is_meant():
    gone = [lambda n, at=at: at if n < 5 or n > 9 else None for at in (LEFT, RIGHT)]
    first, second = cast_of(measured(*gone), (hand(1007, (330.0, 200.0)),), FRAMES)
    assert (len(first.by_hand), len(second.by_hand)) == (0, 1)


def test_a_path_between_two_sightings_is_a_line():
    (person,) = measured(lambda n: (100.0 + 20 * n, 200.0) if n in (0, 10) else None)
    track = Track("made", FRAMES, (1000, 500), 1.0, "mediapipe", (), measured=(person,))
    np.testing.assert_allclose(edit_target(track, "person1", 1006), (200.0, 200.0), atol=1e-3)
    np.testing.assert_allclose(edit_target(track, "person1", 1020), (300.0, 200.0), atol=1e-3)


def test_the_target_of_an_edit_leads_back_to_the_same_person(two):
    track = Track("made", FRAMES, (1000, 500), 1.0, "mediapipe", (), measured=two)
    for name in ("person1", "person2"):
        renamed = cast_of(two, (Edit("name", 1010, edit_target(track, name, 1010), text="x"),), FRAMES)
        assert "x" in names(renamed)
        assert name not in names(renamed)


def test_the_target_of_somebody_unknown_is_refused_with_the_names_there_are(two):
    track = Track("made", FRAMES, (1000, 500), 1.0, "mediapipe", (), measured=two)
    with pytest.raises(TrackError, match=r"person1, person2.*anna"):
        edit_target(track, "anna", 1010)
    with pytest.raises(TrackError, match=r"1001-1020.*frame 900"):
        edit_target(track, "person1", 900)


@pytest.mark.parametrize(
    "edit",
    [
        Edit("drop", 1005, (900.0, 200.0)),
        Edit("drop", 900, LEFT),
        Edit("merge", 1005, LEFT, other_frame=1005, other_plate=(900.0, 200.0)),
        Edit("merge", 1005, LEFT),
    ],
)
def test_an_edit_that_finds_nobody_is_told_and_the_rest_is_followed(two, edit):
    edits = (edit, Edit("name", 1001, LEFT, text="anna"))
    assert names(cast_of(two, edits, FRAMES)) == ["anna", "person2"]
    assert unmatched(two, edits, FRAMES) == (edit,)


def test_on_an_anamorphic_plate_reach_is_told_by_the_face_as_it_is_stored(two):
    near = Edit("name", 1001, (LEFT[0], LEFT[1] + 99), text="near")
    far = Edit("name", 1001, (LEFT[0] + 110, LEFT[1]), text="far")
    assert unmatched(two, (near, far), FRAMES) == (far,)


def test_one_name_for_two_people_is_refused(two):
    edits = (Edit("name", 1001, LEFT, text="anna"), Edit("name", 1001, RIGHT, text="anna"))
    with pytest.raises(CallError, match=r"name anna, frame 1001.*merge"):
        cast_of(two, edits, FRAMES)


def test_who_is_only_counted_gives_a_number_up_to_whom_an_artist_names_so(two):
    assert names(cast_of(two, (Edit("name", 1001, RIGHT, text="person1"),), FRAMES)) == ["person2", "person1"]
