import numpy as np
import pytest

from faceplate.align import invert, resample
from faceplate.colour import model_range
from faceplate.composite.resampled import PlateRegion, crop_to_plate, faint, put_through
from faceplate.swap import crop_through
from faceplate.values import Window
from swap_models import card, plain_card

SIDE = 64
SQUARE = Window(0, 0, SIDE, SIDE)
REGION = Window(10, 20, 210, 220)
WINDOW = Window(30, 41, 190, 200)
MATRIX = np.array([[0.3, 0.02, -4.0], [-0.02, 0.3, -2.0]])
CROP_PX = 4
LIGHT = model_range(plain_card)
SKIN = 0.25


def result(picture, light=LIGHT, matrix=MATRIX):
    crop = crop_through(matrix, SIDE, shown(picture, light), REGION)
    unchanged = np.zeros_like(crop.rgb_plate)
    return put_through(unchanged, PlateRegion(REGION, picture, picture), crop, WINDOW, light)


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


def neighbours(picture, reach=CROP_PX):
    size = 2 * reach + 1
    padded = np.pad(picture, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(0, 1))
    inside = WINDOW.slices(REGION)
    return around.min(axis=(-1, -2))[inside], around.max(axis=(-1, -2))[inside]


@pytest.mark.parametrize("matrix", [MATRIX, MATRIX * [[2.0, 2.0, 6.0]], MATRIX * [[0.5, 1.0, 1.0], [0.5, 1.0, 1.0]]])
def test_a_plate_within_black_and_white_is_only_filtered(matrix):
    picture = np.random.default_rng(1).random((REGION.height, REGION.width, 3), np.float32)
    np.testing.assert_array_equal(result(picture, matrix=matrix), there_and_back(picture, matrix))


def test_noise_and_hard_edges_below_black_are_only_filtered():
    light = skin()
    light[80:120, 80:120] = np.random.default_rng(2).normal(0, 0.02, (40, 40, 1)).clip(-0.06, 0.06)
    picture = LIGHT.encode(light)
    np.testing.assert_allclose(result(picture), there_and_back(picture), atol=1e-5)


@pytest.mark.parametrize("height", [2.0, 64.0])
def test_a_highlight_that_the_crop_resolves_is_only_filtered(height):
    rows, columns = np.mgrid[: REGION.height, : REGION.width]
    spot = np.exp(-((columns - 100) ** 2 + (rows - 100) ** 2) / 2 / (3 * CROP_PX) ** 2)[..., None]
    picture = LIGHT.encode((skin() * (1 - spot) + height * spot).astype(np.float32))
    np.testing.assert_allclose(result(picture), there_and_back(picture), atol=0.25 / 1023)


@pytest.mark.parametrize("height", [2.0, 4.0, 16.0, 64.0])
def test_a_hard_highlight_draws_no_ring_that_white_would_not_draw(height):
    picture = LIGHT.encode(with_discs(skin(), height))
    done, white = result(picture), there_and_back(np.clip(picture, 0, 1))
    lowest, highest = neighbours(picture)
    assert (done >= np.minimum(lowest, white) - faint - 1e-5).all()
    assert (done <= np.maximum(highest, white) + faint + 1e-5).all()


def test_the_filter_alone_would_draw_a_ring():
    picture = LIGHT.encode(with_discs(skin(), 16.0))
    white = there_and_back(np.clip(picture, 0, 1))
    assert (there_and_back(picture) - np.minimum(neighbours(picture)[0], white)).min() < -0.05


@pytest.mark.parametrize("height", [4.0, 64.0])
def test_where_it_stays_among_its_neighbours_a_hard_highlight_is_only_filtered(height):
    picture = LIGHT.encode(with_discs(skin(), height))
    expected = there_and_back(picture)
    lowest, highest = neighbours(picture, reach=CROP_PX - 1)
    among = (expected >= lowest) & (expected <= highest)
    assert among.mean() > 0.9
    np.testing.assert_allclose(result(picture)[among], expected[among], atol=2e-5)


def test_a_firefly_keeps_its_height_and_lights_no_more_than_a_highlight_would():
    light = skin()
    light[100, 100] = 64.0
    highlight = result(LIGHT.encode(light))
    light[100, 100] = 65504.0
    firefly = result(LIGHT.encode(light))
    at = (100 + REGION.top - WINDOW.top, 100 + REGION.left - WINDOW.left)
    rest = LIGHT.encode(np.full((1, 1, 3), 65504, np.float32))[0, 0] - LIGHT.filtered[1]
    np.testing.assert_allclose(firefly[at] - highlight[at], rest, rtol=0.1)
    others = np.ones(firefly.shape[:2], bool)
    others[at] = False
    assert np.abs(firefly - highlight)[others].max() < 0.3 * np.abs(highlight).max()


@pytest.mark.parametrize("encoding", ["srgb", "acescct", "acescg"])
def test_light_comes_back_without_a_step_where_the_models_white_is_crossed(encoding):
    """A slope of light from a tenth of white to ten times white, one stop over eight pixels."""
    light = model_range(card(encoding=encoding))
    columns = np.arange(REGION.width)
    slope = np.broadcast_to(0.05 * 2.0 ** (columns / 24)[None, :, None], (REGION.height, REGION.width, 3))
    done = light.decode(result(light.encode(slope.astype(np.float32)), light))[:, 20:-20]
    steps = np.diff(np.log2(done), axis=1)
    np.testing.assert_allclose(steps, 1 / 24, atol=2e-3)


def test_nan_and_infinity_do_not_spread():
    picture = LIGHT.encode(with_discs(skin(), 16.0))
    picture[90, 90], picture[95, 110], picture[99, 99] = np.nan, np.inf, -np.inf
    assert np.isfinite(result(picture)).all()


def test_a_change_of_the_crop_is_added_to_what_the_plate_alone_would_be_highlights_and_all():
    picture = with_discs(skin(), 20.0)
    crop = crop_through(MATRIX, SIDE, shown(picture, LIGHT), REGION)
    change = np.random.default_rng(3).normal(0, 0.2, (SIDE, SIDE, 3)).astype(np.float32)
    made = put_through(change, PlateRegion(REGION, picture, picture), crop, WINDOW, LIGHT)
    np.testing.assert_allclose(made, result(picture) + crop_to_plate(change, MATRIX, WINDOW), atol=2e-5)
