import numpy as np
import pytest

from faceplate.align import crop_window, invert, resample
from faceplate.values import Window

SIDE = 256


def shrinking(times, shift=(0.0, 0.0)):
    return np.array([[1 / times, 0, shift[0]], [0, 1 / times, shift[1]]])


def turn(angle_deg):
    angle = np.radians(angle_deg)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def centred(linear, side):
    """The source's origin at the middle of a square target."""
    return np.column_stack([linear, [side / 2, side / 2]])


def to_crop(times, pixel_aspect, turn_deg):
    """A plate's transform to its crop; its finer axis gets `times` smaller, the other one less by the pixel aspect."""
    return turn(turn_deg) @ np.diag([pixel_aspect, 1.0]) / (times * max(1.0, pixel_aspect))


def plane_wave(window, frequency):
    """cos(2 pi f . x) at pixel centres, with f in cycles a pixel along x and along y."""
    x = np.arange(window.left, window.right) + 0.5
    y = np.arange(window.top, window.bottom) + 0.5
    return np.cos(2 * np.pi * (frequency[0] * x + frequency[1] * y[:, np.newaxis])).astype(np.float32)


def seen_wave(linear, frequency_target, side=64):
    """A wave of a frequency known in the target as it is seen there, and as it should be, without 4 pixels of edge."""
    matrix, target = centred(linear, side), Window(0, 0, side, side)
    source = crop_window(matrix, side)
    seen = resample(plane_wave(source, linear.T @ frequency_target), source, matrix, target)
    here = plane_wave(Window(-side // 2, -side // 2, side // 2, side // 2), frequency_target)
    return seen[4:-4, 4:-4], here[4:-4, 4:-4]


def rms(picture):
    return np.sqrt(np.mean(picture**2))


along = pytest.mark.parametrize("axis", [(1, 0), (0, 1)], ids=["x", "y"])
anamorphic = pytest.mark.parametrize("pixel_aspect", [1, 2, 0.5])


@pytest.mark.parametrize("times", [2.2, 3.3, 4.6875, 7.0, 9.5])
@pytest.mark.parametrize("turn_deg", [0, 90])
@anamorphic
@along
def test_a_minified_wave_above_the_crops_nyquist_leaves_no_alias(times, turn_deg, pixel_aspect, axis):
    for cycles_per_crop_pixel in (0.75, 0.9, 1.1, 1.4):
        seen, _ = seen_wave(to_crop(times, pixel_aspect, turn_deg), cycles_per_crop_pixel * np.array(axis))
        assert rms(seen) < np.sqrt(0.5) * 10 ** (-40 / 20)


@pytest.mark.parametrize("times", [3.3, 4.6875, 9.5])
@pytest.mark.parametrize("turn_deg", [0, 90])
@anamorphic
@along
def test_a_minified_wave_well_below_nyquist_keeps_its_height_and_place(times, turn_deg, pixel_aspect, axis):
    seen, wave = seen_wave(to_crop(times, pixel_aspect, turn_deg), 0.1 * np.array(axis))
    np.testing.assert_allclose(seen, wave, atol=0.02)


@pytest.mark.parametrize("times", [2.3, 3.3, 4.6875, 9.5])
@pytest.mark.parametrize("turn_deg", [0, 90])
@anamorphic
@along
def test_a_minified_wave_near_nyquist_keeps_seven_tenths(times, turn_deg, pixel_aspect, axis):
    seen, wave = seen_wave(to_crop(times, pixel_aspect, turn_deg), 0.4 * np.array(axis))
    assert 0.7 < np.sum(seen * wave) / np.sum(wave**2) < 1.0


@pytest.mark.parametrize("turn_deg", [0, 17, 45, 90])
@pytest.mark.parametrize("pixel_aspect", [2, 0.5])
@along
def test_a_small_turned_face_put_back_on_an_anamorphic_plate_has_its_detail_and_no_alias(turn_deg, pixel_aspect, axis):
    linear = np.diag([1 / pixel_aspect, 1.0]) @ turn(turn_deg) / (2.3 * max(1.0, 1 / pixel_aspect))
    detail, wave = seen_wave(linear, 0.4 * np.array(axis))
    assert 0.7 < np.sum(detail * wave) / np.sum(wave**2) < 1.0
    assert rms(seen_wave(linear, 0.75 * np.array(axis))[0]) < np.sqrt(0.5) * 10 ** (-40 / 20)


def test_an_axis_that_grows_is_enlarged_alike_whether_or_not_the_other_one_shrinks():
    wave = np.array([0.0, 0.25])
    beside_a_shrinking_one, _ = seen_wave(np.diag([0.5, 1.5]), wave)
    beside_a_still_one, _ = seen_wave(np.diag([1.0, 1.5]), wave)
    np.testing.assert_allclose(beside_a_shrinking_one, beside_a_still_one, atol=1e-5)
    assert rms(seen_wave(np.diag([0.5, 1.5]), np.array([0.75, 0.0]))[0]) < 0.01 * np.sqrt(0.5)


@pytest.mark.parametrize("turn_deg", [0, 17, 90])
@anamorphic
@along
def test_to_the_crop_and_back_an_edge_stays_in_place(turn_deg, pixel_aspect, axis):
    squeeze = np.array([pixel_aspect, 1.0])
    plate = Window(0, 0, round(1400 / pixel_aspect), 1400)
    linear = turn(turn_deg) * squeeze / 4.7
    matrix = np.column_stack([linear, 128 - linear @ (700 / squeeze)])
    x, y = (np.arange(plate.width) + 0.5) * pixel_aspect, np.arange(1400)[:, np.newaxis] + 0.5
    across = axis[0] * x + axis[1] * y
    soft_edge = (1 / (1 + np.exp(-(across - 700.3) / 12))).astype(np.float32)
    crop = resample(soft_edge, plate, matrix, Window(0, 0, SIDE, SIDE))
    back = resample(crop, Window(0, 0, SIDE, SIDE), invert(matrix), plate)
    middle = (slice(700, 701), slice(None)) if axis[0] else (slice(None), slice(plate.width // 2, plate.width // 2 + 1))
    at = across[:1] if axis[0] else across[:, :1]
    near = np.abs(at.ravel() - 700) < 200
    crossing = np.interp(0.5, back[middle].ravel()[near], at.ravel()[near])
    assert crossing == pytest.approx(700.3, abs=0.02)


def test_a_move_of_nothing_returns_the_picture():
    image = np.random.default_rng(0).normal(size=(40, 50, 3)).astype(np.float32) * 9
    window = Window(-3, 7, 47, 47)
    same = resample(image, window, np.array([[1.0, 0, 0], [0, 1.0, 0]]), window)
    np.testing.assert_array_equal(same, image)


def test_negatives_and_highlights_survive_the_warp():
    image = np.full((60, 60, 3), 64.0, np.float32)
    image[..., 1] = -0.5
    seen = resample(image, Window(0, 0, 60, 60), shrinking(2.5), Window(2, 2, 20, 20))
    np.testing.assert_allclose(seen[..., 0], 64, rtol=1e-5)
    np.testing.assert_allclose(seen[..., 1], -0.5, rtol=1e-5)


@pytest.mark.parametrize("step", [192 / 544, 6 / 34, 18 / 20, 18 / 23])
def test_where_the_filters_last_tap_stands_at_its_very_end_it_is_a_number(step):
    image, target = np.full((80, 90, 3), 0.5, np.float32), Window(2, 2, 10, 9)
    np.testing.assert_allclose(resample(image, Window(0, 0, 90, 80), step * np.eye(2, 3), target), 0.5, rtol=1e-5)


@pytest.mark.parametrize("steps", [(2.5, 2.5), (0.9, 0.8), (0.3, 0.45), (0.3, 0.3), (0.1, 0.2)])
def test_a_picture_in_double_precision_is_seen_as_one_in_single(steps):
    image, source, target = np.random.default_rng(0).random((80, 90, 3)), Window(0, 0, 90, 80), Window(-2, 3, 9, 8)
    matrix = centred(turn(7.0) @ np.diag(steps), 1)
    expected = resample(image.astype(np.float32), source, matrix, target)
    np.testing.assert_allclose(resample(image, source, matrix, target), expected, atol=1e-5)


@pytest.mark.parametrize("turn_deg", [0, 12, 90])
@anamorphic
def test_a_crop_of_the_result_is_the_result_of_the_crop_with_its_margin(turn_deg, pixel_aspect):
    linear = 0.245 * turn(turn_deg) @ np.diag([pixel_aspect, 1.0])
    plate = Window(0, 0, round(900 / pixel_aspect), 800)
    image = np.random.default_rng(1).normal(size=(plate.height, plate.width)).astype(np.float32)
    matrix = np.column_stack([linear, 32 - linear @ [450 / pixel_aspect, 400]])
    part = crop_window(matrix, 64)
    whole = resample(image, plate, matrix, Window(0, 0, 64, 64))
    from_part = resample(np.ascontiguousarray(image[part.slices(plate)]), part, matrix, Window(0, 0, 64, 64))
    np.testing.assert_allclose(from_part, whole, atol=2e-3)


@pytest.mark.parametrize("columns", [1, 2, 3, 6])
@pytest.mark.parametrize("times", [4.5, 9.5])
def test_a_sliver_of_a_picture_can_still_be_shrunk(columns, times):
    sliver = np.full((300, columns, 3), 0.5, np.float32)
    seen = resample(sliver, Window(0, 0, columns, 300), shrinking(times), Window(0, 0, 8, 8))
    np.testing.assert_allclose(seen, 0.5, rtol=1e-5)
    lying = resample(sliver.swapaxes(0, 1).copy(), Window(0, 0, 300, columns), shrinking(times), Window(0, 0, 8, 8))
    np.testing.assert_allclose(lying, 0.5, rtol=1e-5)


@pytest.mark.parametrize("times", [1.5, 5.0, 12.0])
def test_how_the_channels_stand_in_memory_changes_no_bit(times):
    source, target = Window(0, 0, 300, 280), Window(2, 3, 20, 20)
    image = np.random.default_rng(0).random((280, 300, 3), np.float32)
    apart = np.moveaxis(np.ascontiguousarray(np.moveaxis(image, -1, 0)), 0, -1)
    matrix = turn(7.0) @ shrinking(times)
    np.testing.assert_array_equal(resample(apart, source, matrix, target), resample(image, source, matrix, target))


@pytest.mark.parametrize("enlarging", ["keys", "mitchell", "lanczos6"])
def test_a_part_of_a_picture_is_enlarged_from_no_more_than_its_filter_reaches(enlarging):
    source, target = Window(0, 0, 60, 50), Window(100, 90, 190, 160)
    image = np.random.default_rng(0).random((50, 60), np.float32)
    matrix = turn(5.0) @ shrinking(1 / 4.3)
    whole = resample(image, source, matrix, Window(0, 0, 230, 200), enlarging=enlarging)
    part = resample(image, source, matrix, target, enlarging=enlarging)
    np.testing.assert_allclose(part, whole[target.slices(Window(0, 0, 230, 200))], atol=2e-5)


@pytest.mark.parametrize("pixel_aspect", [1.0, 1.02, 1 / 1.04])
@pytest.mark.parametrize("turn_deg", [0, 17, 45])
@pytest.mark.parametrize("times", [4.0, 8.0])
@pytest.mark.parametrize("axis", [0, 1])
def test_where_a_growing_face_is_halved_once_less_its_detail_does_not_jump(times, turn_deg, pixel_aspect, axis):
    """Nearly square pixels, where either axis alone would come to be halved otherwise."""
    fine = np.random.default_rng(0).random((700, 700)).astype(np.float32)
    source, target = Window(-350, -350, 350, 350), Window(-20, -20, 20, 20)
    there = times * np.array([pixel_aspect, 1.0])[axis] / max(1.0, pixel_aspect)
    before, after = (
        resample(fine, source, to_crop(there * (1 + little), pixel_aspect, turn_deg) @ np.eye(2, 3), target)
        for little in (-1e-6, 1e-6)
    )
    assert rms(after - before) < 0.02 * rms(before - before.mean())
