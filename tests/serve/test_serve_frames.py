import os
import sys
from pathlib import Path

import numpy as np
import pytest
from serve_stand import RawCaller, acquired, engine_at, engine_process, mapped, opens, wait_until

from faceplate.errors import CallError, StorageError
from faceplate.serve import Limits, frames
from faceplate.serve.frames import FrameStore, remove_left_frames

LINUX = frames.seals is not None
WAYS = [pytest.param(True, marks=pytest.mark.skipif(not LINUX, reason="memfd is Linux's own")), False]


@pytest.fixture(params=WAYS, ids=["anonymous", "file"])
def path(request, tmp_path, monkeypatch):
    """A socket's place, with each of the two kinds of memory."""
    if not request.param:
        monkeypatch.setattr(frames, "seals", None)
    return tmp_path / "e.sock"


def test_caller_and_engine_see_the_same_pixels(path):
    with engine_at(path), RawCaller(path) as caller:
        frame = acquired(caller)
        pixels = mapped(frame)
        assert pixels.shape == (2, 3, 4)
        assert not pixels.any()
        pixels[:] = np.arange(24, dtype=np.float32).reshape(2, 3, 4) - 5.5
        expected = pixels * 2
        assert caller.ask("double", frame=frame)["sum"] == float(expected.sum())
        assert pixels.tobytes() == expected.tobytes()


def test_a_frame_that_the_engine_made_is_handed_over(path):
    with engine_at(path), RawCaller(path) as caller:
        frame = caller.ask("ramp")["frame"]
        assert mapped(frame).tolist() == np.arange(24.0).reshape(2, 3, 4).tolist()
        assert caller.ask("release", name=frame["name"])["event"] == "done"
        assert not opens(frame)


def test_a_frame_is_for_its_owner_alone_and_its_name_cannot_be_guessed(path):
    with engine_at(path), RawCaller(path) as caller:
        first, second = acquired(caller), acquired(caller)
        assert Path(first["path"]).stat().st_mode & 0o777 == 0o600
        assert len({first["name"], second["name"]}) == 2
        assert len(first["name"]) == 32


@pytest.mark.skipif(not LINUX, reason="only Linux seals memory")
def test_a_caller_cannot_shorten_memory_under_the_engine(tmp_path):
    with engine_at(tmp_path / "e.sock"), RawCaller(tmp_path / "e.sock") as caller:
        frame = acquired(caller)
        with pytest.raises(PermissionError):
            os.truncate(frame["path"], 0)


def test_memory_that_was_shortened_is_refused_before_it_is_touched(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "seals", None)
    with engine_at(tmp_path / "e.sock"), RawCaller(tmp_path / "e.sock") as caller:
        frame = acquired(caller)
        os.truncate(frame["path"], 4)
        assert caller.ask("double", frame=frame)["came"] == "4 bytes"


@pytest.mark.parametrize("change", [{"width": 400}, {"height": 0}, {"channels": 4}, {"width": "4"}, {"height": True}])
def test_a_frame_of_a_size_that_it_has_not_is_refused(path, change):
    with engine_at(path), RawCaller(path) as caller:
        frame = acquired(caller)
        event = caller.ask("double", frame=frame | change)
        assert (event["kind"], event["thing"]) == ("CallError", f"frame: {next(iter(change))}")


def test_the_frame_of_another_caller_is_refused(path):
    with engine_at(path), RawCaller(path) as one, RawCaller(path) as two:
        frame = acquired(one)
        for event in (two.ask("double", frame=frame), two.ask("release", name=frame["name"])):
            assert (event["kind"], event["came"]) == ("CallError", "another name")
        assert opens(frame)


@pytest.mark.parametrize(
    "size", [(0, 1, 1), (-1, 1, 1), (1 << 17, 1, 1), (1, 1, 257), (1.5, 1, 1), (True, 1, 1), (None, 1, 1)]
)
def test_sizes_that_make_no_sense_are_refused(path, size):
    with engine_at(path), RawCaller(path) as caller:
        width, height, channels = size
        event = caller.ask("acquire", width=width, height=height, channels=channels)
        assert (event["event"], event["kind"]) == ("error", "CallError")


def test_the_frames_of_a_caller_together_have_a_limit(path):
    with engine_at(path, limits=Limits(frame_bytes=200)), RawCaller(path) as one, RawCaller(path) as two:
        frame = acquired(one)
        acquired(one)
        event = one.ask("acquire", width=4, height=3, channels=2)
        assert (event["kind"], event["came"]) == ("CallError", "96 more than 192")
        acquired(two)
        one.ask("release", name=frame["name"])
        acquired(one)


def test_a_machine_without_room_says_so(path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with engine_at(path), RawCaller(path) as caller:
        event = caller.ask("acquire", width=4, height=3, channels=2)
        assert (event["kind"], event["came"]) == ("StorageError", "No space left on device")
        assert list(path.parent.glob("*.frame-*")) == []


def test_what_a_caller_held_is_freed_when_it_goes(path):
    with engine_at(path), RawCaller(path) as witness:
        with RawCaller(path) as caller:
            held = [acquired(caller), caller.ask("ramp")["frame"]]
            assert all(map(opens, held))
        wait_until(lambda: not any(map(opens, held)))
        assert sum(caller["frame_bytes"] for caller in witness.ask("status")["callers"]) == 0


def test_what_a_job_made_for_itself_is_freed_when_it_ends(path):
    with engine_at(path), RawCaller(path) as caller:
        made = caller.ask("scratch")["path"]
        assert caller.ask("status")["callers"][0]["frames"] == 0
        assert "faceplate-" not in os.path.realpath(made)
        assert not Path(made).is_file()


def test_frames_are_freed_when_the_engine_ends(path):
    with engine_at(path), RawCaller(path) as caller:
        frame = acquired(caller)
        pixels = mapped(frame)
    assert not opens(frame)
    pixels += 1  # what is mapped stays whole for whoever maps it


def test_files_that_a_killed_engine_left_are_removed_at_the_next_start(tmp_path):
    name = "0123456789abcdef" * 2
    left, others = tmp_path / f"e.sock.frame-{name}", [f"f.sock.frame-{name}", "e.sock.frame-of-mine.txt"]
    for file in (left, *(tmp_path / other for other in others)):
        file.touch()
    remove_left_frames(tmp_path / "e.sock")
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(others)


def test_a_store_that_is_closed_gives_nothing(tmp_path):
    store = FrameStore(tmp_path / "e.sock", most=9, most_bytes=1000)
    store.close()
    with pytest.raises(CallError, match="still there"):
        store.acquire(1, 1, 1)


def test_a_frame_larger_than_memory_is_an_error_and_not_the_end_of_the_process(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "free_memory", lambda: 190)
    store = FrameStore(tmp_path / "e.sock", most=9, most_bytes=1 << 20)
    with pytest.raises(StorageError, match="190 bytes free"):
        store.acquire(4, 3, 2)
    assert len(store) == 0
    assert store.acquire(4, 3, 1).nbytes == 48
    store.close()


@pytest.mark.skipif(not LINUX, reason="other systems do not say")
def test_free_memory_is_some_and_not_more_than_there_is():
    assert 0 < frames.free_memory() <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_a_caller_has_so_many_frames_and_no_more(path):
    with engine_at(path, limits=Limits(frames=3)), RawCaller(path) as caller, RawCaller(path) as other:
        frames_of_caller = [acquired(caller, 1, 1, 1) for _ in range(3)]
        event = caller.ask("acquire", width=1, height=1, channels=1)
        assert (event["kind"], event["expected"]) == ("CallError", "at most 3 frames of a caller")
        assert acquired(other, 1, 1, 1)
        caller.ask("release", name=frames_of_caller[0]["name"])
        assert acquired(caller, 1, 1, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_frames_never_take_the_files_that_new_callers_need(tmp_path):
    few = (
        "import resource, sys; from faceplate.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)); sys.exit(main())"
    )
    place = tmp_path / "e.sock"
    with engine_process(place, command=(sys.executable, "-c", few)), RawCaller(place) as greedy:
        events = [greedy.ask("acquire", width=1, height=1, channels=1) for _ in range(100)]
        refused = [event for event in events if event["event"] == "error"]
        assert 10 < len(refused) < 90
        assert {event["kind"] for event in refused} == {"StorageError"}
        assert "files to spare" in refused[0]["expected"]
        callers = [RawCaller(place) for _ in range(25)]
        assert all(caller.ask("ping")["event"] == "done" for caller in callers)
        for caller in callers:
            caller.connection.close()
