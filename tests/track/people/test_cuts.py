import cv2
import numpy as np
import pytest
from skimage import data

from faceplate.track.people.cuts import Shots, is_cut, same_set_up, shots_of, unlikeness


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


def test_a_set_up_is_the_same_after_something_moved_in_it_and_another_is_not(thumbnail):
    moved = thumbnail(1).copy()
    moved[8:16, 8:16] = thumbnail(2)[8:16, 8:16]
    assert same_set_up(thumbnail(1), moved)
    assert not same_set_up(thumbnail(1), thumbnail(2))


def test_cuts_are_told_on_the_frame(thumbnail):
    assert shots_of([thumbnail(1)] * 5 + [thumbnail(2)] * 7 + [thumbnail(3)] * 2) == Shots((5, 12), frozenset())


def test_a_shot_of_one_frame_has_no_cuts(thumbnail):
    assert shots_of([thumbnail(1)]) == shots_of([]) == Shots((), frozenset())


@pytest.mark.parametrize("length", [1, 2, 4])
@pytest.mark.parametrize(
    "flash",
    [
        np.ones_like,
        np.zeros_like,
        lambda t: np.clip(4 * t + 0.3, 0, 1),
        lambda t: t**4,
        lambda t: np.clip(1.6 * t * np.linspace(0.6, 1.4, 32, dtype=np.float32)[:, None, None] + 0.3, 0, 1),
    ],
    ids=["white", "black", "clipped", "dark", "from one side"],
)
def test_a_flash_is_no_cut(thumbnail, flash, length):
    found = shots_of([thumbnail(1)] * 5 + [flash(thumbnail(1))] * length + [thumbnail(1)] * 5)
    assert found.cuts == ()
    assert found.flashes <= set(range(5, 5 + length))


def test_a_white_flash_is_known_as_one(thumbnail):
    shot = [thumbnail(1)] * 5
    assert shots_of([*shot, np.ones((32, 32, 3), np.float32), *shot]).flashes == {5}


def test_white_that_stays_is_a_cut_there_and_back(thumbnail):
    white = [np.ones((32, 32, 3), np.float32)] * 5
    assert shots_of([thumbnail(1)] * 5 + white + [thumbnail(1)] * 5).cuts == (5, 10)


def test_a_flash_before_another_shot_hides_no_cut(thumbnail):
    white = np.ones((32, 32, 3), np.float32)
    cuts = shots_of([thumbnail(1)] * 5 + [white] + [thumbnail(2)] * 8).cuts
    assert cuts
    assert set(cuts) <= {5, 6}


def test_a_short_insert_of_another_picture_as_light_is_a_shot(thumbnail):
    insert = thumbnail(2) + thumbnail(1).mean() - thumbnail(2).mean()
    assert shots_of([thumbnail(1)] * 5 + [insert] * 3 + [thumbnail(1)] * 5).cuts == (5, 8)


@pytest.mark.parametrize("length", [8, 12, 24, 40])
def test_a_dissolve_is_one_cut_about_half_way(thumbnail, length):
    shares = np.linspace(0, 1, length + 2)[1:-1]
    mixed = [np.float32((1 - share) * thumbnail(1) + share * thumbnail(2)) for share in shares]
    (cut,) = shots_of([thumbnail(1)] * 20 + mixed + [thumbnail(2)] * 20).cuts
    assert abs(cut - 20 - length / 2) <= 3


def test_a_fade_out_and_a_slow_change_of_light_are_no_cuts(thumbnail):
    levels = np.linspace(1, 0.2, 40)
    assert shots_of([np.float32(thumbnail(1) * level) for level in levels]).cuts == ()


@pytest.mark.parametrize("step", [1, 3, 10])
@pytest.mark.parametrize("length", [8, 40])
def test_a_slow_pan_is_no_cut_however_short(step, length):
    """Steps are tenths of a thumbnail pixel."""
    wide = cv2.resize(data.astronaut()[100:356].astype(np.float32) / 255, (800, 320))
    views = [wide[:, step * n : step * n + 320] for n in range(length)]
    assert shots_of([cv2.resize(view, (32, 32), interpolation=cv2.INTER_AREA) for view in views]).cuts == ()
