import numpy as np
import pytest

from faceplate.grain import frames_apart, frames_to_measure
from faceplate.grain.measure.compared import compared


def picture(value, size=(40, 40)):
    return np.full((*size, 3), value, np.float32)


def told(frames):
    return [(seen.number, seen.before and seen.before[0], seen.held) for seen in compared(frames)]


def test_every_frame_is_compared_at_most_once():
    frames = [(number, picture(number)) for number in range(5)]
    assert told(frames) == [(0, None, False), (1, 0, False), (2, None, False), (3, 2, False), (4, None, False)]


def test_a_held_frame_is_no_partner_and_breaks_no_pair():
    frames = [(1, picture(1)), (2, picture(1)), (3, picture(3)), (4, picture(3)), (5, picture(5))]
    assert told(frames) == [(1, None, False), (2, None, True), (3, 1, False), (4, None, True), (5, None, False)]


def test_a_single_other_sample_makes_another_frame():
    other = picture(1)
    other[39, 39, 2] = 2
    assert not told([(1, picture(1)), (2, other)])[1][2]


def test_held_frames_may_hold_nan():
    assert told([(1, picture(np.nan)), (2, picture(np.nan))])[1][2]


def test_frames_of_two_sizes_are_not_compared():
    assert told([(1, picture(1)), (2, picture(2, (48, 40)))])[1] == (2, None, False)


@pytest.mark.parametrize(
    ("numbers", "count", "chosen"),
    [
        (range(1001, 1101), 4, (1025, 1026, 1075, 1076)),
        (range(1001, 1101), 5, (1025, 1026, 1075, 1076)),
        (range(1, 4), 10, (1, 2, 3)),
        (range(1, 101, 10), 3, (11, 51, 81)),
        ([1, 2, 50, 90], 2, (1, 2)),
        (range(1, 9), 1, (5,)),
        ([], 4, ()),
    ],
)
def test_pairs_of_neighbours_are_spread_over_the_shot(numbers, count, chosen):
    assert frames_to_measure(numbers, count) == chosen


def test_order_and_repeats_of_what_is_asked_change_nothing():
    assert frames_to_measure([5, 3, 4, 4, 1, 2, 9, 8], 4) == frames_to_measure([1, 2, 3, 4, 5, 8, 9], 4)


@pytest.mark.parametrize(
    ("numbers", "count", "chosen"),
    [
        (range(1, 101), 4, (20, 44, 58, 82)),
        (range(1, 11), 4, (1, 10)),
        (range(1, 3), 4, ()),
        ((), 4, ()),
        (range(1, 101), 1, ()),
        ([1, 2, 30, 31, 60, 61], 10, ()),
        (range(0, 100, 10), 4, (20, 40, 60, 80)),
        ([8, 3, 6, 6, 5], 10, (3, 8)),
    ],
)
def test_frames_apart_are_pairs_a_second_or_the_whole_shot_apart(numbers, count, chosen):
    assert frames_apart(numbers, count) == chosen
