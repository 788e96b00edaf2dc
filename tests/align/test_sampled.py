import cv2
import numpy as np
import pytest

from faceplate.align import invert, resample, sampled, sampling_filters
from faceplate.errors import CallError
from faceplate.graph.operators.filters import filters, weight_at
from faceplate.swap import FaceSwapSettings, crop_through
from faceplate.values import Window

PLATE = Window(-20, 30, 480, 480)
TO_CROP = np.array([[0.31, 0.04, -18.3], [-0.04, 0.31, -27.9]])
SQUARE = Window(0, 0, 96, 96)
enlarging = [name for name in sampling_filters if name != "deepfacelab"]
interpolating = [name for name in enlarging if name != "mitchell"]


def noise(window, seed=0):
    return np.random.default_rng(seed).normal(0.4, 0.3, (window.height, window.width, 3)).astype(np.float32)


def as_deepfacelab_writes_it(matrix, source, target):
    """The same transform for pixel centres at whole numbers, of arrays that begin at their window's corner."""
    corner, right, below = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) + 0.5 + source[:2]
    moved = [matrix @ [*centre, 1.0] - 0.5 - target[:2] for centre in (corner, right, below)]
    return np.column_stack([moved[1] - moved[0], moved[2] - moved[0], moved[0]])


def test_deepfacelabs_sampling_is_opencvs_bicubic_into_the_crop_to_the_number():
    plate = noise(PLATE)
    to_crop = as_deepfacelab_writes_it(TO_CROP, PLATE, SQUARE)
    expected = cv2.warpAffine(plate, to_crop, (96, 96), flags=cv2.INTER_CUBIC)
    crop = crop_through(TO_CROP, 96, plate, PLATE, "deepfacelab")
    np.testing.assert_allclose(crop.rgb_plate, expected, atol=1e-5)
    np.testing.assert_array_equal(crop.rgb_model, np.clip(crop.rgb_plate, 0, 1))


def test_deepfacelabs_sampling_is_opencvs_bicubic_out_of_the_crop_to_the_number():
    crop = noise(SQUARE)
    to_crop = as_deepfacelab_writes_it(TO_CROP, PLATE, SQUARE)
    flags = cv2.WARP_INVERSE_MAP | cv2.INTER_CUBIC
    size = (PLATE.width, PLATE.height)
    expected = cv2.warpAffine(crop, to_crop, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    back = sampled(crop, SQUARE, invert(TO_CROP), PLATE, "deepfacelab")
    np.testing.assert_allclose(back, expected, atol=1e-5)


def test_deepfacelabs_sampling_lets_fine_waves_fold_and_ours_does_not():
    x = np.arange(PLATE.width)
    wave = np.broadcast_to(np.cos(2 * np.pi * 0.3 * x)[None, :, None], (PLATE.height, PLATE.width, 3))
    wave = np.ascontiguousarray(wave, np.float32)
    level = {name: sampled(wave, PLATE, TO_CROP, SQUARE, name)[8:-8, 8:-8].std() for name in sampling_filters}
    assert level.pop("deepfacelab") > 0.3
    assert max(level.values()) < 0.01


def test_the_usual_filter_is_keys():
    assert FaceSwapSettings().filter == "keys"
    small = noise(SQUARE)
    usual = resample(small, SQUARE, invert(TO_CROP), PLATE)
    np.testing.assert_array_equal(sampled(small, SQUARE, invert(TO_CROP), PLATE, "keys"), usual)


@pytest.mark.parametrize("name", enlarging)
def test_a_picture_five_times_as_large_is_what_nukes_filter_of_that_name_makes_of_it(name):
    source, target = Window(0, 0, 24, 24), Window(30, 30, 90, 90)
    picture = noise(source)
    seen = sampled(picture, source, np.array([[5.0, 0, 0], [0, 5.0, 0]]), target, name)
    at = (np.arange(30, 90) + 0.5) / 5
    family, support, b, c = filters[name.capitalize()]
    away = np.arange(24)[None, :] + 0.5 - at[:, None]
    weights = np.vectorize(lambda place: weight_at(place, family, support, b, c))(away)
    weights /= weights.sum(axis=1, keepdims=True)
    expected = np.einsum("yr,xc,rck->yxk", weights, weights, picture)
    np.testing.assert_allclose(seen, expected, atol=2e-5)


@pytest.mark.parametrize("name", enlarging)
def test_a_flat_picture_stays_as_high_as_it_is_through_every_filter(name):
    flat = np.full((96, 96, 3), 0.375, np.float32)
    np.testing.assert_allclose(sampled(flat, SQUARE, invert(TO_CROP), PLATE, name), 0.375, rtol=1e-6)


@pytest.mark.parametrize("name", interpolating)
def test_a_move_of_nothing_returns_the_picture_through_every_filter_that_interpolates(name):
    picture = noise(SQUARE)
    same = sampled(picture, SQUARE, np.eye(2, 3), SQUARE, name)
    np.testing.assert_allclose(same, picture, atol=1e-6)


def test_the_sharper_filters_keep_more_of_a_wave_and_mitchell_less():
    x = np.arange(96)
    wave = np.broadcast_to(np.cos(2 * np.pi * 0.35 * x)[None, :, None], (96, 96, 3))
    wave = np.ascontiguousarray(wave, np.float32)
    larger, inside = np.array([[4.6, 0, 0], [0, 4.6, 0]]), Window(60, 60, 360, 360)
    kept = {name: sampled(wave, SQUARE, larger, inside, name).std() for name in enlarging}
    assert kept["mitchell"] < kept["keys"] < kept["simon"] < kept["rifman"]
    assert kept["keys"] < kept["lanczos6"]


def test_a_filter_that_nobody_knows_is_refused():
    with pytest.raises(CallError, match="expected one of keys, simon"):
        FaceSwapSettings(filter="area")
