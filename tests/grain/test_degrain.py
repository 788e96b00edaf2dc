from dataclasses import replace

import cv2
import numpy as np
import pytest
from grain_plates import TRUTH, grainy, portrait, to_linear, to_log

from faceplate.grain import FACE_DEGRAIN, FaceDegrainSettings, degrain, measure_grain
from faceplate.grain.stabilise import Stabiliser
from faceplate.spec import registered
from faceplate.values import Window

PLAIN = FaceDegrainSettings()
SIDE = 384


@pytest.fixture(scope="module")
def clean():
    return portrait(SIDE)


@pytest.fixture(scope="module")
def plate(clean):
    return grainy(clean, np.random.default_rng(0)).astype(np.float32)


@pytest.fixture(scope="module")
def degrained(plate):
    return degrain(plate, TRUTH.profile(), PLAIN)


def psnr(picture, clean):
    """In the log encoding, where an error is as visible in shadows as in highlights."""
    return -10 * np.log10(np.mean((to_log(np.maximum(picture, -0.01)) - to_log(clean)) ** 2))


def best_blur(plate, clean):
    log = to_log(plate)
    blurred = (to_linear(cv2.GaussianBlur(log, (0, 0), sigma)) for sigma in (0.4, 0.6, 0.8, 1.2, 2.0))
    return max(psnr(picture, clean) for picture in blurred)


def best_means(plate, clean):
    codes = np.clip(np.round(to_log(plate) * 255), 0, 255).astype(np.uint8)
    found = (cv2.fastNlMeansDenoisingColored(codes, None, h, h, 7, 21) for h in (0.5, 1, 1.5, 2, 3, 4))
    return max(psnr(to_linear(picture.astype(np.float32) / 255), clean) for picture in found)


def test_grain_goes_and_the_picture_stays_better_than_a_blur_or_non_local_means(plate, clean, degrained):
    ours = psnr(degrained, clean)
    assert ours > psnr(plate, clean) + 6
    assert ours > best_blur(plate, clean) + 2
    assert ours > best_means(plate, clean)


def test_a_measured_profile_serves_as_well_as_the_true_one(plate, clean, degrained):
    profile = measure_grain([(1, to_log(plate))], to_linear, "LogC3")
    assert psnr(degrain(plate, profile, PLAIN), clean) > psnr(degrained, clean) - 0.5


@pytest.mark.parametrize(
    ("rows", "columns"),
    [(slice(160, 220), slice(110, 190)), (slice(6, 38), slice(6, 38)), (slice(80, 110), slice(273, 303))],
)
def test_flat_places_keep_the_plates_mean(degrained, plate, clean, rows, columns):
    moved = degrained[rows, columns].mean(axis=(0, 1)) - plate[rows, columns].mean(axis=(0, 1))
    assert np.abs(moved / TRUTH.sigma(clean[rows, columns].mean(axis=(0, 1)))).max() < 0.05


def test_values_below_0_and_above_1_survive(degrained):
    assert degrained[10:30, 10:30] == pytest.approx(-0.01, abs=2e-3)
    assert degrained[90:100, 285:291] == pytest.approx(np.broadcast_to([6, 5, 4], (10, 6, 3)), rel=0.02)


def test_nan_and_infinite_samples_stay_where_they_are_and_do_not_spread(plate):
    broken = plate.copy()
    broken[50, 60], broken[51, 61, 0], broken[200, 200, 2] = np.nan, np.inf, -np.inf
    out = degrain(broken, TRUTH.profile(), PLAIN)
    assert np.array_equal(np.isfinite(out), np.isfinite(broken))
    assert out[51, 61, 0] == np.inf
    assert out[200, 200, 2] == -np.inf
    assert np.isnan(out[50, 60]).all()


@pytest.mark.parametrize("why", ["amount", "profile"])
def test_nothing_to_do_passes_through_bit_for_bit(plate, why):
    silent = replace(TRUTH.profile(), response=np.zeros((3, 2), np.float32))
    profile = silent if why == "profile" else TRUTH.profile()
    settings = FaceDegrainSettings(amount=0.0) if why == "amount" else PLAIN
    assert np.array_equal(degrain(plate, profile, settings).view(np.uint32), plate.view(np.uint32))


def test_a_channel_without_grain_is_left_alone(plate):
    response = TRUTH.profile().response.copy()
    response[1] = 0
    out = degrain(plate, replace(TRUTH.profile(), response=response), PLAIN)
    assert np.array_equal(out[..., 1], plate[..., 1])
    assert (out[..., 0] != plate[..., 0]).any()


def test_amount_is_the_share_that_goes(plate, degrained):
    half = degrain(plate, TRUTH.profile(), FaceDegrainSettings(amount=0.5))
    assert half == pytest.approx((plate + degrained) / 2, abs=1e-5)


def test_a_crop_of_the_result_is_the_result_of_the_crop_with_its_margin(plate, degrained):
    inner, margin = Window(101, 122, 203, 181), 40
    outer = inner.grow(margin)
    part = degrain(plate[outer.slices(Window(0, 0, SIDE, SIDE))], TRUTH.profile(), PLAIN, window=outer)
    rows, columns = inner.slices(Window(0, 0, SIDE, SIDE))
    assert part[inner.slices(outer)] == pytest.approx(degrained[rows, columns], abs=1e-5)


def test_pictures_smaller_than_a_block_are_taken(plate):
    out = degrain(plate[:5, :3], TRUTH.profile(), PLAIN)
    assert out.shape == (5, 3, 3)
    assert np.isfinite(out).all()


@pytest.mark.parametrize(
    "response", [(5e-4, 4e-6, 0), (5e-4, 0, 0), (0, 1e-4, 0), (0.1, 1e-4, 0), (1e-4, 1e-6, 3e-3), (0, 0, 1e-3)]
)
def test_the_stabilised_scale_gives_grain_one_strength_and_its_mean_back(response):
    scale = Stabiliser.of(np.array(response, np.float32))
    rng = np.random.default_rng(0)
    for level in (0.0, 0.02, 0.18, 4.0):
        sigma = np.sqrt(scale.slope * level + scale.floor + scale.square * level**2)
        even = scale.forward((level + sigma * rng.standard_normal(200_000)).astype(np.float32))
        if level > 20 * sigma:
            assert even.std() == pytest.approx(1, rel=0.02)
        if level == 0 or level > 5 * sigma:
            assert scale.inverse(even.mean(keepdims=True))[0] == pytest.approx(level, abs=0.2 * sigma)


@pytest.mark.parametrize("response", [(5e-4, 4e-6, 0), (0, 1e-4, 0), (1e-4, 1e-6, 3e-3)])
def test_the_stabilised_scale_and_back_differs_only_by_the_curves_correction(response):
    scale = Stabiliser.of(np.array(response, np.float32))
    x = np.linspace(-1, 20, 4001, dtype=np.float32)
    correction = np.where(x > 0, scale.slope + 2 * scale.square * np.maximum(x, 0), 0) / 4
    back = scale.inverse(scale.forward(x))
    away = np.abs(x) > 2 * np.sqrt(scale.floor)
    assert back[away] == pytest.approx((x + correction)[away], rel=1e-4, abs=1e-5)


def test_the_stabilised_scale_never_turns_back():
    scale = Stabiliser.of(np.array([5e-4, 0, 1e-3], np.float32))
    x = np.linspace(-0.5, 2, 4001, dtype=np.float32)
    assert (np.diff(scale.forward(x)) > 0).all()
    assert (np.diff(scale.inverse(np.linspace(-50, 300, 4001, dtype=np.float32))) > 0).all()


def test_the_node_is_registered():
    assert registered()["FaceDegrain"] is FACE_DEGRAIN
