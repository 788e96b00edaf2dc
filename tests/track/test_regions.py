import numpy as np
import pytest

from faceplate.track.regions import Region, picture_of
from faceplate.values import Window


@pytest.fixture
def ramp():
    """Red rises with x, green with y, both 1 at 1000 px."""
    x, y = np.meshgrid(np.arange(600) + 0.5, np.arange(400) + 0.5)
    return (np.stack([x, y, np.full_like(x, 250)], axis=-1) / 1000).astype(np.float32)


@pytest.mark.parametrize("side", [90.0, 151.5, 300.0])
@pytest.mark.parametrize("side_px", [20, 64, 400])
@pytest.mark.parametrize("turn", [0.0, 0.4])
def test_a_crop_shows_each_place_where_the_region_says_it_is(frame_of, as_is, ramp, side, side_px, turn):
    region = Region(290.3, 201.7, side, turn)
    picture = picture_of(frame_of(ramp), region, as_is, side_px)
    crop = picture.crop(region, 64)
    places = (np.stack(np.meshgrid(np.arange(64), np.arange(64)), axis=-1) + 0.5) / 64
    inner = slice(16, 48)
    expected = region.unit_to_square(places) / 1000
    np.testing.assert_allclose(crop[inner, inner, :2], expected[inner, inner], atol=1e-3)


def test_a_large_frame_is_sampled_without_a_shift(frame_of, as_is):
    x, y = np.meshgrid(np.arange(4096) + 0.5, np.arange(2160) + 0.5)
    frame = frame_of((np.stack([x, y, y], axis=-1) / 4096).astype(np.float32))
    picture = picture_of(frame, Region(2048, 1080, 4096), as_is, 256)
    middle = Region(2000, 1000, 400)
    np.testing.assert_allclose(picture.crop(middle, 9)[4, 4, :2] * 4096, [2000, 1000], atol=1)


def test_pixel_aspect_stretches_the_picture_to_square_pixels(frame_of, as_is, ramp):
    frame = frame_of(ramp, pixel_aspect=2.0)
    region = Region(600.0, 200.0, 100.0)
    crop = picture_of(frame, region, as_is, 100).crop(region, 50)
    np.testing.assert_allclose(crop[25, 25, :2] * 1000, [600 / 2 + 0.5, 201], atol=0.5)
    np.testing.assert_allclose((crop[25, 40] - crop[25, 20])[0] * 1000, 20, atol=0.5)


def test_outside_the_data_window_is_black_and_inside_is_what_the_whole_frame_shows(frame_of, as_is, ramp):
    display = Window(0, 0, 600, 400)
    part = frame_of(ramp[100:300, 203:420], origin=(203, 100), display=display)
    blacked = np.zeros_like(ramp)
    blacked[100:300, 203:420] = ramp[100:300, 203:420]
    region = Region(300.0, 200.0, 500.0)
    whole = picture_of(frame_of(blacked), region, as_is, 125).crop(region, 64)
    np.testing.assert_allclose(picture_of(part, region, as_is, 125).crop(region, 64), whole, atol=2e-3)


def test_overscan_left_of_the_display_window_is_seen_at_its_place(frame_of, as_is, ramp):
    frame = frame_of(ramp, origin=(-200, -100), display=Window(0, 0, 200, 200))
    region = Region(-100.0, -20.0, 100.0)
    crop = picture_of(frame, region, as_is, 100).crop(region, 50)
    np.testing.assert_allclose(crop[24:26, 24:26, :2].mean(axis=(0, 1)) * 1000, [100, 80], atol=0.5)


def test_a_region_outside_the_data_window_is_black(frame_of, as_is, ramp):
    region = Region(5000.0, 5000.0, 100.0)
    assert not picture_of(frame_of(ramp), region, as_is, 100).crop(region, 50).any()


def test_not_a_number_and_infinite_pixels_leave_the_rest_alone(frame_of, as_is, ramp):
    ramp[200, 300], ramp[210, 310], ramp[220, 320] = np.nan, np.inf, -np.inf
    region = Region(300.0, 200.0, 200.0)
    crop = picture_of(frame_of(ramp), region, as_is, 50).crop(region, 50)
    assert np.isfinite(crop).all()
    assert crop.min() >= 0
    assert crop.max() <= 1


def test_only_a_reduced_picture_is_mapped_to_display(frame_of, ramp):
    shapes = []

    def note(rgb):
        shapes.append(rgb.shape)
        return rgb

    picture_of(frame_of(np.tile(ramp, (5, 6, 1))), Region(1800, 1000, 3600), note, 256)
    assert max(shapes[0]) <= 300


def test_a_cell_of_which_every_third_row_is_read_shows_a_slope_where_it_is(frame_of, as_is, ramp):
    frame, region = frame_of(ramp), Region(300.0, 200.0, 350.0)
    picture = picture_of(frame, region, as_is, 50)
    assert picture.pixel == (7.0, 6.0)
    np.testing.assert_allclose(picture.crop(region, 50)[25, 25, :2] * 1000, [303.5, 203.5], atol=0.5)
