from dataclasses import replace

import numpy as np
import pytest

from faceplate.align import invert, transform
from faceplate.track import track_quality
from faceplate.values import Doubt
from shots import known_track

FRAMES = tuple(range(1001, 1401))


def moved(track, offsets_plate):
    """The track with its face shifted by an offset a frame."""
    person = track.people[0]
    alignment = person.alignment.copy()
    alignment[..., 2] -= np.einsum("fij,fj->fi", alignment[..., :2], offsets_plate)
    return replace(track, people=(replace(person, alignment=alignment),))


def changed(track, **arrays):
    return replace(track, people=(replace(track.people[0], **arrays),))


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_white_jitter_is_told_by_its_standard_deviation_in_square_pixels(aspect):
    track = known_track(FRAMES, pixel_aspect=aspect)
    noise = np.random.default_rng(5).normal(0, 0.4, (len(FRAMES), 2)) / [aspect, 1.0]
    assert track_quality(moved(track, noise))[0].jitter_px == pytest.approx(0.4, rel=0.1)


def test_a_face_that_moves_evenly_does_not_jitter():
    assert track_quality(known_track(FRAMES, drift_px=3.7))[0].jitter_px == pytest.approx(0, abs=1e-3)


def test_a_jump_at_a_cut_and_over_missing_frames_is_no_jitter():
    frames = (*range(1, 21), *range(31, 51), *range(51, 71))
    offsets = np.repeat([[0.0, 0.0], [90.0, 5.0], [-40.0, 70.0]], 20, axis=0)
    track = replace(moved(known_track(frames, drift_px=0), offsets), cuts=(40,))
    assert track_quality(track)[0].jitter_px == pytest.approx(0, abs=1e-3)


def test_coverage_and_the_longest_gap_count_frames_without_the_person():
    track = known_track(tuple(range(1, 11)), unseen=(3, 6, 7, 8))
    quality = track_quality(track)[0]
    assert (quality.frames, quality.coverage, quality.longest_gap) == (6, 0.6, 3)


def test_the_side_of_the_face_square_is_told():
    assert track_quality(known_track(FRAMES, face_px=123.0))[0].face_px == pytest.approx(123, abs=0.1)


def test_doubts_name_their_frames_and_the_worst_residual_its_own():
    track = known_track((11, 12, 13))
    doubts = np.array([0, Doubt.COVERED | Doubt.BLURRED, Doubt.COVERED], np.uint16)
    track = changed(track, doubts=doubts, residual_px=np.array([0.5, 2.5, np.nan], np.float32))
    quality = track_quality(track)[0]
    assert quality.doubts == {"covered": (12, 13), "blurred": (12,)}
    assert quality.uncertain == (12, 13)
    assert (quality.worst_frame, quality.worst_residual_px) == (12, 2.5)


def test_frames_set_by_hand_are_listed():
    track = known_track((11, 12, 13))
    by_hand = track.people[0].by_hand.copy()
    by_hand[1, 5] = True
    assert track_quality(changed(track, by_hand=by_hand))[0].by_hand == (12,)


def test_what_is_not_known_is_not_a_number():
    track = known_track((1, 2))
    quality = track_quality(changed(track, residual_px=np.full(2, np.nan, np.float32)))[0]
    assert np.isnan([quality.jitter_px, quality.raw_jitter_px, quality.residual_px, quality.texture_found]).all()
    assert quality.worst_frame is None


def test_the_corners_of_the_square_come_back_through_the_alignment():
    """The oracle of the tests above: a shift of the plate shifts the square's corners alike."""
    track = known_track((1, 2))
    shifted = moved(track, np.array([[0.0, 0.0], [7.0, -3.0]])).people[0].alignment[1]
    corner = transform(invert(shifted), np.zeros(2)) - transform(invert(track.people[0].alignment[1]), np.zeros(2))
    assert corner == pytest.approx([7, -3], abs=1e-6)
