import numpy as np
import pytest
from people_staged import measured

from faceplate.errors import CallError, TrackError
from faceplate.track.people.who import choose_people, parsed_who
from faceplate.values import Edit

FRAMES = tuple(range(1001, 1021))
FIRST, SECOND, THIRD = (100.0, 200.0), (500.0, 200.0), (900.0, 200.0)


@pytest.fixture(scope="module")
def people():
    """Three, the largest first; the third is seen from 1011 on."""
    large, middle, small = (
        measured(FIRST, size=1.5)[0],
        measured(SECOND)[0],
        measured(lambda n: THIRD if n >= 10 else None, size=0.6)[0],
    )
    return (large, middle, small)


def chosen(people, who, edits=()):
    found = choose_people(people, edits, FRAMES, who)
    return [next(place for place, each in enumerate(people) if each is one) for one in found]


@pytest.mark.parametrize(
    ("who", "places"),
    [
        ("everybody", [0, 1, 2]),
        ("largest", [0]),
        ("1005", [0, 1]),
        ("1015", [0, 1, 2]),
        ("500 200 1005", [1]),
        ("500.5, 210, 1005", [1]),
        ("575 200 1005", [1]),
        ("920 200 1015", [2]),
    ],
)
def test_whom_the_knob_asks_for_is_kept(people, who, places):
    assert chosen(people, who) == places


def test_a_click_on_two_faces_takes_the_smaller():
    large, small = measured(FIRST, size=3.0)[0], measured((120.0, 210.0), size=0.5)[0]
    assert chosen((large, small), "118 208 1001") == [1]


def test_a_name_is_known_by_the_edit_that_gave_it(people):
    edits = (Edit("name", 1005, SECOND, text="anna b"),)
    assert chosen(people, "anna b", edits) == [1]


def test_who_was_merged_is_chosen_with_all_their_parts(people):
    edits = (
        Edit("merge", 1005, SECOND, other_frame=1015, other_plate=THIRD),
        Edit("name", 1005, SECOND, text="anna"),
    )
    assert chosen(people, "anna", edits) == [1, 2]


def test_the_largest_is_looked_for_among_those_who_are_not_dropped(people):
    assert chosen(people, "largest", (Edit("drop", 1005, FIRST),)) == [1]


@pytest.mark.parametrize("who", ["", "  ", "500 200", "1 2 3 4", "500 200 1005.5", "1005.5", "900", "5 5 900"])
def test_a_text_that_makes_no_sense_is_refused(who):
    with pytest.raises(CallError, match=r"FaceTrack\.who"):
        parsed_who(who, FRAMES)


def test_a_frame_outside_the_range_is_refused_with_the_range():
    with pytest.raises(CallError, match="1001-1020; came frame 900"):
        parsed_who("900", FRAMES)


@pytest.mark.parametrize("who", ["anna", "person2", "700 200 1005"])
def test_where_nobody_is_the_message_says_who_is_where(people, who):
    with pytest.raises(TrackError, match=r"person1 at 100 200 1\d+; person2 at 500 200 1\d+; person3 at 900 200 10\d+"):
        choose_people(people, (), FRAMES, who)


def test_nobody_on_a_frame_says_where_they_are_next():
    (late,) = measured(lambda n: THIRD if n >= 10 else None)
    with pytest.raises(TrackError, match="person1 at 900 200 1011"):
        choose_people((late,), (), FRAMES, "1005")


def test_nothing_of_the_measurements_is_changed(people):
    before = [each.landmarks_plate.copy() for each in people]
    choose_people(people, (Edit("split", 1010, FIRST),), FRAMES, "largest")
    for each, landmarks in zip(people, before, strict=True):
        np.testing.assert_array_equal(each.landmarks_plate, landmarks)
