import numpy as np
import pytest

from faceplate.grain.apply.white import field_key, fill_white
from faceplate.values import Window

WHOLE = Window(-300, -40, 468, 472)
SAMPLES = 3 * 768 * 512


def white_noise(window, frame, seed):
    white = np.empty((3, window.height, window.width), np.float32)
    fill_white(window, field_key(frame, seed), white)
    return white


@pytest.fixture(scope="module")
def white():
    return white_noise(WHOLE, 1001, 3)


def most_alike(one, other):
    """The strongest circular cross-correlation of two planes at any lag, in its own standard deviations."""
    product = np.fft.rfft2(one) * np.fft.rfft2(other).conj()
    return np.abs(np.fft.irfft2(product, one.shape)).max() / np.sqrt(one.size)


def test_samples_are_normal_but_for_their_kurtosis_and_reach(white):
    assert white.mean(axis=(1, 2)) == pytest.approx([0, 0, 0], abs=4 / np.sqrt(SAMPLES / 3))
    assert white.std(axis=(1, 2)) == pytest.approx([1, 1, 1], abs=4 / np.sqrt(SAMPLES / 1.5))
    assert np.mean(white**3) == pytest.approx(0, abs=4 * np.sqrt(6 / SAMPLES))
    assert np.mean(white**4) - 3 == pytest.approx(-0.15, abs=4 * np.sqrt(24 / SAMPLES))
    assert 4 < np.abs(white).max() < 4.89


def test_the_sum_of_eight_bytes_has_its_exact_distribution(white):
    exact = np.ones(1)
    for _ in range(8):
        exact = np.convolve(exact, np.full(256, 1 / 256))
    sums = np.rint(white.astype(np.float64) * np.sqrt(8 * (256**2 - 1) / 12) + 1020).astype(int)
    counts, expected = np.bincount(sums.ravel(), minlength=exact.size), exact * sums.size
    likely = expected > 25
    chi = np.sum((counts - expected)[likely] ** 2 / expected[likely])
    assert chi == pytest.approx(likely.sum(), abs=4 * np.sqrt(2 * likely.sum()))


@pytest.mark.parametrize("square", [False, True])
def test_no_sample_tells_of_any_other(white, square):
    """At every lag, of the samples and of their squares; 6 deviations is the most of 393216 lags but once in 500."""
    planes = [(plane**2 - 1) / np.sqrt(2) if square else plane for plane in white]
    for one in range(3):
        plane = planes[one] - planes[one].mean()
        power = np.abs(np.fft.rfft2(plane)) ** 2
        lags = np.fft.irfft2(power, plane.shape) / np.sqrt(plane.size)
        lags[0, 0] = 0
        assert np.abs(lags).max() < 6
        assert most_alike(planes[one], planes[(one + 1) % 3]) < 6


@pytest.mark.parametrize(("frame", "seed"), [(1002, 3), (1001, 4), (3, 1001), (-1001, 3), (1001, 3 + 2**32)])
def test_frames_and_seeds_are_independent_at_every_shift(white, frame, seed):
    other = white_noise(WHOLE, frame, seed)
    assert most_alike(white[1], other[1]) < 6


def test_a_sample_depends_on_its_place_alone(white):
    inner = Window(-7, -3, 120, 99)
    part = white_noise(inner, 1001, 3)
    assert np.array_equal(part, white[(slice(None), *inner.slices(WHOLE))])
    assert white_noise(Window(2**33, 5, 2**33 + 4, 9), 1, 0).shape == (3, 4, 4)
