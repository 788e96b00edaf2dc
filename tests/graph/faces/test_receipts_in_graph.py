"""What a frame's receipt tells of the faces in it: those that were really made into this very frame."""

import pytest
from face_scripts import FRAMES

from faceplate.deliver import read_receipt
from faceplate.errors import FaceplateError
from faceplate.graph import render_script
from faceplate.plate import read_frame
from faceplate.track import write_track
from shots import known_track
from swap_models import card, write_model


@pytest.fixture
def models(shot):
    """Two models, of two people who agreed."""
    made = {"one": shot.folder / "m1.onnx", "two": shot.folder / "m2.onnx"}
    for gain, (name, path) in zip((0.8, 0.5), made.items(), strict=True):
        write_model(path, card(name=name, consent=name, mattes={}), gain=gain, offset=0.1)
    return made


def receipt(shot, number=1001):
    return read_receipt(shot.folder / "out" / "receipts" / f"out.{number}.exr.json")


def animated(shot):
    """A swap whose model is one up to 1001, and another from there."""
    name = rf'"{shot.folder}/m\[expr {{\[frame]<1002 ? 1 : 2}}].onnx"'
    return shot.node("FaceSwap", "2", model_file=name)


@pytest.mark.usefixtures("models")
def test_each_frame_names_its_own_model(shot):
    shot.rendered(shot.script(animated(shot), shot.write()))
    assert [receipt(shot, number).consent for number in FRAMES] == ["one", "two", "two"]
    headers = [read_frame(shot.folder / "out" / f"out.{number}.exr", number).header for number in FRAMES]
    assert [header.attribute("faceplate/consent") for header in headers] == ["one", "two", "two"]
    digests = [receipt(shot, number).inputs["FaceSwap1 model"]["digest"] for number in FRAMES]
    assert digests[0] != digests[1] == digests[2]
    assert [header.attribute("faceplate/model_digest") for header in headers] == digests


def test_a_frame_is_done_while_its_own_model_and_track_are_the_same(shot, models):
    script = shot.script(animated(shot), shot.write())
    assert shot.rendered(script).made["Write1"] == FRAMES
    assert shot.rendered(script).made["Write1"] == ()
    write_model(models["two"], card(name="two", consent="two again", mattes={}), gain=0.4)
    assert shot.rendered(script).made["Write1"] == (1002, 1003)
    assert [receipt(shot, number).consent for number in FRAMES] == ["one", "two again", "two again"]
    write_track(known_track(FRAMES, drift_px=5.0), shot.folder / "shot.track")
    assert shot.rendered(script).made["Write1"] == FRAMES


@pytest.mark.parametrize("number", FRAMES)
def test_a_frame_made_alone_is_done_for_the_whole_shot_too(shot, models, number):
    late = shot.node("FaceSwap", "2", name="Late", model_file=models["one"], disable='"{{frame<1002}}"')
    script = shot.script(late, shot.write())
    render_script(script, frames=[number])
    assert receipt(shot, number).consent == ("" if number < 1002 else "one")
    assert shot.rendered(script).done_before["Write1"] == (number,)


def test_a_swap_that_is_switched_off_tells_nothing_and_misses_no_model(shot, models):
    on = shot.node("FaceSwap", "2", model_file=models["one"])
    off = shot.node("FaceSwap", "2", name="Off", model_file=models["two"], disable="true")
    shot.rendered(shot.script(on, off, shot.write()))
    assert receipt(shot).consent == "one"
    models["two"].unlink()
    assert shot.rendered(shot.script(on, off, shot.write()), anew=True).made["Write1"] == FRAMES


def test_nor_does_one_on_a_branch_that_is_not_taken(shot, models):
    untaken = shot.node("FaceSwap", "2", name="Untaken", model_file=models["two"])
    switch = "set s [stack 0]\npush $tracked\npush $s\nSwitch {\n inputs 2\n which 1\n name S1\n}"
    script = shot.script(untaken, switch, shot.write())
    shot.rendered(script)
    assert (receipt(shot).consent, receipt(shot).model_digest) == ("", "")
    assert not any(role.startswith("Untaken") for role in receipt(shot).inputs)
    models["two"].unlink()
    assert shot.rendered(script).made["Write1"] == ()
    with pytest.raises(FaceplateError, match=r"Untaken\.model_file"):
        shot.rendered(shot.script(untaken, switch.replace("which 1", "which 0"), shot.write()))


def test_a_model_that_is_missing_is_said_before_any_frame_is_made(shot, models):
    models["one"].unlink()
    with pytest.raises(FaceplateError, match=r"FaceSwap1\.model_file at frame 1001"):
        shot.rendered(shot.script(animated(shot), shot.write()))


def test_two_swaps_are_told_in_their_order(shot, models):
    both = [shot.node("FaceSwap", "1", name=f"Swap_{name}", model_file=path) for name, path in models.items()]
    shot.rendered(shot.script(*both, shot.write()))
    assert receipt(shot).consent == "one; two"


@pytest.mark.usefixtures("models")
def test_one_swap_at_two_frames_tells_both_models(shot):
    late = "set s [stack 0]\nTimeOffset {\n time_offset -1\n name Late\n}\npush $s\nMerge2 {\n inputs 2\n name M1\n}"
    shot.rendered(shot.script(animated(shot), late, shot.write(use_limit="true", first="1001", last="1002")))
    assert set(receipt(shot, 1001).consent.split("; ")) == {"one", "two"}
    assert len([role for role in receipt(shot, 1001).inputs if " model" in role]) == 2
    assert receipt(shot, 1002).consent == "two"
