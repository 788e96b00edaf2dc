"""The plate as a model gives it back in replace mode: up to white through the crop, the rest as it stood."""

import numpy as np
import pytest

from faceplate.align import invert, resample
from faceplate.colour import model_range
from faceplate.composite import composite_face, crop_to_plate
from faceplate.composite.resampled import hold
from faceplate.swap import FaceSwapSettings, crop_through
from faceplate.values import Matte, Swap, Window
from mesh_face import face_place
from swap_models import card, plain_card

SIDE = 64
SQUARE = Window(0, 0, SIDE, SIDE)
REGION = Window(10, 20, 210, 220)
WINDOW = Window(30, 41, 190, 200)
MATRIX = np.array([[0.3, 0.02, -4.0], [-0.02, 0.3, -2.0]])
LIGHT = model_range(plain_card)
SKIN = 0.25
REPLACE = FaceSwapSettings(mode="replace", colour_match=0.0)
PLACE = face_place(70.0, (95.0, 90.0))


def result(linear, light=LIGHT, matrix=MATRIX, change=0.0):
    """The composite's light over the whole window, for a model of this change."""
    crop = crop_through(matrix, SIDE, shown(linear, light), REGION)
    swap = Swap(crop.rgb_model + np.float32(change), {}, crop)
    matte = Matte(WINDOW, np.ones((WINDOW.height, WINDOW.width), np.float32))
    return composite_face(inside(linear), swap, matte, light, REPLACE, PLACE)


def inside(picture):
    return picture[WINDOW.slices(REGION)]


def shown(linear, light=LIGHT):
    seen = np.nan_to_num(light.encode(linear), nan=0.0, posinf=np.inf, neginf=0.0)
    return np.clip(seen, *light.smooth).astype(np.float32)


def there_and_back(linear, light=LIGHT, matrix=MATRIX):
    """What the model sees of a plate, through its crop and out again, in light."""
    crop = resample(shown(linear, light), REGION, matrix, SQUARE)
    return light.decode(resample(crop, SQUARE, invert(matrix), WINDOW))


def skin(noise=0.02):
    random = np.random.default_rng(0)
    light = SKIN * np.exp(random.normal(0, noise, (REGION.height, REGION.width, 1)))
    return (light * [1.0, 0.97, 0.9]).astype(np.float32)


def with_discs(light, height, radii=(1, 3, 6)):
    """Hard highlights of several sizes, many times as bright as white."""
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]]
    for place, radius in enumerate(radii):
        spot = (columns - 60 - 40 * place) ** 2 + (rows - 100) ** 2 <= radius**2
        light = np.where(spot[..., None], np.float32(height), light)
    return light


@pytest.mark.parametrize("matrix", [MATRIX, MATRIX * [[2.0, 2.0, 6.0]], MATRIX * [[0.5, 1.0, 1.0], [0.5, 1.0, 1.0]]])
def test_a_plate_within_black_and_white_is_only_filtered(matrix):
    encoded = np.random.default_rng(1).random((REGION.height, REGION.width, 3), np.float32)
    linear = LIGHT.decode(encoded)
    np.testing.assert_allclose(
        result(linear, matrix=matrix).rgb_linear, there_and_back(linear, matrix=matrix), rtol=1e-4, atol=1e-5
    )


def test_noise_and_hard_edges_below_black_are_only_filtered():
    linear = skin()
    linear[80:120, 80:120] = np.random.default_rng(2).normal(0, 0.02, (40, 40, 1)).clip(-0.06, 0.06)
    np.testing.assert_allclose(result(linear).rgb_linear, there_and_back(linear), atol=1e-5)


@pytest.mark.parametrize("encoding", ["srgb", "acescct", "acescg"])
@pytest.mark.parametrize("height", [1.2, 4.0, 64.0, 65504.0])
def test_of_a_highlight_as_much_as_white_is_filtered_and_the_rest_stands_where_it_stood(encoding, height):
    light = model_range(card(encoding=encoding))
    linear = with_discs(skin(), height)
    rest = inside(linear) - light.decode(inside(shown(linear, light)))
    expected = there_and_back(linear, light) + rest
    np.testing.assert_allclose(result(linear, light).rgb_linear, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("height", [2.0, 17.0, 64.0])
@pytest.mark.parametrize("gain", [0.5, 1.0])
def test_a_catch_light_stays_as_small_as_it_was_and_loses_no_more_than_white(height, gain):
    """Whatever the model makes of what it sees of it, through a crop three times as coarse."""
    matrix = MATRIX / 3
    linear = with_discs(skin(), height, radii=(0.5, 1, 2))
    crop = crop_through(matrix, SIDE, shown(linear), REGION)
    done = result(linear, matrix=matrix, change=(gain - 1) * crop.rgb_model).rgb_linear
    before, lit = inside(linear), inside(LIGHT.encode(linear) > 1)
    assert lit.any()
    assert (done[lit] >= before[lit] - 1).all()
    assert (done[lit] <= 1.001 * before[lit]).all()
    assert (done[~lit] < 1).all()


def test_around_a_highlight_there_is_no_ring_but_that_of_white():
    linear = with_discs(skin(), 64.0)
    dark = inside(LIGHT.encode(linear)) <= 1
    rings = result(linear).rgb_linear[dark] - there_and_back(linear)[dark]
    assert np.abs(rings).max() < 1e-5
    crop = resample(LIGHT.encode(linear), REGION, MATRIX, SQUARE)
    whole = LIGHT.decode(resample(crop, SQUARE, invert(MATRIX), WINDOW))
    assert (whole - there_and_back(linear))[dark].min() < -0.02


def test_it_is_told_which_pixels_keep_the_plates_own_grain():
    encoded = LIGHT.encode(skin())
    encoded[100, 100], encoded[110, 100, 0], encoded[120, 100, :2] = 3.0, 1.01, -2.0
    expected = np.zeros((REGION.height, REGION.width))
    expected[[100, 110, 120], 100] = 1, 1 / 3, 2 / 3
    held = encoded.copy()
    np.testing.assert_allclose(hold(held, LIGHT.smooth), expected, atol=1e-6)
    np.testing.assert_array_equal(held, np.clip(encoded, *map(np.float32, LIGHT.smooth)))
    done = result(LIGHT.decode(encoded))
    np.testing.assert_allclose(done.kept, inside(expected), atol=1e-6)


@pytest.mark.parametrize("encoding", ["srgb", "acescct", "acescg"])
def test_light_rises_on_where_the_models_white_is_crossed_and_is_what_it_was(encoding):
    """A slope of light from a tenth of white to ten times white, one stop over eight pixels of the crop."""
    light = model_range(card(encoding=encoding))
    columns = np.arange(REGION.width)
    slope = np.broadcast_to(0.05 * 2.0 ** (columns / 24)[None, :, None], (REGION.height, REGION.width, 3))
    done = result(slope.astype(np.float32), light).rgb_linear
    stops = np.log2(done / inside(slope))[:, 20:-20]
    assert np.abs(stops).max() < 0.02
    assert (np.diff(done, axis=1) > 0).all()


def test_nan_and_infinity_do_not_spread():
    linear = with_discs(skin(), 16.0)
    linear[90, 90], linear[95, 110], linear[99, 99] = np.nan, np.inf, -np.inf
    done = result(linear)
    assert np.isfinite(done.rgb_linear).all()
    assert (done.weight == 0).sum() == 3


def test_a_change_of_the_crop_is_added_to_what_the_plate_alone_would_be_highlights_and_all():
    light = model_range(card(encoding="acescg"))
    linear = with_discs(skin(), 20.0)
    change = np.random.default_rng(3).normal(0, 0.2, (SIDE, SIDE, 3)).astype(np.float32)
    made = result(linear, light, change=change).rgb_linear
    expected = result(linear, light).rgb_linear + crop_to_plate(change, MATRIX, WINDOW)
    np.testing.assert_allclose(made, expected, atol=1e-4)
