"""Test charts through a crop in several passes."""

import numpy as np
import pytest
from test_charts import FAR_CROP_PX, FORTIETH_DB, STOP, displacement, edge, plate_to_crop, rms, turn, wave

from faceplate.align import crop_window, invert, resample, sampled, sampled_in_passes, window_through
from faceplate.align.passes import pass_matrix
from faceplate.values import Window

times = pytest.mark.parametrize("passes", [2, 3, 4])
turns = pytest.mark.parametrize("turn_deg", [0, 7, 33, 90])


@times
@pytest.mark.parametrize("pixel_aspect", [1, 1.8])
@pytest.mark.parametrize("name", ["keys", "lanczos6", "deepfacelab"])
def test_each_pass_is_a_sampling_of_its_own_and_one_pass_is_the_sampling(passes, name, pixel_aspect):
    side, matrix = 30, plate_to_crop(256 / 1200, pixel_aspect, 7, 30)
    source = crop_window(matrix, side)
    chart = np.random.default_rng(0).random((source.height, source.width, 3), np.float32)
    whole = Window(0, 0, side, side)
    fine = sampled_in_passes(chart, source, matrix * passes, side, passes, name)
    for down, across in np.ndindex(passes, passes):
        shifted = matrix - np.array([[0, 0, (across + 0.5) / passes - 0.5], [0, 0, (down + 0.5) / passes - 0.5]])
        np.testing.assert_allclose(pass_matrix(matrix * passes, passes, across, down), shifted, atol=1e-12)
        np.testing.assert_allclose(
            fine[down::passes, across::passes], sampled(chart, source, shifted, whole, name), atol=2e-5
        )
    once = sampled_in_passes(chart, source, matrix, side, 1, name)
    assert np.array_equal(once, sampled(chart, source, matrix, whole, name))


@times
@turns
@pytest.mark.parametrize("along", [(1, 0), (0, 1)])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.8, 0.95])
def test_a_wave_too_fine_for_one_pass_is_in_none_of_them(passes, turn_deg, along, share):
    side = 40
    matrix = plate_to_crop(256 / 1200, 1, turn_deg, side)
    frequency = matrix[:, :2].T @ turn(turn_deg) @ along
    frequency *= STOP + share * (0.5 / np.abs(frequency).max() - STOP)
    source = crop_window(matrix, side)
    fine = sampled_in_passes(wave(source, frequency), source, matrix * passes, side, passes)
    for down, across in np.ndindex(passes, passes):
        assert rms(fine[down::passes, across::passes][4:-4, 4:-4]) < FORTIETH_DB * np.sqrt(0.5)


@times
@turns
@pytest.mark.parametrize("slant_deg", [5, 40, 85])
@pytest.mark.parametrize(("face_px", "crop_px"), [(1200, 256), (256, 1200)])
def test_to_the_fine_crop_and_back_a_slanted_edge_stays_within_a_fiftieth_of_a_pixel(
    passes, turn_deg, slant_deg, face_px, crop_px
):
    step = max(1.0, face_px / crop_px)
    reach_px = round(40 * step)
    side = round(3.2 * reach_px * crop_px / face_px)
    matrix = plate_to_crop(crop_px / face_px, 1, turn_deg, side)
    normal = matrix[:, :2].T @ [np.cos(np.radians(slant_deg)), np.sin(np.radians(slant_deg))]
    normal /= np.linalg.norm(normal)
    offset = float(normal @ [0.37, 0.81]) + 0.21
    plate = window_through(invert(matrix), Window(0, 0, side, side)).grow(2)
    truth = edge(plate, normal, offset)
    fine = sampled_in_passes(truth, plate, matrix * passes, side, passes)
    back = resample(fine, Window(0, 0, side * passes, side * passes), invert(matrix * passes), plate)
    assert abs(displacement(back, truth, plate, normal, offset, FAR_CROP_PX * step, reach_px)) < 0.02


@times
@pytest.mark.parametrize("crop_px", [256, 1100, 1300, 4000])
@pytest.mark.parametrize("name", ["keys", "lanczos6"])
def test_the_region_of_one_pass_holds_all_that_the_others_see(passes, crop_px, name):
    side, matrix = 60, plate_to_crop(crop_px / 1200, 1, 7, 60)
    region = crop_window(matrix, side)
    whole = region.grow(40)
    chart = np.random.default_rng(0).random((whole.height, whole.width, 3), np.float32)
    seen = sampled_in_passes(chart, whole, matrix * passes, side, passes, name)
    cut = sampled_in_passes(chart[region.slices(whole)], region, matrix * passes, side, passes, name)
    np.testing.assert_allclose(cut, seen, atol=1e-5)
