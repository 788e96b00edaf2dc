from fractions import Fraction

import numpy as np
import pytest

from faceplate.plate import normalised, stored_from
from faceplate.values import Sample

INTEGERS = [Sample.UINT8, Sample.UINT10, Sample.UINT12, Sample.UINT16]
ALL_HALVES = np.arange(2**16, dtype=np.uint16).view(np.float16)


@pytest.mark.parametrize("sample", INTEGERS)
def test_every_code_comes_back_from_its_number(sample):
    codes = np.arange(sample.top_code + 1, dtype=sample.dtype)
    numbers = normalised(codes, sample)
    assert numbers.dtype == np.float32
    assert (numbers[0], numbers[-1]) == (0, 1)
    np.testing.assert_array_equal(stored_from(numbers, sample), codes)


def test_a_number_is_the_code_over_the_top_code():
    numbers = normalised(np.arange(1024, dtype=np.uint16), Sample.UINT10)
    exact = np.array([float(Fraction(code, 1023)) for code in range(1024)])
    np.testing.assert_allclose(numbers, exact, rtol=2**-24)


def test_32_bit_codes_reach_both_ends():
    codes = np.array([0, 2**32 - 1], np.uint32)
    np.testing.assert_array_equal(normalised(codes, Sample.UINT32), [0, 1])
    np.testing.assert_array_equal(stored_from(np.float32([-1, 0, 1, 2]), Sample.UINT32), [0, 0, 2**32 - 1, 2**32 - 1])


@pytest.mark.parametrize("sample", INTEGERS)
def test_numbers_past_the_ends_stop_at_the_ends_and_nan_is_black(sample):
    numbers = np.float32([-np.inf, -1, np.nan, 2, np.inf])
    np.testing.assert_array_equal(stored_from(numbers, sample), [0, 0, 0, sample.top_code, sample.top_code])


def test_every_half_comes_back_from_its_number():
    back = stored_from(normalised(ALL_HALVES, Sample.HALF), Sample.HALF)
    finite_or_infinite = ~np.isnan(ALL_HALVES)
    np.testing.assert_array_equal(
        back.view(np.uint16)[finite_or_infinite], ALL_HALVES.view(np.uint16)[finite_or_infinite]
    )
    assert np.isnan(back[~finite_or_infinite]).all()


def test_half_rounds_to_even_and_becomes_infinite_past_its_range_without_a_warning():
    numbers = np.float32([1 + 2**-11, 1 + 3 * 2**-11, 65519, 65520, -1e30, np.nan])
    half = stored_from(numbers, Sample.HALF)
    np.testing.assert_array_equal(half[:5], np.array([1, 1 + 2**-9, 65504, np.inf, -np.inf], np.float16))
    assert np.isnan(half[5])


def test_float_samples_are_their_own_numbers():
    pixels = np.float32([[np.nan, -1, 1e30]])
    assert normalised(pixels, Sample.FLOAT).tobytes() == pixels.tobytes()
    assert stored_from(pixels, Sample.FLOAT).tobytes() == pixels.tobytes()
