import json
import signal
import subprocess
import sys
import time

import pytest

from faceplate.plate import open_plate, read_frame
from shots import write_plate

FRAMES = tuple(range(1001, 1061))


def deliver(folder, *more):
    call = [sys.executable, "-m", "faceplate.cli", "deliver", str(folder / "plate" / "plate.%04d.exr")]
    return subprocess.Popen(
        [*call, "-o", str(folder / "out" / "d.%04d.exr"), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_a_frame(folder, process):
    deadline = time.monotonic() + 60
    while not list(folder.glob("out/d.*.exr")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_a_stopped_delivery_leaves_whole_frames_and_goes_on(tmp_path, stop):
    write_plate(tmp_path / "plate", FRAMES)
    process = deliver(tmp_path)
    wait_for_a_frame(tmp_path, process)
    process.send_signal(stop)
    _, said = process.communicate(timeout=60)
    done = sorted(tmp_path.glob("out/d.*.exr"))
    assert 0 < len(done) < len(FRAMES)
    for path in done:
        number = int(path.name.split(".")[1])
        plate = read_frame(tmp_path / "plate" / f"plate.{number}.exr", number)
        assert read_frame(path, number).groups[0].pixels.tobytes() == plate.groups[0].pixels.tobytes()
    if stop is signal.SIGINT:
        assert process.returncode == 1
        assert "the same call goes on" in said.replace("\n", " ")
        assert not list(tmp_path.glob("out/.*"))
    before = {path: path.stat().st_mtime_ns for path in done[:-2]}
    again = deliver(tmp_path)
    assert again.communicate(timeout=120)
    assert again.returncode == 0
    assert open_plate(str(tmp_path / "out" / "d.%04d.exr")).frames == FRAMES
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_disk_that_fills_up_ends_with_a_clear_error_and_nothing_half_written(tmp_path):
    write_plate(tmp_path / "plate", FRAMES[:3])
    room = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
    room += "from faceplate.cli import main; sys.exit(main())"
    call = ["deliver", str(tmp_path / "plate" / "plate.%04d.exr"), "-o", str(tmp_path / "out" / "d.%04d.exr"), "--json"]
    done = subprocess.run([sys.executable, "-c", room, *call], capture_output=True, text=True, timeout=60, check=False)
    error = next(event for event in map(json.loads, done.stdout.splitlines()) if event["event"] == "error")
    assert done.returncode == 1
    assert error["kind"] == "StorageError"
    assert "free space" in error["next_step"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == []
