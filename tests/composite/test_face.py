import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from faceplate.align import invert, resample
from faceplate.colour import model_range
from faceplate.composite import composite_face
from faceplate.swap import FaceSwapSettings, crop_through
from faceplate.values import Matte, Swap, Window
from mesh_face import face_place
from swap_models import card, plain_card

SIDE = 64
REGION = Window(10, 20, 260, 250)
WINDOW = Window(60, 70, 200, 190)
MATRIX = np.array([[0.3, 0.02, -8.0], [-0.02, 0.3, -2.0]])
LIGHT = model_range(plain_card)
PLACE = face_place(70.0, (95.0, 90.0))
FROM_MODEL = LIGHT.decode
FILM = {"blend_bands": 2.5, "detail": 0.7, "detail_size": 3.0, "sharpness_match": 1.0}


def plate(seed=0, low=-0.1, high=1.6):
    size = (REGION.height, REGION.width, 3)
    return np.random.default_rng(seed).uniform(low, high, size).astype(np.float32)


def crop_of(plate_model):
    shown = np.clip(np.nan_to_num(plate_model, nan=0.0, posinf=1.0, neginf=0.0), *LIGHT.smooth)
    return crop_through(MATRIX, SIDE, shown.astype(np.float32), REGION)


def swap_of(plate_model, change=0.0):
    crop = crop_of(plate_model)
    return Swap(crop.rgb_model + np.float32(change), {}, crop)


def matte(level=1.0):
    coverage = np.full((WINDOW.height, WINDOW.width), level, np.float32)
    coverage[:10] = 0
    return Matte(WINDOW, coverage)


def composite(plate_model, swap, about=None, **knobs):
    there = FROM_MODEL(inside(plate_model))
    return composite_face(there, swap, about or matte(), LIGHT, FaceSwapSettings(**knobs), PLACE)


def inside(picture):
    return picture[WINDOW.slices(REGION)]


def test_a_model_that_changes_nothing_changes_no_pixel_in_residual_mode():
    picture = plate()
    assert not composite(picture, swap_of(picture), mode="residual").changed.any()


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_where_the_matte_is_nothing_no_pixel_changes(mode):
    picture = plate()
    done = composite(picture, swap_of(picture, 0.2), mode=mode)
    assert not done.changed[:10].any()
    assert done.changed[10:].all()
    np.testing.assert_array_equal(done.rgb_linear[:10], FROM_MODEL(inside(picture))[:10])


def test_residual_adds_the_models_change_to_the_plates_own_detail():
    picture = plate()
    done = composite(picture, swap_of(picture, 0.1), mode="residual")
    expected = FROM_MODEL(inside(picture) + np.float32(0.1))
    np.testing.assert_allclose(done.rgb_linear[10:], expected[10:], rtol=2e-4, atol=2e-5)
    assert (done.kept == 1).all()


def test_replace_puts_the_models_picture_in_place():
    picture = plate(low=0.2, high=0.3)
    swap = Swap(np.full((SIDE, SIDE, 3), 0.6, np.float32), {}, crop_of(picture))
    done = composite(picture, swap, mode="replace", colour_match=0.0)
    expected = FROM_MODEL(np.full((1, 1, 3), 0.6, np.float32))
    np.testing.assert_allclose(done.rgb_linear[10:], np.broadcast_to(expected, done.rgb_linear[10:].shape), rtol=1e-4)
    assert (done.kept[10:] == 0).all()


@pytest.mark.parametrize("match", [0.0, 1.0])
def test_a_model_that_changes_nothing_gives_the_resampled_plate_in_replace_mode(match):
    picture = plate()
    done = composite(picture, swap_of(picture), mode="replace", colour_match=match)
    square = Window(0, 0, SIDE, SIDE)
    held = np.clip(picture, *LIGHT.smooth)
    filtered = resample(resample(held, REGION, MATRIX, square), square, invert(MATRIX), WINDOW)
    expected = FROM_MODEL(filtered) + FROM_MODEL(inside(picture)) - FROM_MODEL(inside(held))
    np.testing.assert_allclose(done.rgb_linear[10:], expected[10:], rtol=1e-3, atol=1e-4)


def test_what_the_models_encoding_cannot_hold_comes_back_from_the_plate():
    """ACEScc ends at black; its models still give back the light below."""
    light = model_range(card(encoding="ACEScc"))
    linear = np.random.default_rng(0).uniform(-0.05, 0.01, (REGION.height, REGION.width, 3)).astype(np.float32)
    settings = FaceSwapSettings(mode="residual")
    done = composite_face(inside(linear), swap_of(light.encode(linear), 0.01), matte(), light, settings, PLACE)
    below = inside(linear).max(axis=-1)[10:] < -0.02
    np.testing.assert_allclose(done.rgb_linear[10:][below], inside(linear)[10:][below], atol=2e-3)


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_a_result_that_is_no_number_is_no_change(mode):
    picture = plate(low=0.4, high=0.5)
    swap = swap_of(picture)
    swap.rgb_model[32, 32] = 1e30
    done = composite(picture, swap, mode=mode, colour_match=0.0)
    broken = (done.weight == 0) & (matte().coverage > 0)
    assert 0 < broken.mean() < 0.1
    assert not done.changed[broken].any()


def test_the_blend_is_made_in_scene_linear_light():
    picture = plate(low=0.1, high=0.1001)
    swap = Swap(np.full((SIDE, SIDE, 3), 0.9, np.float32), {}, crop_of(picture))
    done = composite(picture, swap, matte(0.5), mode="replace", colour_match=0.0)
    ends = [FROM_MODEL(np.full((1, 1, 3), value, np.float32))[0, 0] for value in (0.1, 0.9)]
    np.testing.assert_allclose(done.rgb_linear[60, 60], (ends[0] + ends[1]) / 2, rtol=1e-3)


def test_a_colour_match_gives_the_swap_the_plates_mean_inside_the_matte():
    picture = plate(low=0.3, high=0.7)
    tinted = Swap(crop_of(picture).rgb_model + np.float32([0.1, -0.05, 0.2]), {}, crop_of(picture))
    done = composite(picture, tinted, mode="replace", colour_match=1.0)
    plain = composite(picture, swap_of(picture), mode="replace", colour_match=1.0)
    np.testing.assert_allclose(done.rgb_linear, plain.rgb_linear, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_what_lies_beyond_the_models_white_comes_back_from_the_plate(mode):
    picture = plate(low=0.4, high=0.5)
    picture[100:130, 100:140] = 3.0
    done = composite(picture, swap_of(picture), mode=mode)
    rows, columns = Window(115, 125, 145, 145).slices(WINDOW)
    bright = FROM_MODEL(np.full((1, 1, 3), 3.0, np.float32)).min()
    assert done.rgb_linear[rows, columns].min() > 0.8 * bright


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_nan_stays_where_it_is_and_does_not_spread(mode):
    picture = plate()
    picture[100, 100] = np.nan
    done = composite(picture, swap_of(picture, 0.1), mode=mode)
    at = (100 + REGION.top - WINDOW.top, 100 + REGION.left - WINDOW.left)
    assert not done.changed[at]
    assert np.isfinite(done.rgb_linear).all()


@pytest.mark.parametrize("mode", ["residual", "replace"])
@pytest.mark.parametrize("change", [np.nan, np.inf, -np.inf, 3e38])
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:overflow")
def test_where_the_face_is_no_light_both_layers_are_the_plate_and_weigh_nothing(mode, change):
    picture = plate()
    swap = swap_of(picture)
    swap.rgb_model[30:34, 30:34, 1] = change
    done = composite(picture, swap, mode=mode, colour_match=0.0)
    assert np.isfinite(done.rgb_linear).all()
    assert np.isfinite(done.face_linear).all()
    lost = (done.weight == 0) & (matte().coverage > 0)
    assert lost.any()
    assert not done.changed[lost].any()
    light = FROM_MODEL(inside(picture))[lost]
    np.testing.assert_array_equal(done.rgb_linear[lost], light)
    np.testing.assert_array_equal(done.face_linear[lost], light)
    np.testing.assert_array_equal(done.kept[lost], 1)


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_mix_at_nothing_is_the_plate(mode):
    picture = plate()
    assert not composite(picture, swap_of(picture, 0.2), mode=mode, mix=0.0).changed.any()


def test_the_face_layer_over_the_plate_is_the_composite():
    picture = plate()
    done = composite(picture, swap_of(picture, 0.2), matte(0.4), mode="replace")
    alpha = done.weight[..., None]
    merged = done.face_linear * alpha + FROM_MODEL(inside(picture)) * (1 - alpha)
    np.testing.assert_allclose(done.rgb_linear, merged, rtol=1e-4, atol=1e-5)


def test_a_model_that_changes_nothing_changes_no_pixel_in_residual_mode_whatever_the_blend():
    picture = plate()
    assert not composite(picture, swap_of(picture), mode="residual", **FILM).changed.any()


def test_a_model_that_changes_nothing_gives_the_resampled_plate_whatever_the_blend():
    picture = plate()
    plain = composite(picture, swap_of(picture), mode="replace", colour_match=0.0)
    blended = {name: value for name, value in FILM.items() if not name.startswith("detail")}
    done = composite(picture, swap_of(picture), mode="replace", colour_match=0.0, **blended)
    np.testing.assert_array_equal(done.rgb_linear, plain.rgb_linear)


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_where_the_matte_is_nothing_no_pixel_changes_whatever_the_blend(mode):
    picture = plate()
    done = composite(picture, swap_of(picture, 0.2), mode=mode, about=matte(0.7), **FILM)
    assert not done.changed[:10].any()
    np.testing.assert_array_equal(done.rgb_linear[:10], FROM_MODEL(inside(picture))[:10])


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_light_that_a_model_adds_evenly_is_left_to_the_plate(mode):
    picture = plate(low=0.3, high=0.5)
    plain = composite(picture, swap_of(picture), mode=mode, colour_match=0.0)
    lit = composite(picture, swap_of(picture, 0.15), mode=mode, colour_match=0.0, blend_bands=2.0)
    np.testing.assert_allclose(lit.rgb_linear, plain.rgb_linear, rtol=0.02, atol=2e-3)


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_highlights_and_negatives_come_back_from_the_plate_whatever_the_blend(mode):
    picture = plate(low=0.4, high=0.5)
    picture[100:130, 100:140], picture[60:90, 70:110] = 3.0, -0.3
    done = composite(picture, swap_of(picture), mode=mode, **FILM)
    bright, dark = (
        done.rgb_linear[window.slices(WINDOW)] for window in (Window(115, 125, 145, 145), Window(85, 85, 115, 105))
    )
    assert bright.min() > 0.8 * FROM_MODEL(np.full((1, 1, 3), 3.0, np.float32)).min()
    assert dark.max() < 0.7 * FROM_MODEL(np.full((1, 1, 3), -0.3, np.float32)).max()


@pytest.mark.parametrize("mode", ["residual", "replace"])
@pytest.mark.parametrize("fault", [np.nan, np.inf, 1e30])
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:overflow")
def test_a_fault_of_plate_or_model_stays_where_it_is_whatever_the_blend(mode, fault):
    picture = plate(low=0.4, high=0.5)
    picture[100, 100] = np.nan
    swap = swap_of(picture, 0.1)
    swap.rgb_model[45, 30] = fault
    done = composite(picture, swap, mode=mode, **FILM)
    assert np.isfinite(done.rgb_linear).all()
    assert ((done.weight == 0) & (matte().coverage > 0)).mean() < 0.1


def test_the_face_layer_over_the_plate_is_the_composite_whatever_the_blend():
    picture = plate()
    done = composite(picture, swap_of(picture, 0.2), matte(0.4), mode="replace", **FILM)
    alpha = done.weight[..., None]
    merged = done.face_linear * alpha + FROM_MODEL(inside(picture)) * (1 - alpha)
    np.testing.assert_allclose(done.rgb_linear, merged, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("detail", [0.0, 0.5, 1.0])
def test_how_much_of_the_plates_grain_is_still_there_is_told(detail):
    grain = np.random.default_rng(4).normal(0, 0.01, (REGION.height, REGION.width, 3)).astype(np.float32)
    picture = np.float32(0.4) + grain
    done = composite(picture, swap_of(picture), mode="replace", colour_match=0.0, detail=detail, detail_size=5.0)
    cheek = (slice(50, 68), slice(40, 65))
    light, before = (LIGHT.encode(each[cheek]) for each in (done.rgb_linear, FROM_MODEL(inside(picture))))
    # What comes back through the crop is grain too, but none that is fine.
    fine = [np.diff(each, axis=1).std() for each in (light, before)]
    assert done.kept[cheek].mean() == pytest.approx(detail, abs=0.05)
    assert fine[0] / fine[1] == pytest.approx(detail, abs=0.15)


def test_a_swap_that_is_sharper_than_the_plate_is_put_in_as_soft():
    noise = np.random.default_rng(6).normal(0, 1, (REGION.height, REGION.width, 1))
    octaves = sum(size * gaussian_filter(noise, (size, size, 0), mode="wrap") for size in (1, 2, 4, 8, 16))
    texture = np.repeat(0.5 + 0.1 * octaves / octaves.std(), 3, axis=2).astype(np.float32)
    soft = gaussian_filter(texture, (6, 6, 0)).astype(np.float32)
    swap = Swap(crop_of(texture).rgb_model, {}, crop_of(soft))
    kinds = [composite(soft, swap, mode="replace", sharpness_match=match).rgb_linear for match in (0.0, 0.5, 1.0)]
    middle = (slice(40, 80), slice(50, 90))
    steps = [np.diff(kind[middle], axis=1).std() for kind in (*kinds, FROM_MODEL(inside(soft)))]
    assert steps[0] > steps[1] > steps[2]
    assert steps[2] == pytest.approx(steps[3], rel=0.35)
