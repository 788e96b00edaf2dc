import numpy as np
import pytest

from faceplate.track.landmarks.heat_maps import peaks

EXACT_CELLS = 0.001


def hills(places, sigma=1.6, height=0.8, lean=0.0):
    y, x = np.mgrid[:64, :64] + 0.5
    maps = []
    for px, py in places:
        dx, dy = x - px, y - py
        maps.append(height * np.exp(-(dx**2 + dy**2 - 2 * lean * dx * dy) / (2 * sigma**2)))
    return np.array(maps, np.float32)


@pytest.mark.parametrize(("sigma", "lean"), [(0.8, 0.0), (1.6, 0.0), (2.0, 0.4), (3.0, -0.5)])
def test_the_summit_of_a_gaussian_is_found_to_a_thousandth_of_a_cell(sigma, lean):
    places = np.random.default_rng(1).uniform(4, 60, (68, 2))
    found, height = peaks(hills(places, sigma, lean=lean))
    np.testing.assert_allclose(found, places, atol=EXACT_CELLS)
    assert (height <= 0.8).all()
    assert height.min() > 0.5


def test_the_middle_of_the_first_cell_is_half_a_cell_from_the_corner():
    heat = np.zeros((1, 64, 64), np.float32)
    heat[0, 0, 0] = 1.0
    found, height = peaks(heat)
    assert found.tolist() == [[0.5, 0.5]]
    assert height.tolist() == [1.0]


def test_noise_of_a_hundredth_moves_the_summit_by_a_few_hundredths():
    rng = np.random.default_rng(2)
    places = rng.uniform(6, 58, (200, 2))
    found, _ = peaks(hills(places) + rng.normal(0, 0.008, (200, 64, 64)).astype(np.float32))
    assert np.sqrt(np.square(found - places).mean()) < 0.03


def test_a_summit_beyond_the_edge_stays_within_a_cell_of_the_last():
    found, _ = peaks(hills([(-3.0, 20.2), (64.4, 10.0)]))
    assert found[:, 0].min() >= -0.5
    assert found[:, 0].max() <= 64.5
    np.testing.assert_allclose(found[:, 1], [20.2, 10.0], atol=0.3)


@pytest.mark.parametrize("value", [0.0, -1.0, 0.5])
def test_a_flat_map_tells_no_place_and_no_height_below_0(value):
    found, height = peaks(np.full((1, 64, 64), value, np.float32))
    assert np.isfinite(found).all()
    assert height.tolist() == [max(value, 0.0)]
