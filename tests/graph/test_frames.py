import threading
import time

import pytest

from faceplate.errors import PlateError
from faceplate.graph import for_each_frame, frames


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


def test_when_the_person_stops_it_frames_in_work_are_finished_and_no_other_is_begun(monkeypatch):
    begun, finished = [], []
    started = threading.Event()

    def work(number):
        begun.append(number)
        started.set()
        time.sleep(0.05)
        finished.append(number)

    def stopped_while_waiting(_frames, **_options):
        started.wait()
        raise KeyboardInterrupt

    monkeypatch.setattr(frames, "wait", stopped_while_waiting)
    with pytest.raises(KeyboardInterrupt):
        for_each_frame(range(50), work, workers=1)
    assert finished == begun
    assert 0 < len(begun) < 5
