from dataclasses import replace

import numpy as np
import pytest
from grain_plates import TRUTH, gaussian_kernel

from faceplate.grain import grain_field
from faceplate.grain.apply.looks import looks_of
from faceplate.values import Window

WINDOW = Window(0, 0, 480, 480)
FINE, COARSE = 0.6, 1.6


@pytest.fixture(scope="module")
def profile():
    """Coarse grain in the shadows and alike in the channels, fine and independent in the highlights."""
    kernels = np.stack([np.stack([gaussian_kernel(wide)] * 3) for wide in (COARSE, FINE)]).astype(np.float32)
    shared = np.stack([np.full((3, 3), 0.6) + 0.4 * np.eye(3), np.eye(3)]).astype(np.float32)
    return replace(
        TRUTH.profile(),
        zone_exposure=np.array([0.02, 0.5], np.float32),
        zone_kernel=kernels,
        zone_correlation=shared,
    )


def lit(level):
    return np.full((480, 480, 3), level, np.float32)


def field_at(profile, level, window=WINDOW):
    picture = lit(level)[: window.height, : window.width]
    return grain_field(profile, window, 1, seed=0, rgb_linear=picture)


def neighbours(field):
    return np.mean(field[:, 1:] * field[:, :-1]) / np.mean(field**2)


def expected_neighbours(wide):
    kernel = gaussian_kernel(wide)
    return np.sum(kernel[:, 1:] * kernel[:, :-1])


@pytest.mark.parametrize(("level", "wide"), [(0.001, COARSE), (0.02, COARSE), (0.5, FINE), (30.0, FINE)])
def test_grain_looks_as_in_the_zone_of_its_exposure(profile, level, wide):
    assert neighbours(field_at(profile, level)) == pytest.approx(expected_neighbours(wide), abs=0.02)


def test_channels_are_as_alike_as_in_the_zone(profile):
    dark, bright = (np.corrcoef(field_at(profile, level).reshape(-1, 3).T)[0, 1] for level in (0.02, 0.5))
    assert dark == pytest.approx(0.6, abs=0.02)
    assert bright == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("level", [0.02, 0.05, 0.1, 0.2, 0.5])
def test_between_zones_the_strength_stays(profile, level):
    assert field_at(profile, level).std(axis=(0, 1)) == pytest.approx([1, 1, 1], abs=0.02)


def test_between_zones_grain_goes_evenly_from_one_look_to_the_next(profile):
    alike = [neighbours(field_at(profile, level)) for level in (0.02, 0.04, 0.1, 0.25, 0.5)]
    assert (np.diff(alike) < -0.02).all()


def test_without_a_picture_or_zones_the_mean_look_is_taken(profile):
    mean = grain_field(profile, WINDOW, 1, seed=0)
    assert np.array_equal(mean, grain_field(TRUTH.profile(), WINDOW, 1, seed=0))
    assert np.array_equal(mean, grain_field(TRUTH.profile(), WINDOW, 1, seed=0, rgb_linear=lit(0.1)))


def test_a_crop_has_the_bits_of_the_whole_where_looks_change(profile):
    picture = lit(0.02) * np.geomspace(0.5, 40, 480, dtype=np.float32)[None, :, None]
    picture[100, 100] = np.nan
    whole = grain_field(profile, WINDOW, 1, seed=0, rgb_linear=picture)
    inner = Window(90, 95, 333, 250)
    rows, columns = inner.slices(WINDOW)
    part = grain_field(profile, inner, 1, seed=0, rgb_linear=picture[rows, columns])
    assert np.isfinite(whole).all()
    assert np.array_equal(part, whole[rows, columns])


def test_the_transform_of_a_kernel_is_its_own_spectrum():
    """Against numpy, over a picture of one lit pixel: the packing is where it could go wrong."""
    looks = looks_of(TRUTH.profile(), 1.0, 40, zoned=False)
    side = looks.gain.shape[-1]
    power = np.abs(np.fft.fft2(TRUTH.kernels[0], (side, side)))
    assert looks.gain[0, 0][:, 1:-1:2] == pytest.approx(power[:, 1 : side // 2], abs=1e-5)
    assert looks.gain[0, 0][0, 0] == pytest.approx(power[0, 0], abs=1e-5)
    assert looks.gain[0, 0][-1, -1] == pytest.approx(power[side // 2, side // 2], abs=1e-5)
