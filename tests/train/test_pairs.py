from dataclasses import replace

import numpy as np
import pytest

from faceplate.train.pairs import VALIDATION, PairSource


@pytest.fixture(scope="module")
def source(small_recipe):
    return PairSource(small_recipe)


@pytest.fixture(scope="module")
def plain(small_recipe):
    views = replace(small_recipe.views, grain=0.0)
    return PairSource(replace(small_recipe, views=views))


def test_a_pair_is_the_same_whatever_was_drawn_before(source):
    alone = source.pair(5)
    source.pair(9)
    again = source.pair(5)
    for first, second in zip(alone, again, strict=True):
        np.testing.assert_array_equal(first, second)


def test_pairs_differ_and_validation_is_never_trained_on(source):
    pictures = [source.pair(index).before for index in (0, 1, VALIDATION)]
    assert np.abs(pictures[0] - pictures[1]).mean() > 0.02
    assert np.abs(pictures[0] - pictures[2]).mean() > 0.02


def test_pictures_and_mattes_are_float32_between_0_and_1(source):
    pair = source.pair(3)
    assert [each.shape for each in pair] == [(64, 64, 3), (64, 64, 3), (64, 64, 1), (64, 64, 1)]
    for each in pair:
        assert each.dtype == np.float32
        assert each.min() >= 0
        assert each.max() <= 1


def test_before_and_after_see_the_same_camera_and_light(plain):
    for index in range(6):
        pair = plain.pair(index)
        outside = pair.matte[..., 0] < 0.001
        assert np.abs(pair.before - pair.after)[outside].mean() < 0.004
        assert np.abs(pair.before - pair.after)[~outside].mean() > 0.008


def test_grain_is_on_the_input_alone(source, plain):
    for index in range(4):
        grainy, clean = source.pair(index), plain.pair(index)
        np.testing.assert_array_equal(grainy.after, clean.after)
        np.testing.assert_array_equal(grainy.matte, clean.matte)
    assert any((source.pair(index).before != plain.pair(index).before).any() for index in range(4))


def test_the_face_stays_in_the_middle_of_the_crop(source):
    rows, columns = np.indices((64, 64)) + 0.5
    for index in range(8):
        matte = source.pair(index).matte[..., 0]
        centre = [(matte * axis).sum() / matte.sum() for axis in (columns, rows)]
        np.testing.assert_allclose(centre, (31.5, 36.5), atol=4)
