import numpy as np
import pytest
from operator_scripts import bits, noise

from faceplate.graph.operators import bands
from faceplate.graph.operators.bands import by_bands, mixed


@pytest.fixture
def narrow(monkeypatch):
    monkeypatch.setattr(bands, "band_pixels", 30)


@pytest.fixture
def planes():
    return tuple(noise(7).planes.values())


@pytest.mark.usefixtures("narrow")
def test_the_bands_together_are_the_whole(planes):
    seen = []

    def formula(left, right):
        seen.append(left.shape)
        return left * right - left

    made = by_bands(formula, *planes[:2])
    assert np.array_equal(bits(made), bits(planes[0] * planes[1] - planes[0]))
    assert seen == [(2, 12)] * 4


@pytest.mark.usefixtures("narrow")
def test_a_mix_is_exact_at_both_ends_of_a_mask(planes):
    before, after = planes[0].copy(), planes[1].copy()
    before[0, 0], after[0, 1] = np.nan, np.inf
    share = np.tile(np.float32([0, 1, 0.5]), (8, 4))
    share[0, :2] = 1, 0
    made = mixed(before, after, share)
    assert np.array_equal(bits(made)[share == 0], bits(before)[share == 0])
    assert np.array_equal(bits(made)[share == 1], bits(after)[share == 1])
    half = (before + 0.5 * (after - before))[share == 0.5]
    np.testing.assert_allclose(made[share == 0.5], half, rtol=1e-6)


def test_what_both_pictures_share_stays_as_it_is_at_any_mix():
    plane = np.float32([[0.1, -0.0, np.inf]])
    assert np.array_equal(bits(mixed(plane, plane.copy(), 0.3)), bits(plane))


def test_an_even_mix_at_its_ends_is_the_very_plane(planes):
    assert mixed(planes[0], planes[1], 0.0) is planes[0]
    assert mixed(planes[0], planes[1], 1.0) is planes[1]


def test_planes_without_pixels_are_worked_on_too():
    assert by_bands(np.negative, np.zeros((0, 5), np.float32)).shape == (0, 5)
