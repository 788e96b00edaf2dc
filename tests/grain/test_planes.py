import numpy as np
import pytest
from grain_plates import TRUTH

from faceplate.grain import sigma_at
from faceplate.grain.apply.planes import planes_of, sigma_planes


@pytest.fixture(scope="module")
def picture():
    """More rows than one thread takes, and what is no number."""
    picture = np.random.default_rng(0).normal(0.1, 0.5, (300, 70, 3)).astype(np.float32)
    picture[4, 5], picture[290, 8, 1] = np.nan, np.inf
    return picture


def test_planes_are_the_channels_of_any_part_of_a_picture(picture):
    for part in (picture, picture[3:, 5:60], picture[::-1, ::-1]):
        assert np.array_equal(planes_of(part), np.moveaxis(part, -1, 0), equal_nan=True)


def test_a_picture_stays_as_it_is_where_it_may_not_be_written_to(picture):
    picture = picture.copy()
    picture.flags.writeable = False
    assert np.array_equal(planes_of(picture)[2], picture[..., 2], equal_nan=True)


def test_the_sigma_of_planes_is_that_of_the_picture_to_the_bit(picture):
    profile = TRUTH.profile()
    assert np.array_equal(sigma_planes(profile, planes_of(picture)), np.moveaxis(sigma_at(profile, picture), -1, 0))
