"""Several faces in one call of `faceplate swap`, each with its own model and knobs."""

import json
from pathlib import Path

import numpy as np
import pytest

from faceplate.cli import main
from faceplate.grain import write_profile
from faceplate.plate import open_plate
from faceplate.track import write_track
from faceplate.values import Track
from shots import ENCODING, known_track, some_grain, write_plate
from swap_models import write_model

FRAMES = (1001, 1002)
CALL = ["swap", "plate/plate.%04d.exr", "--track", "shot.track", "--colourspace", ENCODING, "--grain-amount", "0"]
CALL += ["--grain", "plate.grain"]
ONE = {"person": "person1", "model": "one.onnx", "mode": "replace", "exposure_ev": 1}
TWO = {"person": "person2", "model": "two.onnx", "mode": "replace", "matte_feather": 5.0}


def two_people(gap_px):
    people = [
        known_track(FRAMES, face_px=80.0, middle=(x, 190.0), drift_px=0.0).people[0]
        for x in (320.0 - gap_px / 2, 320.0 + gap_px / 2)
    ]
    named = type(people[1])(**{**vars(people[1]), "name": "person2"})
    return Track(**{**vars(known_track(FRAMES)), "people": (people[0], named)})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A shot of two people, and a model for each; the working directory is there."""
    monkeypatch.chdir(tmp_path)
    write_plate(tmp_path / "plate", FRAMES)
    write_track(two_people(320.0), tmp_path / "shot.track")
    write_profile(some_grain(), tmp_path / "plate.grain")
    write_model(tmp_path / "one.onnx", gain=0.7)
    write_model(tmp_path / "two.onnx", gain=0.9, offset=-0.2)
    return tmp_path


@pytest.fixture
def make(folder):
    """Swaps these faces, in their order, of people so far apart; gives the second frame's samples."""
    made = []

    def swapped(*faces, gap_px=320.0, more=(), number=1002):
        write_track(two_people(gap_px), folder / "shot.track")
        (folder / "faces.json").write_text(json.dumps(faces))
        made.append(f"out{len(made)}/d.%04d.exr")
        assert main([*CALL, "--faces", "faces.json", "-o", made[-1], *more]) == 0
        return samples(made[-1], number)

    return swapped


def samples(pattern, number=1002):
    frame = open_plate(pattern).read(number)
    return frame.stored(frame.header.data).view(np.uint16)


def covered(pattern, number=1002):
    frame = open_plate(pattern).read(number)
    held = {name: group.pixels[..., at] for group in frame.groups for at, name in enumerate(group.names)}
    return held["face_matte.alpha"] > 0


def test_one_face_of_a_file_is_what_the_flags_say(make):
    made = make(ONE)
    flags = ["--model", "one.onnx", "--mode", "replace", "--exposure-ev", "1"]
    assert main([*CALL, *flags, "-o", "flags/d.%04d.exr"]) == 0
    assert np.array_equal(made, samples("flags/d.%04d.exr"))


def test_faces_apart_are_each_as_if_alone_whatever_their_order(make):
    plate, one, two = samples("plate/plate.%04d.exr"), make(ONE), make(TWO)
    first, second = ((face != plate).any(axis=-1) for face in (one, two))
    assert first.any()
    assert second.any()
    assert not (first & second).any()
    both = np.where(first[..., None], one, np.where(second[..., None], two, plate))
    assert np.array_equal(make(ONE, TWO), both)
    assert np.array_equal(make(TWO, ONE), both)


def test_of_faces_that_overlap_the_last_of_the_list_lies_on_top(make):
    two, second = make(TWO, gap_px=90.0, more=["--layers", "matte"]), covered("out0/d.%04d.exr")
    one, first = make(ONE, gap_px=90.0, more=["--layers", "matte"]), covered("out1/d.%04d.exr")
    both, turned = make(ONE, TWO, gap_px=90.0), make(TWO, ONE, gap_px=90.0)
    assert (first & second).any()
    assert not np.array_equal(both, turned)
    assert np.array_equal(both[~second], one[~second])
    assert np.array_equal(turned[~first], two[~first])


def test_a_face_over_another_is_cut_from_what_that_left_in_steady_colour_matches_too(make):
    steady = {"colour_match_method": "covariance", "colour_smooth": 2}
    together = make(ONE, {**TWO, **steady}, gap_px=90.0)
    alone = make(ONE, {**TWO, **steady}, gap_px=90.0, more=["--range", "1002"])
    assert np.array_equal(together, alone)


def test_what_a_face_does_not_say_is_as_the_call_says(make):
    said = make({**TWO, "mix": 0.5})
    assert np.array_equal(said, make(TWO, more=["--mix", "0.5"]))
    assert not np.array_equal(said, make(TWO))


def test_layers_are_named_by_the_place_of_their_face_and_rebuild_the_picture_in_that_order(make):
    make(ONE, TWO, gap_px=90.0, more=["--layers", "changed,matte"])
    header = open_plate("out0/d.%04d.exr").read(1002).header
    assert {name.rpartition(".")[0] for name in header.channels} == {
        "", "face1_changed", "face1_matte", "face2_changed", "face2_matte",
    }  # fmt: skip
    over = [
        f"Merge2 {{\n inputs 2\n Achannels face{place}_changed\n output rgb\n name M{place}\n}}\n" for place in (1, 2)
    ]
    script = f"""Root {{
 first_frame 1001
 last_frame 1002
 colorManagement OCIO
}}
Read {{
 inputs 0
 file out0/d.%04d.exr
 first 1001
 last 1002
 colorspace "{ENCODING}"
 name Layers
}}
set layers [stack 0]
Read {{
 inputs 0
 file plate/plate.%04d.exr
 first 1001
 last 1002
 colorspace "{ENCODING}"
 name Plate
}}
set plate [stack 0]
push $layers
push $plate
{over[0]}set first [stack 0]
push $layers
push $first
{over[1]}Write {{
 file again/d.%04d.exr
 colorspace "{ENCODING}"
 datatype "16 bit half"
 channels rgb
 name Write1
}}
"""
    Path("again.nk").write_text(script)
    assert main(["render", "again.nk"]) == 0
    assert np.array_equal(samples("again/d.%04d.exr"), samples("out0/d.%04d.exr"))


def test_the_receipt_names_both_models_and_all_knobs(make):
    make(ONE, TWO)
    receipt = json.loads(Path("out0/receipts/d.1002.exr.json").read_text())
    assert receipt["inputs"]["model"]["path"] == "one.onnx"
    assert receipt["inputs"]["model 2"]["path"] == "two.onnx"
    assert receipt["settings"]["FaceSwap 2"]["person"] == "person2"
    assert receipt["settings"]["FaceMatte 2"]["feather"] == 5.0
    assert len(receipt["model_digest"].split()) == 2


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("{}", 2, ["faces.json", "a list of faces"]),
        ("[]", 2, ["faces.json", "a list of faces"]),
        ("[1]", 2, ["face 1", "an object"]),
        ("[", 2, ["faces.json", "expected JSON"]),
        ('[{"model": "one.onnx"}, {"model": "one.onnx", "detial": 1}]', 2, ["face 2.detial", "a knob: detail"]),
        ('[{"model": "one.onnx", "mode": "over"}]', 2, ["face 1.mode", "residual, replace", "over"]),
        ('[{"model": "one.onnx", "mix": "1"}]', 2, ["face 1.mix", "a number"]),
        ('[{"model": "one.onnx", "colour_smooth": 1.5}]', 2, ["face 1.colour_smooth", "a whole number", "1.5"]),
        ('[{"model": "one.onnx", "mix": true}]', 2, ["face 1.mix", "a number", "True"]),
        ('[{"model": "one.onnx", "mix": 3}]', 2, ["face 1", "FaceSwap.mix", "0 to 1"]),
        ('[{"model": "one.onnx", "matte_feather": 0}]', 2, ["face 1", "FaceMatte.feather", "0.5 to 100"]),
        ('[{"person": "person1"}]', 2, ["face 1", "a swap model", "--model"]),
        ('[{"model": "one.onnx", "person": "ann"}]', 1, ["'ann'", "person2"]),
        ('[{"model": "none.onnx"}]', 1, ["none.onnx"]),
    ],
)
def test_a_file_of_faces_that_makes_no_sense_is_refused_by_face_and_key(folder, capsys, text, code, words):
    (folder / "faces.json").write_text(text)
    assert main([*CALL, "--faces", "faces.json", "-o", "bad/d.%04d.exr", "--json"]) == code
    error = [json.loads(line) for line in capsys.readouterr().out.splitlines()][-1]
    assert error["event"] == "error"
    told = f"{error['thing']}: expected {error['expected']}; came {error['came']}; {error['next_step']}"
    assert all(word in told for word in words), told


def test_one_matte_file_for_several_faces_is_refused(folder, capsys):
    (folder / "faces.json").write_text(json.dumps([ONE, TWO]))
    assert main([*CALL, "--faces", "faces.json", "-o", "x/d.%04d.exr", "--matte-output", "m.%04d.exr"]) == 2
    assert "--layers matte,face" in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("folder")
def test_a_call_without_a_model_says_how_to_name_one(capsys):
    assert main([*CALL, "-o", "x/d.%04d.exr"]) == 2
    assert "with --model" in " ".join(capsys.readouterr().err.split())
