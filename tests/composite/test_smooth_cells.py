import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from faceplate.composite.cells import cells_of
from faceplate.values import Window

WINDOW = Window(13, 7, 213, 157)


def picture(seed=0):
    noise = np.random.default_rng(seed).normal(0, 1, (WINDOW.height, WINDOW.width, 3))
    return gaussian_filter(noise, (2, 2, 0)).astype(np.float32)


def mask(seed=1):
    noise = np.random.default_rng(seed).normal(0, 1, (WINDOW.height, WINDOW.width))
    return np.clip(30 * gaussian_filter(noise, 15), 0, 1).astype(np.float32)


def low(image, coverage, sigma, window=WINDOW):
    cells = cells_of(image, coverage, window, sigma)
    return cells.spread(cells.low(sigma)[0], window)


@pytest.mark.parametrize("sigma", [(1.0, 1.0), (3.0, 3.0), (7.5, 7.5), (20.0, 20.0), (4.0, 12.0)])
def test_a_low_pass_is_the_gaussian_of_what_is_covered_over_that_of_the_mask(sigma):
    image, coverage = picture(), mask()
    spread = (sigma[1], sigma[0])
    over = gaussian_filter(image * coverage[..., None], (*spread, 0), mode="constant", truncate=5)
    under = gaussian_filter(coverage, spread, mode="constant", truncate=5)
    inside = coverage > 0
    expected = (over / np.maximum(under, 1e-9)[..., None])[inside]
    assert np.abs(low(image, coverage, sigma)[inside] - expected).max() < 0.06 * image.std()


@pytest.mark.parametrize("sigma", [(1.0, 1.0), (9.0, 9.0)])
def test_an_even_picture_stays_even_up_to_the_masks_edge(sigma):
    coverage = mask()
    done = low(np.full_like(picture(), 0.7), coverage, sigma)
    np.testing.assert_allclose(done[coverage > 0], 0.7, atol=1e-5)


def test_what_is_not_covered_or_no_number_takes_no_part():
    image, coverage = picture(), mask()
    other = np.where((coverage > 0)[..., None], image, 50.0).astype(np.float32)
    np.testing.assert_array_equal(low(other, coverage, (6.0, 6.0)), low(image, coverage, (6.0, 6.0)))
    for fault in (np.nan, np.inf, 1e30):
        image[70, 80, 1] = fault
        assert np.abs(low(image, coverage, (6.0, 6.0))).max() < 1


def test_cells_hang_on_the_plate_and_not_on_the_window():
    image, coverage = picture(), mask()
    wide = WINDOW.grow(11)
    around = [np.pad(each, ((11, 11), (11, 11), (0, 0))[: each.ndim]) for each in (image, coverage)]
    inside = coverage > 0
    done = low(*around, (9.0, 9.0), wide)[WINDOW.slices(wide)]
    np.testing.assert_allclose(done[inside], low(image, coverage, (9.0, 9.0))[inside], atol=1e-6)
