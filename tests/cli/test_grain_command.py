"""`faceplate grain` from measuring to applying, through the command line alone."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from faceplate import nvidia
from faceplate.cli import main
from faceplate.colour import plate_codec
from faceplate.grain import grain_outputs, read_profile, sigma_at
from faceplate.plate import open_plate, write_frame
from faceplate.values import ChannelGroup, Frame, Sample
from shots import ENCODING, SIZE, plate_frame, write_plate

FRAMES = (1001, 1002, 1003, 1004, 1005)
PLATE = ["plate/plate.%04d.exr", "--colourspace", ENCODING]


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    """A plate and its profile, report and curve."""
    folder = tmp_path_factory.mktemp("shot")
    write_plate(folder / "plate", FRAMES)
    return folder


@pytest.fixture
def folder(shot, monkeypatch):
    monkeypatch.chdir(shot)
    if not (shot / "plate.grain").exists():
        assert main(["grain", "measure", *PLATE, "-o", "plate.grain", "--report", "plate.html"]) == 0
    return shot


def events(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def stored(name, number):
    frame = open_plate(name).read(number)
    return frame.stored(frame.header.data)


def test_measure_leaves_a_profile_and_a_report_with_pictures_of_the_frames(folder):
    profile, page = read_profile(folder / "plate.grain"), (folder / "plate.html").read_text()
    assert profile.frames == FRAMES
    assert all(f"frame {number}, " in page for number in FRAMES)
    assert "<script" not in page
    assert set(re.findall(r'href="([^"]{5})', page)) == {"data:"}


def test_each_step_says_which_frames_it_has_made(folder, capsys):
    write_plate(folder / "few", FRAMES[:2])
    capsys.readouterr()
    assert main(["grain", "measure", "few/plate.%04d.exr", "--colourspace", ENCODING, "-o", "few.grain"]) == 0
    assert "few.grain: grain of 1001-1002" in capsys.readouterr().out
    call = ["grain", "apply", *PLATE, "--profile", "plate.grain", "--range", "1001", "-o", "told/x.%04d.exr"]
    assert main(call) == main(call) == 0
    told = capsys.readouterr().out
    assert "made 1001; done before: no frames" in told
    assert "made no frames; done before: 1001" in told


def test_measure_says_all_figures_as_json(folder, capsys):
    capsys.readouterr()
    assert main(["grain", "measure", *PLATE, "--frames", "2", "-o", "two.grain", "--json"]) == 0
    told = events(capsys)[-1]
    assert folder
    assert told["event"] == "result"
    assert len(told["profile"]["frames"]) == 2
    assert {"standard_deviation", "exposure_bins", "correlation", "response", "notes"} <= told["profile"].keys()


def test_a_clean_plate_in_another_encoding_tells_the_same_grain(folder):
    assert main(["grain", "remove", *PLATE, "--profile", "plate.grain", "-o", "clean/c.%04d.exr"]) == 0
    codec = plate_codec(ENCODING, Sample.HALF)
    for number in FRAMES:
        frame = open_plate("clean/c.%04d.exr").read(number)
        linear = codec.decode(frame.stored(frame.header.data)).astype(np.float32)
        header = replace(frame.header, samples=(Sample.FLOAT,) * 3)
        write_frame(Frame(number, "made", header, (ChannelGroup(("R", "G", "B"), linear),)), f"linear/c.{number}.exr")
    measured = []
    for clean in (["clean/c.%04d.exr"], ["linear/c.%04d.exr", "--clean-colourspace", "ACEScg"]):
        assert main(["grain", "measure", *PLATE, "--clean", *clean, "-o", "beside.grain"]) == 0
        measured.append(sigma_at(read_profile(folder / "beside.grain"), np.full((1, 3), 0.18, np.float32)))
    np.testing.assert_allclose(measured[1], measured[0], rtol=0.02)


def test_a_report_is_made_from_a_profile_alone(folder):
    assert main(["grain", "report", "plate.grain", "-o", "alone.html", "--curve-out", "curve.json"]) == 0
    assert "<svg" in (folder / "alone.html").read_text()
    assert json.loads((folder / "curve.json").read_text())["encoding"] == ENCODING


def test_a_report_of_nothing_is_refused(folder, capsys):
    assert main(["grain", "report", "plate.grain"]) == 2
    assert "neither -o nor --curve-out" in capsys.readouterr().err
    assert folder


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["measure", *PLATE, "--frames", "0", "-o", "x.grain"], 2, "1 to 64"),
        (["measure", *PLATE, "--clean", "none.%04d.exr", "-o", "x.grain"], 1, "none.%04d.exr"),
        (["measure", *PLATE, "--clean", "small/plate.%04d.exr", "-o", "x.grain"], 1, "of the plate's own format"),
        (["measure", *PLATE, "--clean", "few/plate.%04d.exr", "-o", "x.grain"], 1, "missing 1003-1005"),
        (["report", "none.grain", "-o", "x.html"], 1, "none.grain"),
        (["apply", *PLATE, "--profile", "plate.grain", "--curve", "plate.html", "-o", "x/x.%04d.exr"], 1, "curve"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(folder, capsys, words, code, said):
    write_plate(folder / "few", FRAMES[:2])
    (folder / "small").mkdir(exist_ok=True)
    for number in FRAMES:
        write_frame(_small(number), folder / "small" / f"plate.{number}.exr")
    capsys.readouterr()
    assert main(["grain", *words]) == code
    assert said in re.sub(r"\s+", " ", capsys.readouterr().err)


def _small(number):
    frame = plate_frame(number)
    half = frame.header.data._replace(right=SIZE[0] // 2)
    return plate_frame(number, data=half)


REMOVE = ["grain", "remove", *PLATE, "--profile", "plate.grain"]


def test_a_frame_that_is_cleaned_alone_is_that_of_the_whole_clip(folder):
    assert main([*REMOVE, "-o", "whole/c.%04d.exr"]) == 0
    for number in (1001, 1003):
        assert main([*REMOVE, "--range", str(number), "-o", f"one{number}/c.%04d.exr"]) == 0
        assert not (folder / f"one{number}/c.1002.exr").exists()
        assert stored(f"one{number}/c.%04d.exr", number).tobytes() == stored("whole/c.%04d.exr", number).tobytes()


def test_how_many_frames_are_looked_at_is_a_knob(folder):
    made = []
    for frames in ("1", "3", "5"):
        assert main([*REMOVE, "--range", "1003", "--frames", frames, "-o", f"look{frames}/c.%04d.exr"]) == 0
        made.append(stored(f"look{frames}/c.%04d.exr", 1003).astype(float))
    assert folder
    # The plate is a ramp and grain: the more frames, the nearer to the ramp.
    rough = [np.abs(np.diff(each, axis=0)).mean() for each in made]
    assert rough[0] > rough[1] > rough[2]


@pytest.fixture
def apply(folder):
    """`grain apply` of a brighter clean plate, with plate and clean plate beside it."""
    if not (folder / "clean5/c.1001.exr").exists():
        assert main([*REMOVE, "-o", "clean5/c.%04d.exr"]) == 0
    beside = ["--plate", "plate/plate.%04d.exr", "--clean", "clean5/c.%04d.exr", "--range", "1002"]
    return ["grain", "apply", "clean5/c.%04d.exr", *PLATE[1:], "--profile", "plate.grain", *beside]


def test_a_plate_without_a_clean_one_is_said_to_be_left_out(folder, capsys):
    alone = ["--profile", "plate.grain", "--plate", "plate/plate.%04d.exr", "--range", "1001", "-o", "alone/x.%04d.exr"]
    assert folder
    assert main(["grain", "apply", *PLATE, *alone]) == 0
    assert "--plate is read only beside --clean" in re.sub(r"\s+", " ", "".join(capsys.readouterr()))


@pytest.mark.parametrize("kind", grain_outputs[1:])
def test_what_grain_is_made_of_is_written_as_scene_linear_layers(apply, kind):
    name = f"{kind.replace(' ', '_')}/o.%04d.exr"
    assert main([*apply, "--output-kind", kind, "-o", name]) == 0
    frame = open_plate(name).read(1002)
    assert frame.header.channels == ("R", "G", "B")
    assert np.isfinite(frame.stored(frame.header.data)).all()
    if kind == "plate grain":
        codec = plate_codec(ENCODING, Sample.HALF)
        own, clean = (codec.decode(stored(name, 1002)) for name in ("plate/plate.%04d.exr", "clean5/c.%04d.exr"))
        np.testing.assert_allclose(stored("plate_grain/o.%04d.exr", 1002), own - clean, rtol=2**-11, atol=1e-6)  # half


def test_a_layer_of_grain_goes_to_no_other_format_than_exr(apply, capsys):
    assert main([*apply, "--output-kind", "plate grain", "-o", "dpx/o.%04d.dpx"]) == 2
    assert ".exr" in capsys.readouterr().err


def test_grain_goes_back_bit_for_bit_where_the_comp_is_the_clean_plate(apply):
    assert main([*apply, "-o", "back/o.%04d.exr"]) == 0
    assert stored("back/o.%04d.exr", 1002).tobytes() == stored("plate/plate.%04d.exr", 1002).tobytes()


def test_an_edited_curve_is_what_new_grain_goes_by(apply, folder):
    assert main(["grain", "report", "plate.grain", "--curve-out", "twice.json"]) == 0
    curve = json.loads((folder / "twice.json").read_text())
    curve["standard_deviation"] = {
        name: [2 * each for each in row] for name, row in curve["standard_deviation"].items()
    }
    (folder / "twice.json").write_text(json.dumps(curve))
    new = [*apply, "--source", "new"]
    assert main([*new, "-o", "usual/o.%04d.exr"]) == 0
    assert main([*new, "--curve", "twice.json", "-o", "twice/o.%04d.exr"]) == 0
    bare, usual, twice = (
        stored(f"{name}/{each}.%04d.exr", 1002).astype(float)
        for name, each in (("clean5", "c"), ("usual", "o"), ("twice", "o"))
    )
    np.testing.assert_allclose((twice - bare).std() / (usual - bare).std(), 2, rtol=0.05)


def test_a_profile_of_another_encoding_is_told_of(folder, capsys):
    call = ["grain", "remove", "plate/plate.%04d.exr", "--colourspace", "ACEScct", "--profile", "plate.grain"]
    assert main([*call, "--range", "1001", "-o", "other/c.%04d.exr"]) == 0
    assert f"measured on a plate in {ENCODING}, this one is in ACEScct" in re.sub(r"\s+", " ", capsys.readouterr().err)
    assert folder


def test_a_gpu_that_is_not_there_is_refused_before_anything_is_made(folder, monkeypatch, capsys):
    monkeypatch.setattr(nvidia, "gpu_count", lambda: 0)
    call = ["grain", "remove", *PLATE, "--profile", "plate.grain", "--device", "cuda", "-o", "gpu/c.%04d.exr"]
    assert main(call) == 1
    assert "no NVIDIA driver" in re.sub(r"\s+", " ", capsys.readouterr().err)
    assert not (folder / "gpu").exists()
