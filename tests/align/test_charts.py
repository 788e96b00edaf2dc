"""Test charts through the crop and back: plane waves and slanted edges whose pixels are known in closed form."""

import numpy as np
import pytest

from faceplate.align import crop_window, invert, resample, window_through
from faceplate.values import Window

FORTIETH_DB = 10 ** (-40 / 20)
STOP = 0.65
"""Cycles a crop pixel: a third more than a crop can hold; what lies between is the filter's slope."""
FAR_CROP_PX = 10
"""Beyond this distance no filter of ours carries an edge."""

plates = pytest.mark.parametrize("pixel_aspect", [1, 2, 1.8])
turns = pytest.mark.parametrize("turn_deg", [0, 7, 33, 90])


def turn(angle_deg):
    angle = np.radians(angle_deg)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def plate_to_crop(crop_px_per_square_px, pixel_aspect, turn_deg, side, shift=(0.37, 0.81)):
    """The plate's point `shift` in the middle of a crop; columns of the plate are `pixel_aspect` as wide as high."""
    linear = crop_px_per_square_px * turn(turn_deg) @ np.diag([pixel_aspect, 1.0])
    return np.column_stack([linear, side / 2 - linear @ shift])


def centres(window):
    return np.arange(window.left, window.right) + 0.5, np.arange(window.top, window.bottom)[:, np.newaxis] + 0.5


def wave(window, frequency):
    x, y = centres(window)
    return np.cos(2 * np.pi * (frequency[0] * x + frequency[1] * y)).astype(np.float32)


def edge(window, normal, offset):
    """The share of each pixel that lies beyond a straight edge: two box filters of a step, in closed form."""
    x, y = centres(window)
    away = normal[0] * x + normal[1] * y - offset
    wide, high = np.abs(normal)

    def twice_summed(at):
        return np.maximum(at, 0) ** 2 / 2

    outer, inner = (wide + high) / 2, (wide - high) / 2
    corners = twice_summed(away + outer) + twice_summed(away - outer)
    corners -= twice_summed(away + inner) + twice_summed(away - inner)
    return (corners / (wide * high)).astype(np.float32)


def there_and_back(chart, plate, matrix, side):
    square = Window(0, 0, side, side)
    return resample(resample(chart, plate, matrix, square), square, invert(matrix), plate)


def rms(picture):
    return float(np.sqrt(np.mean(np.square(picture, dtype=np.float64))))


@plates
@turns
@pytest.mark.parametrize("along", [(1, 0), (0, 1)])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95])
def test_from_1200_to_256_and_back_a_wave_too_fine_for_the_crop_leaves_nothing(pixel_aspect, turn_deg, along, share):
    side = 40
    matrix = plate_to_crop(256 / 1200, pixel_aspect, turn_deg, side)
    frequency = matrix[:, :2].T @ turn(turn_deg) @ along
    finest = 0.5 / np.abs(frequency).max()
    frequency *= STOP + share * (finest - STOP)
    source = crop_window(matrix, side)
    crop = resample(wave(source, frequency), source, matrix, Window(0, 0, side, side))
    assert rms(crop[4:-4, 4:-4]) < FORTIETH_DB * np.sqrt(0.5)
    inner = window_through(invert(matrix), Window(16, 16, 24, 24))
    back = resample(crop, Window(0, 0, side, side), invert(matrix), inner)
    assert rms(back) < FORTIETH_DB * np.sqrt(0.5)


@plates
@turns
@pytest.mark.parametrize("along", [(1, 0), (0, 1)])
def test_from_1200_to_256_and_back_a_wave_that_the_crop_holds_comes_back_in_place(pixel_aspect, turn_deg, along):
    side = 48
    matrix = plate_to_crop(256 / 1200, pixel_aspect, turn_deg, side)
    frequency = 0.1 * (matrix[:, :2].T @ turn(turn_deg) @ along)
    source = crop_window(matrix, side)
    crop = resample(wave(source, frequency), source, matrix, Window(0, 0, side, side))
    inner = window_through(invert(matrix), Window(18, 18, 30, 30))
    back = resample(crop, Window(0, 0, side, side), invert(matrix), inner)
    np.testing.assert_allclose(back, wave(inner, frequency), atol=0.03)


@plates
@turns
@pytest.mark.parametrize("along", [(1, 0), (0, 1)])
def test_from_256_to_1200_and_back_a_wave_comes_back_without_images(pixel_aspect, turn_deg, along):
    side = 600
    matrix = plate_to_crop(1200 / 256, pixel_aspect, turn_deg, side)
    frequency = 0.1 * (turn(turn_deg).T @ turn(turn_deg) @ along)
    source = crop_window(matrix, side)
    crop = resample(wave(source, frequency), source, matrix, Window(0, 0, side, side))
    x, y = centres(Window(0, 0, side, side))
    back_x, back_y = (invert(matrix)[row] for row in (0, 1))
    place_x = back_x[0] * x + back_x[1] * y + back_x[2]
    place_y = back_y[0] * x + back_y[1] * y + back_y[2]
    expected = np.cos(2 * np.pi * (frequency[0] * place_x + frequency[1] * place_y))
    np.testing.assert_allclose(crop[60:-60, 60:-60], expected[60:-60, 60:-60], atol=0.02)


def displacement(picture, truth, window, normal, offset, far, reach):
    """How far, in pixels along its normal, a picture's edge lies from the true one: by the light between them."""
    x, y = centres(window)
    away, along = normal[0] * x + normal[1] * y - offset, normal[0] * y - normal[1] * x
    strip = np.where(np.abs(away) < far, np.clip((reach - np.abs(along)) / (0.5 * reach), 0, 1), 0.0)
    return float(((truth - picture) * strip).sum() / strip.sum() * 2 * far)


@plates
@turns
@pytest.mark.parametrize("slant_deg", [5, 40, 85])
@pytest.mark.parametrize(("face_px", "crop_px"), [(1200, 256), (600, 256), (256, 1200)])
def test_to_the_crop_and_back_a_slanted_edge_stays_within_a_fiftieth_of_a_pixel(
    pixel_aspect, turn_deg, slant_deg, face_px, crop_px
):
    step = max(1.0, face_px / crop_px)
    reach_px = round(40 * step)
    side = round(3.2 * reach_px * crop_px / face_px)
    matrix = plate_to_crop(crop_px / face_px, pixel_aspect, turn_deg, side)
    # The slant is to the crop's own columns; the normal is given in the plate's pixels.
    normal = matrix[:, :2].T @ [np.cos(np.radians(slant_deg)), np.sin(np.radians(slant_deg))]
    normal /= np.linalg.norm(normal)
    offset = float(normal @ [0.37, 0.81]) + 0.21
    plate = window_through(invert(matrix), Window(0, 0, side, side)).grow(2)
    truth = edge(plate, normal, offset)
    back = there_and_back(truth, plate, matrix, side)
    far = FAR_CROP_PX * step
    assert abs(displacement(back, truth, plate, normal, offset, far, reach_px / max(1, pixel_aspect))) < 0.02
