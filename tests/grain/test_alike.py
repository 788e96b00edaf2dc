import numpy as np
import pytest
from grain_plates import TRUTH
from grain_scenes import textured

from faceplate.grain.apply.alike import alike
from faceplate.grain.apply.planes import planes_of, sigma_planes
from faceplate.values import Window

SIZE = (160, 192)
WINDOW = Window(0, 0, SIZE[1], SIZE[0])


@pytest.fixture(scope="module")
def clean():
    return textured(SIZE).astype(np.float32)


def found(comp, clean):
    planes = [planes_of(each.astype(np.float32)) for each in (comp, clean)]
    sigma = tuple(sigma_planes(TRUTH.profile(), each) for each in planes)
    return alike(*planes, sigma, WINDOW)


@pytest.fixture(scope="module")
def detailed(clean):
    """Cells that hold more than rounding: on the even cards there is nothing to be alike in."""
    steps = np.abs(np.diff(clean[..., 1], axis=1, append=clean[:, -1:, 1])).reshape(20, 8, 24, 8).max(axis=(1, 3))
    return steps > 1e-3 * clean[..., 1].reshape(20, 8, 24, 8).mean(axis=(1, 3))


def test_the_clean_plate_itself_is_alike_wherever_it_has_detail(clean, detailed):
    assert detailed.mean() > 0.7
    assert found(clean.copy(), clean)[detailed] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("gain", [0.5, 1.1, 2.0])
def test_a_graded_clean_plate_is_alike(clean, detailed, gain):
    """Darker, its detail is less of its grain, so it is less alike."""
    assert found(clean * np.float32(gain), clean)[detailed].min() > min(gain, 0.99)


def test_flat_comps_and_flat_plates_are_not(clean):
    flat = np.full_like(clean, 0.18)
    assert not found(flat, clean).any()
    assert not found(clean, flat).any()


def test_a_comp_over_which_the_plate_shows_by_a_tenth_is_a_tenth_alike(clean):
    flat = np.full_like(clean, 1.0)
    level = clean[..., :1].mean()
    mixed = (level * flat + 0.1 * (clean - level)).astype(np.float32)
    expected = 0.1 * TRUTH.sigma(clean) / TRUTH.sigma(mixed)
    cells = expected.mean(axis=-1).reshape(20, 8, 24, 8).mean(axis=(1, 3))
    like = found(mixed, clean)
    inner = (slice(2, -2), slice(2, -2))
    assert np.median(like[inner] / np.minimum(cells[inner], 1)) == pytest.approx(1, abs=0.25)


def test_another_picture_with_as_much_detail_is_not_alike(clean):
    assert found(clean[::-1, ::-1].copy(), clean).mean() < 0.1


def test_samples_that_are_no_number_spread_no_further_than_their_cells(clean, detailed):
    comp = clean.copy()
    comp[80, 90] = np.nan
    like = found(comp, clean)
    assert np.isfinite(like).all()
    assert like[:6][detailed[:6]] == pytest.approx(1, abs=1e-5)
