import numpy as np
import pytest

from faceplate.align.strided import combined_rows, halved_columns


def slowly(plane, taps, first, count):
    reach = taps.size // 2
    wide = np.pad(plane.astype(np.float64), ((0, 0), (reach + 2 * count + 2,) * 2), mode="edge")
    at = reach + 2 * count + 2 + first + 2 * np.arange(count)
    return sum(taps[tap] * wide[:, at + tap - reach] for tap in range(taps.size))


@pytest.mark.parametrize("columns", [1, 2, 3, 7, 12, 40, 41])
@pytest.mark.parametrize("reach", [1, 2, 5, 9])
@pytest.mark.parametrize("first", [0, 1])
def test_every_second_column_is_the_filtered_pictures(columns, reach, first):
    random = np.random.default_rng(columns)
    plane, taps = random.normal(size=(3, columns)).astype(np.float32), random.normal(size=2 * reach + 1)
    count = -(-(columns - first) // 2)
    halved = halved_columns(plane, taps.astype(np.float32), first, count)
    assert halved.shape == (3, count)
    np.testing.assert_allclose(halved, slowly(plane, taps, first, count), atol=1e-5)


def test_a_column_of_a_larger_picture_is_halved_as_a_picture_of_its_own():
    picture = np.random.default_rng(0).normal(size=(6, 20, 3)).astype(np.float32)
    taps = np.float32([0.25, 0.5, 0.25])
    for channel in np.moveaxis(picture, -1, 0):
        np.testing.assert_array_equal(halved_columns(channel, taps, 1, 9), halved_columns(channel.copy(), taps, 1, 9))


def test_rows_are_weighted_sums_and_repeat_the_first_and_the_last():
    picture = np.random.default_rng(0).normal(size=(5, 4, 3)).astype(np.float32)
    weights = np.float32([[1, 2, 0, 3, 4, 5], [0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]])
    combined = combined_rows(picture, np.array([-2, 0, 9]), weights)
    first = 3 * picture[0] + 3 * picture[1] + 4 * picture[2] + 5 * picture[3]
    np.testing.assert_allclose(combined[0], first, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(combined[1], 0)
    np.testing.assert_array_equal(combined[2], picture[4])
