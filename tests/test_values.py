import numpy as np
import pytest

from faceplate.errors import PlateError
from faceplate.values import (
    Attribute,
    ChannelGroup,
    Frame,
    Header,
    Plate,
    Sample,
    Window,
    covered_window,
    describe_frames,
)

DATA = Window(-2, 3, 6, 9)


def frame(channels=("R", "G", "B", "A")):
    pixels = np.arange(DATA.width * DATA.height * len(channels), dtype=np.float16)
    group = ChannelGroup(channels, pixels.reshape(DATA.height, DATA.width, len(channels)))
    header = Header("openexr", Window(0, 0, 8, 8), DATA, channels, (Sample.HALF,) * len(channels))
    return Frame(1001, "a.exr", header, (group,))


@pytest.mark.parametrize("channels", [("R", "G", "B", "A"), ("A", "B", "G", "R"), ("B", "R", "Z", "G")])
def test_stored_gives_red_green_blue_whatever_their_order_in_the_file(channels):
    picture = frame(channels)
    window = Window(-1, 4, 3, 7)
    rows, columns = window.slices(DATA)
    for index, name in enumerate("RGB"):
        expected = picture.groups[0].pixels[rows, columns, channels.index(name)]
        np.testing.assert_array_equal(picture.stored(window)[..., index], expected)


@pytest.mark.parametrize("channels", [("R", "G", "B", "A"), ("A", "B", "G", "R")])
def test_with_stored_changes_the_window_alone(channels):
    picture = frame(channels)
    window = Window(0, 5, 2, 7)
    new = np.full((2, 2, 3), 9, np.float16)
    changed = picture.with_stored(window, new)
    np.testing.assert_array_equal(changed.stored(window), new)
    same = picture.groups[0].pixels == changed.groups[0].pixels
    rows, columns = window.slices(DATA)
    assert same[..., channels.index("A")].all()
    same[rows, columns] = True
    assert same.all()


def test_a_frame_without_colour_says_what_it_has():
    with pytest.raises(PlateError, match=r"R, G, B.*came Z"):
        frame(("Z",)).stored(DATA)


def test_an_added_attribute_replaces_its_namesake():
    header = frame().header.with_attributes(Attribute("a", "int", 1)).with_attributes(Attribute("a", "int", 2))
    assert header.attributes == (Attribute("a", "int", 2),)


@pytest.mark.parametrize(
    ("frames", "words"),
    [((), "no frames"), ((7,), "7"), ((1001, 1002, 1003), "1001-1003"), ((5, 1, 2, 9), "1-2, 5, 9")],
)
def test_frames_are_named_as_a_person_would(frames, words):
    assert describe_frames(frames) == words


def test_frames_with_many_gaps_are_named_in_a_line():
    words = describe_frames(tuple(range(1, 4002, 2)))
    assert words == "1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, ... (2001 frames in all)"
    assert describe_frames(tuple(range(1, 25, 2))).endswith("21, 23")


def test_a_plate_refuses_a_frame_it_does_not_hold():
    plate = Plate("p.%04d.exr", (1001, 1002), None, lambda _number: frame())
    with pytest.raises(PlateError, match=r"frame 1003.*1001-1002"):
        plate.read(1003)


def test_a_read_frame_carries_the_plates_encoding():
    assert Plate("p", (1001,), "ACEScct", lambda _number: frame()).read(1001).encoding == "ACEScct"


def test_the_covered_window_is_the_tightest():
    mask = np.zeros((10, 12), bool)
    mask[3:5, 7] = True
    assert covered_window(mask, Window(100, 50, 112, 60)) == Window(107, 53, 108, 55)
    assert covered_window(np.zeros((2, 2), bool), Window(4, 5, 6, 7)).is_empty


@pytest.mark.parametrize(("sample", "top"), [("half", None), ("uint8", 255), ("uint10", 1023), ("uint16", 65535)])
def test_integer_samples_know_their_top_code(sample, top):
    assert Sample(sample).top_code == top
