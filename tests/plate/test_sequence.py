import os
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from faceplate.errors import PlateError
from faceplate.plate import open_plate, write_frame
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window


@pytest.fixture
def shot(tmp_path):
    """Frames 1001 to 1010 without 1007; each pixel holds its frame's number."""
    for number in range(1001, 1011):
        if number != 1007:
            pixels = np.full((36, 64, 3), number, np.float16)
            header = Header(
                "openexr", Window(0, 0, 64, 36), Window(0, 0, 64, 36), ("R", "G", "B"), (Sample.HALF,) * 3, 1.0,
                (Attribute("compression", "string", "zip"),),
            )  # fmt: skip
            frame = Frame(number, "made", header, (ChannelGroup(("R", "G", "B"), pixels),))
            write_frame(frame, tmp_path / f"plate.{number}.exr")
    return tmp_path


@pytest.mark.parametrize("pattern", ["plate.%04d.exr", "plate.####.exr"])
def test_a_plate_has_every_frame_on_disk_and_reads_the_one_asked_for(shot, pattern):
    plate = open_plate(str(shot / pattern))
    assert plate.frames == (1001, 1002, 1003, 1004, 1005, 1006, 1008, 1009, 1010)
    assert plate.encoding is None
    frame = plate.read(1008)
    assert (frame.number, frame.source) == (1008, str(shot / "plate.1008.exr"))
    assert (frame.groups[0].pixels == 1008).all()


def test_a_range_with_a_missing_frame_is_refused_with_what_is_there(shot):
    with pytest.raises(PlateError) as refused:
        open_plate(str(shot / "plate.%04d.exr"), "1001-1012")
    assert "1001-1006, 1008-1010" in str(refused.value)
    assert "asks for 1007, 1011-1012" in str(refused.value)


def test_a_range_around_the_gap_is_taken(shot):
    assert open_plate(str(shot / "plate.%04d.exr"), "1001-1009x4").frames == (1001, 1005, 1009)


@pytest.mark.parametrize(("name", "number"), [("plate.1003.exr", 1003), ("still.exr", 1), ("shot_v002.exr", 1)])
def test_one_file_is_a_plate_of_one_frame(shot, name, number):
    (shot / "plate.1003.exr").rename(shot / name)
    plate = open_plate(str(shot / name))
    assert plate.frames == (number,)
    assert plate.read(number).number == number
    with pytest.raises(PlateError, match=f"within {number}"):
        open_plate(str(shot / name), "2000")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.exr", "no such file"),
        ("absent.mov", "no such file"),
        ("absent.%04d.exr", "none on disk"),
        ("folder/plate.%04d.exr", "none on disk"),
        ("", "a folder"),
    ],
)
def test_what_is_not_there_is_refused(shot, name, message):
    with pytest.raises(PlateError, match=message):
        open_plate(str(shot / name))


def test_a_frame_that_disappears_is_refused_by_name_when_it_is_read(shot):
    plate = open_plate(str(shot / "plate.%04d.exr"))
    (shot / "plate.1004.exr").unlink()
    with pytest.raises(PlateError, match=r"plate\.1004\.exr"):
        plate.read(1004)
    with pytest.raises(PlateError, match="frame 1007"):
        plate.read(1007)


def test_frames_read_by_several_threads_are_those_read_by_one(shot):
    plate = open_plate(str(shot / "plate.%04d.exr"))
    order = plate.frames * 20
    with ThreadPoolExecutor(8) as pool:
        frames = list(pool.map(plate.read, order))
    assert all((frame.groups[0].pixels == number).all() for frame, number in zip(frames, order, strict=True))


def test_a_plate_can_be_sent_to_another_process(shot):
    plate = pickle.loads(pickle.dumps(open_plate(str(shot / "plate.%04d.exr"))))  # noqa: S301 -- our own bytes
    assert (plate.read(1001).groups[0].pixels == 1001).all()


def test_a_name_that_is_not_utf_8_is_refused_with_what_to_do(shot):
    name = os.fsdecode(bytes(shot) + b"/bad\xff.0001.exr")
    (shot / "plate.1001.exr").rename(name)
    with pytest.raises(PlateError, match=r"udcff.*rename it"):
        open_plate(name).read(1)
    with pytest.raises(PlateError, match=r"udcff.*rename it"):
        open_plate(name.replace("0001", "%04d")).read(1)
