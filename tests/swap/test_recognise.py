from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from faceplate.errors import ModelError
from faceplate.models import KnobInput, card_beside, card_to_json, framed_crop, network_knobs
from faceplate.swap import FaceSwapSettings, fit_model, load_model, recognised_model
from faceplate.values import Crop
from foreign_networks import SIDE_PX, port, save_network, write_dfm, write_reage
from shots import known_track
from swap_models import card, write_model

FACE = np.random.default_rng(0).random((SIDE_PX, SIDE_PX, 3), np.float32)
CROP = Crop(FACE, np.eye(2, 3), FACE)
PERSON = known_track((1,)).people[0]


def fitted(model, **knobs):
    return fit_model(model, FaceSwapSettings(**knobs), PERSON.alignment[0], PERSON.landmarks_plate[0])


def write_card(model, about):
    card_beside(model).write_text(card_to_json(about))
    return model


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (write_model, "own card"),
        (write_dfm, "DFM (DeepFaceLab)"),
        (write_reage, "re-ageing (FRAN)"),
        (lambda path: write_model(path, metadata=False), "unknown"),
        (lambda path: write_card(write_model(path, metadata=False), card()), "card beside the file"),
    ],
)
@pytest.mark.parametrize("name", ["inswapper_128.onnx", "m.dfm"])
def test_a_network_is_known_by_what_it_holds_and_not_by_its_name(tmp_path, write, kind, name):
    found, digest = recognised_model(write(tmp_path / name))
    assert found.kind == kind
    assert len(digest) == 64
    assert (found.card is None) == (kind == "unknown")


def test_why_is_told_family_by_family(tmp_path):
    found, _ = recognised_model(write_model(tmp_path / "m.onnx", metadata=False))
    assert [reason.split(":")[0] for reason in found.why] == [
        "no card in its metadata (faceplate.card)",
        "no m.onnx.card.json beside it",
        "no DFM (DeepFaceLab)",
        "no re-ageing (FRAN)",
        "no one-shot swapper",
    ]


def test_a_card_beside_the_file_is_as_good_as_one_in_it(tmp_path):
    about = card(mean=0.5, spread=0.5, order="BGR")
    inside = load_model(write_model(tmp_path / "in.onnx", about, gain=0.3))
    beside = load_model(write_card(write_model(tmp_path / "m.onnx", about, gain=0.3, metadata=False), about))
    assert beside.card == inside.card
    np.testing.assert_array_equal(beside.run(CROP).rgb_model, inside.run(CROP).rgb_model)


def test_a_card_beside_the_file_is_part_of_the_digest(tmp_path):
    path = write_card(write_model(tmp_path / "m.onnx", metadata=False), card())
    before = load_model(path).digest
    write_card(path, card(white=2.0))
    assert load_model(path).digest != before


def test_a_card_in_two_places_is_refused(tmp_path):
    path = write_card(write_model(tmp_path / "m.onnx"), card())
    with pytest.raises(ModelError, match=r"expected one card; came one in its metadata and one beside it.*move"):
        load_model(path)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe"])
def test_a_damaged_card_beside_the_file_is_refused_by_its_own_name(tmp_path, text):
    path = write_dfm(tmp_path / "m.dfm")
    card_beside(path).write_bytes(text)
    with pytest.raises(ModelError, match=r"m\.dfm\.card\.json"):
        load_model(path)


def test_a_card_beside_a_dfm_says_how_it_is_cropped_and_who_agreed(tmp_path):
    path = write_dfm(tmp_path / "m.dfm", morph=True)
    about = replace(load_model(path).card, framing="full", consent="on record", licence="ours")
    model = load_model(write_card(path, about))
    assert (model.card.framing, model.card.crop) == ("full", framed_crop("full", SIDE_PX))
    assert fitted(model).card.crop == framed_crop("full", SIDE_PX)
    assert fitted(model, face_type="half").card.crop == framed_crop("half", SIDE_PX)
    np.testing.assert_allclose(fitted(model, morph=0.0).run(CROP).rgb_model, FACE, atol=1e-7)


def test_knobs_of_networks_are_knobs_of_face_swap():
    kinds = {entry.name: entry.type for entry in fields(FaceSwapSettings)}
    assert {kinds[name] for name in network_knobs} == {float}


@pytest.mark.parametrize("direction", [(2,), (1, 2), ("two",), (1, "two")])
def test_a_reageing_network_is_given_both_ages_over_100(tmp_path, direction):
    path = write_reage(tmp_path / "m.onnx", direction=direction)
    if not all(isinstance(size, int) for size in direction):
        # Sizes that are left open are no signature; a card says the same.
        about = replace(load_model(write_reage(tmp_path / "known.onnx")).card, licence="ours")
        write_card(path, about)
    model = fitted(load_model(path), age_from=30.0, age_to=55.0)
    np.testing.assert_allclose(model.run(CROP).rgb_model - FACE, np.broadcast_to([0.25, 0.3, 0], FACE.shape), atol=1e-6)


def test_a_reageing_network_sees_faces_as_ffhq_has_them(tmp_path):
    model = load_model(write_reage(tmp_path / "m.onnx"))
    assert model.card.framing == "ffhq_512"
    assert fitted(model).card.crop.scale == pytest.approx(framed_crop("ffhq_512", SIDE_PX).scale, rel=1e-6)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_ages_may_be_planes_after_the_colours(tmp_path, layout):
    """As FRAN's paper has them: five planes, the last two the ages."""
    about = card(
        layout=layout, mattes={}, mean=0.5, knobs={"face": KnobInput(("age_from", "age_to"), 0.01)}, order="BGR"
    )
    axis = 1 if layout == "NCHW" else 3
    nodes = [helper.make_node("Split", ["face"], ["colours", "ages"], axis=axis, split=[3, 2])]
    nodes += [helper.make_node("Split", ["ages"], ["from", "to"], axis=axis, split=[1, 1])]
    nodes += [
        helper.make_node("Sub", ["to", "from"], ["change"]),
        helper.make_node("Add", ["colours", "change"], ["swap"]),
    ]
    sizes = [[1, count, SIDE_PX, SIDE_PX] if axis == 1 else [1, SIDE_PX, SIDE_PX, count] for count in (5, 3)]
    path = save_network(tmp_path / "m.onnx", nodes, [port("face", sizes[0])], [port("swap", sizes[1])])
    model = fitted(load_model(write_card(path, about)), age_from=60.0, age_to=35.0)
    np.testing.assert_allclose(model.run(CROP).rgb_model, FACE - 0.25, atol=1e-6)


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"knobs": {}}, "expected inputs in_face:0 alone; came in_face:0, morph_value:0"),
        ({"knobs": {"morph": KnobInput(("morph",))}}, "expected knob input named morph; came only"),
        ({"knobs": {"morph_value:0": KnobInput(("morph", "age_to"))}}, "expected knob input of 2 floats; came morph"),
        ({"knobs": {"morph_value:0": KnobInput(("gain",))}}, "expected knobs among age_from, age_to, morph"),
        ({"knobs": {"morph_value:0": KnobInput(())}}, "expected knobs among"),
        ({"knobs": {"in_face:0": KnobInput(("morph",))}}, r"expected input of floats \(1, 64, 64, 4\)"),
    ],
)
def test_a_card_whose_knobs_the_network_lacks_is_refused(tmp_path, about, words):
    path = write_dfm(tmp_path / "m.dfm", morph=True)
    with pytest.raises(ModelError, match=words):
        load_model(write_card(path, replace(load_model(path).card, **about)))


@pytest.mark.parametrize("crop", ['"three_quarter"', '{"scale": 2}', "7", "null"])
def test_a_crop_that_is_neither_a_framing_nor_a_geometry_is_refused(tmp_path, crop):
    path = write_model(tmp_path / "m.onnx", metadata=False)
    text = card_to_json(card(framing="half")).replace('"crop": "half"', f'"crop": {crop}')
    assert crop in text
    card_beside(path).write_text(text)
    with pytest.raises(ModelError, match=r"m\.onnx\.card\.json: model card: expected every field"):
        load_model(path)


def test_the_card_in_the_docs_is_one_for_a_dfm(tmp_path):
    text = (Path(__file__).parents[2] / "docs/models/foreign.md").read_text("utf-8")
    written = text[text.index('    {"card"') : text.index("}}}") + 3]
    path = write_dfm(tmp_path / "ana.dfm", morph=True, face=("N", 320, 320, 3))
    card_beside(path).write_text(written)
    about = load_model(path).card
    assert (about.name, about.framing, about.crop) == ("Ana 320", "full", framed_crop("full", 320))
