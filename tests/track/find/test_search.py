import numpy as np
import pytest

from faceplate.errors import CallError
from faceplate.track.find.search import box_corners, search_of
from faceplate.track.regions import Region
from faceplate.values import Window


@pytest.mark.parametrize(
    "text",
    ["100 50 300.5 250", "100,50,300.5,250", " 100, 50,  300.5 ,250 ", "100\t50 300.5\n250", "1e2,50,300.5,250,"],
)
def test_a_box_is_four_numbers_with_commas_or_spaces(text):
    np.testing.assert_array_equal(box_corners(text), [[100, 50], [300.5, 250]])


@pytest.mark.parametrize("text", ["", "  ", ","])
def test_an_empty_box_is_none(text):
    assert box_corners(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 2 3", "four numbers"),
        ("1 2 3 4 5", "four numbers"),
        ("left 2 3 4", "four numbers"),
        ("1 2 3 four", "four numbers"),
        ("3 2 1 4", "left before right"),
        ("1 4 3 2", "top above bottom"),
        ("1 1 1 4", "left before right"),
        ("nan 1 2 4", "left before right"),
        ("0 0 inf 4", "left before right"),
    ],
)
def test_what_is_no_box_is_refused_by_its_knob(text, expected):
    with pytest.raises(CallError, match=expected) as refused:
        box_corners(text)
    assert str(refused.value).startswith("FaceTrack.box: ")
    assert repr(text) in str(refused.value)


@pytest.fixture(scope="module")
def overscan(frame_of):
    """A data window that reaches 20 px beyond a display window of 200 x 100, with pixels twice as wide as high."""
    pixels = np.zeros((140, 240, 3), np.uint8)
    return frame_of(pixels, origin=(-20, -20), display=Window(0, 0, 200, 100), pixel_aspect=2.0)


def test_without_a_box_the_display_window_is_searched(overscan):
    search = search_of(overscan, "")
    np.testing.assert_array_equal(search.seen, [[0, 0], [400, 100]])
    assert search.region == Region(200, 50, 400)
    assert search.counts(Region(-5, 200, 10))


def test_a_box_is_seen_with_its_surroundings_and_faces_count_whose_middle_is_inside(overscan):
    search = search_of(overscan, "50 20 100 60")
    np.testing.assert_array_equal(search.seen, [[75, -5], [225, 85]])
    assert search.region == Region(150, 40, 150)
    assert search.counts(Region(101, 59, 500))
    assert not search.counts(Region(99, 40, 5))
    assert not search.counts(Region(150, 61, 5))


def test_a_box_may_lie_in_the_overscan_and_stand_out_of_the_picture(overscan):
    np.testing.assert_array_equal(search_of(overscan, "-30 -15 -5 10").counted, [[-40, -15], [-10, 10]])


@pytest.mark.parametrize("box", ["230 10 300 50", "10 120 50 160", "-100 0 -20 50"])
def test_a_box_beside_the_picture_is_refused(overscan, box):
    with pytest.raises(CallError, match=r"FaceTrack.box: expected a box that lies on made, -20 -20 220 120"):
        search_of(overscan, box)
