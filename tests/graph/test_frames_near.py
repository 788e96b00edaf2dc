"""Frames and those beside them: each read once, few held at a time, none from beyond the clip."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from faceplate.graph.frames_near import FramesNear
from faceplate.plate import default_workers
from faceplate.values import ChannelGroup, Plate, Window
from shots import plate_frame

SMALL = Window(0, 0, 32, 16)


def a_plate(frames, *, alive=None, sizes=None, reads=None):
    """A plate of small frames that are made when asked for."""

    def read(number):
        if reads is not None:
            reads.append(number)
        frame = plate_frame(number, data=(sizes or {}).get(number, SMALL))
        if alive is not None:
            alive[number] = frame.groups[0]
        return frame

    return Plate("generated", tuple(frames), "ACEScg", read, state=lambda number: f"s{number}")


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1003, (1001, 1002, 1004)), (1001, (1002, 1003)), (1007, ()), (1004, (1002, 1003))],
)
def test_neighbours_are_those_that_the_plate_holds(number, expected):
    near = FramesNear(a_plate([1001, 1002, 1003, 1004, 1007]), 2)
    assert near.numbers(number) == expected
    assert [each.number for each in near.beside(near.read(number))] == list(expected)
    assert near.state(number) == " ".join(f"s{each}" for each in expected)


def test_each_frame_is_read_once_while_a_pass_goes_over_it():
    reads = []
    near = FramesNear(a_plate(range(1, 41), reads=reads), 2)
    for number in range(1, 41):
        near.beside(near.read(number))
    assert sorted(reads) == list(range(1, 41))


@pytest.mark.parametrize("reach", [0, 1, 3])
def test_what_is_held_does_not_grow_with_the_plate(reach):
    alive = weakref.WeakValueDictionary()
    near = FramesNear(a_plate(range(1, 101), alive=alive), reach)
    most = 0
    for number in range(1, 101):
        near.beside(near.read(number))
        gc.collect()
        most = max(most, len(alive))
    assert most <= 2 * (reach + default_workers) + 1


def test_a_neighbour_of_another_size_is_left_out():
    near = FramesNear(a_plate([1, 2, 3], sizes={3: Window(0, 0, 16, 16)}), 1)
    assert [each.number for each in near.beside(near.read(2))] == [1]


def test_the_plate_of_some_frames_reads_the_very_same_pictures():
    whole = a_plate([1, 2, 3])
    few = FramesNear(whole, 1).plate((2,))
    assert few == replace(whole, frames=(2,))
    np.testing.assert_array_equal(few.read(2).stored(SMALL), whole.read(2).stored(SMALL))
    assert isinstance(few.read(2).groups[0], ChannelGroup)
