import numpy as np
import pytest
from grain_plates import gaussian_kernel

from faceplate.grain.measure.pairs import BEFORE, TAPS, cut_there, differences, interpolated, kept_by_interpolation

SIDE = 32 + TAPS - 1
INNER = np.s_[:, :, BEFORE : BEFORE + 32, BEFORE : BEFORE + 32]


def noise(count=400, side=SIDE, seed=1):
    return np.random.default_rng(seed).standard_normal((count, 3, side, side)).astype(np.float32)


def filtered(blocks, kernel):
    reach = blocks.shape[-1] + kernel.shape[0] - 1
    waves = np.fft.rfft2(blocks, (reach, reach)) * np.fft.rfft2(kernel, (reach, reach))
    inner = slice(kernel.shape[0] - 1, blocks.shape[-1])
    return np.fft.irfft2(waves, (reach, reach))[..., inner, inner].astype(np.float32)


def test_a_block_that_moved_by_whole_pixels_is_not_touched():
    blocks = noise(3)
    assert np.array_equal(interpolated(blocks, np.zeros((3, 2))), blocks[INNER])
    mixed = interpolated(blocks, np.array([[0, 0], [0.5, 0], [0, 0]]))
    assert mixed[[0, 2]] == pytest.approx(blocks[INNER][[0, 2]], abs=1e-6)


def test_a_wave_moves_by_the_part_of_a_pixel():
    at = np.arange(SIDE) - BEFORE
    wave = np.cos(0.7 * at[None, :] + 0.4 * at[:, None]).astype(np.float32)
    moved = interpolated(np.broadcast_to(wave, (1, 3, SIDE, SIDE)), np.array([[0.3, 0.8]]))
    inner = np.arange(32)
    expected = np.cos(0.7 * (inner[None, :] + 0.3) + 0.4 * (inner[:, None] + 0.8))
    assert moved[0, 1] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("sigma_px", [0.35, 0.6, 1.5])
@pytest.mark.parametrize("part", [(0.5, 0.5), (0.25, 0.9), (0.0, 0.0)])
def test_what_interpolation_takes_from_a_difference_is_known(sigma_px, part):
    kernel = gaussian_kernel(sigma_px)
    covariance = np.fft.ifft2(np.abs(np.fft.fft2(kernel, (64, 64))) ** 2).real
    here, there = (filtered(noise(side=SIDE + 16, seed=seed), kernel) for seed in (1, 2))
    other = interpolated(there, np.tile(part, (here.shape[0], 1)))
    left = np.mean(np.square(here[INNER] - other)) / (2 * np.mean(np.square(here)))
    assert kept_by_interpolation(covariance, np.array([part])) == pytest.approx(left, rel=0.01)


def test_differences_are_as_strong_as_the_grain_of_one_frame_whatever_the_light_does():
    here, there = 0.3 + 0.01 * noise(seed=1)[INNER], 1.1 * (0.3 + 0.01 * noise(seed=2))
    found = differences(here, there, np.zeros((400, 2)))
    assert found.used.size == 400
    assert found.mean_linear == pytest.approx(0.315, rel=0.02)
    assert found.planes.std() == pytest.approx(0.0105, rel=0.01)  # of grain that grows with the light, at that mean


def test_blocks_of_other_light_and_of_wide_contrast_are_left_out():
    picture = 0.3 + 0.25 * np.sign(np.arange(SIDE) - 20)[:, None] * np.ones(SIDE)
    contrast = np.broadcast_to(picture, (1, 3, SIDE, SIDE)).astype(np.float32)
    darker = np.full((1, 3, SIDE, SIDE), 0.2, np.float32)
    here = np.concatenate([contrast, darker])[INNER]
    assert differences(here, np.concatenate([contrast, 1.3 * darker]), np.zeros((2, 2))).used.size == 0


def test_blocks_that_leave_the_frame_or_hold_nan_are_left_out():
    frame = np.ones((128, 128, 3), np.float32)
    frame[100, 20] = np.nan
    corners = np.array([(32, 32), (96, 32), (32, 32), (0, 64)])
    moved = np.array([[0, 0], [0, 0], [-30.5, 0], [9, 0]])
    used, blocks = cut_there(frame, corners, moved)
    assert used.tolist() == [0]
    assert blocks.shape == (1, SIDE, SIDE, 3)
