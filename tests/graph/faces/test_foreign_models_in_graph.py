"""Models without a card of their own, in node graphs."""

import numpy as np
import pytest
from face_scripts import ALPHA, FRAMES, WHOLE, Shot

from faceplate.cli import main
from faceplate.models import card_beside, card_to_json
from faceplate.plate import open_plate
from faceplate.swap import load_model
from foreign_networks import write_dfm, write_reage
from shots import ENCODING
from swap_models import card, write_model

OPEN = {"face_type": "full", "mode": "replace", "colour_match": "0"}
EYES = (slice(150, 190), slice(300, 340))


@pytest.fixture
def shot(tmp_path):
    shot = Shot(tmp_path)
    shot.model = write_dfm(tmp_path / "m.dfm", morph=True)
    return shot


def test_morph_may_be_keyed_and_a_frame_alone_is_the_frame_in_the_sequence(shot):
    keyed = shot.script(shot.node("FaceSwap", "2", **OPEN, morph="{{curve x1001 0 x1003 1}}"))
    for frame, morph in zip(FRAMES, ("0", "0.5", "1"), strict=True):
        alone = shot.script(shot.node("FaceSwap", "2", **OPEN, morph=morph))
        assert np.array_equal(shot.pixels(keyed, "FaceSwap1", frame), shot.pixels(alone, "FaceSwap1", frame))


def test_a_morph_of_0_leaves_the_plate_as_it_was(shot):
    plate = shot.pixels(shot.script(), "Read1")
    given = shot.pixels(shot.script(shot.node("FaceSwap", "2", face_type="full", morph="0")), "FaceSwap1")
    np.testing.assert_allclose(given, plate, rtol=1e-5, atol=1e-6)
    moved = shot.pixels(shot.script(shot.node("FaceSwap", "2", face_type="full", morph="1")), "FaceSwap1")
    assert (moved != plate).any(-1).mean() > 0.02


def test_the_face_type_sets_how_much_of_the_plate_is_taken(shot):
    widths = {}
    for face_type in ("half", "full", "whole_face", "head"):
        matte = shot.node("FaceSwap", "2", output="face", face_type=face_type)
        source = shot.source(shot.script(matte), "FaceSwap1")
        widths[face_type] = source.info.box.width
    assert widths["half"] < widths["full"] < widths["whole_face"] < widths["head"]


def test_an_unsaid_crop_is_told_once_and_a_said_one_is_not(shot):
    def notes(**knobs):
        session = shot.session(shot.script(shot.node("FaceSwap", "2", **knobs)))
        for frame in FRAMES:
            session.pull().source(session.named("FaceSwap1"), frame).plane(WHOLE, "rgba.red")
        return [words for words in session.notes if "cropped" in words]

    assert len(notes()) == 1
    assert "taken for whole_face" in notes()[0]
    assert notes(face_type="full") == []


def test_face_matte_asks_the_model_with_the_same_crop_as_face_swap(shot):
    def matte(**knobs):
        node = shot.node("FaceMatte", "1", model_file=shot.model, output="matte", **knobs)
        return shot.pixels(shot.script(node), "FaceMatte1", channels=(ALPHA,))[..., 0]

    assert np.array_equal(matte(), matte(face_type="whole_face"))
    assert np.abs(matte(face_type="full") - matte(face_type="whole_face")).max() > 0.05


def test_the_command_line_gives_what_the_node_gives(shot, tmp_path, capsys):
    knobs = {"face_type": "full", "morph": "0.5"}
    graph = shot.pixels(shot.script(shot.node("FaceSwap", "2", **knobs)), "FaceSwap1")
    call = ["swap", shot.plate, "--track", f"{tmp_path}/shot.track", "--model", str(shot.model)]
    call += ["--colourspace", ENCODING, "--grain", f"{tmp_path}/plate.grain", "--grain-amount", "0"]
    call += ["--face-type", "full", "--morph", "0.5", "--range", "1002", "-o", f"{tmp_path}/cli/cli.%04d.exr"]
    assert main(call) == 0
    assert "consent: not stated" in capsys.readouterr().err
    changed = (shot.pixels(shot.script(), "Read1") != graph).any(-1)
    frames = [open_plate(name).read(1002) for name in (f"{tmp_path}/cli/cli.%04d.exr", shot.plate)]
    ours, plate = (frame.stored(frame.header.data).astype(float) for frame in frames)
    assert abs((ours != plate).any(-1).mean() - changed.mean()) < 0.01


def test_a_reageing_network_does_nothing_at_equal_ages_and_brightens_with_the_wanted_one(tmp_path):
    shot = Shot(tmp_path)
    path = write_reage(tmp_path / "age.onnx")
    plate = shot.pixels(shot.script(), "Read1")
    given = [
        shot.pixels(shot.script(shot.node("FaceSwap", "2", model_file=path, age_from="0", age_to=age)), "FaceSwap1")
        for age in ("0", "10")
    ]
    np.testing.assert_allclose(given[0], plate, rtol=1e-5, atol=1e-6)
    middle = (given[1] - plate)[EYES]
    assert middle[..., 0].min() > 0.001
    assert np.abs(middle[..., 0]).mean() > 5 * np.abs(middle[..., 2]).mean()


def test_a_changed_card_beside_the_model_makes_the_picture_anew(tmp_path):
    shot = Shot(tmp_path)
    shot.model = write_model(tmp_path / "plain.onnx", card(mattes={}), metadata=False, gain=0.8)
    script = shot.script(shot.node("FaceSwap", "2"))
    pictures = []
    for scale in ("half", "full"):
        card_beside(shot.model).write_text(card_to_json(card(mattes={}, framing=scale)))
        pictures.append(shot.pixels(script, "FaceSwap1"))
    assert (pictures[0] != pictures[1]).any()
    assert load_model(shot.model).card.framing == "full"
