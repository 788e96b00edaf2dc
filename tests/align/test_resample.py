import numpy as np
import pytest

from faceplate.align import crop_window, invert, resample
from faceplate.values import Window

SIDE = 256


def shrinking(times, shift=(0.0, 0.0)):
    return np.array([[1 / times, 0, shift[0]], [0, 1 / times, shift[1]]])


def plane_wave(window, frequency):
    """cos(2 pi f x) at pixel centres, with f in cycles a pixel."""
    x = np.arange(window.left, window.right) + 0.5
    return np.tile(np.cos(2 * np.pi * frequency * x), (window.height, 1)).astype(np.float32)


@pytest.mark.parametrize("times", [2.2, 3.3, 4.6875, 7.0])
def test_a_minified_wave_above_the_crops_nyquist_leaves_no_alias(times):
    window = Window(0, 0, round(64 * times) + 80, round(64 * times) + 80)
    matrix = shrinking(times, (-40 / times, -40 / times))
    for cycles_per_crop_pixel in (0.75, 0.9, 1.1, 1.4):
        seen = resample(plane_wave(window, cycles_per_crop_pixel / times), window, matrix, Window(0, 0, 64, 64))
        assert np.sqrt(np.mean(seen[:, 4:-4] ** 2)) < np.sqrt(0.5) * 10 ** (-40 / 20)


@pytest.mark.parametrize("times", [3.3, 4.6875])
def test_a_minified_wave_well_below_nyquist_keeps_its_height_and_place(times):
    window = Window(0, 0, round(64 * times) + 80, 300)
    matrix = shrinking(times, (-40 / times, -10 / times))
    seen = resample(plane_wave(window, 0.1 / times), window, matrix, Window(0, 0, 64, 32))
    x = (np.arange(64) + 0.5) + 40 / times
    np.testing.assert_allclose(seen[16, 4:-4], np.cos(2 * np.pi * 0.1 * x)[4:-4], atol=0.02)


@pytest.mark.parametrize("turn_deg", [0, 17, 90])
def test_to_the_crop_and_back_an_edge_stays_in_place(turn_deg):
    angle = np.radians(turn_deg)
    linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / 4.7
    plate = Window(0, 0, 1400, 1400)
    matrix = np.column_stack([linear, 128 - linear @ [700.0, 700.0]])
    soft_edge = np.tile(1 / (1 + np.exp(-(np.arange(1400) + 0.5 - 700.3) / 12)), (1400, 1)).astype(np.float32)
    crop = resample(soft_edge, plate, matrix, Window(0, 0, SIDE, SIDE))
    back = resample(crop, Window(0, 0, SIDE, SIDE), invert(matrix), Window(500, 690, 900, 710))[10]
    at = np.arange(500, 900) + 0.5
    crossing = np.interp(0.5, back, at)
    assert crossing == pytest.approx(700.3, abs=0.02)


def test_a_move_of_nothing_returns_the_picture():
    image = np.random.default_rng(0).normal(size=(40, 50, 3)).astype(np.float32) * 9
    window = Window(-3, 7, 47, 47)
    same = resample(image, window, np.array([[1.0, 0, 0], [0, 1.0, 0]]), window)
    np.testing.assert_array_equal(same, image)


def test_negatives_and_highlights_survive_the_warp():
    image = np.full((60, 60, 3), 64.0, np.float32)
    image[..., 1] = -0.5
    seen = resample(image, Window(0, 0, 60, 60), shrinking(2.5), Window(2, 2, 20, 20))
    np.testing.assert_allclose(seen[..., 0], 64, rtol=1e-5)
    np.testing.assert_allclose(seen[..., 1], -0.5, rtol=1e-5)


def test_a_crop_of_the_result_is_the_result_of_the_crop_with_its_margin():
    random = np.random.default_rng(1)
    plate = Window(0, 0, 900, 800)
    image = random.normal(size=(800, 900)).astype(np.float32)
    matrix = np.array([[0.24, -0.05, -60], [0.05, 0.24, -50]])
    part = crop_window(matrix, 64)
    rows, columns = part.slices(plate)
    whole = resample(image, plate, matrix, Window(0, 0, 64, 64))
    from_part = resample(np.ascontiguousarray(image[rows, columns]), part, matrix, Window(0, 0, 64, 64))
    np.testing.assert_allclose(from_part, whole, atol=2e-3)
