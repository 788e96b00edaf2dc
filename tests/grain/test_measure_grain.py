import numpy as np
import pytest
from grain_plates import (
    BIN_TOLERANCE,
    CORRELATION_TOLERANCE,
    KERNELS,
    SIGMA_TOLERANCE,
    SPECTRUM_TOLERANCE_DB,
    TRUTH,
    Truth,
    gaussian_kernel,
    grainy,
    picture,
    radial_db,
    to_linear,
    to_log,
    unit_grain,
)

from faceplate.errors import PlateError
from faceplate.grain import GrainMeasureSettings, measure_grain, profile_notes, sigma_at
from faceplate.grain.kernel import kernel_of
from faceplate.grain.measure.spectrum import ALL_MODES, restored, split, taken
from faceplate.grain.response.levels import typical_variance

SIZE = (1080, 1920)


def measured(truth, frames=3, seed=1, size=SIZE):
    rng = np.random.default_rng(seed)
    clean = picture(size)
    return measure_grain(((1001 + i, to_log(grainy(clean, rng, truth))) for i in range(frames)), to_linear, "LogC3")


@pytest.fixture(scope="module")
def profile():
    return measured(TRUTH)


def unconverted(rgb_encoded):
    return rgb_encoded


def noise(size=(320, 320), level=0.4, sigma=0.01, seed=3):
    return (level + sigma * np.random.default_rng(seed).standard_normal((*size, 3))).astype(np.float32)


def assert_sound(profile):
    for tensor in (profile.response, profile.kernel, profile.correlation, profile.exposure):
        assert np.isfinite(tensor).all()
        assert tensor.dtype == np.float32
    assert (profile.response >= 0).all()
    assert np.array_equal(profile.correlation, profile.correlation.T)
    assert np.array_equal(profile.kernel, profile.kernel[:, ::-1, ::-1])
    assert np.sum(profile.kernel**2, axis=(1, 2)) == pytest.approx([1, 1, 1], abs=1e-5)


def test_response_is_that_of_the_plate_from_deep_shadow_to_above_white(profile):
    exposure = np.geomspace(0.002, 4, 12, dtype=np.float32)[:, None].repeat(3, axis=1)
    assert sigma_at(profile, exposure) == pytest.approx(TRUTH.sigma(exposure), rel=SIGMA_TOLERANCE)


def test_sigma_of_each_measured_bin_is_that_of_the_plate(profile):
    error = profile.sigma / TRUTH.sigma(profile.exposure[:, None]).T - 1
    well = np.isfinite(profile.sigma)
    assert well.sum() > 60
    assert np.abs(error[well]).max() < 2 * BIN_TOLERANCE
    assert np.percentile(np.abs(error[well]), 95) < BIN_TOLERANCE


def test_spectrum_is_that_of_the_plate_within_a_decibel(profile):
    for ours, true in zip(profile.kernel, KERNELS, strict=True):
        assert np.abs(radial_db(ours, true)).max() < SPECTRUM_TOLERANCE_DB


def test_correlation_between_channels_is_that_of_the_plate(profile):
    assert profile.correlation == pytest.approx(TRUTH.correlation, abs=CORRELATION_TOLERANCE)


@pytest.mark.parametrize("sigma_px", [0.45, 1.2])
def test_finer_and_coarser_grain_is_measured_too(sigma_px):
    truth = Truth(TRUTH.slope, TRUTH.floor, np.stack([gaussian_kernel(sigma_px)] * 3), np.eye(3))
    profile = measured(truth)
    exposure = np.geomspace(0.01, 2, 6, dtype=np.float32)[:, None].repeat(3, axis=1)
    assert sigma_at(profile, exposure) == pytest.approx(truth.sigma(exposure), rel=SIGMA_TOLERANCE)
    assert np.abs(radial_db(profile.kernel[1], truth.kernels[1])[1:]).max() < SPECTRUM_TOLERANCE_DB


def test_profile_is_sound_and_says_what_it_was_measured_on(profile):
    assert_sound(profile)
    assert profile.frames == (1001, 1002, 1003)
    assert profile.encoding == "LogC3"
    assert np.log2(profile.exposure[1:] / profile.exposure[:-1]) == pytest.approx(0.5, abs=1e-5)
    assert profile_notes(profile) == ()


def test_same_plate_gives_the_same_profile():
    once, again = (measured(TRUTH, frames=1, size=(256, 512)) for _ in range(2))
    for name in ("exposure", "sigma", "response", "kernel", "correlation"):
        assert np.array_equal(getattr(once, name), getattr(again, name), equal_nan=True)


def test_half_float_plates_are_measured_as_float_ones():
    frame = noise()
    single = measure_grain([(1, frame)], unconverted, "x")
    half = measure_grain([(1, frame.astype(np.float16))], unconverted, "x")
    assert half.response[:, 0] == pytest.approx(single.response[:, 0], rel=0.02)


def test_clipped_highlights_have_no_say():
    rng = np.random.default_rng(2)
    clean = np.linspace(0.05, 1.2, 960)[None, :, None] * np.ones((540, 1, 3))
    clipped = np.minimum(grainy(clean, rng), 0.6).astype(np.float32)
    profile = measure_grain([(1, clipped)], unconverted, "linear")
    exposure = np.array([[0.1], [0.5]], np.float32).repeat(3, axis=1)
    assert sigma_at(profile, exposure) == pytest.approx(TRUTH.sigma(exposure), rel=0.05)


def test_nan_and_infinite_samples_spoil_only_their_blocks():
    frame = noise()
    frame[::80, ::80], frame[5, 5] = np.nan, np.inf
    profile = measure_grain([(1, frame)], unconverted, "x")
    assert_sound(profile)
    assert sigma_at(profile, np.full((1, 3), 0.4, np.float32)) == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize(
    ("frame", "note"),
    [
        (np.full((64, 64, 3), 0.4, np.float32), "no grain was found in R, G, B"),
        (np.zeros((200, 200, 3), np.float32), "no grain was found in R, G, B"),
        (np.linspace(0, 1, 300, dtype=np.float32)[:, None, None] * np.ones((1, 300, 3), np.float32), "no grain"),
        (np.full((64, 64, 3), np.nan, np.float32), "no flat, unclipped place"),
        (np.minimum(noise(), np.float32(0.4)), "no flat, unclipped place"),
        (noise()[..., :1].repeat(3, axis=-1), "monochrome"),
        (noise() * np.array([1, 0, 0], np.float32), "no grain was found in G, B"),
        (noise((32, 32)), "few flat places"),
    ],
    ids=["one value", "black", "ramp", "all NaN", "clipped", "monochrome", "red only", "one block"],
)
def test_odd_plates_give_a_sound_profile_and_a_note(frame, note):
    profile = measure_grain([(1, frame)], unconverted, "x")
    assert_sound(profile)
    assert any(note in said for said in profile_notes(profile))


def test_blocky_pictures_give_a_sound_profile():
    cells = np.random.default_rng(1).random((30, 30, 3)).astype(np.float32)
    assert_sound(measure_grain([(1, np.kron(cells, np.ones((8, 8, 1), np.float32)))], unconverted, "x"))


@pytest.mark.parametrize(
    ("frame", "came"), [(np.zeros((31, 64, 3), np.float32), "31 x 64 x 3"), (np.zeros((64, 64), np.float32), "64 x 64")]
)
def test_a_frame_without_a_whole_block_is_refused(frame, came):
    with pytest.raises(PlateError, match=rf"frame 7: grain: .*at least 32 pixels.*came {came}"):
        measure_grain([(7, frame)], unconverted, "x")


def test_no_frames_are_refused():
    with pytest.raises(PlateError, match="at least one frame"):
        measure_grain([], unconverted, "ACEScct")


def test_bins_with_few_blocks_are_left_unmeasured():
    profile = measure_grain([(1, noise((64, 64)))], unconverted, "x", GrainMeasureSettings(fewest_blocks=5))
    assert np.isnan(profile.sigma).all()
    assert profile.response.any()


def test_what_the_slow_modes_take_is_put_back_exactly():
    kernel = gaussian_kernel(0.8)
    covariance = np.fft.ifft2(np.abs(np.fft.fft2(kernel, (64, 64))) ** 2).real
    lags = np.fft.fftfreq(64, 1 / 64)
    covariance *= np.outer(np.abs(lags) <= 10, np.abs(lags) <= 10)
    counts = np.maximum(32 - np.abs(lags), 0)
    left = np.outer(counts, counts) * covariance - taken(covariance)
    assert restored(left, {ALL_MODES: 1}) == pytest.approx(covariance, abs=2e-4)


def test_what_the_slow_modes_take_is_what_they_take_from_noise():
    blocks = np.random.default_rng(4).standard_normal((2000, 32, 32)).astype(np.float32)
    white = np.zeros((64, 64))
    white[0, 0] = 1
    lost = np.mean(np.sum(blocks**2 - split(blocks)[0] ** 2, axis=(1, 2)))
    assert lost == pytest.approx(taken(white)[0, 0], rel=0.03)


def test_kernel_of_white_noise_is_a_single_tap():
    white = np.zeros((64, 64))
    white[0, 0] = 3.0
    kernel = kernel_of(white)
    assert kernel[8, 8] == pytest.approx(1)
    assert np.abs(kernel).sum() == pytest.approx(1, abs=1e-5)


def test_grain_that_is_even_in_the_log_encoding_is_measured():
    rng = np.random.default_rng(0)
    encoded = to_log(picture(SIZE))
    frames = [(i, (encoded + 0.006 * unit_grain(rng, SIZE)).astype(np.float32)) for i in range(2)]
    profile = measure_grain(frames, to_linear, "LogC3")
    log = to_log(profile.exposure[:, None].repeat(3, axis=1))
    true = 0.006 * (to_linear(log + 1e-3) - to_linear(log - 1e-3)) / 2e-3
    measured_bins = np.isfinite(profile.sigma)
    assert profile.sigma[measured_bins] == pytest.approx(true.T[measured_bins], rel=BIN_TOLERANCE)
    fit = sigma_at(profile, profile.exposure[:, None].repeat(3, axis=1))
    assert fit == pytest.approx(true, rel=BIN_TOLERANCE)  # the camera curve's linear toe is a bend that it follows


def test_a_bin_that_texture_fills_is_left_unmeasured():
    rng = np.random.default_rng(2)
    clean = np.geomspace(0.02, 2, 960)[None, :, None] * np.ones((540, 1, 3))
    clean[:, 500:620] *= 1 + 0.2 * rng.standard_normal((540, 120, 1))
    profile = measure_grain([(1, grainy(clean, rng).astype(np.float32))], unconverted, "linear")
    assert np.isnan(profile.sigma[:, (profile.exposure > 0.25) & (profile.exposure < 0.35)]).all()
    assert sigma_at(profile, np.full((1, 3), 0.3, np.float32))[0] == pytest.approx(TRUTH.sigma(0.3), rel=0.05)


def test_typical_variance_of_pure_grain_is_its_mean():
    rng = np.random.default_rng(6)
    blocks = rng.chisquare(80, 20000) / 80
    assert typical_variance(blocks, 80) == pytest.approx(1, abs=0.005)


def test_typical_variance_is_that_of_the_grain_where_a_third_of_the_blocks_hold_texture():
    rng = np.random.default_rng(6)
    blocks = rng.chisquare(80, 3000) / 80
    blocks[:1000] += rng.uniform(0.5, 8, 1000)
    assert typical_variance(blocks, 80) == pytest.approx(1, abs=0.03)


def test_a_small_ramp_under_grain_that_is_even_in_log_tells_its_response():
    # The blocks of a bin lie at one of its ends, so their level hangs on what is taken for the way to its middle.
    ramp = np.linspace(0.25, 0.6, 640)[None, :, None] + np.zeros((360, 1, 3))
    random = np.random.default_rng(1)
    frames = ((number, (ramp + random.normal(0, 0.01, ramp.shape)).astype(np.float16)) for number in range(3))
    found = measure_grain(frames, to_linear, "LogC3")
    codes = np.linspace(0.27, 0.58, 9, dtype=np.float32)[:, None].repeat(3, axis=1)
    steps = [to_linear((codes + side)[None])[0] for side in (np.float32(0.005), np.float32(-0.005))]
    assert sigma_at(found, to_linear(codes[None])[0]) == pytest.approx(steps[0] - steps[1], rel=SIGMA_TOLERANCE)
