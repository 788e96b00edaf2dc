"""Grain measured by comparing frames of a moving picture: texture everywhere, yet none in the profile."""

import cv2
import numpy as np
import pytest
from grain_models import MODELS
from grain_plates import BIN_TOLERANCE, CORRELATION_TOLERANCE, TRUTH, grainy, radial_db, to_linear, to_log, unit_grain

from faceplate.grain import measure_grain, profile_notes, sigma_at
from faceplate.grain.kernel import kernel_of

SIZE = (480, 800)
MARGIN = 24
LEVELS = np.geomspace(0.03, 0.6, 4, dtype=np.float32)[:, None].repeat(3, axis=1)


def woven(seed=5):
    """Five stops from left to right, with texture on every pixel: no block of it is flat."""
    height, width = SIZE[0] + 2 * MARGIN, SIZE[1] + 2 * MARGIN
    rng = np.random.default_rng(seed)
    soft = sum(
        cv2.GaussianBlur(rng.standard_normal((height, width)), (0, 0), sigma) * sigma for sigma in (1.2, 2.5, 5.0)
    )
    stops = np.linspace(-3, 2, width) + 0.2 * soft / soft.std()
    return np.repeat((0.18 * np.exp2(stops))[..., None], 3, axis=-1) * np.array([1.1, 1, 0.8])


def seen(picture, across, down):
    """The picture moved by these pixels, less the margin."""
    matrix = np.array([[1, 0, across - MARGIN], [0, 1, down - MARGIN]], np.float64)
    return cv2.warpAffine(picture, matrix, SIZE[::-1], flags=cv2.INTER_LANCZOS4)


def plate(pan=(0, 0), frames=4, flicker=0.0, seed=1):
    rng, picture = np.random.default_rng(seed), woven()
    for place in range(frames):
        gain = 1 + flicker * (-1) ** place
        yield 1001 + place, to_log(grainy(seen(picture, pan[0] * place, pan[1] * place) * gain, rng)).astype(np.float16)


def ratio(profile, truth=TRUTH):
    return sigma_at(profile, LEVELS) / truth.sigma(LEVELS)


def test_alone_such_a_plate_is_beyond_measuring():
    (first, *_) = plate()
    assert ratio(measure_grain([first], to_linear, "LogC3")).max() > 1.5


@pytest.mark.parametrize(
    ("pan", "flicker"), [((0, 0), 0.0), ((3, -2), 0.0), ((2.35, -1.2), 0.0), ((0.5, 0.5), 0.0), ((0, 0), 0.03)]
)
def test_grain_is_what_differs_between_frames_whether_they_move_or_flicker(pan, flicker):
    profile = measure_grain(plate(pan, flicker=flicker), to_linear, "LogC3")
    assert ratio(profile) == pytest.approx(1, abs=0.06)
    assert profile.correlation == pytest.approx(TRUTH.correlation, abs=CORRELATION_TOLERANCE)
    for ours, true in zip(profile.kernel, TRUTH.kernels, strict=True):
        assert np.abs(radial_db(ours, true)).max() < 1.5


def test_frames_on_both_sides_of_a_cut_add_nothing():
    flat = np.full((*SIZE, 3), 0.2)
    rng = np.random.default_rng(2)
    frames = [(1, grainy(flat, rng)), (2, grainy(seen(woven(), 0, 0), rng))]
    profile = measure_grain([(number, frame.astype(np.float32)) for number, frame in frames], np.asarray, "linear")
    level = np.full((1, 3), 0.2, np.float32)
    assert sigma_at(profile, level) == pytest.approx(TRUTH.sigma(level), rel=2 * BIN_TOLERANCE)


def test_frames_that_are_no_neighbours_are_compared_where_the_picture_stands_still():
    frames = [(100 * number, frame) for number, frame in plate()]
    profile = measure_grain(frames, to_linear, "LogC3")
    assert ratio(profile) == pytest.approx(1, abs=0.06)
    assert np.isnan(profile.time_correlation).all()


@pytest.mark.parametrize("name", MODELS)
def test_grain_of_every_model_is_measured_over_texture_that_pans(name):
    model, picture = MODELS[name], woven()
    rng = np.random.default_rng(3)
    frames = [
        (place, to_log(model.exposed(seen(picture, 2.35 * place, -1.2 * place), rng)).astype(np.float16))
        for place in range(4)
    ]
    profile = measure_grain(frames, to_linear, "LogC3")
    assert sigma_at(profile, LEVELS) / model.sigma(LEVELS) == pytest.approx(1, abs=0.06)
    for channel in range(3):
        true = kernel_of(model.covariance[channel, channel])
        assert np.abs(radial_db(profile.kernel[channel], true)).max() < 2


def flat_plate(alike, frames=4):
    """Grain each frame of which is correlated by `alike` with the one before."""
    rng = np.random.default_rng(4)
    grain = unit_grain(rng, SIZE)
    for place in range(frames):
        yield place, (0.3 + 0.01 * grain).astype(np.float32)
        grain = alike * grain + np.sqrt(1 - alike**2) * unit_grain(rng, SIZE)


def test_independent_grain_is_not_alike_in_time():
    profile = measure_grain(flat_plate(0.0), np.asarray, "linear")
    assert profile.time_correlation == pytest.approx(0, abs=0.02)
    assert profile_notes(profile) == ()


def test_grain_that_was_averaged_in_time_keeps_its_strength_and_is_told():
    profile = measure_grain(flat_plate(0.5), np.asarray, "linear")
    assert profile.time_correlation == pytest.approx(0.5, abs=0.04)
    assert sigma_at(profile, np.full((1, 3), 0.3, np.float32)) == pytest.approx(0.01, rel=BIN_TOLERANCE)
    assert any("alike from frame to frame (correlation 0.5" in note for note in profile_notes(profile))


def test_picture_that_stands_still_is_not_taken_for_baked_grain():
    profile = measure_grain(plate(), to_linear, "LogC3")
    assert not any("alike from frame to frame" in note for note in profile_notes(profile))


def test_held_frames_are_left_out_and_counted():
    frames = list(plate(frames=2))
    held = [frames[0], (1002, frames[0][1]), (1003, frames[1][1]), (1004, frames[1][1])]
    profile = measure_grain(held, to_linear, "LogC3")
    bare = measure_grain([(1001, frames[0][1]), (1003, frames[1][1])], to_linear, "LogC3")
    assert np.array_equal(profile.response, bare.response)
    assert profile.frames == (1001, 1002, 1003, 1004)
    assert "2 of 4 frames repeat the one before them and were left out" in profile_notes(profile)


def test_frames_of_other_sizes_are_measured_alone():
    rng = np.random.default_rng(6)
    frames = [(1, unit_grain(rng, (320, 320))), (2, unit_grain(rng, (256, 384)))]
    profile = measure_grain([(n, (0.3 + 0.01 * grain).astype(np.float32)) for n, grain in frames], np.asarray, "linear")
    assert sigma_at(profile, np.full((1, 3), 0.3, np.float32)) == pytest.approx(0.01, rel=BIN_TOLERANCE)


def test_samples_that_are_not_finite_spoil_only_their_blocks():
    frames = [(number, frame.astype(np.float32)) for number, frame in plate()]
    for number, frame in frames:
        frame[number % 7 :: 97, ::89] = np.nan
        frame[5, 5] = np.inf
    assert ratio(measure_grain(frames, to_linear, "LogC3")) == pytest.approx(1, abs=0.06)


def test_number_of_threads_changes_no_bit(monkeypatch):
    many = measure_grain(plate(frames=2), to_linear, "LogC3")
    monkeypatch.setattr("faceplate.grain.threads.threads", 1)
    one = measure_grain(plate(frames=2), to_linear, "LogC3")
    for name in ("response", "kernel", "sigma", "correlation", "zone_kernel", "time_correlation"):
        assert np.array_equal(getattr(many, name), getattr(one, name), equal_nan=True)


def test_who_asks_is_told_where_each_frame_was_measured():
    told = []
    measure_grain(plate(frames=2), to_linear, "LogC3", on_blocks=told.append)
    assert [used.frame for used in told] == [1001, 1002]
    assert not told[0].temporal.any()
    assert told[1].temporal.any()
    for used in told:
        assert used.corners_px.shape == (used.temporal.size, 2)
        assert (used.corners_px >= 0).all()
        assert (used.corners_px + used.side_px <= np.array(SIZE[::-1])).all()
        assert used.mean_linear.shape == (used.temporal.size, 3)


@pytest.mark.parametrize("size", [(64, 64), (32, 32), (33, 200)])
def test_frames_so_small_that_no_block_has_its_like_are_measured_alone(size):
    def refusing(rgb_encoded):
        assert rgb_encoded.size, "colour libraries refuse empty pictures"
        return rgb_encoded

    rng = np.random.default_rng(6)
    frames = [(place, (0.3 + 0.01 * unit_grain(rng, size)).astype(np.float32)) for place in range(2)]
    profile = measure_grain(frames, refusing, "linear", clean=None)
    assert sigma_at(profile, np.full((1, 3), 0.3, np.float32)) == pytest.approx(0.01, rel=0.25)
    assert np.isfinite(profile.kernel).all()


def test_frames_alike_but_for_a_corner_are_no_grain_and_no_fault_of_arithmetic():
    clean = to_log(seen(woven(), 0, 0)).astype(np.float16)
    other = clean.copy()
    other[:40, :40] += np.float16(0.1)
    profile = measure_grain([(1, clean), (2, other)], to_linear, "LogC3")
    assert np.isfinite(profile.response).all()
