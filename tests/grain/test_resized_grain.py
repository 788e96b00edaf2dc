from dataclasses import replace

import numpy as np
import pytest
from grain_plates import TRUTH, gaussian_kernel, unit_grain

from faceplate.grain import FaceRegrainSettings, grain_field, regrain, resized_profile
from faceplate.values import Window

SIDE = 960


@pytest.fixture(scope="module")
def grain():
    return unit_grain(np.random.default_rng(2), (SIDE, SIDE))


def halved(grain, times):
    side = SIDE // times
    return grain[: side * times, : side * times].reshape(side, times, side, times, 3).mean(axis=(1, 3))


def alike(field, down, across):
    rows, columns = field.shape[0] - down, field.shape[1] - across
    products = field[:rows, :columns] * field[down:, across:]
    return products.mean(axis=(0, 1)) / np.mean(field**2, axis=(0, 1))


def test_at_scale_1_it_is_the_profile_itself():
    profile = TRUTH.profile()
    assert resized_profile(profile, 1.0) is profile


@pytest.mark.parametrize("times", [2, 3, 4])
def test_a_smaller_pictures_grain_is_that_of_the_averaged_plate(grain, times):
    """Truth is grain made at the plate's size and averaged: its strength, channels and neighbours."""
    small, profile = halved(grain, times), resized_profile(TRUTH.profile(), 1 / times)
    left = np.sqrt(profile.response / TRUTH.profile().response)[:, 0]
    assert left == pytest.approx(small.std(axis=(0, 1)), rel=0.02)
    assert profile.sigma == pytest.approx(TRUTH.profile().sigma * left[:, None], rel=1e-5)
    made = grain_field(profile, Window(0, 0, 480, 480), 1, seed=0)
    assert np.corrcoef(made.reshape(-1, 3).T) == pytest.approx(np.corrcoef(small.reshape(-1, 3).T), abs=0.02)
    for lag in ((0, 1), (1, 0), (1, 1)):
        assert alike(made, *lag) == pytest.approx(alike(small, *lag), abs=0.03)


@pytest.mark.parametrize("scale", [1.5, 2.0, 4.0])
def test_a_larger_pictures_grain_is_as_strong_and_larger(scale):
    profile = resized_profile(TRUTH.profile(), scale)
    assert profile.response == pytest.approx(TRUTH.profile().response, rel=1e-4)
    made = grain_field(profile, Window(0, 0, 480, 480), 1, seed=0)
    whole = int(scale * 2)
    wanted = alike(unit_grain(np.random.default_rng(0), (480, 480)), 0, int(whole / scale))
    assert alike(made, 0, whole) == pytest.approx(wanted, abs=0.05)


def test_zones_and_curves_are_resized_too():
    kernels = np.stack([np.stack([gaussian_kernel(wide)] * 3) for wide in (1.5, 0.6)]).astype(np.float32)
    profile = replace(
        TRUTH.profile(),
        zone_exposure=np.array([0.02, 0.5], np.float32),
        zone_kernel=kernels,
        zone_correlation=np.stack([np.eye(3, dtype=np.float32)] * 2),
        curve_sigma=np.ones((3, 4), np.float32),
    )
    half = resized_profile(profile, 0.5)
    assert np.sum(half.zone_kernel**2, axis=(2, 3)) == pytest.approx(np.ones((2, 3)), abs=1e-4)
    assert half.zone_kernel.shape[-1] == half.kernel.shape[-1]
    middle = half.zone_kernel.shape[-1] // 2
    assert (half.zone_kernel[:, 0, middle, middle] > kernels[:, 0, 8, 8]).all()
    assert half.curve_sigma[:, 0] == pytest.approx(np.sqrt(half.response / profile.response)[:, 0], rel=1e-4)


def test_a_proxy_gets_weaker_grain_and_size_alone_leaves_its_strength():
    comp, bare = np.full((400, 400, 3), 0.18, np.float32), np.zeros((400, 400), np.float32)
    window, expected = Window(0, 0, 400, 400), TRUTH.sigma(0.18)

    def strength(**knobs):
        grained = regrain(comp, bare, TRUTH.profile(), window, 1, FaceRegrainSettings(**knobs))
        return (grained - comp).std(axis=(0, 1)) / expected

    assert strength(size=0.5) == pytest.approx([1, 1, 1], abs=0.02)
    assert (strength(scale=0.5) < 0.9).all()
    assert strength(scale=2.0) == pytest.approx([1, 1, 1], abs=0.03)
