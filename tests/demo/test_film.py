import numpy as np
import pytest

from faceplate.colour import camera_light, conversion, from_working
from faceplate.demo.film import encoding, exposed, grain_correlation, grain_kernel, grain_response

SIDE = 600
# sigma of a variance estimated from n correlated samples, three times over, is about 1.5 % here.
VARIANCE_TOLERANCE = 0.03


def flat(value, frame=1001, size=(SIDE, SIDE)):
    grey = np.full((*size, 3), value, np.float32)
    return in_camera(exposed(grey, frame)) - np.float32(value)


def in_camera(stored):
    return conversion(encoding, "Linear ARRI Wide Gamut 3")(stored.astype(np.float32))


@pytest.mark.parametrize("value", [0.0, 0.02, 0.18, 0.6, 1.2])
def test_grain_in_the_cameras_light_has_the_variance_that_the_truth_states(value):
    expected = grain_response[:, 0] * value + grain_response[:, 1]
    np.testing.assert_allclose(flat(value).var(axis=(0, 1)), expected, rtol=VARIANCE_TOLERANCE)


def test_each_channels_grain_goes_by_its_own_light_however_coloured():
    lit = np.array([0.6, 0.01, 0.09], np.float32)
    working = camera_light(encoding).working(np.broadcast_to(lit, (SIDE, SIDE, 3)))
    expected = grain_response[:, 0] * lit + grain_response[:, 1]
    found = in_camera(exposed(working, 5)).var(axis=(0, 1))
    np.testing.assert_allclose(found, expected, rtol=VARIANCE_TOLERANCE)


def test_in_highlights_the_rounding_to_halves_adds_less_than_a_tenth():
    ratio = flat(6.0).var(axis=(0, 1)) / (grain_response[:, 0] * 6.0 + grain_response[:, 1])
    assert (ratio > 0.97).all()
    assert (ratio < 1.1).all()


def test_grain_leaves_the_exposure_where_it_was():
    grain = flat(0.18)
    assert np.abs(grain.mean(axis=(0, 1))).max() < 1e-4


def test_grain_has_the_spectrum_of_the_stated_kernel():
    grain, kernel = flat(0.18), grain_kernel()
    np.testing.assert_allclose((kernel**2).sum(axis=(1, 2)), 1, rtol=1e-5)
    for lag in range(1, 5):
        for channel in range(3):
            plane = grain[..., channel] / grain[..., channel].std()
            expected = (kernel[channel][:, lag:] * kernel[channel][:, :-lag]).sum()
            assert (plane[:, lag:] * plane[:, :-lag]).mean() == pytest.approx(expected, abs=0.015)
            assert (plane[lag:] * plane[:-lag]).mean() == pytest.approx(expected, abs=0.015)


def test_channels_share_grain_as_stated():
    correlation = np.corrcoef(flat(0.18).reshape(-1, 3).T)
    np.testing.assert_allclose(correlation, grain_correlation(), atol=0.02)


def test_a_frames_grain_is_its_own_and_always_the_same():
    one, again, other = flat(0.18, 1001), flat(0.18, 1001), flat(0.18, 1002)
    np.testing.assert_array_equal(one, again)
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.01


def test_bands_of_grain_meet_without_a_seam():
    grain = flat(0.18, size=(400, 900))[..., 1]
    rows = (grain[1:] * grain[:-1]).mean(axis=1) / grain.var()
    assert abs(rows[178:181] - rows.mean()).max() < 5 * rows.std()


def test_what_is_stored_is_the_encoding_of_what_was_lit():
    # Where grain is small beside the signal the stored codes are those that OpenColorIO gives for the clean light.
    bright = np.full((64, 64, 3), (9.0, 6.0, 2.0), np.float32)
    expected = from_working(encoding)(bright).mean(axis=(0, 1))
    np.testing.assert_allclose(exposed(bright, 7).astype(np.float64).mean(axis=(0, 1)), expected, rtol=2e-3)


def test_stored_pixels_are_halves_and_finite_below_black():
    stored = exposed(np.full((70, 80, 3), -0.01, np.float32), 3)
    assert stored.dtype == np.float16
    assert np.isfinite(stored).all()
