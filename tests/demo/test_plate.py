from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faceplate.align import transform
from faceplate.colour import load_config, resolve_encoding
from faceplate.demo import landmarks68_portrait, make_plate
from faceplate.demo.film import linear_encoding
from faceplate.demo.plate import DemoCamera
from faceplate.demo.portrait import demo_conversion, working_space
from faceplate.demo.slate import timecode_word
from faceplate.demo.still import Still
from faceplate.errors import CallError
from faceplate.plate import open_plate, read_frame
from faceplate.values import Sample


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    heard = []
    return folder, make_plate(folder, frames=3, size=(512, 270), on_frame=heard.append), heard


def read_at(picture, points):
    """Bilinear, at points in pixels with centres at 0.5."""
    at = points - 0.5
    low = np.floor(at).astype(int)
    across, down = np.moveaxis(at - low, -1, 0)[..., None]
    x, y = np.moveaxis(low, -1, 0)
    upper = picture[y, x] * (1 - across) + picture[y, x + 1] * across
    lower = picture[y + 1, x] * (1 - across) + picture[y + 1, x + 1] * across
    return upper * (1 - down) + lower * down


def test_the_plate_lies_on_disk_as_the_truth_says(small):
    folder, truth, heard = small
    assert sorted(path.name for path in folder.iterdir()) == [f"plate.{n}.exr" for n in (1001, 1002, 1003)]
    assert sorted(heard) == [1001, 1002, 1003]
    plate = open_plate(truth.plate)
    assert plate.frames == truth.frames == (1001, 1002, 1003)


def test_a_frame_is_half_float_logc3_and_says_so(small):
    _, truth, _ = small
    frame = read_frame(truth.plate % 1002, 1002)
    header = frame.header
    assert frame.sample is Sample.HALF
    assert (header.display.width, header.display.height) == (512, 270)
    assert header.data == header.display
    assert resolve_encoding(load_config(), None, header, "plate") == truth.encoding == "ARRI LogC3 (EI800)"


def test_the_header_holds_what_a_cinema_camera_writes(small):
    _, truth, _ = small
    header = read_frame(truth.plate % 1001, 1001).header
    assert header.attribute("smpte:TimeCode")[0] == 0x14360517
    assert header.attribute("framesPerSecond") == (24, 1)
    assert header.attribute("compression") == "zip"
    assert header.attribute("cameraMake") == "ARRI"
    assert header.attribute("com.arri.camera.ReelName") == "A001C007_260401_RFP1"
    assert header.attribute("isoSpeed") == 800
    assert header.attribute("ExposureTime") == pytest.approx(1 / 48)


def test_the_time_code_runs_with_the_frame_and_rolls_over():
    words = [timecode_word(number) for number in (1001, 1007, 1008, 1009, 1008 + 24 * 54)]
    assert words == [0x14360517, 0x14360523, 0x14360600, 0x14360601, 0x14370000]


def test_the_truths_points_are_where_the_picture_shows_them():
    camera = DemoCamera((1024, 540))
    scale, region = camera.motion.scale, camera.motion.region_portrait
    to_still = np.array([[scale, 0, -scale * region.left], [0, scale, -scale * region.top]])
    rows, columns = np.indices((round(scale * region.height), round(scale * region.width)), np.float32) + 0.5
    # The picture is its own map: red and green hold the portrait's coordinates.
    ramps = np.dstack([columns / scale + region.left, rows / scale + region.top, rows * 0]).astype(np.float32)
    camera.still = Still(ramps, to_still)
    for frame in (1001, 1009, 1016):
        clean = camera.clean(frame)
        points = landmarks68_portrait + np.random.default_rng(frame).uniform(-1, 1, (68, 2))
        shown = read_at(clean, camera.motion.portrait_to_plate(points, frame))[:, :2]
        assert np.abs(shown - points).max() * scale < 0.02


def test_the_still_holds_the_portrait_where_its_matrix_says():
    camera = DemoCamera((1024, 540))
    still = camera.still
    pupils = np.array([[202.0, 101.0], [247.6, 103.2]])
    white = np.array([[222.9, 145.5]])  # a tooth
    dark, light = (
        read_at(still.rgb_working, transform(still.portrait_to_still, each)).mean(axis=-1) for each in (pupils, white)
    )
    assert dark.max() < 0.1
    assert light.min() > 0.25


def test_lamps_and_gleams_stand_above_diffuse_white():
    frame = DemoCamera((1024, 540)).clean(1008)
    assert 10 < frame.max() < 16
    assert (frame.max(axis=-1) > 1).mean() > 0.003
    assert np.median(frame) < 0.5


def test_a_frame_alone_is_the_frame_of_the_sequence(small, tmp_path):
    _, truth, _ = small
    make_plate(tmp_path, frames=1, size=(512, 270), first=1003)
    assert (tmp_path / "plate.1003.exr").read_bytes() == Path(truth.plate % 1003).read_bytes()


def test_grain_is_all_that_lies_between_the_frame_and_its_clean_light_in_the_camera():
    camera = DemoCamera((512, 270))
    clean = demo_conversion(working_space, linear_encoding)(camera.clean(1002))
    frame = camera.shoot(1002)
    stored = frame.stored(frame.header.data).astype(np.float32)
    shot = demo_conversion(frame.encoding, linear_encoding)(stored)
    sigma = np.sqrt(np.maximum(clean, 0) * [3.2e-4, 2.4e-4, 4.4e-4] + [4e-6, 3e-6, 6e-6])
    score = (shot - clean) / sigma
    assert abs(score.mean()) < 0.01
    assert score.std() == pytest.approx(1, abs=0.02)


def test_the_smallest_demo_works(tmp_path):
    truth = make_plate(tmp_path, frames=1, size=(256, 144))
    points = truth.carry(landmarks68_portrait, 1001)
    assert (points > 0).all()
    assert (points < (256, 144)).all()


@pytest.mark.parametrize(
    ("frames", "size", "says"),
    [
        (0, (256, 144), "at least 1"),
        (1, (32, 20), "64 to 8192"),
        (1, (4096, 256), "as wide"),
        (1, (200, 300), "as wide"),
    ],
)
def test_a_plate_that_makes_no_sense_is_refused(tmp_path, frames, size, says):
    with pytest.raises(CallError, match=says):
        make_plate(tmp_path, frames=frames, size=size)
    assert not list(tmp_path.iterdir())


def test_the_truth_gives_the_pose_of_the_head(small):
    _, truth, _ = small
    assert truth.pose(1001).yaw_deg == pytest.approx(-9)
    assert replace(truth).frames == truth.frames
