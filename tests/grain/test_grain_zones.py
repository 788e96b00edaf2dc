import numpy as np
import pytest
from grain_plates import KERNELS, gaussian_kernel, to_linear, to_log

from faceplate.grain import measure_grain
from faceplate.grain.kernel import kernel_of
from faceplate.grain.measure.spectrum import CrossSpectrum, split
from faceplate.grain.measure.zones import zones_of

SIZE = (640, 1280)
FINE, COARSE = gaussian_kernel(0.6), gaussian_kernel(1.4)


def spectrum(kernel, count, seed):
    white = np.random.default_rng(seed).standard_normal((count, 3, 48, 48))
    waves = np.fft.rfft2(white, (64, 64)) * np.fft.rfft2(kernel, (64, 64))
    found = CrossSpectrum()
    found.add(split(np.fft.irfft2(waves, (64, 64))[..., 16:48, 16:48].astype(np.float32))[0])
    return found


def mean_of(kernel):
    covariance = np.fft.ifft2(np.abs(np.fft.fft2(kernel, (64, 64))) ** 2).real
    return np.stack([covariance] * 3 + [0 * covariance] * 3)


def same(covariances):
    return covariances


def test_zones_of_one_spectrum_are_none():
    spectra = {number: [spectrum(FINE, 150, number + 30)] for number in (-12, -5, 1)}
    zones = zones_of(spectra, mean_of(FINE), 2, same)
    assert zones.exposure.size <= 3
    for kernel in zones.kernel:
        assert np.abs(kernel - kernel_of(mean_of(FINE)[0])).max() < 0.02


def test_each_zone_has_its_own_spectrum_where_these_differ():
    spectra = {-14: [spectrum(FINE, 300, 1)], -5: [spectrum(COARSE, 300, 2)], 2: [spectrum(COARSE, 40, 3)]}
    zones = zones_of(spectra, mean_of(COARSE), 2, same)
    assert zones.exposure == pytest.approx([2 ** (-13.5 / 2), 2 ** (-4.5 / 2)])
    for kernel, true in zip(zones.kernel, (FINE, COARSE), strict=True):
        assert np.abs(kernel - kernel_of(mean_of(true)[0])).max() < 0.03
    assert np.abs(zones.correlation - np.eye(3)).max() < 0.05


def test_without_blocks_there_is_no_zone():
    zones = zones_of({}, mean_of(FINE), 2, same)
    assert zones.exposure.shape == (0,)
    assert zones.kernel.shape == (0, 3, 17, 17)
    assert zones.correlation.shape == (0, 3, 3)


def test_plate_whose_shadows_are_coarse_has_zones_and_one_that_is_even_may_have_none():
    rng = np.random.default_rng(5)
    level = np.geomspace(0.004, 0.5, 8).repeat(SIZE[1] // 8)[None, :, None] * np.ones((*SIZE, 3))
    frames = []
    for place in range(4):
        white = rng.standard_normal((*SIZE, 3))
        fields = [
            np.fft.irfft2(np.fft.rfft2(white, axes=(0, 1)) * np.fft.rfft2(kernel, SIZE)[..., None], axes=(0, 1))
            for kernel in (COARSE, FINE)
        ]
        grain = np.where(level < 0.04, *fields)
        frames.append((place, to_log(level * (1 + 0.03 * grain)).astype(np.float32)))
    profile = measure_grain(frames, to_linear, "LogC3")
    assert profile.zone_exposure.size == 2
    assert (np.diff(profile.zone_exposure) > 0).all()
    assert profile.zone_kernel[0, 1].max() < 0.75 * profile.zone_kernel[1, 1].max()
    assert np.sum(profile.zone_kernel**2, axis=(2, 3)) == pytest.approx(1, abs=1e-4)
    assert profile.zone_kernel.shape[-1] == KERNELS.shape[-1]
