from dataclasses import replace

import cv2
import numpy as np
import pytest
import scipy.fft
from grain_plates import TRUTH, grainy, portrait, to_linear, to_log

from faceplate.grain import FACE_DEGRAIN, FaceDegrainSettings, degrain, measure_grain
from faceplate.grain.remove.cosines import WINDOW
from faceplate.grain.remove.shrink import PLAIN as PLAIN_SQUARES
from faceplate.grain.remove.sweep import Noise, swept
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


@pytest.mark.parametrize("beyond", [1e7, 1e20, 3e38, -1e7, -1e20, -3e38])
def test_samples_beyond_any_light_stay_and_do_not_spread(plate, beyond):
    broken = plate.copy()
    broken[100, 120] = beyond
    out, before = (degrain(each, TRUTH.profile(), PLAIN) for each in (broken, plate))
    assert np.array_equal(out[100, 120], broken[100, 120])
    away = np.ones(plate.shape[:2], bool)
    away[100, 120] = False
    assert np.abs(out - before)[away].max() < 0.02


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


def windows_inside(window, count, rng):
    """All corners of a window, and parts of it with odd and even edges."""
    for left, top in ((0, 0), (-61, 0), (0, -47), (-61, -47)):
        corner = window.left + left % window.width, window.top + top % window.height
        yield Window(*corner, min(corner[0] + 61, window.right), min(corner[1] + 47, window.bottom))
    for _ in range(count):
        left, top = (int(rng.integers(first, last)) for first, last in (window[::2], window[1::2]))
        right, bottom = (int(start + rng.integers(1, 120)) for start in (left, top))
        yield Window(left, top, right, bottom).intersect(window)


def bits(picture):
    return np.ascontiguousarray(picture).view(np.uint32)


@pytest.mark.parametrize(("broken", "margin"), [(False, 27), (True, 34)])
@pytest.mark.parametrize("square", [0.0, 1e-3])
def test_a_crop_with_its_margin_has_the_bits_of_the_whole(plate, broken, margin, square):
    profile = TRUTH.profile()
    profile = replace(profile, response=np.pad(profile.response, ((0, 0), (0, 1)), constant_values=square))
    rng, plate, on_plate = np.random.default_rng(4), plate.copy(), Window(-7, 9, SIDE - 7, SIDE + 9)
    if broken:
        plate[rng.random(plate.shape) < 1e-3] = np.nan
        plate[100:120, 90:140] = np.inf
    whole = degrain(plate, profile, PLAIN, window=on_plate)
    for inner in windows_inside(on_plate, 25, rng):
        outer = inner.grow(margin).intersect(on_plate)
        part = degrain(plate[outer.slices(on_plate)], profile, PLAIN, window=outer)
        assert np.array_equal(bits(part[inner.slices(outer)]), bits(whole[inner.slices(on_plate)])), inner


def block_by_block(plane, variance, gain_of):
    """One pass of the method over a plane whose edges lie on the grid, written as the papers have it."""
    waves = scipy.fft.dct(np.eye(16), axis=0, norm="ortho")
    total, weight = np.zeros(plane.shape), np.zeros(plane.shape)
    for top in range(0, plane.shape[0] - 15, 4):
        for left in range(0, plane.shape[1] - 15, 4):
            at = np.s_[top : top + 16, left : left + 16]
            coefficients = waves @ plane[at].astype(np.float64) @ waves.T
            gain = gain_of(at, coefficients)
            gain[0, 0] = 1
            trust = np.outer(WINDOW, WINDOW) / np.sum(gain**2 * variance)
            total[at] += trust * (waves.T @ (gain * coefficients) @ waves)
            weight[at] += trust
    return total / weight


def test_the_compiled_pass_is_the_method_of_the_papers():
    rng = np.random.default_rng(3)
    plane = (rng.standard_normal((48, 60)) + 5 * np.sin(np.arange(60) / 4)).astype(np.float32)
    variance = np.abs(rng.normal(1, 0.3, (16, 16))).astype(np.float32)
    waves = scipy.fft.dct(np.eye(16), axis=0, norm="ortho")
    noise = (variance * PLAIN_SQUARES).ravel()
    dropped = block_by_block(plane, variance, lambda _, found: (found**2 > 7.29 * variance).astype(float))
    first = pass_over(plane, None, np.float32(7.29) * noise, variance)
    assert first == pytest.approx(dropped, abs=1e-5)

    def wiener(at, _):
        energy = (waves @ first[at].astype(np.float64) @ waves.T) ** 2
        return energy / (energy + variance)

    assert pass_over(plane, first, noise, variance) == pytest.approx(block_by_block(plane, variance, wiener), abs=1e-5)


def pass_over(plane, pilot, bound, variance):
    clean = np.full_like(plane, np.nan)
    for part in (slice(0, 20), slice(20, 60)):
        swept(plane[None], pilot, Noise(bound, variance.ravel(), bound), part.start, clean[:, part])
    return clean


def test_pictures_smaller_than_a_block_are_taken(plate):
    out = degrain(plate[:5, :3], TRUTH.profile(), PLAIN)
    assert out.shape == (5, 3, 3)
    assert np.isfinite(out).all()


def test_the_node_is_registered():
    assert registered()["FaceDegrain"] is FACE_DEGRAIN
