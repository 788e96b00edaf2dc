"""Plates that hold no plain grain: a sensible profile, words for what is wrong, and no lattice in the kernel."""

import cv2
import numpy as np
import pytest
from grain_codecs import jpeg
from grain_plates import TRUTH, grainy, picture, to_linear, to_log, unit_grain

from faceplate.errors import PlateError
from faceplate.grain import grain_field, measure_grain, profile_notes, sigma_at
from faceplate.values import Window

SIZE = (480, 800)


def plate(change=lambda codes: codes, frames=2, size=SIZE):
    rng, clean = np.random.default_rng(3), picture(size)
    return [(place, change(to_log(grainy(clean, rng))).astype(np.float16)) for place in range(frames)]


def notes(frames, to_linear=to_linear):
    return profile_notes(measure_grain(frames, to_linear, "LogC3"))


def lattice_of(profile):
    """The strongest correlation of new grain eight pixels across or down."""
    grain = grain_field(profile, Window(0, 0, 512, 512), 1, seed=0)
    across, down = ((grain[:, :-8], grain[:, 8:]), (grain[:-8], grain[8:]))
    return max(abs(float(np.corrcoef(a[..., 1].ravel(), b[..., 1].ravel())[0, 1])) for a, b in (across, down))


def test_a_sound_plate_needs_no_words():
    assert notes(plate()) == ()


def test_clipped_plate_is_measured_below_the_clip_and_told():
    level = to_log(0.35).astype(np.float16)
    profile = measure_grain(plate(lambda codes: np.minimum(codes, level)), to_linear, "LogC3")
    exposure = np.array([[0.03], [0.2]], np.float32).repeat(3, axis=1)
    assert sigma_at(profile, exposure) == pytest.approx(TRUTH.sigma(exposure), rel=0.1)
    assert "highlights are clipped: their grain is cut off, and was measured below them alone" in profile_notes(profile)


def test_crushed_plate_is_measured_above_black_and_told():
    level = to_log(0.03).astype(np.float16)
    profile = measure_grain(plate(lambda codes: np.maximum(codes, level)), to_linear, "LogC3")
    exposure = np.array([[0.09], [0.7]], np.float32).repeat(3, axis=1)
    assert sigma_at(profile, exposure) == pytest.approx(TRUTH.sigma(exposure), rel=0.1)
    assert "blacks are crushed: their grain is cut off, and was measured above them alone" in profile_notes(profile)


def test_black_bars_are_not_crushed_blacks():
    def barred(codes):
        codes[:50], codes[-50:], codes[:, :40] = 0, 0, 0
        return codes

    assert notes(plate(barred)) == ()


@pytest.mark.parametrize("quality", [60, 90])
def test_compressed_plate_is_told_and_leaves_no_lattice_in_new_grain(quality):
    profile = measure_grain(plate(jpeg(quality)), to_linear, "LogC3")
    assert any("compressed in blocks of 8 pixels" in note for note in profile_notes(profile))
    assert lattice_of(profile) < 0.05
    assert np.isfinite(profile.kernel).all()


def test_compressed_frames_that_a_codec_copies_are_measured_each_alone():
    rng, clean = np.random.default_rng(3), to_log(np.full((*SIZE, 3), 0.2))
    first = clean + 0.01 * unit_grain(rng, SIZE)
    second = first.copy()
    fresh = clean + 0.01 * unit_grain(rng, SIZE)
    for block in range(0, SIZE[1], 64):
        second[:, block : block + 32] = fresh[:, block : block + 32]
    frames = [(1, first.astype(np.float32)), (2, second.astype(np.float32))]
    profile = measure_grain(frames, np.asarray, "log")
    assert sigma_at(profile, np.full((1, 3), float(clean[0, 0, 0]), np.float32)) == pytest.approx(0.01, rel=0.05)
    assert any("copied from one to the next" in note for note in profile_notes(profile))


def test_patches_of_other_colours_are_no_copies():
    rng = np.random.default_rng(2)
    share = np.repeat(np.array([0.1, 0.3, 1, 1, 1]), SIZE[1] // 5)[:, None]
    frames = [(place, (0.4 + 0.01 * share * unit_grain(rng, SIZE)).astype(np.float32)) for place in range(2)]
    assert not any("copied" in note for note in notes(frames, np.asarray))


def test_plate_without_noise_gives_no_grain_however_textured_it_is():
    frames = [(place, to_log(picture(SIZE) * (1 + 0.02 * place)).astype(np.float16)) for place in range(3)]
    profile = measure_grain(frames, to_linear, "LogC3")
    assert not profile.response.any()
    assert profile_notes(profile) == ("no grain was found in R, G, B",)


@pytest.mark.parametrize("depth", [8, 10])
def test_rounding_to_whole_codes_is_no_grain(depth):
    codes = 2**depth - 1
    smooth = np.round(codes * np.linspace(0.3, 0.32, 512)[None, :, None] * np.ones((256, 1, 3))) / codes
    assert notes([(1, smooth.astype(np.float32))], np.asarray) == ("no grain was found in R, G, B",)


def test_grain_of_little_more_than_a_code_is_still_grain():
    codes = np.round(255 * (0.4 + 0.006 * unit_grain(np.random.default_rng(1), SIZE))) / 255
    profile = measure_grain([(1, codes.astype(np.float32))], np.asarray, "x")
    assert sigma_at(profile, np.full((1, 3), 0.4, np.float32)) == pytest.approx(
        np.hypot(0.006, 1 / 255 / 12**0.5), rel=0.05
    )


def bands(light, grain, top):
    """Codes up to `top` with gamma 2.2: bands of so much light, rising from left to right, each with grain of its own
    sigma (as a share of its light).
    """
    rng, size = np.random.default_rng(5), (SIZE[0] // len(light), SIZE[1])
    rise = np.linspace(0.9, 1.1, SIZE[1])[:, None]
    parts = [level * rise * (1 + share * unit_grain(rng, size)) for level, share in zip(light, grain, strict=True)]
    return (np.round(top * np.clip(np.concatenate(parts), 0, 1) ** (1 / 2.2)) / top).astype(np.float32)


def linear_of_gamma(codes):
    return np.asarray(codes, np.float32) ** np.float32(2.2)


def test_texture_at_some_exposures_of_a_clean_plate_is_no_grain():
    codes = bands((0.02, 0.05, 0.12, 0.3, 0.7), (0.15, 0.03, 0, 0, 0), top=1023)
    profile = measure_grain([(1, codes)], linear_of_gamma, "gamma")
    assert not profile.response.any()
    assert "no grain was found in R, G, B" in profile_notes(profile)


def test_grain_that_is_lost_in_rounding_in_the_dark_is_found_in_the_light():
    dark, texture, light = (1e-4, 2e-4, 4e-4, 8e-4), (0.03, 0.07), (0.15, 0.3, 0.6)
    codes = bands((*dark, *texture, *light), (*(0.02,) * 4, 0.15, 0.08, *(0.02,) * 3), top=255)
    profile = measure_grain([(1, codes)], linear_of_gamma, "gamma")
    for level in light:
        assert sigma_at(profile, np.full((1, 3), level, np.float32)) == pytest.approx(0.02 * level, rel=0.1)


def test_monochrome_plate_is_told_in_time_too():
    frames = [(place, np.repeat(codes[..., 1:2], 3, axis=-1)) for place, codes in plate()]
    profile = measure_grain(frames, to_linear, "LogC3")
    assert profile_notes(profile) == ("the three channels carry the same grain: a monochrome plate",)
    assert sigma_at(profile, np.full((1, 3), 0.2, np.float32))[0, 1] == pytest.approx(TRUTH.sigma(0.2)[1], rel=0.1)


def test_subsampled_colour_keeps_its_own_softness():
    def subsampled(codes):
        luminance = codes.mean(axis=-1, keepdims=True)
        colour = cv2.resize(cv2.resize((codes - luminance).astype(np.float32), None, fx=0.5, fy=0.5), SIZE[::-1])
        return luminance + colour

    profile = measure_grain(plate(subsampled), to_linear, "LogC3")
    assert np.isfinite(profile.kernel).all()
    assert (profile.correlation[np.triu_indices(3, 1)] > TRUTH.correlation[np.triu_indices(3, 1)]).all()


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_grain_in_parts_of_the_frame_alone_is_told(share):
    size = (540, 960)
    bare = to_log(picture(size))
    rows = cv2.GaussianBlur((np.arange(size[0]) % 90 < share * 90).astype(np.float32)[:, None], (1, 49), 8)
    profile = measure_grain(plate(lambda codes: bare + rows[..., None] * (codes - bare), 4, size), to_linear, "LogC3")
    assert any("grain is in parts of the frame alone" in note for note in profile_notes(profile))
    assert np.isfinite(profile.kernel).all()


def test_black_frames_and_frames_of_nothing_finite_give_a_profile_without_grain():
    for frame in (np.zeros((200, 200, 3), np.float32), np.full((200, 200, 3), np.nan, np.float32)):
        profile = measure_grain([(1, frame), (2, frame.copy()), (3, frame)], np.asarray, "x")
        assert not profile.response.any()
        assert np.isfinite(profile.kernel).all()


def test_a_tiny_frame_among_others_is_refused_by_its_number():
    with pytest.raises(PlateError, match=r"frame 7: grain: .*came 20 x 200 x 3"):
        measure_grain([*plate(frames=1), (7, np.zeros((20, 200, 3), np.float32))], to_linear, "x")
