import numpy as np
import pytest
from grain_plates import KERNELS, SPECTRUM_TOLERANCE_DB, TRUTH

from faceplate.grain import grain_field, threads
from faceplate.grain.apply.field import TILE_PX
from faceplate.grain.kernel import cross_covariances, scaled_kernel
from faceplate.values import GrainProfile, Window

WHOLE = Window(-300, -20, 420, 500)


@pytest.fixture(scope="module")
def profile():
    return TRUTH.profile()


@pytest.fixture(scope="module")
def whole(profile):
    return grain_field(profile, WHOLE, 1001, seed=3)


def bits(field):
    return field.view(np.uint32)


def windows():
    rng = np.random.default_rng(8)
    left, top = rng.integers(-300, 400, 40), rng.integers(-20, 480, 40)
    wide, high = rng.integers(1, 400, 40), rng.integers(1, 300, 40)
    odd = [(0, 0, 1, 1), (-1, 0, 1, 1), (TILE_PX - 1, TILE_PX - 1, TILE_PX + 1, TILE_PX + 1), (-240, 0, 0, 240)]
    corners = zip(left, top, np.minimum(left + wide, 420), np.minimum(top + high, 500), strict=True)
    return [Window(*map(int, corner)) for corner in [*corners, *odd]]


def test_every_window_holds_the_bits_of_the_larger_one(profile, whole):
    for window in windows():
        assert np.array_equal(bits(grain_field(profile, window, 1001, seed=3)), bits(whole[window.slices(WHOLE)]))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_bits_do_not_depend_on_the_number_of_threads(profile, whole, count, monkeypatch):
    monkeypatch.setattr(threads, "threads", count)
    assert np.array_equal(bits(grain_field(profile, WHOLE, 1001, seed=3)), bits(whole))


def test_windows_agree_at_other_sizes_too(profile):
    outer, inner = Window(200, 200, 520, 420), Window(233, 239, 250, 300)
    for size in (0.5, 2.5):
        large = grain_field(profile, outer, 1, seed=0, size=size)
        small = grain_field(profile, inner, 1, seed=0, size=size)
        assert np.array_equal(bits(small), bits(large[inner.slices(outer)]))


def test_an_empty_window_has_no_grain(profile):
    assert grain_field(profile, Window(5, 5, 5, 9), 1, seed=0).shape == (4, 0, 3)


def test_the_same_frame_always_has_the_same_grain(profile, whole):
    assert np.array_equal(bits(grain_field(profile, WHOLE, 1001, seed=3)), bits(whole))


@pytest.mark.parametrize(("frame", "seed"), [(1002, 3), (1001, 4), (3, 1001), (-1001, 3), (1001, 3 + 2**32)])
def test_other_frames_and_seeds_have_independent_grain(profile, whole, frame, seed):
    other = grain_field(profile, WHOLE, frame, seed=seed)
    assert np.abs(np.corrcoef(whole.ravel(), other.ravel())[0, 1]) < 0.01


def test_neighbouring_tiles_are_independent(whole):
    tile = whole[20 : 20 + TILE_PX, 300 - TILE_PX : 300, 1]
    right = whole[20 : 20 + TILE_PX, 300 : 300 + TILE_PX - 120, 1]
    assert np.abs(np.corrcoef(tile[:, : right.shape[1]].ravel(), right.ravel())[0, 1]) < 0.02


def test_grain_has_mean_0_and_standard_deviation_1(whole):
    assert whole.dtype == np.float32
    assert whole.mean(axis=(0, 1)) == pytest.approx([0, 0, 0], abs=0.02)
    assert whole.std(axis=(0, 1)) == pytest.approx([1, 1, 1], abs=0.015)


def test_no_seam_shows_where_tiles_meet(profile):
    frames = np.stack([grain_field(profile, Window(0, 0, 480, 480), n, seed=0)[..., 0] for n in range(12)])
    at_seam = np.concatenate([frames[:, 236:244].ravel(), frames[:, :, 236:244].ravel()])
    assert at_seam.std() == pytest.approx(1, abs=0.02)
    assert np.mean(frames[:, 239] * frames[:, 240]) == pytest.approx(np.mean(frames[:, 100] * frames[:, 101]), abs=0.07)


def test_grain_has_the_profiles_correlation_between_channels(whole):
    assert np.corrcoef(whole.reshape(-1, 3).T) == pytest.approx(TRUTH.correlation, abs=0.01)


def test_grain_has_the_profiles_spectrum(whole):
    blocks = np.lib.stride_tricks.sliding_window_view(whole[..., 0], (64, 64))[::32, ::32].reshape(-1, 64, 64)
    power = np.mean(np.abs(np.fft.fft2(blocks * np.outer(np.hanning(64), np.hanning(64)))) ** 2, axis=0)
    true = np.abs(np.fft.fft2(KERNELS[0], (64, 64))) ** 2
    across = np.fft.fftfreq(64)
    ring = np.rint(np.hypot(across[:, None], across) * 32).astype(int)
    level = power.sum() / true.sum()
    for each in range(2, 13):
        ratio = power[ring == each].mean() / true[ring == each].mean() / level
        assert abs(10 * np.log10(ratio)) < SPECTRUM_TOLERANCE_DB


def test_identical_channels_stay_identical():
    truth = TRUTH.profile()
    mono = GrainProfile(
        encoding="x",
        exposure=truth.exposure,
        sigma=truth.sigma,
        response=truth.response,
        kernel=truth.kernel[:1].repeat(3, axis=0),
        correlation=np.ones((3, 3), np.float32),
        frames=(1,),
    )
    field = grain_field(mono, Window(0, 0, 64, 64), 1, seed=0)
    assert np.array_equal(field[..., 0], field[..., 1])
    assert np.array_equal(field[..., 0], field[..., 2])


def test_size_scales_the_grain_and_keeps_its_strength(profile):
    for size in (0.5, 2.0):
        scaled = scaled_kernel(profile.kernel, size)
        assert np.sum(scaled**2, axis=(1, 2)) == pytest.approx([1, 1, 1], abs=1e-5)
    double = scaled_kernel(profile.kernel, 2.0)
    middle = double.shape[-1] // 2
    shape = double[0, middle, middle - 4 : middle + 5 : 2] / double[0, middle, middle]
    assert shape == pytest.approx(profile.kernel[0, 8, 6:11] / profile.kernel[0, 8, 8], abs=1e-5)


def test_size_1_is_the_measured_kernel_itself(profile):
    assert scaled_kernel(profile.kernel, 1) is profile.kernel


def test_expected_covariances_have_the_correlation_at_lag_0(profile):
    middle = profile.kernel.shape[-1] - 1
    covariances = cross_covariances(profile.correlation, profile.kernel)
    assert covariances[:, :, middle, middle] == pytest.approx(TRUTH.correlation, abs=1e-5)
