"""FaceSwap and FaceMatte of one graph, and frames around each other, ask a model once for a frame."""

import numpy as np
import pytest
from face_scripts import FRAMES, WHOLE, Shot

from faceplate.cli import main
from faceplate.errors import FaceplateError
from faceplate.plate import open_plate
from faceplate.swap import sessions
from faceplate.swap.sessions import SharedSession
from shots import ENCODING
from swap_models import card, write_model


@pytest.fixture
def shot(tmp_path):
    shot = Shot(tmp_path)
    shot.model = write_model(tmp_path / "m.onnx", card(), gain=0.8, matte=0.5)
    return shot


def graph(shot, *, swap=None, matte=None):
    matte = shot.node("FaceMatte", model_file=shot.model, output="matte", **(matte or {}))
    return shot.script(matte, "push $tracked", shot.node("FaceSwap", "2", **(swap or {})))


def test_a_face_and_its_matte_come_of_one_run(shot, runs):
    shot.pixels(graph(shot), "FaceSwap1")
    assert len(runs) == 1


@pytest.mark.parametrize("knobs", [{"passes": "2"}, {"face_type": "full"}, {"exposure_ev": "1", "filter": "lanczos6"}])
def test_they_do_with_the_knobs_that_both_have(shot, runs, knobs):
    shot.pixels(graph(shot, swap=knobs, matte=knobs), "FaceSwap1")
    assert len(runs) == int(knobs.get("passes", 1)) ** 2


def test_where_the_model_is_shown_something_else_it_is_asked_again(shot, runs):
    shot.pixels(graph(shot, swap={"exposure_ev": "1"}), "FaceSwap1")
    assert len(runs) == 2


def test_matched_over_frames_a_sequence_runs_each_frame_once(shot, runs):
    knobs = {"mode": "replace", "colour_match_method": "mean_variance", "colour_smooth": "2"}
    script = shot.script(shot.node("FaceSwap", "2", **knobs))
    session = shot.session(script)
    made = []
    for frame in FRAMES:
        with session.pull() as pull:
            made.append(pull.source(session.named("FaceSwap1"), frame).plane(WHOLE, "rgba.red"))
    assert len(runs) == len(FRAMES)
    for frame, plane in zip(FRAMES, made, strict=True):
        assert np.array_equal(plane, shot.source(script, "FaceSwap1", frame).plane(WHOLE, "rgba.red"))


def test_nodes_of_one_model_hold_one_session(shot, monkeypatch):
    write_model(shot.model, card(), gain=0.77)
    made, begin = [], SharedSession.__init__

    def noted(self, *about):
        made.append(about)
        begin(self, *about)

    monkeypatch.setattr(SharedSession, "__init__", noted)
    shot.pixels(graph(shot, swap={"batch": "4"}), "FaceSwap1")
    assert len(made) == 1


def test_a_batch_and_a_memory_limit_change_no_pixel_here(shot):
    plain = shot.pixels(graph(shot), "FaceSwap1")
    processor = {"batch": "1", "gpu_memory": "2000"}
    assert np.array_equal(shot.pixels(graph(shot, swap=processor, matte=processor), "FaceSwap1"), plain)


def test_passes_of_the_node_are_those_of_the_command_line_in_size_and_place(shot):
    once, twice = (shot.source(graph(shot, swap={"passes": passes}), "FaceSwap1").info.box for passes in "12")
    assert once == twice


@pytest.mark.parametrize("processor", [{}, {"batch": "3", "gpu_memory": "500"}])
def test_passes_and_batches_of_the_node_are_those_of_the_command_line(tmp_path, processor):
    shot = Shot(tmp_path, gain=0.8, offset=0.1)
    knobs = {"passes": "2", "mode": "replace", **processor}
    shot.rendered(shot.script(shot.node("FaceSwap", "2", **knobs), shot.write()))
    call = ["swap", shot.plate, "--track", f"{tmp_path}/shot.track", "--model", str(shot.model)]
    call += ["--colourspace", ENCODING, "--grain", f"{tmp_path}/plate.grain", "--grain-amount", "0"]
    call += [word for name, value in knobs.items() for word in (f"--{name.replace('_', '-')}", value)]
    assert main([*call, "-o", f"{tmp_path}/cli/cli.%04d.exr"]) == 0
    ours, theirs = (stored_codes(tmp_path / name) for name in ("out/out.%04d.exr", "cli/cli.%04d.exr"))
    # Where the two come to the edge of a half in light they may fall on either side of it: a unit in the last place.
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def stored_codes(pattern, number=1002):
    frame = open_plate(str(pattern)).read(number)
    return frame.stored(frame.header.data).view(np.uint16)


def test_what_a_session_has_to_say_is_said_by_renders_and_by_the_command_line(shot, monkeypatch, capsys):
    monkeypatch.setattr(sessions, "noticed_s", 0.0)
    write_model(shot.model, card(), gain=0.76)
    (said,) = shot.rendered(shot.script(shot.node("FaceSwap", "2"), shot.write())).notes
    assert "m.onnx: its first run on cpu took" in said
    call = ["swap", shot.plate, "--track", f"{shot.folder}/shot.track", "--model", str(shot.model)]
    call += ["--colourspace", ENCODING, "--grain", f"{shot.folder}/plate.grain", "-o", f"{shot.folder}/c/c.%04d.exr"]
    assert main([*call, "--json"]) == 0
    assert "its first run on cpu took" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"passes": "0"}, ["FaceSwap1.passes", "1 to 8"]),
        ({"batch": "0"}, ["FaceSwap1.batch", "1 to 64"]),
        ({"gpu_memory": "-1"}, ["FaceSwap1.gpu_memory", "0 to 262144 MiB"]),
        ({"device": "tensorrt"}, ["FaceSwap1.device", "tensorrt"]),
    ],
)
def test_a_processor_that_cannot_be_is_said_with_its_knob(shot, knobs, words):
    with pytest.raises(FaceplateError) as refusal:
        shot.pixels(graph(shot, swap=knobs), "FaceSwap1")
    assert all(word in str(refusal.value) for word in words)


def test_nan_is_told_with_the_node_and_the_frame(tmp_path):
    shot = Shot(tmp_path, gain=float("nan"))
    with pytest.raises(FaceplateError, match=r"m\.onnx, FaceSwap1 at frame 1002: expected finite output"):
        shot.pixels(shot.script(shot.node("FaceSwap", "2")), "FaceSwap1")
