import numpy as np
import pytest

from faceplate.check import FaceCheckSettings, checked

RNG = np.random.default_rng(7)
PLATE = RNG.normal(0.4, 0.3, (24, 32, 3)).astype(np.float32)
INSIDE = np.zeros((24, 32), np.float32)
INSIDE[8:16, 8:16] = 0.25


def shown(comp, show, plate=PLATE, **knobs):
    return checked(comp, plate, INSIDE, FaceCheckSettings(show=show, **knobs))


@pytest.mark.parametrize("show", ["difference", "outside"])
def test_the_plate_itself_differs_nowhere_its_nan_and_infinities_neither(show):
    plate = PLATE.copy()
    plate[3, 4], plate[5, 6] = np.nan, -np.inf
    assert not shown(plate.copy(), show, plate).any()


def test_differences_are_absolute_and_gained():
    comp = PLATE.copy()
    comp[2, 3, 1] -= 0.5
    seen = shown(comp, "difference", gain=4.0)
    assert seen[2, 3, 1] == pytest.approx(2.0)
    assert np.count_nonzero(seen) == 1


def test_outside_shows_only_what_the_matte_does_not_cover():
    comp = PLATE + 1
    seen = shown(comp, "outside")
    assert not seen[8:16, 8:16].any()
    assert seen[INSIDE == 0].all()


def test_a_sample_that_is_no_number_in_one_picture_alone_differs_by_one():
    comp = PLATE.copy()
    comp[0, 0, 2] = np.nan
    assert shown(comp, "difference", gain=3.0)[0, 0].tolist() == [0, 0, 3]


def test_nan_and_infinity_are_marked_and_nothing_else():
    comp = PLATE.copy()
    comp[1, 1, 0], comp[2, 2, 1] = np.nan, np.inf
    assert np.argwhere(shown(comp, "nan")).tolist() == [[1, 1, 0], [2, 2, 1]]


def test_samples_at_white_and_under_black_are_clipped():
    comp = np.zeros_like(PLATE)
    comp[0, 0], comp[0, 1], comp[0, 2], comp[0, 3] = 8, 7.9, -0.5, -0.6
    assert shown(comp, "clipped", white=8.0, black=-0.5)[0, :5, 0].tolist() == [1, 0, 0, 1, 0]


def test_a_smooth_ramp_has_no_grain_and_noise_keeps_its_strength():
    ramp = np.broadcast_to(np.linspace(0, 1, 32, dtype=np.float32)[:, None], (24, 32, 3))
    assert shown(ramp, "grain", gain=1.0)[:, 4:-4].max() < 1e-6
    noise = RNG.normal(0, 0.1, (200, 200, 3)).astype(np.float32)
    grain = checked(noise, noise, np.zeros((200, 200)), FaceCheckSettings(show="grain", gain=1.0))
    # A Gaussian of sigma 1 leaves 1 - 2 g(0) + sum g^2 of white noise's variance, g its weights in two dimensions.
    weights = np.exp(-(np.arange(-4, 5) ** 2) / 2)
    kernel = np.outer(weights, weights) / weights.sum() ** 2
    left = 1 - 2 * kernel[4, 4] + (kernel**2).sum()
    assert np.mean(grain) == pytest.approx(0.1 * np.sqrt(left * 2 / np.pi), rel=0.01)


@pytest.mark.parametrize("show", ["comp", "difference", "outside", "nan", "clipped", "grain"])
def test_no_view_is_ever_no_number(show):
    comp = PLATE.copy()
    comp[:4] = [[np.nan, np.inf, -np.inf]]
    assert np.isfinite(shown(comp, show)).all()
