"""Grain of movies, whose codecs copy parts of a frame into the next: measured on frames further apart."""

import cv2
import numpy as np
import pytest
from grain_codecs import movie

from faceplate.grain import frames_apart, measure_grain, profile_notes, sigma_at

SIZE = (480, 640)
GREY = 0.4
GRAIN = 3 / 255
TEXTURE = 1.5 / 255
COUNT = 30


def texture(seed):
    noise = np.random.default_rng(seed).standard_normal((SIZE[0] + 64, SIZE[1] + 64))
    soft = cv2.GaussianBlur(noise, (0, 0), 1.2)
    return GREY + (TEXTURE / soft.std() * soft)[..., None] * np.array([1.1, 1, 0.9])


def shot(pan, grain):
    """Clean frames of a picture that moves so many pixels a frame, and the same with grain."""
    still, clean, grainy = texture(5).astype(np.float32), [], []
    for frame in range(COUNT):
        moved = np.array([[1, 0, -16 - pan * frame], [0, 1, -16]], np.float32)
        clean.append(cv2.warpAffine(still, moved, SIZE[::-1], flags=cv2.INTER_LANCZOS4))
        rng = np.random.default_rng(frame)
        noise = 0.8 * rng.standard_normal((*SIZE, 1)) + 0.6 * rng.standard_normal((*SIZE, 3))
        soft = cv2.GaussianBlur(noise, (0, 0), 0.8)
        grainy.append((clean[-1] + grain / soft.std() * soft).astype(np.float32))
    return clean, grainy


def measured(frames):
    pairs = [0, 1, COUNT - 2, COUNT - 1]
    apart = frames_apart(range(COUNT), 4)
    return measure_grain(
        [(at, frames[at]) for at in pairs], np.asarray, "codes", apart=((at, frames[at]) for at in apart)
    )


@pytest.mark.parametrize("quality", [18, 23])
@pytest.mark.parametrize("pan", [0, 0.7])
def test_texture_that_a_codec_copied_is_no_grain(pan, quality):
    profile = measured(movie(shot(pan, 0)[1], quality))
    assert "no grain was found in R, G, B" in profile_notes(profile)


@pytest.mark.parametrize("quality", [12, 18])
@pytest.mark.parametrize("pan", [0, 0.7])
def test_what_a_codec_left_of_the_grain_is_found_in_texture(pan, quality):
    clean, grainy = shot(pan, GRAIN)
    frames = movie(grainy, quality)
    left = [fine(frames[at] - clean[at]).std(axis=(0, 1)) for at in (0, COUNT - 1)]
    found = sigma_at(measured(frames), np.full((1, 3), GREY, np.float32))[0]
    assert found == pytest.approx(np.mean(left, axis=0), rel=0.06)


def copies(apart):
    """What is measured of two frames half of which are a codec's copy, and of these further apart."""
    rng = np.random.default_rng(3)
    first, fresh, later = (GREY + GRAIN * rng.standard_normal((*SIZE, 3)) for _ in range(3))
    second = np.where(np.arange(SIZE[1])[:, None] // 32 % 2, first, fresh)
    pictures = {"first": first, "later": later, "smaller": later[:-32]}
    frames = [(at, picture.astype(np.float32)) for at, picture in enumerate((first, second))]
    further = [(at, pictures[name].astype(np.float32)) for at, name in enumerate(apart, 20)]
    return measure_grain(frames, np.asarray, "codes", apart=further)


def test_frames_further_apart_are_told_of_and_are_those_of_the_profile():
    profile = copies(["first", "later"])
    assert profile.frames == (0, 1, 20, 21)
    assert any("frames further apart were compared" in note for note in profile_notes(profile))


@pytest.mark.parametrize("apart", [[], ["first"], ["first", "first"], ["first", "smaller"]])
def test_pairs_that_tell_nothing_are_left_out(apart):
    profile = copies(apart)
    assert profile.frames == (0, 1)
    assert any("frames were measured each alone" in note for note in profile_notes(profile))
    assert sigma_at(profile, np.full((1, 3), GREY, np.float32)) == pytest.approx(GRAIN, rel=0.05)


def fine(picture):
    """Without slow variation, such as codecs lose."""
    return picture - cv2.blur(picture, (15, 15))
