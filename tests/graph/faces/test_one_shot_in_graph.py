"""One-shot models in node graphs: whom the source knob names is seen, and told of."""

import cv2
import numpy as np
import pytest
from face_scripts import ALPHA, FRAMES, RGB, WHOLE, Shot
from skimage import data

from faceplate.deliver import read_receipt
from faceplate.errors import FaceplateError
from one_shot_networks import write_one_shot, write_recogniser

pytestmark = pytest.mark.usefixtures("face_pack")

OPEN = {"mode": "replace", "colour_match": "0", "exposure_match": "0"}
PORTRAIT = data.astronaut()[:256, 90:346]


@pytest.fixture
def shot(tmp_path):
    shot = Shot(tmp_path)
    shot.model = write_one_shot(tmp_path / "m.onnx", 256, outputs=("output", "mask"))
    write_recogniser(tmp_path / "w600k.onnx", offset=0.05)
    save(tmp_path / "ann.png", PORTRAIT)
    return shot


def save(path, rgb):
    cv2.imwrite(str(path), np.ascontiguousarray(rgb[..., ::-1]))


def swap(shot, **knobs):
    known = {
        "source": f"{shot.folder}/ann.png", "identity_model": f"{shot.folder}/w600k.onnx", "accept_licence": "true",
    }  # fmt: skip
    return shot.node("FaceSwap", "2", **OPEN | known | knobs)


def test_another_picture_of_the_same_name_is_another_face(shot):
    script = shot.script(swap(shot))
    before = shot.pixels(script, "FaceSwap1")
    plate = shot.pixels(shot.script(), "Read1")
    assert (before != plate).any(axis=-1).mean() > 0.02
    save(shot.folder / "ann.png", PORTRAIT[..., ::-1])
    after = shot.pixels(shot.script(swap(shot)), "FaceSwap1")
    changed = (after - before)[(before != plate).any(axis=-1)].mean(axis=0)
    # Red and blue of the picture changed places, and with them those of the face.
    assert changed[0] < 0 < changed[2]


def test_a_picture_that_is_replaced_while_a_script_is_open_is_seen_at_once(shot):
    session = shot.session(shot.script(swap(shot)))

    def red():
        return session.pull().source(session.named("FaceSwap1"), 1002).plane(WHOLE, "rgba.red")

    before = red()
    assert np.array_equal(red(), before)
    save(shot.folder / "ann.png", PORTRAIT[..., ::-1] // 2)
    assert not np.array_equal(red(), before)


def test_a_receipt_tells_of_the_source_and_of_the_licence_that_was_accepted(shot):
    script = shot.script(swap(shot), shot.write())
    assert shot.rendered(script).made["Write1"] == FRAMES
    told = read_receipt(shot.folder / "out" / "receipts" / "out.1001.exr.json").inputs
    assert len(told["FaceSwap1 source 1"]["digest"]) == 64
    assert told["FaceSwap1 identity model"]["kind"] == "w600k"
    assert "ResearchRAIL" in told["FaceSwap1 licence accepted"]["licence"]
    assert shot.rendered(script).made["Write1"] == ()
    save(shot.folder / "ann.png", PORTRAIT // 2)
    assert shot.rendered(script).made["Write1"] == FRAMES


def test_the_licence_is_noted_once_and_without_it_nothing_is_rendered(shot):
    session = shot.session(shot.script(swap(shot)))
    for frame in FRAMES:
        session.pull().source(session.named("FaceSwap1"), frame).plane(WHOLE, "rgba.red")
    assert len([words for words in session.notes if "ResearchRAIL" in words]) == 1
    with pytest.raises(FaceplateError, match="accept_licence"):
        shot.pixels(shot.script(swap(shot, accept_licence="false")), "FaceSwap1")


def test_face_matte_takes_the_outline_for_a_model_that_gives_no_matte(shot):
    outline = shot.node("FaceMatte", "1", output="matte")
    with_model = shot.node("FaceMatte", "1", output="matte", model_file=shot.model)
    planes = [
        shot.pixels(shot.script(node), "FaceMatte1", channels=(ALPHA,)) for node in (outline, with_model)
    ]  # fmt: skip
    assert np.array_equal(*planes)
    assert planes[0].max() == 1


def test_a_family_that_the_file_does_not_tell_is_told_by_the_knob(shot):
    write_one_shot(shot.model, 256)
    with pytest.raises(FaceplateError, match="say which with FaceSwap's knob one_shot"):
        shot.pixels(shot.script(swap(shot)), "FaceSwap1")
    shot.pixels(shot.script(swap(shot, one_shot="hyperswap")), "FaceSwap1")


def test_nodes_that_show_other_people_of_one_picture_have_colours_of_their_own(shot):
    """Each matches over the frames around by what it shows itself."""
    save(shot.folder / "ann.png", np.concatenate([PORTRAIT, PORTRAIT[..., ::-1] // 2], axis=1))
    matched = {"colour_match": "1", "colour_match_method": "mean_variance", "colour_smooth": "2"}
    one, other = (swap(shot, name=f"FaceSwap{face}", source_face=str(face), **matched) for face in (1, 2))
    alone = [shot.pixels(shot.script(node), f"FaceSwap{face}") for face, node in ((1, one), (2, other))]
    assert not np.array_equal(*alone)
    session = shot.session(shot.script(one, "push 0\npush $tracked\n" + other))
    pull = session.pull()
    for face, expected in ((1, alone[0]), (2, alone[1])):
        planes = pull.source(session.named(f"FaceSwap{face}"), 1002).pixels(WHOLE, RGB)
        assert np.array_equal(np.stack([planes[name] for name in RGB], axis=-1), expected)
