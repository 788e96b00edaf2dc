import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from faceplate.swap.batches import Batches


class Tenfold:
    """Ten times each, with what each run was given; the first waits until it is let go."""

    def __init__(self, *, held=False):
        self.runs, self.started, self.go = [], threading.Event(), threading.Event()
        if not held:
            self.go.set()

    def __call__(self, wanted):
        self.runs.append(tuple(wanted))
        self.started.set()
        assert self.go.wait(10)
        return [10 * each for each in wanted]


def queued(batches, count):
    """Waits until so many requests stand in the queue."""
    ends = time.monotonic() + 10
    while len(batches._queue) < count:
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_what_one_asks_for_goes_in_full_batches_and_a_rest_in_their_order():
    run = Tenfold()
    assert Batches(1).answers([1, 2, 3, 4, 5], "", 2, run) == [10, 20, 30, 40, 50]
    assert run.runs == [(1, 2), (3, 4), (5,)]


def test_one_who_is_alone_waits_for_nobody():
    run = Tenfold()
    assert Batches(1).answers([7], "", 8, run) == [70]
    assert run.runs == [(7,)]


def test_what_queues_up_during_a_run_goes_together_in_the_next():
    batches, run = Batches(1), Tenfold(held=True)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(batches.answers, [1], "", 8, run)
        run.started.wait(10)
        others = [threads.submit(batches.answers, [number], "", 8, run) for number in (2, 3, 4)]
        queued(batches, 3)
        run.go.set()
        assert [first.result(10), *(each.result(10) for each in others)] == [[10], [20], [30], [40]]
    assert len(run.runs) == 2
    assert sorted(run.runs[1]) == [2, 3, 4]


def test_what_is_not_alike_never_shares_a_run():
    batches, run = Batches(1), Tenfold(held=True)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(batches.answers, [1], "young", 8, run)
        run.started.wait(10)
        others = [threads.submit(batches.answers, [number], age, 8, run) for number, age in ((2, "old"), (3, "young"))]
        queued(batches, 2)
        run.go.set()
        assert [first.result(10), *(each.result(10) for each in others)] == [[10], [20], [30]]
    assert sorted(run.runs) == [(1,), (2,), (3,)]


def test_as_many_runs_go_side_by_side_as_are_allowed():
    batches, run = Batches(2), Tenfold(held=True)
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(batches.answers, [number], "", 8, run) for number in (1, 2)]
        ends = time.monotonic() + 10
        while len(run.runs) < 2:
            assert time.monotonic() < ends
        run.go.set()
        assert [each.result(10) for each in both] == [[10], [20]]


def test_a_run_that_fails_fails_for_its_caller_alone():
    batches, run = Batches(1), Tenfold(held=True)

    def faulty(wanted):
        raise ValueError(wanted)

    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(batches.answers, [1], "", 8, run)
        run.started.wait(10)
        second = threads.submit(batches.answers, [2], "", 8, faulty)
        third = threads.submit(batches.answers, [3], "", 8, run)
        queued(batches, 2)
        run.go.set()
        assert (first.result(10), third.result(10)) == ([10], [30])
        # Where the third was sooner it answered the second, too.
        assert isinstance(second.exception(10), ValueError) or second.result() == [20]
    with pytest.raises(ValueError, match="4"):
        batches.answers([4], "", 8, faulty)
    assert batches.answers([5], "", 8, run) == [50]


def test_many_threads_all_get_their_own():
    batches, run = Batches(2), Tenfold()
    with ThreadPoolExecutor(8) as threads:
        asked = [range(start, start + 1 + start % 5) for start in range(0, 2000, 10)]
        found = list(threads.map(lambda each: batches.answers(list(each), "", 3, run), asked))
    assert found == [[10 * number for number in each] for each in asked]
    assert max(map(len, run.runs)) <= 3
