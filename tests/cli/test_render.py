import json
import signal
import subprocess
import sys
import time

import pytest

from faceplate.cli import main
from faceplate.plate import read_frame
from script_shots import node, read, root, write, write_exr_plate


@pytest.fixture
def shot(tmp_path):
    """A script beside its plate."""
    plate = write_exr_plate(tmp_path / "plate")
    text = root(first_frame=1001, last_frame=1004) + read(plate) + node("Grade", name="Grade1", white=1.5)
    (tmp_path / "shot.nk").write_text(text + write(f"{tmp_path}/out/o.%04d.exr"))
    return tmp_path / "shot.nk"


def events(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_it_renders_the_range_and_goes_on_where_it_was(shot, capsys):
    assert main(["render", str(shot), "--node", "Write1", "--range", "1001-1002", "--json"]) == 0
    result = events(capsys)[-1]
    assert result["made"] == {"Write1": [1001, 1002]}
    assert main(["render", str(shot), "--json"]) == 0
    said = events(capsys)
    assert [event["frame"] for event in said if event["event"] == "frame"] in ([1003, 1004], [1004, 1003])
    assert said[-1]["done_before"] == {"Write1": [1001, 1002]}
    assert main(["render", str(shot), "--anew", "--workers", "1", "--cache-mb", "1"]) == 0
    assert "made 1001-1004" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize(
    ("more", "code", "kind"),
    [
        (["--node", "Nobody"], 1, "ScriptError"),
        (["--node", "Grade1"], 2, "CallError"),
        (["--range", "nonsense"], 2, "CallError"),
        (["--range", "1001-1009"], 1, "PlateError"),
        (["--workers", "0"], 2, "CallError"),
        (["--cache-mb", "-1"], 2, "CallError"),
    ],
)
def test_what_is_wrong_is_said_with_its_exit_code(shot, capsys, more, code, kind):
    shot.write_text(shot.read_text().replace("last 1004", "last 1009"))
    assert main(["render", str(shot), "--json", *more]) == code
    assert events(capsys)[-1]["kind"] == kind


def test_a_script_that_is_not_there_or_is_none_is_said(tmp_path, capsys):
    (tmp_path / "bad.nk").write_text("Read {")
    for name in ("absent.nk", "bad.nk"):
        assert main(["render", str(tmp_path / name), "--json"]) == 1
        assert events(capsys)[-1]["kind"] == "ScriptError"


def test_unknown_classes_are_passed_on_request(shot, capsys):
    shot.write_text(shot.read_text().replace("Grade {", "ZDefocus2 {"))
    assert main(["render", str(shot), "--json"]) == 1
    assert "--pass ZDefocus2" in events(capsys)[-1]["next_step"]
    assert main(["render", str(shot), "--pass", "ZDefocus2", "--range", "1001"]) == 0
    assert main(["render", str(shot), "--pass-unknown", "--range", "1002"]) == 0


def test_gizmos_are_found_where_the_call_says(shot, tmp_path):
    group = "Group {\n name G\n}\n" + node("Input", 0, name="Input1") + node("Grade", white=1.5) + node("Output")
    (tmp_path / "gizmos").mkdir()
    (tmp_path / "gizmos" / "Warm.gizmo").write_text(group + "end_group\n")
    assert main(["render", str(shot), "--range", "1001"]) == 0
    whole = read_frame(tmp_path / "out" / "o.1001.exr", 1001).groups[0].pixels.tobytes()
    shot.write_text(shot.read_text().replace("Grade {", "Warm {").replace(" white 1.5\n", ""))
    assert main(["render", str(shot), "--range", "1001"]) == 1
    assert main(["render", str(shot), "--range", "1001", "--gizmo-path", str(tmp_path / "gizmos")]) == 0
    assert read_frame(tmp_path / "out" / "o.1001.exr", 1001).groups[0].pixels.tobytes() == whole


another_thread_hears = """
import signal, sys, threading, time
from faceplate.cli import main
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
sys.exit(main())
"""


@pytest.mark.parametrize("start", [("-m", "faceplate.cli"), ("-c", another_thread_hears)], ids=["main", "another"])
def test_ctrl_c_leaves_whole_frames_and_the_same_call_goes_on(tmp_path, start):
    plate = write_exr_plate(tmp_path / "plate", range(1001, 1003))
    slow = "".join(node("Blur", name=f"B{index}", size=20 + index) for index in range(60))
    text = root(first_frame=1001, last_frame=1400) + read(plate, last=1002, after="loop") + slow
    (tmp_path / "shot.nk").write_text(text + write(f"{tmp_path}/out/o.%04d.exr"))
    call = [sys.executable, *start, "render", str(tmp_path / "shot.nk"), "--json"]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("out/o.*.exr")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    stopped = time.monotonic()
    said, _ = process.communicate(timeout=60)
    assert time.monotonic() - stopped < 3
    assert process.returncode == 1
    assert "the same call goes on" in said
    done = sorted(tmp_path.glob("out/o.*.exr"))
    assert 0 < len(done) < 400
    assert not list(tmp_path.glob("out/.*"))
    for path in done:
        assert read_frame(path, 1).header.display.width == 64
