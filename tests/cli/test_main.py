import json
import subprocess
import sys
from dataclasses import replace

import pytest

import faceplate
from faceplate import nvidia
from faceplate.cli import build_parser, main, swap_shot
from faceplate.cli.commands import doctor, swap
from faceplate.plate import open_plate, write_frame
from faceplate.track import write_track
from faceplate.values import Attribute, ChannelGroup, Header, Window
from shots import ENCODING, known_track, plate_frame, write_plate
from swap_models import write_model

FRAMES = (1001, 1002, 1003)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A shot on disk: plate, track and model, with the working directory there."""
    monkeypatch.chdir(tmp_path)
    write_plate(tmp_path / "plate", FRAMES)
    write_track(known_track(FRAMES), tmp_path / "shot.track")
    write_model(tmp_path / "m.onnx", gain=0.8)
    return tmp_path


SWAP = ["swap", "plate/plate.%04d.exr", "--track", "shot.track", "--model", "m.onnx", "--colourspace", ENCODING]
OUT = ["-o", "out/d.%04d.exr"]


def events(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_swap_delivers_every_frame_of_the_track(folder, capsys):
    assert main([*SWAP, *OUT, "-o", "out/d.####.dpx", "--mode", "replace"]) == 0
    assert sorted(path.name for path in (folder / "out").glob("*.*")) == [
        f"d.{number}.{suffix}" for number in FRAMES for suffix in ("dpx", "exr")
    ]
    assert "made 1001-1003" in capsys.readouterr().out


def test_a_range_is_rendered_alone_to_the_same_bits(folder):
    assert main([*SWAP, "-o", "all/d.%04d.exr"]) == 0
    assert main([*SWAP, "-o", "one/d.%04d.exr", "--range", "1002"]) == 0
    assert [path.name for path in (folder / "one").glob("*.exr")] == ["d.1002.exr"]
    assert (folder / "one" / "d.1002.exr").read_bytes() == (folder / "all" / "d.1002.exr").read_bytes()


def test_json_gives_an_event_a_frame_and_the_result(folder, capsys):
    assert main([*SWAP, *OUT, "--json"]) == 0
    said = events(capsys)
    assert {event["frame"] for event in said if event["event"] == "frame"} == set(FRAMES)
    assert said[-1]["event"] == "result"
    assert said[-1]["made"] == list(FRAMES)
    assert folder.joinpath("out/receipts/d.1001.exr.json").is_file()


def test_deliver_alone_gives_the_same_file_back(folder):
    assert main(["deliver", "plate/plate.%04d.exr", *OUT]) == 0
    for number in FRAMES:
        before, after = (open_plate(name).read(number) for name in ("plate/plate.%04d.exr", "out/d.%04d.exr"))
        assert before.groups[0].pixels.tobytes() == after.groups[0].pixels.tobytes()
        assert before.header.attributes == tuple(
            entry for entry in after.header.attributes if not entry.name.startswith("faceplate/")
        )
    assert isinstance(after.header, Header)
    assert folder


def test_grain_is_measured_removed_and_applied(folder):
    plate = ["plate/plate.%04d.exr", "--colourspace", ENCODING, "--range", "1001-1002"]
    assert main(["grain", "measure", *plate, "-o", "p.grain"]) == 0
    assert main(["grain", "remove", *plate, "--profile", "p.grain", "-o", "clean/c.%04d.exr"]) == 0
    apply = ["grain", "apply", "clean/c.%04d.exr", "--colourspace", ENCODING, "--plate", "plate/plate.%04d.exr"]
    apply += ["--profile", "p.grain", "--clean", "clean/c.%04d.exr"]
    assert main([*apply, "-o", "back/b.%04d.exr"]) == 0
    plate, clean, back = (open_plate(f"{name}.%04d.exr").read(1001) for name in ("plate/plate", "clean/c", "back/b"))
    assert plate.groups[0].pixels.tobytes() == back.groups[0].pixels.tobytes()
    assert clean.groups[0].pixels.astype(float).std() < plate.groups[0].pixels.astype(float).std()
    assert folder


@pytest.mark.parametrize("file", ["shot.track", "m.onnx", "plate/plate.1001.exr", "plate/plate.%04d.exr"])
def test_inspect_gives_json_and_words(folder, capsys, file):
    assert main(["inspect", file, "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert main(["inspect", file]) == 0
    assert next(iter(values)) in capsys.readouterr().out
    assert folder


def test_inspect_shows_a_track_exactly(folder, capsys):
    assert main(["inspect", "shot.track", "--json"]) == 0
    track, values = known_track(FRAMES), json.loads(capsys.readouterr().out)
    assert values["frames"] == list(FRAMES)
    assert values["people"][0]["landmarks"][1] == track.people[0].landmarks_plate[1].tolist()
    assert values["people"][0]["alignment"][2] == track.people[0].alignment[2].tolist()
    assert folder


def _spoil(name, content):
    def spoil(folder):
        (folder / name).write_bytes(content)

    return spoil


def _remove(name):
    def remove(folder):
        (folder / name).unlink()

    return remove


WITHOUT_COLOURSPACE = [*SWAP[:-2], *OUT]


@pytest.mark.parametrize(
    ("spoil", "call", "code", "words"),
    [
        (_remove("plate/plate.1002.exr"), [*SWAP, *OUT], 1, ["1002", "missing"]),
        (_spoil("plate/plate.1002.exr", b"no picture"), [*SWAP, *OUT], 1, ["plate.1002.exr"]),
        (None, WITHOUT_COLOURSPACE, 1, ["plate.%04d.exr: encoding", "--colourspace", "ACEScct"]),
        (None, [*SWAP[:-1], "LogQ", *OUT], 1, ["'LogQ'", "ARRI LogC3 (EI800)"]),
        (_spoil("m.onnx", b"no model"), [*SWAP, *OUT], 1, ["m.onnx", "an ONNX model"]),
        (lambda folder: write_model(folder / "m.onnx", metadata=False), [*SWAP, *OUT], 1, ["known kind", "card.json"]),
        (lambda folder: write_model(folder / "m.onnx", shape=[1, 3, 8, 8]), [*SWAP, *OUT], 1, ["m.onnx", "8"]),
        (_spoil("shot.track", b"no track"), [*SWAP, *OUT], 1, ["shot.track"]),
        (None, [*SWAP, *OUT, "--range", "1002-1009"], 1, ["1001-1003"]),
        (None, [*SWAP, *OUT, "--range", "2000-2001"], 1, ["1001-1003"]),
        (None, [*SWAP, *OUT, "--range", "abc"], 2, ["'abc'"]),
        (None, [*SWAP, *OUT, "--person", "ann"], 1, ["'ann'", "person1"]),
        (None, [*SWAP, *OUT, "--mix", "3"], 2, ["FaceSwap.mix", "0 to 1"]),
        (None, [*SWAP, "-o", "out.mov"], 2, ["out.mov"]),
        (None, [*SWAP, "-o", "plate/plate.####.exr"], 2, ["the name of an input"]),
        (None, [*SWAP, *OUT, "--matte-output", "out/d.%04d.exr"], 2, ["the name of another output"]),
        (None, [*SWAP, *OUT, "--matte-output", "out/m.%04d.dpx"], 2, ["out/m.%04d.dpx", "OUT.%04d.exr"]),
        (_spoil("out", b"a file"), [*SWAP, *OUT], 1, ["out", "the right to write"]),
        (None, ["swap", "nowhere/p.%04d.exr", *SWAP[2:], *OUT], 1, ["nowhere", "none on disk"]),
        (None, ["inspect", "nowhere.track"], 1, ["nowhere.track"]),
        (None, ["models", "install", "nothing"], 2, ["nothing", "mediapipe-face"]),
    ],
)
def test_bad_input_is_named_with_what_was_expected_what_came_and_the_next_step(
    folder, capsys, spoil, call, code, words
):
    if spoil:
        spoil(folder)
    assert main([*call, "--json"]) == code
    error = next(event for event in events(capsys) if event["event"] == "error")
    assert all(error[part] for part in ("thing", "expected", "came", "next_step"))
    assert all(word in json.dumps(error) for word in words)
    assert not list(folder.glob("out/*.*"))


def test_a_person_reads_the_same_error_as_a_program(folder, capsys):
    assert main(WITHOUT_COLOURSPACE) == 1
    assert "expected the plate's colour space; came none" in capsys.readouterr().err.replace("\n", " ")
    assert folder


def test_a_plate_whose_frames_change_size_is_refused_at_that_frame(folder, capsys):
    odd = plate_frame(1002)
    window = Window(0, 0, 320, 180)
    small = ChannelGroup(odd.groups[0].names, odd.groups[0].pixels[:180, :320])
    header = replace(odd.header, display=window, data=window)
    write_frame(replace(odd, header=header, groups=(small,)), folder / "plate" / "plate.1002.exr")
    grain = ["grain", "measure", "plate/plate.%04d.exr", "--colourspace", ENCODING, "--range", "1001", "-o", "p.grain"]
    assert main(grain) == 0
    capsys.readouterr()
    assert main([*SWAP, *OUT, "--grain", "p.grain", "--json"]) == 1
    error = next(event for event in events(capsys) if event["event"] == "error")
    assert "plate.1002.exr of 320x180" in error["came"]
    assert not (folder / "out" / "d.1002.exr").exists()


def test_json_stays_json_where_a_header_holds_nan(folder, capsys):
    picture = plate_frame(1009)
    odd = Attribute("temperature", "float", float("nan"))
    write_frame(replace(picture, header=picture.header.with_attributes(odd)), folder / "nan.1009.exr")
    assert main(["inspect", "nan.1009.exr", "--json"]) == 0
    values = json.loads(capsys.readouterr().out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert {"name": "temperature", "type": "float", "value": None} in values["attributes"]


def test_a_reader_who_goes_away_does_not_stop_the_work(folder):
    call = [sys.executable, "-m", "faceplate.cli", "deliver", "plate/plate.%04d.exr", *OUT, "--json"]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert [path.name for path in sorted((folder / "out").glob("*.exr"))] == [f"d.{number}.exr" for number in FRAMES]


def test_a_fault_of_ours_is_told_as_one(folder, monkeypatch, capsys):
    def broken(*_arguments, **_options):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(swap, "deliver_shot", broken)
    assert main([*SWAP, *OUT, "--json"]) == 1
    error = next(event for event in events(capsys) if event["event"] == "error")
    assert error["kind"] == "EngineError"
    assert "ZeroDivisionError: oh" in error["came"]
    assert folder


def test_anew_makes_every_frame_again(folder, capsys):
    assert main([*SWAP, *OUT, "--json"]) == 0
    assert main([*SWAP, *OUT, "--json"]) == 0
    assert main([*SWAP, *OUT, "--json", "--anew"]) == 0
    results = [event for event in events(capsys) if event["event"] == "result"]
    assert [len(event["made"]) for event in results] == [len(FRAMES), 0, len(FRAMES)]
    assert folder


def test_a_replaced_plate_file_is_swapped_again(folder, capsys):
    assert main([*SWAP, *OUT, "--grain", _profile(folder)]) == 0
    write_frame(plate_frame(1002), folder / "plate" / "plate.1002.exr")
    capsys.readouterr()
    assert main([*SWAP, *OUT, "--grain", "p.grain", "--json"]) == 0
    assert events(capsys)[-1]["made"] == [1002]


def _profile(folder):
    assert main(["grain", "measure", "plate/plate.%04d.exr", "--colourspace", ENCODING, "-o", "p.grain"]) == 0
    return str(folder / "p.grain")


@pytest.mark.parametrize("call", [[], ["nothing"], ["swap"], ["swap", "--mode", "sideways"], ["demo", "--size", "9"]])
def test_a_call_that_makes_no_sense_ends_with_2(call, capsys):
    with pytest.raises(SystemExit) as ended:
        main(call)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    ["demo", "doctor", "models", "inspect", "deliver", "track", "swap", "grain", "nodes", "train", "export"],
)
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([command, "--help"])
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_doctor_says_what_is_there_and_what_to_do(capsys):
    assert main(["doctor", "--json"]) == 0
    findings = {entry["thing"]: entry for entry in json.loads(capsys.readouterr().out)["findings"]}
    assert faceplate.__version__ in findings["engine"]["found"]
    assert "ACEScg" in findings["colour"]["found"]
    assert all(entry["well"] or entry["next_step"] for entry in findings.values())


def test_doctor_says_whether_grain_is_taken_out_on_a_gpu_and_why_not(monkeypatch, capsys):
    monkeypatch.setattr(nvidia, "gpu_count", lambda: 0)
    assert main(["doctor"]) == 0
    assert "degraining: on the CPU; no GPU: no NVIDIA driver" in capsys.readouterr().out
    monkeypatch.setattr(doctor, "degrain_gpu_problem", lambda: None)
    assert main(["doctor"]) == 0
    assert "degraining: on the GPU" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("call", "chosen"),
    [
        (["--grain-source", "mix"], "auto"),
        (["--grain-source", "own", "--device", "cpu"], "cpu"),
        (["--grain-source", "new"], "cpu"),
    ],
)
def test_a_swap_degrains_where_its_device_says(folder, monkeypatch, call, chosen):
    asked = []
    monkeypatch.setattr(swap_shot, "degrain_device", lambda device: asked.append(device) or "cpu")
    monkeypatch.setattr(swap, "deliver_shot", stop)
    assert main([*SWAP, *OUT, *call]) == 1
    assert asked == [chosen]
    assert folder


def stop(*_arguments, **_options):
    raise KeyboardInterrupt


def test_the_node_reference_of_this_checkout_is_current(capsys):
    assert main(["nodes", "--check"]) == 0
    assert "current" in capsys.readouterr().out


def test_a_stopped_render_ends_with_1_and_says_how_to_go_on(folder, monkeypatch, capsys):
    monkeypatch.setattr(swap, "deliver_shot", stop)
    assert main([*SWAP, *OUT]) == 1
    assert "the same call goes on" in capsys.readouterr().err.replace("\n", " ")
    assert folder


@pytest.mark.usefixtures("face_pack")
def test_a_plate_without_a_face_is_said_and_leaves_no_track(folder, capsys):
    call = ["track", "plate/plate.%04d.exr", "--colourspace", ENCODING, "-o", "new/none.track", "--json"]
    assert main(call) == 1
    error = next(event for event in events(capsys) if event["event"] == "error")
    assert error["kind"] == "TrackError"
    assert "face" in error["expected"]
    assert error["next_step"]
    assert not list((folder / "new").iterdir())
