import math

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from faceplate.composite.sharpness import blurred, matched_sharpness, missing_blur, widest
from faceplate.values import Crop, Swap
from mesh_face import face_place

SIDE = 256
TO_CROP = np.array([[1.0, 0, 0], [0, 1.0, 0]])
PLACE = face_place(120.0, (68.0, 85.0))


def skin(seed=0, fall=1.5):
    """Texture whose amplitude falls with the frequency as a face's does."""
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    frequency[0, 0] = 1
    noise = np.random.default_rng(seed).normal(size=(SIDE, SIDE))
    texture = np.fft.irfft2(np.fft.rfft2(noise) / frequency**fall, s=(SIDE, SIDE))
    return np.repeat((0.5 + 0.12 * texture / texture.std())[..., None], 3, axis=2).astype(np.float32)


def seen(picture, sigma, grain=0.0):
    soft = gaussian_filter(picture, (sigma[0], sigma[1], 0), mode="nearest") if any(sigma) else picture
    return (soft + np.random.default_rng(9).normal(0, grain, soft.shape)).astype(np.float32)


def crop_of(plate, matrix=TO_CROP):
    return Crop(plate, matrix, plate)


def found(plate, picture, matrix=TO_CROP):
    covariance = missing_blur(plate, picture, crop_of(plate, matrix), PLACE)
    return np.sqrt(np.clip(np.linalg.eigvalsh(covariance), 0, None))


@pytest.mark.parametrize("grain", [0.0, 0.01, 0.03])
@pytest.mark.parametrize("sigma", [0.8, 1.3, 2.0, 3.5])
def test_a_known_blur_is_found_to_a_tenth_of_its_size_under_grain(sigma, grain):
    picture = skin()
    np.testing.assert_allclose(found(seen(picture, (sigma, sigma), grain), picture), sigma, rtol=0.1)


@pytest.mark.parametrize("grain", [0.0, 0.02])
def test_motion_is_told_from_defocus_by_its_direction(grain):
    covariance = missing_blur(seen(skin(), (1.0, 3.0), grain), skin(), crop_of(skin()), PLACE)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), [3.0, 1.0], rtol=0.1)
    assert abs(covariance[0, 1]) < 0.3


def test_motion_along_a_diagonal_is_followed():
    along = np.array([[4.0, 3.2], [3.2, 4.0]])
    covariance = missing_blur(blurred(skin(), along), skin(), crop_of(skin()), PLACE)
    np.testing.assert_allclose(covariance, along, atol=0.5)


@pytest.mark.parametrize("sigma", [1.0, 2.5])
def test_another_face_of_the_same_kind_is_blurred_alike(sigma):
    np.testing.assert_allclose(found(seen(skin(1), (sigma, sigma), 0.01), skin(2)), sigma, rtol=0.15)


@pytest.mark.parametrize("grain", [0.0, 0.02])
def test_a_picture_that_is_as_soft_or_softer_is_returned_as_it_is(grain):
    plate = seen(skin(), (0, 0), grain)
    for picture in (skin(), seen(skin(), (1.5, 1.5))):
        swap = Swap(picture, {}, crop_of(plate))
        assert np.abs(matched_sharpness(swap, PLACE, 1.0) - picture).max() < 0.005


def test_the_crop_itself_is_returned_to_the_bit():
    plate = seen(skin(), (1.2, 1.2), 0.01)
    assert matched_sharpness(Swap(plate, {}, crop_of(plate)), PLACE, 1.0) is plate


def test_no_match_returns_the_very_picture():
    swap = Swap(skin(), {}, crop_of(seen(skin(), (2.0, 2.0))))
    assert matched_sharpness(swap, PLACE, 0.0) is swap.rgb_model


@pytest.mark.parametrize("match", [0.5, 1.0])
def test_the_match_is_a_share_of_the_standard_deviation(match):
    swap = Swap(skin(), {}, crop_of(seen(skin(), (2.0, 2.0), 0.01)))
    expected = gaussian_filter(skin(), (2.0 * match, 2.0 * match, 0), mode="nearest")
    inner = (slice(40, -40), slice(40, -40))
    off = (matched_sharpness(swap, PLACE, match) - expected)[inner]
    assert off.std() < 0.1 * (skin() - expected)[inner].std()


def test_a_matched_picture_has_nothing_left_to_match():
    swap = Swap(skin(), {}, crop_of(seen(skin(), (2.0, 2.0), 0.01)))
    done = matched_sharpness(swap, PLACE, 1.0)
    assert found(swap.crop.rgb_model, done).max() < 0.5


def test_a_face_of_no_detail_is_blurred_no_further_than_could_be_seen():
    flat = np.full((SIDE, SIDE, 3), 0.4, np.float32)
    assert found(flat, skin()).max() <= widest * SIDE * (1 + 1e-6)
    assert not found(skin(), flat).any()
    assert not found(flat, flat).any()


def test_a_face_that_is_enlarged_into_its_crop_is_compared_where_the_plate_holds_anything():
    """The plate's own pixels are three of the crop: what it lacks beyond them is no defocus."""
    picture = skin(fall=1.0)
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    spectrum = np.fft.rfft2(picture, axes=(0, 1)) * (frequency < 0.5 / 3)[..., None]
    plate = np.fft.irfft2(spectrum, s=(SIDE, SIDE), axes=(0, 1)).astype(np.float32)
    matrix = np.array([[3.0, 0, 0], [0, 3.0, 0]])
    place = face_place(40.0, (68.0 / 3, 85.0 / 3))
    found_px = missing_blur(plate, picture, crop_of(plate, matrix), place)
    assert math.sqrt(np.trace(found_px)) < 0.5


def test_what_is_outside_the_face_is_not_measured():
    plate = seen(skin(), (1.5, 1.5), 0.01)
    other = plate.copy()
    other[:, :12], other[:6] = 1.0, 0.0
    np.testing.assert_array_equal(
        missing_blur(plate, skin(), crop_of(plate), PLACE), missing_blur(other, skin(), crop_of(other), PLACE)
    )


@pytest.mark.parametrize("covariance", [[[0.05, 0], [0, 0.05]], [[1.0, 0.5], [0.5, 2.0]], [[9.0, 0], [0, 0.0]]])
def test_a_blur_has_the_covariance_asked_for_and_keeps_the_light(covariance):
    point = np.zeros((61, 61, 3), np.float32)
    point[30, 30] = 1
    taps = blurred(point, np.array(covariance))[..., 0].astype(np.float64)
    y, x = np.mgrid[-30:31, -30:31]
    moments = [[(taps * x * x).sum(), (taps * x * y).sum()], [(taps * x * y).sum(), (taps * y * y).sum()]]
    assert taps.sum() == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_allclose(moments, covariance, atol=2e-3)


@pytest.mark.parametrize("fault", [np.nan, np.inf, 1e30])
def test_what_is_no_number_stays_where_it_is(fault):
    picture = skin()
    picture[128, 128, 1] = fault
    done = blurred(picture, np.eye(2))
    assert not np.abs(done[128, 128, 1]) < 1e3
    done[128, 128, 1] = 0
    assert np.abs(done).max() < 2


def test_a_face_that_is_not_in_the_crop_is_left_alone():
    away = face_place(120.0, (5000.0, 5000.0))
    assert not missing_blur(seen(skin(), (2.0, 2.0)), skin(), crop_of(skin()), away).any()
