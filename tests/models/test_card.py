import json
from dataclasses import asdict
from pathlib import Path

import pytest

from faceplate import demo
from faceplate.errors import ModelError
from faceplate.models import KnobInput, card_from_json, card_to_json, framed_crop
from faceplate.swap import load_model
from swap_models import card, plain_card

WHOLE = card(primaries="acescg", anchor=0.18, mean=(0.485, 0.456, 0.406), spread=(0.229, 0.224, 0.225), order="BGR")


FRAMED = card(framing="head", crop=framed_crop("head", 64), knobs={"age": KnobInput(("age_from", "age_to"), 0.01)})


@pytest.mark.parametrize("about", [plain_card, WHOLE, FRAMED])
def test_a_card_comes_back_from_its_text(about):
    assert card_from_json(card_to_json(about), "m.onnx") == about


def test_a_card_that_says_nothing_new_reads_as_it_did_before():
    """So a model that is exported today without primaries and anchor can be used by an earlier version."""
    entries = json.loads(card_to_json(plain_card))
    assert set(asdict(plain_card)) - set(entries) == {
        "primaries", "anchor", "framing", "knobs", "image_mean", "image_spread", "identity",
    }  # fmt: skip
    about = card_from_json(json.dumps(entries), "m.onnx")
    assert (about.primaries, about.anchor, about.mean, about.spread) == ("", 0.0, 0.0, 1.0)


def test_a_card_names_a_framing_in_place_of_its_crop():
    assert json.loads(card_to_json(FRAMED))["crop"] == "head"


def test_the_demos_model_has_a_card_of_the_first_kind():
    about = load_model(Path(demo.__file__).with_name("younger.onnx")).card
    assert (about.encoding, about.primaries, about.anchor) == ("srgb_rec709_scene", "", 0.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mean": [0.5, 0.5]}, r"expected mean as a number, or one for each of R, G, B; came \[0\.5, 0\.5\]"),
        ({"mean": [[0.5], 0.5, 0.5]}, "expected mean as a number"),
        ({"spread": [1, 1, -1]}, "expected spread as a number above 0, or one for each of R, G, B"),
        ({"spread": None}, "expected spread as a number above 0"),
        ({"primaries": None}, "expected primaries as a name, or nothing; came None"),
        ({"anchor": -1}, "expected anchor as a luminance of 0 or more; came -1"),
        ({"anchor": None}, "expected anchor as a luminance"),
        (
            {"crop": "legacy"},
            "expected every field of the model card; came crop 'legacy', which is none of half, mid_full",
        ),
        ({"framing": "legacy"}, "expected framing as one of half, mid_full, .*, or nothing; came 'legacy'"),
        ({"knobs": {"age": {"names": "age"}}}, "expected knobs among age_from, age_to, morph; came"),
        ({"knobs": {"age": {"names": ["age_to"], "scale": "1"}}}, "expected knobs among"),
        ({"knobs": ["age_to"]}, "expected every field"),
        ({"gamut": "p3"}, "expected every field of the model card; came .*gamut"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused_by_name(change, words):
    entries = {**json.loads(card_to_json(WHOLE)), **change}
    with pytest.raises(ModelError, match=f"m.onnx: model card: {words}.*Next: export the model again"):
        card_from_json(json.dumps(entries), "m.onnx")
