"""One setting gives one picture, whether the command line walks the shot or a node graph does."""

import json

import numpy as np
import pytest
from face_scripts import FRAMES, Shot

from faceplate.cli import main
from faceplate.plate import open_plate
from shots import ENCODING
from swap_models import card, write_model

REPLACE = {"mode": "replace"}
MATCHED = {"colour_match_method": "covariance", "colour_match": "0.5", "colour_smooth": "1"}
KNOBS = [
    {},
    {"blend_bands": "3"},
    {"mix": "0.6", "exposure_ev": "1"},
    {"passes": "2", "filter": "lanczos6", "sharpness_match": "1"},
    REPLACE,
    {**REPLACE, "colour_match": "0.5", "blend_bands": "2.5"},
    {**REPLACE, "detail": "1", "detail_size": "2"},
    {**REPLACE, "detail": "0.6", "mix": "0.7", "exposure_ev": "-1", "exposure_match": "0.5"},
    {**REPLACE, "sharpness_match": "0.8", "filter": "simon"},
    {**REPLACE, "colour_match_method": "mean", "colour_smooth": "1"},
    {**REPLACE, "colour_match_method": "mean_variance"},
    {**REPLACE, "colour_match_method": "histogram", "colour_smooth": "2", "exposure_smooth": "2"},
    {**REPLACE, **MATCHED, "passes": "2", "detail": "0.5"},
    {**REPLACE, **MATCHED, "blend_bands": "3", "detail": "0.8", "sharpness_match": "1", "mix": "0.9", "filter": "keys"},
]
MATTE = {"feather": "25", "erode": "-4", "model_matte": "0.5"}
BOTH = ("exposure_ev", "exposure_match", "exposure_smooth", "filter", "passes")
"""Knobs that FaceMatte has, too."""


@pytest.fixture
def shot(tmp_path):
    shot = Shot(tmp_path)
    shot.model = write_model(tmp_path / "m.onnx", card(), gain=0.8, offset=0.05, matte=0.8)
    return shot


def half_codes(pattern, number):
    """The samples' codes in the order of their values: neighbours are one apart."""
    frame = open_plate(str(pattern)).read(number)
    codes = frame.stored(frame.header.data).view(np.uint16).astype(int)
    return np.where(codes & 0x8000, -(codes & 0x7FFF), codes)


def by_command_line(shot, knobs, matte):
    flags = {**knobs, **{f"matte_{name}": value for name, value in matte.items()}}
    call = ["swap", shot.plate, "--track", f"{shot.folder}/shot.track", "--model", str(shot.model)]
    call += ["--colourspace", ENCODING, "--grain", f"{shot.folder}/plate.grain", "--grain-seed", "7"]
    call += [f"--{name.replace('_', '-')}={value}" for name, value in flags.items()]
    assert main([*call, "-o", f"{shot.folder}/cli/cli.%04d.exr"]) == 0
    return [half_codes(shot.folder / "cli/cli.%04d.exr", number) for number in FRAMES]


def swapped(shot, knobs, matte):
    """FaceMatte beside FaceSwap."""
    asked_alike = {name: value for name, value in knobs.items() if name in BOTH}
    covered = shot.node("FaceMatte", model_file=shot.model, output="matte", **matte, **asked_alike)
    return covered, "push $tracked", shot.node("FaceSwap", "2", **knobs)


def by_graph(shot, *nodes):
    shot.rendered(shot.script(*nodes, shot.write()))
    return [half_codes(shot.folder / "out/out.%04d.exr", number) for number in FRAMES]


def apart(ours, theirs):
    return np.array([np.abs(one - other) for one, other in zip(ours, theirs, strict=True)])


@pytest.mark.parametrize("knobs", KNOBS, ids=["-".join(knobs.values()) or "residual" for knobs in KNOBS])
def test_the_comp_with_its_grain_is_that_of_the_command_line(shot, knobs):
    theirs = by_command_line(shot, knobs, MATTE)
    off = apart(by_graph(shot, *swapped(shot, knobs, MATTE), shot.node("FaceRegrain", seed="7")), theirs)
    # The graph's Merge rounds A + B(1 - a) where the walk rounds B + a(A - B): on the edge of a half they may part.
    assert off.max() <= 1
    assert (off > 0).mean() < 1e-4
    plate = [half_codes(shot.plate, number) for number in FRAMES]
    assert (apart(theirs, plate) > 1).any(axis=-1).mean() > 0.02


@pytest.mark.parametrize("knobs", [{}, REPLACE, {**REPLACE, "detail": "0.8"}], ids=["residual", "replace", "detail"])
def test_a_face_that_is_given_its_grain_alone_and_merged_is_that_of_the_command_line(shot, knobs):
    whole = {**MATTE, "model_matte": "0"}
    theirs, alone = by_command_line(shot, knobs, whole), swapped(shot, {**knobs, "output": "face"}, whole)
    over = "push $tracked\nMerge2 {\n inputs 2\n output rgb\n bbox B\n name Merge1\n}"
    ours = by_graph(shot, *alone, shot.node("FaceRegrain", seed="7", unpremult="rgba.alpha"), over)
    face = shot.source(shot.script(*alone), "FaceSwap1")
    full = face.plane(face.info.format.box, "rgba.alpha")[::-1] == 1
    off = apart(ours, theirs)[1]
    assert full.sum() > 1000
    assert off[full].max() <= 1
    # At the soft edge grain is as strong as the face is bright here, and as the comp is there.
    assert off.max() <= 16


def test_two_faces_that_overlap_are_those_of_the_command_line_where_each_is_given_its_grain_in_turn(shot):
    first, second = {**REPLACE, "exposure_ev": "1"}, {**REPLACE, "mix": "0.6", "detail": "0.5"}
    faces = [{"mode": "replace", "exposure_ev": 1.0}, {"mode": "replace", "mix": 0.6, "detail": 0.5}]
    (shot.folder / "faces.json").write_text(json.dumps(faces))
    theirs = by_command_line(shot, {"faces": str(shot.folder / "faces.json")}, MATTE)
    again = [node.replace(" name Face", " name Other") for node in swapped(shot, second, MATTE)]
    regrains = [shot.node("FaceRegrain", seed="7", name=name) for name in ("Grain1", "Grain2")]
    under = (*swapped(shot, first, MATTE), regrains[0], "set under [stack 0]")
    again[1] = "push $under"
    ours = by_graph(shot, *under, *again, regrains[1])
    assert apart(ours, theirs).max() <= 2
