"""Grain measured as what a degrained plate lacks."""

import cv2
import numpy as np
import pytest
from grain_plates import CORRELATION_TOLERANCE, SIGMA_TOLERANCE, TRUTH, grainy, picture, radial_db, to_linear, to_log

from faceplate.errors import PlateError
from faceplate.grain import measure_grain, profile_notes, sigma_at

SIZE = (480, 800)
LEVELS = np.geomspace(0.005, 1.0, 5, dtype=np.float32)[:, None].repeat(3, axis=1)


def plates(leak=0.0, frames=3):
    """A plate, and what a denoiser makes of it that takes a share of the picture's detail out too."""
    rng, clean = np.random.default_rng(8), picture(SIZE)
    soft = clean + leak * (cv2.GaussianBlur(clean, (0, 0), 2) - clean)
    grained = [(place, to_log(grainy(clean, rng)).astype(np.float32)) for place in range(frames)]
    return grained, [(place, to_log(soft).astype(np.float32)) for place in range(frames)]


@pytest.mark.parametrize("leak", [0.0, 0.15])
def test_profile_is_that_of_the_plate_with_leaked_detail_left_out(leak):
    grained, clean = plates(leak)
    profile = measure_grain(grained, to_linear, "LogC3", clean=clean)
    assert sigma_at(profile, LEVELS) == pytest.approx(TRUTH.sigma(LEVELS), rel=SIGMA_TOLERANCE)
    assert profile.correlation == pytest.approx(TRUTH.correlation, abs=CORRELATION_TOLERANCE)
    for ours, true in zip(profile.kernel, TRUTH.kernels, strict=True):
        assert np.abs(radial_db(ours, true)).max() < 1
    assert profile_notes(profile) == ()
    assert profile.frames == (0, 1, 2)


def test_plate_that_lacks_nothing_has_no_grain():
    grained, _ = plates(frames=1)
    assert not measure_grain(grained, to_linear, "LogC3", clean=grained).response.any()


def test_frames_of_the_two_plates_have_to_agree():
    grained, clean = plates(frames=2)
    with pytest.raises(PlateError, match=r"degrained picture of frame 1, .*came no frame"):
        measure_grain(grained, to_linear, "LogC3", clean=clean[:1])
    with pytest.raises(PlateError, match=r"degrained picture of no frame; came frame 1"):
        measure_grain(grained[:1], to_linear, "LogC3", clean=clean)
    with pytest.raises(PlateError, match=r"came frame 1, "):
        measure_grain(grained, to_linear, "LogC3", clean=clean[1:])
    with pytest.raises(PlateError, match=r"came frame 0, 480 x 400 x 3"):
        measure_grain(grained, to_linear, "LogC3", clean=[(0, clean[0][1][:, :400])])
