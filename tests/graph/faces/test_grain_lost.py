"""What a stream says of the grain it has lost, and what FaceRegrain makes of it."""

import numpy as np
import pytest
from face_scripts import RGB, Shot

from faceplate.grain import sigma_at
from shots import some_grain
from swap_models import card, write_model

LOST = ("face_grain_lost.alpha",)
DETAIL = {"mode": "replace", "detail": "1", "detail_size": "3"}


@pytest.fixture
def shot(tmp_path):
    shot = Shot(tmp_path)
    shot.model = write_model(tmp_path / "m.onnx", card(), gain=0.8, offset=0.05, matte=1.0)
    return shot


def swap(shot, **knobs):
    return shot.node("FaceSwap", "2", **knobs)


def lost(shot, *nodes, name="FaceSwap1"):
    return shot.pixels(shot.script(*nodes), name, channels=LOST)[..., 0]


def covered(shot, **knobs):
    return shot.pixels(shot.script(swap(shot, output="face", **knobs)), "FaceSwap1", channels=("rgba.alpha",))[..., 0]


def new_grain(shot, *nodes, **knobs):
    """What FaceRegrain adds below these nodes."""
    clean, grained = (
        shot.pixels(shot.script(*nodes, shot.node("FaceRegrain", amount=amount, **knobs)), "FaceRegrain1")
        for amount in ("0", "1")
    )
    return grained - clean


def test_the_same_is_said_beside_the_comp_and_beside_the_face_alone(shot):
    for knobs in ({}, {"mode": "replace"}, {**DETAIL, "mix": "0.5"}):
        assert np.array_equal(lost(shot, swap(shot, **knobs)), lost(shot, swap(shot, output="face", **knobs)))


def test_nothing_is_lost_in_residual_mode_and_all_where_a_picture_takes_the_place_of_the_plate(shot):
    assert not lost(shot, swap(shot)).any()
    assert np.array_equal(lost(shot, swap(shot, mode="replace")), covered(shot, mode="replace"))
    returned = lost(shot, swap(shot, **DETAIL))
    assert returned.max() == 1
    assert (returned[covered(shot, **DETAIL) == 1] < 0.1).mean() > 0.3


def test_returned_grain_is_not_added_again(shot):
    sigma = sigma_at(some_grain(), np.full((1, 1, 3), 0.3, np.float32))[0, 0].mean()
    whole = new_grain(shot, swap(shot, mode="replace"))
    assert whole[covered(shot) == 1].std() > 0.5 * sigma
    assert not new_grain(shot, swap(shot)).any()
    partly = new_grain(shot, swap(shot, **DETAIL))
    kept = lost(shot, swap(shot, **DETAIL)) == 0
    assert not partly[kept].any()
    inside = (covered(shot) == 1) & (lost(shot, swap(shot, **DETAIL)) == 1)
    assert np.array_equal(partly[inside] != 0, whole[inside] != 0)


def test_without_the_layer_grain_is_added_everywhere_as_ever(shot):
    remove = "Remove {\n channels face_grain_lost\n name Remove1\n}"
    assert (new_grain(shot, swap(shot), remove) != 0).mean() > 0.99


def test_a_matte_at_the_input_limits_what_the_layer_says(shot):
    matte = "Constant {\n inputs 0\n channels rgba\n color {0 0 0 1}\n name C\n}\nCrop {\n box {300 150 340 190}\n}"
    order = "push 0\npush 0\npush $swapped"
    nodes = (swap(shot, mode="replace"), "set swapped [stack 0]", matte, order)
    grains = []
    for amount in ("0", "1"):
        script = shot.script(*nodes, shot.node("FaceRegrain", "4", amount=amount))
        grains.append(shot.pixels(script, "FaceRegrain1"))
    rows, columns = np.nonzero((grains[1] != grains[0]).any(-1))
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (300, 150, 340, 190)


def test_it_goes_through_grade_and_merge_as_other_channels_do_and_ends_at_regrain(shot):
    grade = "Grade {\n white 1.2\n black_clamp false\n name Grade1\n}"
    over = "push $tracked\nMerge2 {\n inputs 2\n name Merge1\n}"
    alone = swap(shot, mode="replace", output="face")
    known = lost(shot, alone)
    assert np.array_equal(lost(shot, alone, grade, name="Grade1"), known)
    # Merge keeps B's other channels, and A's are not merged unless it is told to.
    assert not lost(shot, alone, over, name="Merge1").any()
    told = over.replace(" name", " also_merge face_grain_lost\n name")
    assert np.array_equal(lost(shot, alone, told, name="Merge1"), known)
    regrained = shot.script(swap(shot, mode="replace"), shot.node("FaceRegrain"))
    assert LOST[0] not in shot.source(regrained, "FaceRegrain1").info.channels


def test_a_face_over_a_face_has_lost_what_either_has(shot):
    both = swap(shot, mode="replace", mix="0.5"), swap(shot, mode="replace", mix="0.6", name="Second")
    expected = 1 - (1 - 0.5 * covered(shot)) * (1 - 0.6 * covered(shot))
    np.testing.assert_allclose(lost(shot, *both, name="Second"), expected, atol=1e-6)


@pytest.mark.parametrize("amount", ["1", "0.25"])
def test_a_plate_without_its_grain_says_so_and_gives_none_back_with_its_detail(shot, amount):
    degrain = shot.node("FaceDegrain", amount=amount)
    np.testing.assert_array_equal(lost(shot, degrain, name="FaceDegrain1"), float(amount))
    alone = lost(shot, degrain, swap(shot, output="face"))
    np.testing.assert_allclose(alone, covered(shot) * float(amount), atol=1e-6)
    comp = lost(shot, degrain, swap(shot))
    np.testing.assert_allclose(comp, 1 - (1 - alone) * (1 - float(amount)), atol=1e-6)


def test_a_clean_plate_that_is_masked_has_lost_its_grain_within_the_mask_alone(shot):
    mask = "Constant {\n inputs 0\n channels rgba\n color {0 0 0 1}\n name C\n}\nCrop {\n box {300 150 340 190}\n}"
    degrain = shot.node("FaceDegrain", "2", mix="0.5")
    plane = lost(shot, mask, "push $tracked", degrain, name="FaceDegrain1")
    rows, columns = np.nonzero(plane)
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (300, 150, 340, 190)
    assert set(np.unique(plane)) == {0.0, 0.5}


def test_a_premultiplied_face_of_a_degrained_plate_is_given_what_its_alpha_says(shot):
    knobs = {"mode": "replace", "output": "face"}
    degrained = shot.node("FaceDegrain"), swap(shot, **knobs)
    remove = "Remove {\n channels face_grain_lost\n name Remove1\n}"
    told, ever = (new_grain(shot, *nodes, unpremult="rgba.alpha") for nodes in (degrained, (*degrained, remove)))
    assert np.array_equal(told, ever)
    assert told.any()


def test_groups_of_an_earlier_version_say_nothing_of_their_own(shot):
    script = shot.script(swap(shot, mode="replace", output="face", faceplate_class='"FaceSwap 2"'))
    assert LOST[0] not in shot.source(script, "FaceSwap1").info.channels
    assert RGB[0] in shot.source(script, "FaceSwap1").info.channels
