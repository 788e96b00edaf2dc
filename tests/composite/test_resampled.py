import numpy as np
import pytest

from faceplate.align import invert, resample
from faceplate.colour import model_range
from faceplate.composite.resampled import crop_to_plate, put_through
from faceplate.swap import crop_through
from faceplate.values import Window
from swap_models import card, plain_card

SIDE = 64
SQUARE = Window(0, 0, SIDE, SIDE)
REGION = Window(10, 20, 210, 220)
WINDOW = Window(30, 41, 190, 200)
MATRIX = np.array([[0.3, 0.02, -4.0], [-0.02, 0.3, -2.0]])
LIGHT = model_range(plain_card)
SKIN = 0.25


def result(picture, light=LIGHT, matrix=MATRIX, change=0.0):
    return through(picture, light, matrix, change)[0]


def through(picture, light=LIGHT, matrix=MATRIX, change=0.0):
    crop = crop_through(matrix, SIDE, shown(picture, light), REGION)
    changes = np.zeros_like(crop.rgb_plate) + np.float32(change)
    return put_through(changes, picture[WINDOW.slices(REGION)].copy(), crop, WINDOW, light.smooth)


def shown(picture, light):
    return np.clip(np.nan_to_num(picture, nan=0.0, posinf=1.0, neginf=0.0), *light.smooth).astype(np.float32)


def there_and_back(picture, matrix=MATRIX):
    return resample(resample(picture, REGION, matrix, SQUARE), SQUARE, invert(matrix), WINDOW)


def skin(noise=0.02):
    random = np.random.default_rng(0)
    light = SKIN * np.exp(random.normal(0, noise, (REGION.height, REGION.width, 1)))
    return (light * [1.0, 0.97, 0.9]).astype(np.float32)


def with_discs(light, height, radii=(1, 3, 6)):
    """Hard highlights of several sizes, many times as bright as white."""
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]]
    for place, radius in enumerate(radii):
        inside = (columns - 60 - 40 * place) ** 2 + (rows - 100) ** 2 <= radius**2
        light = np.where(inside[..., None], np.float32(height), light)
    return light


@pytest.mark.parametrize("matrix", [MATRIX, MATRIX * [[2.0, 2.0, 6.0]], MATRIX * [[0.5, 1.0, 1.0], [0.5, 1.0, 1.0]]])
def test_a_plate_within_black_and_white_is_only_filtered(matrix):
    picture = np.random.default_rng(1).random((REGION.height, REGION.width, 3), np.float32)
    np.testing.assert_array_equal(result(picture, matrix=matrix), there_and_back(picture, matrix))


def test_noise_and_hard_edges_below_black_are_only_filtered():
    light = skin()
    light[80:120, 80:120] = np.random.default_rng(2).normal(0, 0.02, (40, 40, 1)).clip(-0.06, 0.06)
    picture = LIGHT.encode(light)
    np.testing.assert_allclose(result(picture), there_and_back(picture), atol=1e-5)


@pytest.mark.parametrize("height", [1.2, 4.0, 64.0, 65504.0])
def test_of_a_highlight_as_much_as_white_is_filtered_and_the_rest_stands_where_it_stood(height):
    picture = LIGHT.encode(with_discs(skin(), height))
    white = shown(picture, LIGHT)
    expected = there_and_back(white) + (picture - white)[WINDOW.slices(REGION)]
    np.testing.assert_allclose(result(picture), expected, atol=1e-5)


@pytest.mark.parametrize("height", [4.0, 16.0, 64.0])
@pytest.mark.parametrize("gain", [0.5, 1.0])
def test_a_catch_light_stays_as_small_and_nearly_as_bright_as_it_was(height, gain):
    """Whatever the model makes of what it sees of it, through a crop three times as coarse."""
    matrix = MATRIX / 3
    picture = LIGHT.encode(with_discs(skin(), height, radii=(0.5, 1, 2)))
    crop = crop_through(matrix, SIDE, shown(picture, LIGHT), REGION)
    done = result(picture, matrix=matrix, change=(gain - 1) * crop.rgb_plate)
    lit = (picture > 1)[WINDOW.slices(REGION)]
    before = picture[WINDOW.slices(REGION)]
    assert lit.any()
    assert (done[lit] >= before[lit] - 1).all()
    assert (done[lit] <= before[lit]).all()
    assert (done[~lit] < 1).all()


def test_around_a_highlight_there_is_no_ring_but_that_of_white():
    picture = LIGHT.encode(with_discs(skin(), 64.0))
    dark = picture[WINDOW.slices(REGION)] <= 1
    rings = result(picture)[dark] - there_and_back(np.clip(picture, 0, 1))[dark]
    assert np.abs(rings).max() < 1e-5
    assert (there_and_back(picture) - there_and_back(np.clip(picture, 0, 1)))[dark].min() < -0.05


def test_it_is_told_which_pixels_keep_the_plates_own_grain():
    picture = LIGHT.encode(skin())
    picture[100, 100], picture[110, 100, 0], picture[120, 100, :2] = 3.0, 1.01, -2.0
    _, beyond = through(picture)
    expected = np.zeros((REGION.height, REGION.width))
    expected[[100, 110, 120], 100] = 1, 1 / 3, 2 / 3
    np.testing.assert_allclose(beyond, expected[WINDOW.slices(REGION)], atol=1e-6)


@pytest.mark.parametrize("encoding", ["srgb", "acescct", "acescg"])
def test_light_rises_on_where_the_models_white_is_crossed_and_is_what_it_was(encoding):
    """A slope of light from a tenth of white to ten times white, one stop over eight pixels of the crop."""
    light = model_range(card(encoding=encoding))
    columns = np.arange(REGION.width)
    slope = np.broadcast_to(0.05 * 2.0 ** (columns / 24)[None, :, None], (REGION.height, REGION.width, 3))
    done = light.decode(result(light.encode(slope.astype(np.float32)), light))
    stops = np.log2(done / slope[WINDOW.slices(REGION)])[:, 20:-20]
    assert np.abs(stops).max() < 0.02
    assert (np.diff(done, axis=1) > 0).all()


def test_nan_and_infinity_do_not_spread():
    picture = LIGHT.encode(with_discs(skin(), 16.0))
    picture[90, 90], picture[95, 110], picture[99, 99] = np.nan, np.inf, -np.inf
    assert np.isfinite(result(picture)).all()


def test_a_change_of_the_crop_is_added_to_what_the_plate_alone_would_be_highlights_and_all():
    picture = LIGHT.encode(with_discs(skin(), 20.0))
    change = np.random.default_rng(3).normal(0, 0.2, (SIDE, SIDE, 3)).astype(np.float32)
    made = result(picture, change=change)
    np.testing.assert_allclose(made, result(picture) + crop_to_plate(change, MATRIX, WINDOW), atol=2e-5)
