"""Frames that fail: the work stops there, or goes on without them where that is asked for."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from faceplate.cli import main
from faceplate.track import write_track
from shots import ENCODING, known_track, write_plate
from swap_models import write_model

FRAMES = (1001, 1002, 1003, 1004)
SWAP = ["swap", "plate/plate.%04d.exr", "--track", "shot.track", "--model", "m.onnx", "--colourspace", ENCODING]
SKIP = ["--on-error", "skip", "--json"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_plate(tmp_path / "plate", FRAMES)
    write_track(known_track(FRAMES), tmp_path / "shot.track")
    write_model(tmp_path / "m.onnx", gain=0.8)
    assert main(["grain", "measure", "plate/plate.%04d.exr", "--colourspace", ENCODING, "-o", "p.grain"]) == 0
    return tmp_path


def told(capsys):
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {event["event"]: event for event in events}


def delivered(folder):
    return sorted(path.name for path in Path(folder).glob("*.*"))


def damage(number):
    path = Path(f"plate/plate.{number}.exr")
    path.write_bytes(path.read_bytes()[:2000])


@pytest.mark.parametrize("spoil", [damage, lambda number: Path(f"plate/plate.{number}.exr").unlink()])
def test_a_swap_stops_at_a_bad_frame_and_goes_on_only_if_asked_to(folder, capsys, spoil):
    spoil(1002)
    grain = ["--grain", "p.grain"]
    assert main([*SWAP, *grain, "-o", "out/d.%04d.exr", "--json"]) == 1
    assert "1002" in json.dumps(told(capsys)["error"])
    assert "d.1002.exr" not in delivered("out")
    assert main([*SWAP, *grain, "-o", "on/d.%04d.exr", *SKIP]) == 1
    said = told(capsys)
    assert said["result"]["made"] == [1001, 1003, 1004]
    assert list(said["result"]["failed"]) == ["1002"]
    assert "1002" in said["error"]["thing"]
    assert delivered("on") == ["d.1001.exr", "d.1003.exr", "d.1004.exr"]
    why = json.loads((folder / "on/receipts/d.1002.exr.failed.json").read_text())
    assert why["frame"] == 1002
    assert why["kind"] == "PlateError"
    assert all(why[part] for part in ("thing", "expected", "came", "next_step", "job"))
    # Mended, the same call makes what is missing and nothing else, and ends well.
    write_plate(folder / "plate", (1002,))
    assert main([*SWAP, *grain, "-o", "on/d.%04d.exr", *SKIP]) == 0
    assert told(capsys)["result"]["made"] == [1002]
    assert not list((folder / "on/receipts").glob("*.failed.json"))


@pytest.mark.parametrize("spoil", [damage, lambda number: Path(f"plate/plate.{number}.exr").unlink()])
@pytest.mark.usefixtures("folder")
def test_a_first_frame_that_is_bad_stops_nobody_who_asked_to_go_on(capsys, spoil):
    spoil(1001)
    assert main([*SWAP, "-o", "on/d.%04d.exr", *SKIP]) == 1
    assert told(capsys)["result"]["made"] == [1002, 1003, 1004]


def test_frames_that_the_track_lacks_are_named_each(folder, capsys):
    write_track(known_track(FRAMES[:2]), folder / "shot.track")
    more = ["--grain", "p.grain", "--range", "1001-1004", "-o", "on/d.%04d.exr"]
    assert main([*SWAP, *more, "--json"]) == 1
    assert "frame 1003" in told(capsys)["error"]["thing"]
    assert main([*SWAP, *more, *SKIP]) == 1
    said = told(capsys)["result"]
    assert said["made"] == [1001, 1002]
    assert all("a frame that was not tracked" in reason for reason in said["failed"].values())
    assert list(said["failed"]) == ["1003", "1004"]


def write_nan_model(path):
    """The face and nothing by nothing, which is no number."""
    write_model(path)
    model = onnx.load(path)
    graph = model.graph
    del graph.node[:2]
    graph.initializer.append(numpy_helper.from_array(np.float32(0.0), "zero"))
    graph.node.insert(0, helper.make_node("Div", ["zero", "zero"], ["nothing"]))
    graph.node.insert(1, helper.make_node("Add", ["face", "nothing"], ["swap"]))
    onnx.save(model, path)


def test_a_model_that_gives_no_numbers_is_named_with_person_and_frame(folder, capsys):
    write_nan_model(folder / "m.onnx")
    assert main([*SWAP, "--grain", "p.grain", "-o", "on/d.%04d.exr", *SKIP]) == 1
    failed = told(capsys)["result"]["failed"]
    assert list(failed) == [str(number) for number in FRAMES]
    assert all(f"person1, frame {number}" in failed[str(number)] for number in FRAMES)
    assert all("NaN" in reason for reason in failed.values())
    assert delivered("on") == []


def test_a_person_reads_each_frames_reason_in_the_end(folder, capsys):
    damage(1003)
    assert main([*SWAP, "--grain", "p.grain", "-o", "on/d.%04d.exr", "--on-error", "skip"]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "frame 1003 was left out: " in said
    assert "1 left out" in said
    assert folder


def test_a_disk_that_cannot_be_written_stops_all_frames_whatever_is_asked(folder, capsys):
    (folder / "on").mkdir()
    (folder / "on" / "receipts").write_text("a file stands here")
    assert main([*SWAP, "--grain", "p.grain", "-o", "on/d.%04d.exr", *SKIP]) == 1
    assert told(capsys)["error"]["kind"] == "StorageError"


def test_deliver_goes_on_too(folder, capsys):
    damage(1002)
    call = ["deliver", "plate/plate.%04d.exr", "-o", "out/d.%04d.dpx"]
    assert main([*call, "--json"]) == 1
    capsys.readouterr()
    assert main([*call, *SKIP]) == 1
    said = told(capsys)
    assert list(said["result"]["failed"]) == ["1002"]
    assert delivered("out") == ["d.1001.dpx", "d.1003.dpx", "d.1004.dpx"]
    assert (folder / "out/receipts/d.1002.dpx.failed.json").is_file()


def test_a_script_goes_on_too_and_names_node_and_frame(folder, capsys):
    damage(1002)
    read = f'Read {{\n inputs 0\n file plate/plate.%04d.exr\n first 1001\n last 1004\n colorspace "{ENCODING}"\n}}\n'
    track = "FaceTrack {\n track_file shot.track\n name FaceTrack1\n}\n"
    swap = "FaceSwap {\n inputs 1\n model_file m.onnx\n name FaceSwap1\n}\n"
    write = f'Write {{\n file out/d.%04d.exr\n colorspace "{ENCODING}"\n name Write1\n}}\n'
    root = "Root {\n first_frame 1001\n last_frame 1004\n colorManagement OCIO\n}\n"
    (folder / "shot.nk").write_text(root + read + track + swap + write)
    assert main(["render", "shot.nk", "--json"]) == 1
    assert "1002" in json.dumps(told(capsys)["error"])
    assert main(["render", "shot.nk", *SKIP]) == 1
    said = told(capsys)
    assert list(said["result"]["failed"]) == ["1002"]
    assert "frame 1002" in said["result"]["failed"]["1002"]
    assert delivered("out") == ["d.1001.exr", "d.1003.exr", "d.1004.exr"]
    assert (folder / "out/receipts/d.1002.exr.failed.json").is_file()
