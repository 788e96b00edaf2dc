import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from serve_stand import RawCaller, acquired, engine_command, engine_process, opens, wait_until

from faceplate.cli import main

HEAVY = {"OpenImageIO", "PyOpenColorIO", "av", "cv2", "numba", "numpy", "onnxruntime", "scipy", "torch"}


def test_a_process_says_one_line_when_it_is_ready(tmp_path):
    with engine_process(tmp_path / "e.sock") as (process, ready):
        assert ready == {
            "event": "ready", "listening": str(tmp_path / "e.sock"), "token_file": str(tmp_path / "e.sock.token"),
            "protocol": 1, "pid": process.pid,
        }  # fmt: skip
        with RawCaller(tmp_path / "e.sock") as caller:
            assert "render" in caller.welcome["verbs"]


def test_no_heavy_library_is_loaded_before_a_request_needs_it():
    code = "import sys; from faceplate.cli import build_parser; build_parser('serve'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60, text=True)
    loaded = set(done.stdout.split())
    assert "faceplate.serve.engine" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_nothing_left_behind(tmp_path, number):
    with engine_process(tmp_path / "e.sock") as (process, _), RawCaller(tmp_path / "e.sock") as caller:
        frame = acquired(caller)
        process.send_signal(number)
        assert process.wait(10) == 0
        assert caller.rest() == [{"id": None, "event": "bye", "reason": "signal"}]
        assert json.loads(process.stdout.readline()) == {"event": "stopped", "reason": "signal"}
        assert process.stderr.read() == ""
        assert not opens(frame)
    assert [file.name for file in tmp_path.iterdir()] == ["e.sock.lock"]


def test_work_that_does_not_stop_does_not_keep_the_process(tmp_path):
    path = tmp_path / "e.sock"
    with engine_process(path, command=engine_command()) as (process, _), RawCaller(path) as caller:
        caller.begin("stubborn", deadline_s=60, seconds=60)
        caller.event()
        process.terminate()
        assert process.wait(5) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["e.sock.lock"]


def test_it_ends_when_it_has_had_nothing_to_do(tmp_path):
    with engine_process(tmp_path / "e.sock", "--idle-exit", "0.2") as (process, _):
        assert process.wait(10) == 0
        assert json.loads(process.stdout.readline())["reason"] == "idle"


def test_a_second_process_is_refused_with_an_error_that_names_the_first(tmp_path):
    with engine_process(tmp_path / "e.sock") as (process, _):
        with engine_process(tmp_path / "e.sock", "--json") as (second, said):
            assert second.wait(10) == 2
            assert (said["event"], said["kind"]) == ("error", "CallError")
            assert str(process.pid) in said["came"]
        with RawCaller(tmp_path / "e.sock") as caller:
            assert caller.ask("ping")["event"] == "done"


def test_the_place_of_a_killed_engine_is_taken_over(tmp_path):
    with engine_process(tmp_path / "e.sock") as (process, _):
        process.kill()
        process.wait(10)
    assert (tmp_path / "e.sock").exists()
    with engine_process(tmp_path / "e.sock"), RawCaller(tmp_path / "e.sock") as caller:
        assert caller.ask("ping")["event"] == "done"


def test_memory_of_a_killed_engine_is_gone(tmp_path):
    with engine_process(tmp_path / "e.sock") as (process, _), RawCaller(tmp_path / "e.sock") as caller:
        frame = acquired(caller)
        assert opens(frame)
        process.kill()
        process.wait(10)
        assert not opens(frame)
    with engine_process(tmp_path / "e.sock"):
        assert list(tmp_path.glob("*.frame-*")) == []


def test_a_caller_that_is_killed_in_its_request_frees_what_it_held(tmp_path):
    code = (
        "import sys, time; from serve_stand import RawCaller; caller = RawCaller(sys.argv[1])\n"
        "print(caller.ask('acquire', width=64, height=64, channels=4)['frame']['path'], flush=True)\n"
        "caller.begin('count', steps=100000); caller.event(); print('begun', flush=True); time.sleep(60)"
    )
    with engine_process(tmp_path / "e.sock", command=engine_command()), RawCaller(tmp_path / "e.sock") as witness:
        call = [sys.executable, "-c", code, str(tmp_path / "e.sock")]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, env=environment) as killed:
            path = killed.stdout.readline().strip()
            assert killed.stdout.readline() == "begun\n"
            assert Path(path).stat().st_size == 64 * 64 * 4 * 4
            killed.kill()
        start = time.monotonic()
        wait_until(lambda: len(witness.ask("status")["callers"]) == 1)
        assert time.monotonic() - start < 1
        assert not Path(path).exists()


@pytest.mark.parametrize(("flag", "value"), [("--idle-exit", "0"), ("--idle-exit", "nan"), ("--heartbeat", "-1")])
def test_seconds_that_make_no_sense_are_refused(tmp_path, capsys, flag, value):
    assert main(["serve", "--socket", str(tmp_path / "e.sock"), flag, value]) == 2
    assert flag in capsys.readouterr().err
