import threading
import time
import weakref

import pytest

from faceplate.errors import PlateError, StorageError
from faceplate.plate import for_each_frame


def test_every_frame_is_done_once_and_reported():
    done, reported = [], []
    for_each_frame(range(20), done.append, on_frame=reported.append, workers=3)
    assert sorted(done) == sorted(reported) == list(range(20))


def test_a_failed_frame_stops_the_render_and_says_why():
    begun = []

    def work(number):
        begun.append(number)
        if number == 3:
            raise PlateError("frame 3", expected="a", came="b", next_step="c")
        time.sleep(0.01)

    with pytest.raises(PlateError, match="frame 3"):
        for_each_frame(range(200), work, workers=2)
    assert len(begun) < 20


@pytest.mark.parametrize("stages_before", [0, 1])
def test_where_it_is_asked_for_frames_after_a_failed_one_go_on_and_it_is_named(stages_before):
    done, reported, failed = [], [], {}

    def work(number):
        if number in (3, 7):
            raise PlateError(f"frame {number}", expected="a", came="b", next_step="c")
        done.append(number)
        return number

    stages = [work] if not stages_before else [work, lambda number: number]
    for_each_frame(range(20), *stages, on_frame=reported.append, on_fault=failed.__setitem__, workers=2)
    assert sorted(done) == sorted(reported) == [number for number in range(20) if number not in (3, 7)]
    assert {number: fault.thing for number, fault in failed.items()} == {3: "frame 3", 7: "frame 7"}


def test_what_no_other_frame_can_escape_stops_the_render_whatever_is_asked_for():
    def work(number):
        if number == 3:
            raise StorageError("the disk", expected="room", came="none", next_step="free some")
        time.sleep(0.01)

    failed = {}
    with pytest.raises(StorageError, match="the disk"):
        for_each_frame(range(200), work, on_fault=failed.__setitem__, workers=2)
    assert failed == {}


def test_a_frame_goes_through_the_stages_in_order():
    written = []
    for_each_frame(range(30), lambda number: [number], lambda so_far: [*so_far, "worked"], written.append, workers=3)
    assert sorted(written) == [[number, "worked"] for number in range(30)]


@pytest.mark.parametrize("stages_before", [0, 1])
def test_as_many_frames_are_in_the_last_stage_at_once_as_there_are_workers(stages_before):
    together = threading.Barrier(3, timeout=10)
    for_each_frame(range(6), *[lambda number: number] * stages_before, lambda _number: together.wait(), workers=3)
    assert not together.broken


def test_the_next_frame_is_read_while_one_is_written_and_no_more_than_there_is_room_for():
    reading, written, most = threading.Semaphore(0), [], []

    def read(number):
        reading.release()
        most.append(number - len(written))
        return number

    def write(number):
        if number < 9:
            # The next frame has to come while this one is still being written.
            assert reading.acquire(timeout=10)
        time.sleep(0.005)
        written.append(number)

    for_each_frame(range(10), read, lambda number: number, write, workers=1)
    assert written == list(range(10))
    assert max(most) == 1


def test_a_fault_in_a_late_stage_is_the_one_that_is_raised():
    def work(number):
        if number == 2:
            raise PlateError("frame 2", expected="a", came="b", next_step="c")
        return number

    written = []
    with pytest.raises(PlateError, match="frame 2"):
        for_each_frame(range(100), lambda number: number, work, written.append, workers=1)
    assert written[:2] == [0, 1]
    assert len(written) < 10
    assert 2 not in written


def test_when_the_person_stops_it_frames_in_work_are_finished_and_no_other_is_begun():
    begun, finished = [], []

    def work(number):
        begun.append(number)
        time.sleep(0.05)
        finished.append(number)

    def numbers():
        yield from range(3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        for_each_frame(numbers(), work, workers=1)
    assert finished == begun
    assert 0 < len(begun) <= 3


def test_what_a_frame_held_is_let_go_when_it_is_finished():
    alive = []

    class Held:
        pass

    def work(held):
        alive.append(sum(reference() is not None for reference in seen))
        return held

    seen = []

    def read(_number):
        held = Held()
        seen.append(weakref.ref(held))
        return held

    for_each_frame(range(50), read, work, lambda _held: None, workers=2)
    assert max(alive) <= 3
