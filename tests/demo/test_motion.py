from itertools import pairwise

import numpy as np
import pytest

from faceplate.align import transform
from faceplate.demo import landmarks68_portrait
from faceplate.demo.motion import FIRST_FRAME, Motion
from faceplate.demo.turn import Turn, turned

SIZES = [(4096, 2160), (1920, 1080), (256, 144), (2048, 858)]
FRAMES = range(FIRST_FRAME, FIRST_FRAME + 16)


@pytest.mark.parametrize("frame", [1001, 1006, 1016, 1100])
def test_from_plate_to_portrait_and_back_is_the_same_pixel(frame):
    motion = Motion((4096, 2160))
    points = np.stack(np.meshgrid(np.arange(0, 4097, 64.0), np.arange(0, 2161, 48.0)), axis=-1)
    returned = motion.portrait_to_plate(motion.plate_to_portrait(points, frame), frame)
    assert np.abs(returned - points).max() < 0.01


@pytest.mark.parametrize("size", SIZES)
def test_the_face_keeps_its_share_of_the_frame_at_every_size(size):
    chin, brow = Motion(size).portrait_to_plate(landmarks68_portrait[[8, 19]], 1008)
    assert (chin - brow)[1] / size[1] == pytest.approx(0.37, abs=0.02)


@pytest.mark.parametrize("size", SIZES)
def test_no_frame_looks_beyond_the_region_that_the_still_covers(size):
    motion = Motion(size)
    region = motion.region_portrait
    edge = np.linspace(0, 1, 60)[:, None]
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * size
    border = np.concatenate([a + (b - a) * edge for a, b in pairwise(corners)])
    seen = np.concatenate([motion.plate_to_portrait(border, frame) for frame in range(900, 1300, 3)])
    assert (seen >= [region.left, region.top]).all()
    assert (seen <= [region.right, region.bottom]).all()


def test_over_the_demo_the_head_turns_and_the_camera_drifts_and_zooms():
    motion = Motion((4096, 2160))
    yaw = [motion.turn(frame).yaw_deg for frame in FRAMES]
    assert min(yaw) < -8
    assert max(yaw) > 8
    scale = [np.sqrt(np.linalg.det(motion.camera(frame)[:, :2])) for frame in FRAMES]
    assert 1.002 < max(scale) / min(scale) < 1.016
    still = np.array([400.0, 60.0])  # away from the head
    path = np.array([motion.portrait_to_plate(still, frame) for frame in FRAMES])
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert 0.1 < steps.max() < 12
    assert np.ptp(path, axis=0).max() > 20


def test_no_frame_repeats_the_sub_pixel_position_of_another():
    motion = Motion((4096, 2160))
    fractions = [motion.portrait_to_plate(np.array([224.0, 124.0]), frame) % 1 for frame in FRAMES]
    assert len({tuple(np.round(each, 3)) for each in fractions}) == len(FRAMES)


def test_a_camera_that_scales_the_plate_scales_the_motion():
    points, frame = landmarks68_portrait, 1005
    large, small = (Motion(size).portrait_to_plate(points, frame) for size in ((4096, 2160), (2048, 1080)))
    np.testing.assert_allclose(large, 2 * small, atol=1e-9)


def test_the_plate_shows_the_turned_portrait_through_the_camera():
    motion, frame = Motion((1920, 1080)), 1013
    expected = transform(motion.camera(frame), turned(landmarks68_portrait, Turn(*motion.turn(frame))))
    np.testing.assert_array_equal(motion.portrait_to_plate(landmarks68_portrait, frame), expected)
