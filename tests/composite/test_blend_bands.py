import numpy as np
import pytest

from faceplate.composite.bands import banded
from faceplate.values import Window
from mesh_face import face_place

WINDOW = Window(20, 30, 340, 330)
FACE_PX = 160.0
PLACE = face_place(FACE_PX, (100.0, 80.0))
EVERYWHERE = np.ones((WINDOW.height, WINDOW.width), np.float32)


def wave(length_px, size=EVERYWHERE.shape):
    return np.broadcast_to(np.sin(2 * np.pi * np.arange(size[1]) / length_px)[None, :, None], (*size, 3)).astype("f4")


def half_covered():
    coverage = EVERYWHERE.copy()
    coverage[:, :100] = 0
    return coverage


def left_of(length_px, octaves, coverage=EVERYWHERE):
    """How much of a wave is left in the middle of the window."""
    middle = (slice(100, 200), slice(120, 200))
    done = banded(wave(length_px), coverage, WINDOW, PLACE, octaves)[middle]
    return float((done * wave(length_px)[middle]).sum() / np.square(wave(length_px)[middle]).sum())


def test_no_octaves_leave_the_change_as_it_came():
    change = wave(20)
    assert banded(change, EVERYWHERE, WINDOW, PLACE, 0.0) is change


@pytest.mark.parametrize("octaves", [0.5, 1.0, 2.5, 6.0])
def test_no_change_stays_none_to_the_bit(octaves):
    assert not banded(np.zeros_like(wave(20)), half_covered(), WINDOW, PLACE, octaves).any()


@pytest.mark.parametrize(("octaves", "left"), [(0.25, 0.75), (1.0, 0.0), (3.0, 0.0), (6.0, 0.0)])
def test_an_even_change_of_light_is_left_to_the_plate_up_to_the_mattes_edge(octaves, left):
    coverage = half_covered()
    done = banded(np.full_like(wave(20), 0.2), coverage, WINDOW, PLACE, octaves)
    np.testing.assert_allclose(done[coverage > 0], 0.2 * left, atol=1e-6)


@pytest.mark.parametrize("octaves", [2.0, 3.0, 4.0])
def test_the_cut_lies_at_the_face_over_a_power_of_two(octaves):
    cut = FACE_PX / 2 ** (octaves - 1)
    assert left_of(cut, octaves) == pytest.approx(0.5, abs=0.05)
    assert left_of(cut / 4, octaves) > 0.93
    assert left_of(4 * cut, octaves) < 0.1


def test_a_number_between_two_octaves_lies_between_them():
    lefts = [left_of(50.0, octaves) for octaves in (0.0, 0.5, 1.0, 2.0, 2.4, 2.8, 3.0, 4.0)]
    assert lefts == sorted(lefts, reverse=True)
    done = [banded(wave(50.0), EVERYWHERE, WINDOW, PLACE, octaves) for octaves in (0.999, 1.0, 1.001)]
    assert max(np.abs(done[0] - done[1]).max(), np.abs(done[2] - done[1]).max()) < 0.01


def test_each_octave_fades_in_from_the_mattes_edge_over_a_width_of_its_own():
    coverage = half_covered()
    weights = []
    for length in (16.0, 48.0):
        done = np.abs(banded(wave(length), coverage, WINDOW, PLACE, 2.0)[150, :, 0])
        weights.append(done[100:112].max())
        assert done[180:].max() > 0.85
    assert weights[1] < 0.7 * weights[0]


def test_nothing_from_beyond_the_matte_takes_part():
    coverage = half_covered()
    change = wave(40)
    other = np.where((coverage > 0)[..., None], change, np.float32(9.0))
    inside = coverage > 0
    first, second = (banded(each, coverage, WINDOW, PLACE, 2.0)[inside] for each in (change, other))
    np.testing.assert_array_equal(first, second)


def test_the_same_picture_at_twice_the_size_is_blended_alike():
    coverage = half_covered()
    small = banded(wave(40), coverage, WINDOW, PLACE, 2.5)
    double = Window(*(2 * edge for edge in WINDOW))
    twice = np.repeat(np.repeat(wave(40), 2, axis=0), 2, axis=1)
    place = face_place(2 * FACE_PX, (200.0, 160.0))
    large = banded(twice, np.repeat(np.repeat(coverage, 2, axis=0), 2, axis=1), double, place, 2.5)
    means = large.reshape(small.shape[0], 2, small.shape[1], 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(means[:, 100:], small[:, 100:], atol=0.02)


def test_an_anamorphic_plate_is_blended_as_wide_as_high():
    square = banded(wave(40), EVERYWHERE, WINDOW, PLACE, 2.5)
    narrow = Window(WINDOW.left // 2, WINDOW.top, WINDOW.right // 2, WINDOW.bottom)
    halved = wave(40).reshape(WINDOW.height, -1, 2, 3).mean(axis=2)
    place = face_place(FACE_PX, (50.0, 80.0), pixel_aspect=2.0)
    done = banded(halved, EVERYWHERE[:, ::2], narrow, place, 2.5)
    np.testing.assert_allclose(done, square.reshape(WINDOW.height, -1, 2, 3).mean(axis=2), atol=0.02)


def test_what_is_no_number_stays_where_it_is():
    change = wave(40).copy()
    change[150, 150, 1] = np.nan
    done = banded(change, EVERYWHERE, WINDOW, PLACE, 2.0)
    assert np.isnan(done).sum() == 1
