import numpy as np
import pytest

from faceplate.align import invert
from faceplate.align.pinpoint import read_pinpoint
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


def test_a_part_has_the_bits_of_the_whole():
    whole, part = read_pinpoint(planes(), SOURCE, TURNED, TARGET), Window(10, 5, 25, 31)
    np.testing.assert_array_equal(read_pinpoint(planes(), SOURCE, TURNED, part), whole[part.slices(TARGET)])
