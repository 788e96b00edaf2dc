import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faceplate.grain.response.lookup import (
    CHUNK,
    exposure_edges,
    exposure_slots,
    look_up,
    look_up_plane,
    slots_between,
    table_of,
)

NARROW = slots_between(0, 10, 5)


def found(function, exposure, edges, slots):
    numbers, values = np.asarray(exposure, np.float32), np.empty(np.size(exposure), np.float32)
    look_up_plane(table_of(function(edges)), numbers, *slots, values)
    return values


def test_slots_are_as_many_a_stop_as_asked_for_and_evenly_spaced_in_it():
    edges = NARROW.edges()
    assert edges.size == 10 * 2**5 + 1
    assert np.array_equal(edges[: 2**5 + 1], np.linspace(1, 2, 2**5 + 1))
    assert np.array_equal(edges[:: 2**5], np.exp2(np.arange(11)))


def test_the_first_exposure_is_black():
    assert exposure_edges()[0] == 0
    assert (np.diff(exposure_edges()) > 0).all()


@given(st.lists(st.floats(2.0**-30, 2.0**30, width=32), min_size=1, max_size=50))
@settings(max_examples=100, deadline=None)
def test_a_look_up_is_linear_interpolation_between_edges(numbers):
    values = found(np.sqrt, numbers, exposure_edges(), exposure_slots)
    true = np.interp(np.float32(numbers), exposure_edges(), np.sqrt(exposure_edges()))
    assert values == pytest.approx(true, rel=5e-7)


def test_edges_themselves_are_exact():
    values = found(np.sqrt, NARROW.edges(), NARROW.edges(), NARROW)
    assert np.array_equal(values, np.sqrt(NARROW.edges()).astype(np.float32))


def test_numbers_beyond_the_slots_have_the_value_at_their_end_and_nan_has_none():
    ends = [-np.inf, -5.0, -0.0, 0.5, 1.0, 1024.0, 2000.0, np.inf, np.nan, -np.nan]
    assert found(np.sqrt, ends, NARROW.edges(), NARROW).tolist() == [1, 1, 1, 1, 1, 32, 32, 32, 0, 0]


def test_neighbouring_numbers_never_fall_where_the_function_does_not():
    start = np.array([0.17, 1.0, 2.0**-40, 3.9999], np.float32).view(np.int32)
    numbers = (start[:, None] + np.arange(-3000, 3000, dtype=np.int32)).view(np.float32)
    for row in numbers:
        assert (np.diff(found(lambda x: np.sqrt(x + 1e-3), row, exposure_edges(), exposure_slots)) >= 0).all()


@pytest.mark.parametrize("pixels", [0, 1, CHUNK // 3 - 1, CHUNK // 3, CHUNK // 3 + 1, 2 * CHUNK])
def test_three_tables_are_looked_up_side_by_side(pixels):
    rgb = np.exp2(np.random.default_rng(0).uniform(-12, 8, 3 * pixels)).astype(np.float32)
    functions = (np.sqrt, np.square, np.cbrt)
    values = np.empty_like(rgb)
    look_up(np.stack([table_of(each(exposure_edges())) for each in functions]), rgb, values)
    for channel, function in enumerate(functions):
        alone = found(function, rgb[channel::3], exposure_edges(), exposure_slots)
        assert np.array_equal(values[channel::3], alone)
