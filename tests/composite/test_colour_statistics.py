import numpy as np
import pytest

from faceplate.align import crop_window, sampled_in_passes
from faceplate.colour import model_range
from faceplate.composite import coverage_seen, measure_colours
from faceplate.values import Crop, Swap, Window
from swap_models import plain_card

SIDE = 64
MATRIX = np.array([[0.5, 0.02, -8.0], [-0.02, 0.5, -2.0]])
WHOLE = crop_window(MATRIX, SIDE).grow(40)
FULL = np.full((SIDE, SIDE), 0.5, np.float32)
BLACK = np.zeros((SIDE, SIDE, 3), np.float32)


def seen(sound, region=WHOLE):
    return coverage_seen(FULL, Crop(BLACK, MATRIX, BLACK), region, lambda window: sound[window.slices(region)])


def sound_over(region):
    return np.ones((region.height, region.width), bool)


def test_a_plate_of_numbers_all_around_leaves_the_coverage_as_it_is():
    assert seen(sound_over(WHOLE)) is FULL


def test_a_pixel_that_is_no_number_counts_nowhere_that_it_is_seen():
    sound = sound_over(WHOLE)
    x, y = np.linalg.solve(MATRIX[:, :2], np.array([40.5, 20.5]) - MATRIX[:, 2]).astype(int)
    sound[y - WHOLE.top, x - WHOLE.left] = False
    found = seen(sound)
    assert found[20, 40] == 0
    far = np.hypot(*(np.mgrid[:SIDE, :SIDE] - np.array([20, 40])[:, None, None])) > 8
    np.testing.assert_array_equal(found[far], FULL[far])


@pytest.mark.parametrize("passes", [1, 2, 4])
def test_with_a_hole_next_to_no_pixel_counts_that_would_be_another_if_the_hole_were_filled(passes):
    random = np.random.default_rng(0)
    plate = random.random((WHOLE.height, WHOLE.width, 3)).astype(np.float32)
    hole, sound = (slice(90, 106), slice(90, 106)), sound_over(WHOLE)
    sound[hole] = False
    other = plate.copy()
    other[hole] = 0
    own = MATRIX * passes
    one, two = (sampled_in_passes(each, WHOLE, own, SIDE, passes) for each in (plate, other))
    full = np.ones((SIDE * passes, SIDE * passes), np.float32)
    black = np.zeros((*full.shape, 3), np.float32)
    found = coverage_seen(full, Crop(black, own, black), WHOLE, lambda window: sound[window.slices(WHOLE)], passes)
    assert 0 < (found == 0).sum() < 0.3 * found.size
    # Where the filter's rings cross nothing a pixel or two are told by chance.
    assert (np.abs(one - two)[found > 0] > 0.02).mean() < 0.001


def test_beyond_the_plates_edge_nothing_counts():
    edge = 80
    region = Window(WHOLE.left, WHOLE.top, edge, WHOLE.bottom)
    found = seen(sound_over(region), region)
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    x_plate = np.linalg.solve(MATRIX[:, :2], np.stack([columns.ravel(), rows.ravel()]) - MATRIX[:, 2:])[0]
    inside = x_plate.reshape(SIDE, SIDE)
    assert not found[inside > edge].any()
    assert (found[inside < edge - 12] == 0.5).all()


def test_mean_covariance_and_levels_are_numpys_weighted_by_the_coverage():
    random = np.random.default_rng(0)
    plate, made = (random.uniform(0, 1, (SIDE, SIDE, 3)).astype(np.float32) for _ in range(2))
    coverage = random.integers(0, 4, (SIDE, SIDE)).astype(np.float32)
    found = measure_colours(Swap(made, {}, Crop(plate, MATRIX, plate)), coverage, model_range(plain_card), levels=True)
    copies = coverage.ravel().astype(int)
    plates, mades = (np.repeat(each.reshape(-1, 3).astype(np.float64), copies, axis=0) for each in (plate, made))
    assert found.weight == copies.sum()
    np.testing.assert_allclose(found.plate_mean, plates.mean(axis=0), rtol=1e-9)
    np.testing.assert_allclose(found.swap_offset, mades.mean(axis=0) - plates.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(found.swap_covariance, np.cov(mades.T, bias=True), atol=1e-9)
    expected = np.quantile(mades, np.linspace(0.01, 0.99, 25), axis=0).T - plates.mean(axis=0)[:, None]
    np.testing.assert_allclose(found.swap_levels, expected, atol=2e-3)


@pytest.mark.parametrize("gain", [0.25, 4.0])
def test_stops_are_those_of_the_light(gain):
    light = model_range(plain_card)
    grey = np.full((SIDE, SIDE, 3), 0.18, np.float32)
    pictures = [light.encode(grey * np.float32(each)) for each in (1.0, gain)]
    one, other = (
        measure_colours(Swap(each, {}, Crop(each, MATRIX, each)), FULL, light, levels=False).stops for each in pictures
    )
    assert other - one == pytest.approx(np.log2(gain), abs=1e-3)
