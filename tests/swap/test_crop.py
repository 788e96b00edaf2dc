import numpy as np

from faceplate.swap import cut_crop, region_of
from faceplate.values import Window
from swap_models import SIDE_PX, plain_card

ALIGNMENT = np.array([[1 / 200, 0, -2.0], [0, 1 / 200, -1.5]])
DATA = Window(0, 0, 1000, 900)


def test_the_model_sees_values_within_0_and_1_and_noise_below_black_is_kept_beside():
    region = region_of(ALIGNMENT, plain_card, DATA)
    picture = np.random.default_rng(0).normal(0.02, 0.3, (region.height, region.width, 3)).astype(np.float32)
    crop = cut_crop(picture, region, ALIGNMENT, plain_card)
    assert crop.rgb_model.shape == (SIDE_PX, SIDE_PX, 3)
    assert crop.rgb_model.min() == 0
    assert crop.rgb_plate.min() < 0
    np.testing.assert_array_equal(np.clip(crop.rgb_plate, 0, 1), crop.rgb_model)


def test_the_region_stays_inside_the_plate():
    near_the_corner = np.array([[1 / 200, 0, 0.2], [0, 1 / 200, 0.1]])
    region = region_of(near_the_corner, plain_card, DATA)
    assert region.intersect(DATA) == region
    assert not region.is_empty


def test_a_region_of_another_size_gives_the_same_crop():
    picture = np.random.default_rng(1).random((DATA.height, DATA.width, 3), np.float32)
    region = region_of(ALIGNMENT, plain_card, DATA)
    whole = cut_crop(picture, DATA, ALIGNMENT, plain_card)
    part = cut_crop(np.ascontiguousarray(picture[region.slices(DATA)]), region, ALIGNMENT, plain_card)
    np.testing.assert_allclose(part.rgb_model, whole.rgb_model, atol=1e-5)
