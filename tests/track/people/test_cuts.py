import cv2
import numpy as np
import pytest

from faceplate.track.people.cuts import is_cut, unlikeness


@pytest.fixture
def thumbnail():
    """A soft random picture, 32 x 32 x 3, for a seed."""

    def make(seed):
        coarse = np.random.default_rng(seed).random((8, 8, 3)).astype(np.float32)
        return cv2.resize(coarse, (32, 32), interpolation=cv2.INTER_LINEAR)

    return make


def test_the_same_picture_is_wholly_alike(thumbnail):
    assert unlikeness(thumbnail(1), thumbnail(1)) == 0


def test_two_pictures_are_as_unlike_one_way_as_the_other(thumbnail):
    assert unlikeness(thumbnail(1), thumbnail(2)) == unlikeness(thumbnail(2), thumbnail(1))


@pytest.mark.parametrize("seed", range(1, 9))
def test_another_picture_is_a_cut(thumbnail, seed):
    assert is_cut(thumbnail(0), thumbnail(seed))


def test_a_cut_is_told_where_only_the_middle_of_the_picture_stays(thumbnail):
    before, after = thumbnail(1), thumbnail(2)
    after[10:22, 10:22] = before[10:22, 10:22]
    assert is_cut(before, after)


@pytest.mark.parametrize("change", [lambda t: t * 2.5, lambda t: t * 0.3 + 0.1, lambda t: np.roll(t, 1, axis=1)])
def test_a_flash_a_fade_or_a_pan_is_no_cut(thumbnail, change):
    assert not is_cut(thumbnail(3), change(thumbnail(3)))


def test_a_cut_between_fine_textures_is_told():
    noise = np.random.default_rng(0).random((2, 32, 32, 3)).astype(np.float32)
    assert is_cut(noise[0], noise[1])


def test_a_change_of_the_background_colour_alone_is_a_cut():
    before = np.full((32, 32, 3), (0.2, 0.25, 0.3), np.float32)
    before[10:26, 10:22] = (0.7, 0.5, 0.4)
    after = np.where(before < 0.35, np.float32((0.6, 0.3, 0.2)), before)
    assert is_cut(before, after.astype(np.float32))


def test_something_that_crosses_the_picture_is_no_cut(thumbnail):
    after = thumbnail(4).copy()
    after[12:20, 12:18] *= 0.5
    assert not is_cut(thumbnail(4), after)


def test_noise_in_flat_frames_is_no_cut():
    noise = np.random.default_rng(0).normal(0.5, 0.001, (2, 32, 32, 3)).astype(np.float32)
    assert not is_cut(noise[0], noise[1])


def test_a_cut_to_black_is_a_cut(thumbnail):
    assert is_cut(thumbnail(1), np.zeros((32, 32, 3), np.float32))
