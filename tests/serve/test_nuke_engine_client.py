import ast
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from serve_stand import CLIENT, engine_at, engine_command, engine_process, plugin_client, wait_until

from faceplate.serve import Limits

client = plugin_client()


@contextmanager
def host(path, **options):
    """A host's engine; the process that it started is gone afterwards."""
    engine = client.Engine("a host", path=path, **{"command": engine_command(), "idle_exit_s": 30, **options})
    try:
        yield engine
    finally:
        started = [process for process in engine._processes if process.poll() is None]
        if started:
            engine.call("shutdown")
        engine.close()
        for process in started:
            process.wait(10)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "e.sock"


def test_the_file_is_python_3_9_and_standard_library_alone():
    source = ast.parse(CLIENT.read_text(encoding="utf-8"), feature_version=(3, 9))
    found = {name.name for node in ast.walk(source) if isinstance(node, ast.Import) for name in node.names}
    found |= {node.module for node in ast.walk(source) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in found} <= sys.stdlib_module_names


def test_nothing_is_started_before_the_first_request(path):
    with host(path):
        assert not path.parent.exists()


def test_the_first_request_starts_the_engine_and_says_so_and_the_next_finds_it(path):
    with host(path) as engine:
        first = list(engine.request("count", deadline_s=20, steps=2))
        assert [event["event"] for event in first] == ["started", "progress", "progress", "done"]
        assert "started" in first[0]["text"]
        with host(path, command=["false"]) as other:
            assert [event["event"] for event in other.request("count", deadline_s=20, steps=1)] == ["progress", "done"]
            other.close()
            assert other.call("ping")["event"] == "done"


def test_two_hosts_that_start_it_at_once_get_the_same_one(path):
    with host(path) as one, host(path) as two:
        pids = []
        threads = [threading.Thread(target=lambda e=e: pids.append(e.call("status")["pid"])) for e in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(pids) == 2
        assert len(set(pids)) == 1
        wait_until(lambda: sum(process.poll() is None for process in one._processes + two._processes) == 1)


def test_an_engine_that_dies_in_the_work_is_started_again_once_and_said_so(path, tmp_path):
    with host(path) as engine:
        first = engine.call("status")["pid"]
        events = list(engine.request("die_once", deadline_s=20, mark=str(tmp_path / "mark")))
        assert [event["event"] for event in events] == ["restarted", "done"]
        assert "died" in events[0]["text"]
        assert events[1]["pid"] != first


def test_an_engine_killed_from_outside_is_started_again_and_the_work_done(path):
    with host(path) as engine:
        pid = engine.call("status")["pid"]
        told = []
        for event in engine.request("count", deadline_s=20, steps=20):
            told.append(event["event"])
            if len(told) == 3:
                os.kill(pid, signal.SIGKILL)
        assert told.count("restarted") == 1
        assert told[-1] == "done"
        assert told[told.index("restarted") + 1 :] == ["progress"] * 20 + ["done"]


def test_a_second_death_under_the_same_work_is_an_error_that_names_the_log(path):
    with host(path) as engine:
        told = []
        with pytest.raises(client.EngineProblem, match="died, was started again, and died again") as problem:
            told.extend(event["event"] for event in engine.request("die", deadline_s=20))
        assert str(engine.log_file) in problem.value.next_step
        assert engine.call("ping")["event"] == "done"


def test_an_engine_that_died_between_requests_is_started_again(path):
    with host(path) as engine:
        pid = engine.call("status")["pid"]
        os.kill(pid, signal.SIGKILL)
        events = [event["event"] for event in engine.request("count", deadline_s=20, steps=1)]
        assert events[0] in {"started", "restarted"}
        assert events[-1] == "done"
        assert engine.call("status")["pid"] != pid


def test_an_engine_that_was_told_to_stop_is_not_started_again_behind_its_back(path):
    with engine_at(path) as served, host(path, command=["false"]) as engine:
        events = iter(engine.request("count", deadline_s=20, steps=1000))
        assert next(events)["event"] == "progress"
        served.stop("signal")
        with pytest.raises(client.EngineProblem, match="was stopped"):
            list(events)


def test_an_engine_that_hangs_is_an_error_and_no_wait_without_end(path, monkeypatch):
    monkeypatch.setattr(client, "DEAF_S", 0.5)
    with engine_process(path, "--heartbeat", "0.6") as (process, _), host(path, command=["false"]) as engine:
        assert engine.call("ping")["event"] == "done"
        process.send_signal(signal.SIGSTOP)
        with pytest.raises(client.EngineProblem, match=r"it did not answer for 0\.5 s"):
            engine.call("status")


def test_errors_are_raised_in_the_engines_own_words(path):
    with engine_at(path), host(path) as engine:
        with pytest.raises(client.EngineProblem) as problem:
            engine.call("refuse")
        assert str(problem.value) == "plate.1001.exr: expected an EXR; came a JPEG. Next: name another file."
        assert problem.value.kind == "PlateError"
        with pytest.raises(client.EngineProblem, match=r"within 0\.2 s") as late:
            engine.call("count", deadline_s=0.2, steps=1000)
        assert late.value.kind == "DeadlineError"


def test_a_cancel_from_another_thread_ends_the_work_within_a_second(path):
    with engine_at(path), host(path) as engine:
        request, told = engine.request("count", deadline_s=20, steps=10_000), []
        worker = threading.Thread(target=lambda: told.extend(event["event"] for event in request))
        worker.start()
        wait_until(lambda: "progress" in told)
        start = time.monotonic()
        request.cancel()
        worker.join(5)
        assert told[-1] == "cancelled"
        assert time.monotonic() - start < 1


def test_a_request_cancelled_before_it_began_asks_nothing(path):
    with engine_at(path), host(path) as engine:
        request = engine.request("count", deadline_s=20, steps=10_000)
        request.cancel()
        assert [event["event"] for event in request] == ["cancelled"]


def test_leaving_the_loop_cancels(path):
    with engine_at(path), host(path) as engine:
        for _event in engine.request("count", deadline_s=20, steps=10_000):
            break
        wait_until(lambda: engine.call("status")["callers"][0]["requests"] == [])


def test_a_host_hears_that_it_waits_so_that_it_can_look_at_its_cancel_button(path):
    with engine_at(path), host(path) as engine:
        events = [event["event"] for event in engine.request("stubborn", deadline_s=20, poll_s=0.1, seconds=1)]
        assert events[0] == "progress"
        assert 5 <= events.count("waiting") <= 10
        assert events[-1] == "done"


def test_the_heartbeat_keeps_a_host_that_is_idle(path):
    with engine_at(path, limits=Limits(silence_s=0.3)), host(path, command=["false"]) as engine:
        frame = engine.acquire(4, 4, 1)
        time.sleep(1)
        assert engine.call("status")["callers"][0]["frames"] == 1
        frame.release()


def test_frames_are_shared_and_released(path):
    with engine_at(path), host(path) as engine:
        with engine.acquire(4, 3, 2) as frame:
            pixels = np.asarray(frame.pixels)
            pixels[:] = np.arange(24) - 3.5
            assert engine.call("double", frame=frame.described)["sum"] == float((np.arange(24) - 3.5).sum() * 2)
            assert pixels[1] == -5.0
            del pixels
        assert engine.call("status")["callers"][0]["frames"] == 0


def test_a_frame_whose_path_leads_elsewhere_is_not_mapped(tmp_path):
    (tmp_path / "other").write_bytes(b"\0" * 4)
    for described in ({"name": "other", "bytes": 8}, {"name": "frame", "bytes": 4}):
        with pytest.raises(client.EngineProblem, match="something else"):
            client._mapped({"path": str(tmp_path / "other"), **described})
    with pytest.raises(client.EngineProblem, match="No such file"):
        client._mapped({"path": str(tmp_path / "absent"), "name": "absent", "bytes": 4})


def test_a_request_longer_than_the_engine_takes_is_refused_here(path):
    with engine_at(path, limits=Limits(message_bytes=1000)), host(path) as engine:
        with pytest.raises(client.EngineProblem, match="at most 1000 bytes"):
            engine.call("count", script="x" * 1000)
        assert engine.call("ping")["event"] == "done"


def test_no_engine_to_be_found_says_what_to_set(path, monkeypatch):
    monkeypatch.delenv("FACEPLATE_ENGINE", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(client.EngineProblem, match="FACEPLATE_ENGINE"):
        client.Engine("a host", path=path).call("ping")


def test_an_engine_that_does_not_start_is_told_with_its_last_words(path):
    command = [sys.executable, "-c", "import sys; sys.exit('no such module')"]
    with pytest.raises(client.EngineProblem, match="no such module") as problem:
        client.Engine("a host", path=path, command=command).call("ping")
    assert str(path.with_name("e.sock.log")) in problem.value.next_step


def test_an_engine_that_was_halted_is_told_in_time_and_in_words(path):
    with engine_process(path) as (process, _):
        process.send_signal(signal.SIGSTOP)
        for _ in range(2):
            start = time.monotonic()
            with pytest.raises(client.EngineProblem, match=r"hangs or was halted") as problem:
                client.Engine("a host", path=path, command=["false"], start_s=0.5).call("ping")
            assert time.monotonic() - start < 1.5
            assert str(process.pid) in problem.value.next_step


def test_a_halted_engine_at_whose_door_many_wait_is_told_in_the_same_words(path):
    with engine_process(path) as (process, _), ExitStack() as waiting:
        process.send_signal(signal.SIGSTOP)
        with suppress(BlockingIOError):
            for _ in range(100):
                caller = waiting.enter_context(socket.socket(socket.AF_UNIX))
                caller.setblocking(False)  # noqa: FBT003 -- the standard library's own
                caller.connect(str(path))
        with pytest.raises(client.EngineProblem, match="hangs or was halted"):
            client.Engine("a host", path=path, command=["false"], start_s=0.5).call("ping")


def test_the_engines_own_error_is_told_in_words_and_not_as_json(path):
    path.parent.mkdir(mode=0o700)
    path.with_name("e.sock.token").write_text("mine")
    with pytest.raises(client.EngineProblem, match=r"e\.sock\.token: expected .*; came another file") as problem:
        client.Engine("a host", path=path, command=engine_command(), start_s=20).call("ping")
    assert "{" not in str(problem.value)


@pytest.mark.parametrize("content", [b"hello there", b"123456", b"70000", b"12a", b"\xff\xfe"])
def test_a_file_in_the_place_of_the_socket_is_told(path, content):
    path.parent.mkdir(mode=0o700)
    path.write_bytes(content)
    with pytest.raises(client.EngineProblem, match="another file"):
        client.Engine("a host", path=path, command=["false"], start_s=1).call("ping")
    assert path.read_bytes() == content


def test_a_file_in_the_place_of_the_sockets_folder_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(client.EngineProblem, match="a folder for the engine's socket"):
        client.Engine("a host", path=tmp_path / "file" / "e.sock", command=["false"]).call("ping")


def test_the_command_in_the_environment_may_have_arguments_and_quotes(path, tmp_path, monkeypatch):
    program = tmp_path / "a program"
    program.write_text("#!/bin/sh\necho called with $*\nexit 1\n")
    program.chmod(0o700)
    for named, said in ((f"'{program}' --fast", "called with --fast serve"), (str(program), "called with serve")):
        monkeypatch.setenv("FACEPLATE_ENGINE", named)
        with pytest.raises(client.EngineProblem, match=said):
            client.Engine("a host", path=path).call("ping")


@pytest.mark.parametrize("named", ["'faceplate", "  "])
def test_a_command_in_the_environment_that_makes_no_sense_is_told(path, monkeypatch, named):
    monkeypatch.setenv("FACEPLATE_ENGINE", named)
    with pytest.raises(client.EngineProblem, match="quoted as in a shell"):
        client.Engine("a host", path=path).call("ping")


def test_a_folder_that_others_can_write_is_refused(tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(client.EngineProblem, match="mode 0777"):
        client.Engine("a host", path=tmp_path / "e.sock", command=["false"]).call("ping")


def test_the_hosts_own_python_and_libraries_do_not_reach_the_engine(monkeypatch, tmp_path):
    (tmp_path / "python").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PYTHONHOME", "/opt/host/python")
    monkeypatch.setenv("PYTHONPATH", "/opt/host/plugins")
    monkeypatch.setenv("OCIO", "/show/config.ocio")
    monkeypatch.setenv("LD_LIBRARY_PATH", os.pathsep.join([str(tmp_path / "lib"), "/opt/cuda", ""]))
    environment = client._engine_environment()
    assert environment["LD_LIBRARY_PATH"] == "/opt/cuda"
    assert environment["OCIO"] == "/show/config.ocio"
    assert [name for name in environment if name.startswith("PYTHON")] == []


def test_a_log_that_has_grown_is_put_aside(tmp_path):
    log = tmp_path / "e.sock.log"
    log.write_bytes(b"x" * (client.LARGEST_LOG + 1))
    client._open_log(log).close()
    assert (log.stat().st_size, log.stat().st_mode & 0o777) == (0, 0o600)
    assert (tmp_path / "e.sock.log.old").stat().st_size == client.LARGEST_LOG + 1


def test_a_host_that_is_killed_leaves_an_engine_that_ends_by_itself(path):
    code = (
        "import sys; from pathlib import Path; from serve_stand import engine_command, plugin_client\n"
        "engine = plugin_client().Engine('h', path=Path(sys.argv[1]), command=engine_command(), idle_exit_s=0.5)\n"
        "print(engine.call('status')['pid'], flush=True); engine.call('count', deadline_s=60, steps=100000)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    call = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, env=environment) as killed:
        assert int(killed.stdout.readline()) > 0
        killed.kill()
    wait_until(lambda: not path.exists(), 10)
