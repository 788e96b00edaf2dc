import numpy as np
import pytest

from faceplate.align import invert
from faceplate.align.pinpoint import _table, _weigh, read_pinpoint
from faceplate.values import Window

SOURCE = Window(-5, 7, 91, 87)
TARGET = Window(3, -2, 43, 38)
TURNED = np.array([[0.55, 0.11, -3.0], [-0.11, 0.55, -5.0]])


def planes(seed=0):
    return np.random.default_rng(seed).random((3, SOURCE.height, SOURCE.width), np.float32)


def wave(x, y, frequency):
    return np.cos(2 * np.pi * (frequency[0] * x + frequency[1] * y)).astype(np.float32)


def middles(window):
    return np.meshgrid(np.arange(window.left, window.right) + 0.5, np.arange(window.top, window.bottom) + 0.5)


@pytest.mark.parametrize("frequency", [(0.0, 0.0), (0.1, 0.0), (0.05, -0.2), (0.22, 0.2)])
def test_a_wave_is_read_at_the_very_place_of_each_pixel(frequency):
    seen = read_pinpoint(wave(*middles(SOURCE), frequency)[np.newaxis], SOURCE, TURNED, TARGET)
    x, y = middles(TARGET)
    back = invert(TURNED)
    there = [line[0] * x + line[1] * y + line[2] for line in back]
    inside = np.all(
        [(at > low + 4) & (at < high - 4) for at, low, high in zip(there, SOURCE[:2], SOURCE[2:], strict=True)], axis=0
    )
    assert inside.sum() > 500
    np.testing.assert_allclose(seen[inside][:, 0], wave(*there, frequency)[inside], atol=4e-3)


def test_the_picture_itself_comes_back_where_nothing_moves():
    seen = read_pinpoint(planes(), SOURCE, np.eye(2, 3), SOURCE)
    np.testing.assert_array_equal(seen, np.moveaxis(planes(), 0, -1))


def test_beyond_its_edge_the_picture_repeats_its_last_row_and_column():
    wide = np.pad(planes(), ((0, 0), (30, 30), (30, 30)), mode="edge")
    target = Window(-30, -30, 80, 80)
    plain = read_pinpoint(planes(), SOURCE, TURNED, target)
    np.testing.assert_allclose(plain, read_pinpoint(wide, SOURCE.grow(30), TURNED, target), atol=1e-6)


def test_a_part_has_the_bits_of_the_whole_and_a_part_of_the_source_gives_them_too():
    random = np.random.default_rng(0)
    source, target, part = Window(-300, -200, 500, 570), Window(0, 0, 400, 400), Window(37, 91, 380, 366)
    some = Window(-297, -193, 500, 570)
    plane = random.random((1, source.height, source.width), np.float32)
    for angle in random.uniform(-3, 3, 12):
        linear = 0.9 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = np.column_stack([linear, random.uniform(197, 203, 2) - linear @ [100.0, 185.0]])
        whole = read_pinpoint(plane, source, matrix, target)
        np.testing.assert_array_equal(read_pinpoint(plane, source, matrix, part), whole[part.slices(target)])
        np.testing.assert_array_equal(read_pinpoint(plane[:, *some.slices(source)], some, matrix, target), whole)


@pytest.mark.parametrize("below", [-1e-17, -5e-324])
def test_a_place_that_is_no_float_below_a_pixel_has_taps_of_its_own(below):
    fenced, weights = np.full((_table.shape[0] + 1, *_table.shape[1:]), np.nan, np.float32), np.empty(8, np.float32)
    fenced[:-1] = _table
    first = _weigh(below, fenced[:-1], weights)
    assert (np.flatnonzero(weights > 1e-6) + first).tolist() == [0]
