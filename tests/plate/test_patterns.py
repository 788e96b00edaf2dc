import pytest

from faceplate.errors import CallError, PlateError
from faceplate.plate.patterns import choose_frames, frame_pattern, frames_in_range, still_number


@pytest.mark.parametrize(
    ("frame_range", "frames"),
    [
        ("1001", (1001,)),
        ("1001-1004", (1001, 1002, 1003, 1004)),
        ("1001-1006x2", (1001, 1003, 1005)),
        ("1001,1005", (1001, 1005)),
        ("1005,1001,1001", (1001, 1005)),
        ("-2-1", (-2, -1, 0, 1)),
        ("1004-1001", ()),
        ("", ()),
    ],
)
def test_a_range_names_its_frames_in_rising_order(frame_range, frames):
    assert frames_in_range(frame_range) == frames


@pytest.mark.parametrize("frame_range", ["first-last", "1001-", "1-5x0", "1.5", "1-100000000000", "%04d", "1001;1002"])
def test_what_is_no_range_is_a_wrong_call_that_shows_how_to_write_one(frame_range):
    with pytest.raises(CallError, match="1001-1016x2") as refused:
        frames_in_range(frame_range)
    assert frame_range in refused.value.came


@pytest.mark.parametrize(
    ("source", "number", "name"),
    [
        ("shot/plate.%04d.exr", 7, "plate.0007.exr"),
        ("shot/plate.####.exr", 1001, "plate.1001.exr"),
        ("shot/plate.####.exr", 12345, "plate.12345.exr"),
        ("shot/plate_%d.dpx", 12, "plate_12.dpx"),
        ("shot/plate.#.dpx", 12, "plate.12.dpx"),
        ("shot/plate.%06d.exr", -5, "plate.-00005.exr"),
    ],
)
def test_a_pattern_gives_the_name_of_each_frame(source, number, name):
    assert frame_pattern(source).path(number).name == name


def test_only_files_whose_padding_is_that_of_the_pattern_belong_to_the_sequence(tmp_path):
    for name in (
        "p.0001.exr",
        "p.0010.exr",
        "p.10000.exr",
        "p.00002.exr",
        "p.3.exr",
        "p.0004.dpx",
        "q.0005.exr",
        "p.x.exr",
    ):
        (tmp_path / name).touch()
    assert frame_pattern(str(tmp_path / "p.%04d.exr")).frames_on_disk() == (1, 10, 10000)


def test_a_frame_beside_files_of_its_number_in_other_paddings_is_still_there(tmp_path):
    names = ("a.0001.exr", "a.1.exr", "a.01.exr", "a.002.exr", "a.0002.exr", "a.-001.exr", "a.-0001.exr", "a.-1.exr")
    for name in (*names, *reversed(names)):
        (tmp_path / name).touch()
    assert frame_pattern(str(tmp_path / "a.%04d.exr")).frames_on_disk() == (-1, 1, 2)
    assert frame_pattern(str(tmp_path / "a.%d.exr")).frames_on_disk() == (-1, 1)
    assert frame_pattern(str(tmp_path / "a.%03d.exr")).frames_on_disk() == (2,)


@pytest.mark.parametrize("folder", ["shot#1", "d%d", "a.####"])
def test_a_folder_may_have_any_name(tmp_path, folder):
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "p.0007.exr").touch()
    assert frame_pattern(str(tmp_path / folder / "p.%04d.exr")).frames_on_disk() == (7,)
    assert frame_pattern(str(tmp_path / folder / "p.0007.exr")) is None
    assert frame_pattern(str(tmp_path / folder / "absent.exr")) is None


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("a.%04d.exr", "a.%d.exr", True),
        ("a.1%03d.exr", "a.%d.exr", True),
        ("a1%d.exr", "a%d5.exr", True),
        ("a-%d.exr", "a%04d.exr", True),
        ("a.%04d.exr", "b.%04d.exr", False),
        ("a.%04d.exr", "a.%04d.dpx", False),
        ("a.%04d.exr", "x/a.%04d.exr", False),
        ("v1_%04d.exr", "v%04d.exr", False),
        ("ab%d.exr", "b%d.exr", False),
    ],
)
def test_patterns_meet_where_one_name_could_be_a_frame_of_each(one, other, meet):
    assert frame_pattern(one).may_meet(frame_pattern(other)) is meet
    assert frame_pattern(other).may_meet(frame_pattern(one)) is meet


def test_characters_that_mean_something_to_a_search_are_only_characters(tmp_path):
    (tmp_path / "a+[b].(c)*.0001.exr").touch()
    assert frame_pattern(str(tmp_path / "a+[b].(c)*.%04d.exr")).frames_on_disk() == (1,)


def test_a_file_that_has_a_hash_in_its_name_is_that_file(tmp_path):
    (tmp_path / "take #3.exr").touch()
    assert frame_pattern(str(tmp_path / "take #3.exr")) is None


@pytest.mark.parametrize("source", ["a.%04d.%04d.exr", "shot/a.####.%d.exr"])
def test_a_pattern_has_one_place_for_the_number(source):
    with pytest.raises(CallError, match="one place for the frame number"):
        frame_pattern(source)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("plate.1001.exr", 1001),
        ("plate_0042.dpx", 42),
        ("0007.exr", 7),
        ("shot_v002.exr", 1),
        ("still.exr", 1),
        ("a1.exr", 1),
    ],
)
def test_a_still_has_the_number_in_its_name_or_one(tmp_path, name, number):
    assert still_number(tmp_path / name) == number


def test_frames_that_are_missing_are_named_beside_those_that_are_there():
    with pytest.raises(PlateError) as refused:
        choose_frames("p.%04d.exr", (1001, 1002, 1004), "1001-1005")
    assert "1001-1002, 1004" in refused.value.expected
    assert "1003, 1005" in refused.value.came


@pytest.mark.parametrize("frame_range", ["1004-1001", "", "2000-2010"])
def test_a_range_without_frames_of_the_plate_is_refused(frame_range):
    with pytest.raises(PlateError, match="1001-1002"):
        choose_frames("p.%04d.exr", (1001, 1002), frame_range)


def test_without_a_range_the_plate_is_what_is_there():
    assert choose_frames("p", (1, 2, 5), None) == (1, 2, 5)


@pytest.mark.parametrize("frame_range", [None, "1-2"])
def test_a_plate_of_no_frames_is_refused(frame_range):
    with pytest.raises(PlateError, match="none on disk"):
        choose_frames("p", (), frame_range)
