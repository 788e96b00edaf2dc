import cv2
import numpy as np
import pytest

from faceplate.grain.measure.displacement import displacements, pyramid, whole_displacement

SIZE = (320, 480)
CORNERS = np.array([(left, top) for top in range(64, 256, 32) for left in range(64, 416, 32)], np.int64)


def texture(seed=1):
    white = np.random.default_rng(seed).standard_normal((SIZE[0] + 160, SIZE[1] + 160)).astype(np.float32)
    return cv2.GaussianBlur(white, (0, 0), 3.0) * 2


def frame(plane, across=0.0, down=0.0, noise=0.0, seed=0):
    matrix = np.array([[1, 0, across - 80], [0, 1, down - 80]], np.float64)
    moved = cv2.warpAffine(plane, matrix, SIZE[::-1], flags=cv2.INTER_LANCZOS4)
    grain = noise * np.random.default_rng(seed).standard_normal((*SIZE, 3))
    return (0.5 + 0.1 * moved[..., None] + grain).astype(np.float32)


@pytest.mark.parametrize("moved", [(0, 0), (5, -3), (-17, 22), (2.35, -1.2), (0.5, 0.25)])
def test_blocks_are_found_where_the_picture_has_moved_to(moved):
    plane = texture()
    found = displacements(pyramid(frame(plane, noise=0.01)), pyramid(frame(plane, *moved, 0.01, 1)), CORNERS)
    assert np.percentile(np.abs(found - moved), 90) < 0.15


def test_picture_that_stands_still_is_compared_without_interpolation():
    plane = texture()
    found = displacements(pyramid(frame(plane, noise=0.02)), pyramid(frame(plane, noise=0.02, seed=1)), CORNERS)
    assert not found.any()


def test_flat_surroundings_give_whole_pixels():
    empty = np.zeros_like(texture())
    found = displacements(pyramid(frame(empty, noise=0.02)), pyramid(frame(empty, noise=0.02, seed=1)), CORNERS)
    assert np.array_equal(found, np.rint(found))


def test_a_block_has_no_say_in_where_it_is_compared():
    here, there = frame(texture(), noise=0.02), frame(texture(), noise=0.02, seed=1)
    corner = CORNERS[20:21]
    before = displacements(pyramid(here), pyramid(there), corner)
    left, top = corner[0]
    here[top : top + 32, left : left + 32] = np.random.default_rng(9).random((32, 32, 3))
    assert np.array_equal(displacements(pyramid(here), pyramid(there), corner), before)


def test_movement_of_the_whole_picture_is_found_beyond_the_search():
    plane = texture()
    here, there = (pyramid(each) for each in (frame(plane), frame(plane, 72, -64)))
    assert whole_displacement(here.eighth, there.eighth) == pytest.approx([9, -8])
    found = displacements(here, there, CORNERS)
    inside = CORNERS[:, 1] >= 160
    assert np.median(np.abs(found[inside] - (72, -64)), axis=0) == pytest.approx([0, 0], abs=0.2)


def test_the_smallest_frame_and_pictures_without_anything_move_nowhere():
    nothing = pyramid(np.zeros((32, 32, 3), np.float32))
    assert not displacements(nothing, nothing, np.zeros((1, 2), np.int64)).any()


def test_samples_that_are_not_finite_count_as_black():
    spoilt = np.full((64, 64, 3), 0.5, np.float32)
    spoilt[3, 3] = np.nan
    assert np.isfinite(pyramid(spoilt).half).all()
