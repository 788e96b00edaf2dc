import re
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from faceplate.align import crop_matrix, transform
from faceplate.errors import ModelError
from faceplate.models import IdentityInput, card_beside, card_from_json, card_to_json, templates
from faceplate.swap import (
    FaceSwapSettings,
    cut_crop,
    fit_model,
    load_model,
    mean_embedding,
    recognised_model,
    with_identity,
)
from faceplate.track import mesh_to_68
from faceplate.values import Crop, Window
from one_shot_networks import VALUES, some_map, write_one_shot
from shots import known_track

EMBEDDING = np.random.default_rng(5).normal(size=VALUES).astype(np.float32)
UNIT = EMBEDDING / np.linalg.norm(EMBEDDING)
PERSON = known_track((1,)).people[0]
IMAGENET = (np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225]))


def crop_of(side):
    face = np.random.default_rng(0).random((side, side, 3), np.float32)
    return Crop(face, np.eye(2, 3), face)


def shown(model, embedding=EMBEDDING):
    return with_identity(model, embedding, {})


FAMILIES = [
    ("inswapper", 128, "arcface_128", {}),
    ("simswap", 256, "arcface_112_v1", {}),
    ("simswap", 512, "arcface_112_v1", {}),
    ("simswap", 512, "arcface_112_v1", {"names": ("input", "onnx::Gemm_1")}),
    ("ghost", 256, "arcface_112_v1", {"outputs": ("781",)}),
    ("ghost", 256, "arcface_112_v1", {}),
    ("hyperswap", 256, "arcface_128", {"outputs": ("output", "mask")}),
    ("hyperswap", 256, "arcface_128", {}),
]


def written(path, name, side, about):
    mapping = {"mapping": some_map()} if name == "inswapper" else {}
    return write_one_shot(path, side, **mapping, **about)


@pytest.mark.parametrize(("name", "side", "framing", "about"), FAMILIES)
def test_the_picture_is_the_networks_function_in_its_range_with_the_embedding_in_it(
    tmp_path, name, side, framing, about
):
    model = shown(load_model(written(tmp_path / "m.onnx", name, side, about), family=name))
    face = crop_of(side)
    given = face.rgb_model
    mapped = UNIT @ some_map()
    vector = {"inswapper": mapped / np.linalg.norm(mapped), "ghost": EMBEDDING}.get(name, UNIT)[:3]
    if (name, side) == ("simswap", 256):
        # It gives 0 to 1, whatever it is given.
        expected = (given - IMAGENET[0]) / IMAGENET[1] + vector
    elif name in ("ghost", "hyperswap"):
        expected = ((given - 0.5) / 0.5 + vector) * 0.5 + 0.5
    else:
        expected = given + vector
    np.testing.assert_allclose(model.run(face).rgb_model, expected, atol=1e-5)
    assert model.run(face).mattes == {}
    assert (model.card.framing, model.card.side_px) == (framing, side)


@pytest.mark.parametrize(
    ("side", "about", "kind"),
    [
        (128, {"mapping": some_map()}, "inswapper 128, by its inputs, target and source"),
        (512, {}, "simswap 512, by its inputs, target and source"),
        (256, {"outputs": ("1165",)}, r"ghost 256, by its inputs, .* output 1165 \(tensor"),
        (256, {"outputs": ("output", "mask")}, "hyperswap 256, by its inputs, .* and output mask"),
        (128, {"mapping": some_map(), "batch": "n"}, "inswapper 128, by"),
        (512, {"embedding": ("n", VALUES)}, "simswap 512, by"),
        (512, {"names": ("input", "onnx::Gemm_1")}, "simswap 512, by its inputs, input and onnx::Gemm_1"),
    ],
)
def test_a_swapper_is_known_by_its_signature_and_told_why(tmp_path, side, about, kind):
    found, _ = recognised_model(write_one_shot(tmp_path / "m.onnx", side, **about))
    assert found.kind == "one-shot swapper"
    assert re.match(kind, found.why[-1])
    assert (found.card.input, found.card.identity.input) == about.get("names", ("target", "source"))


@pytest.mark.parametrize(
    ("side", "about", "family", "words"),
    [
        (256, {}, "auto", "it may be simswap 256 or ghost 256 or hyperswap 256, which look alike: say which.*one_shot"),
        (128, {}, "auto", "it is inswapper 128 by its inputs, but its last initialiser is not the 512 x 512"),
        (128, {"mapping": some_map()[:, :256]}, "auto", r"initialiser emap \(512 x 256\)"),
        (128, {"mapping": some_map()}, "ghost", "is no face of ghost 256"),
        (64, {"mapping": some_map()}, "auto", "is no face of inswapper 128, simswap 256, simswap 512, ghost 256, hyp"),
        (512, {"embedding": (1, 256)}, "auto", r"source \(tensor\(float\), 1 x 256\) is no embedding of 512"),
        (256, {"names": ("input", "onnx::Gemm_1")}, "auto", r"input .* is no face of simswap 512"),
        (
            128,
            {"names": ("target", "source_embedding")},
            "auto",
            "its inputs are not target and source or input and onnx::Gemm_1",
        ),
    ],
)
def test_what_is_nearly_a_swapper_is_refused_with_what_it_lacks(tmp_path, side, about, family, words):
    with pytest.raises(ModelError, match=f"expected a model of a known kind.*no one-shot swapper: .*{words}"):
        load_model(write_one_shot(tmp_path / "m.onnx", side, **about), family=family)


@pytest.mark.parametrize("stored", ["raw", "list", "half"])
def test_inswappers_map_is_its_last_initialiser_however_it_is_stored(tmp_path, stored):
    path = write_one_shot(tmp_path / "m.onnx", mapping=some_map())
    network, last = onnx.load(path), some_map(2)
    tensor = {
        "raw": lambda: numpy_helper.from_array(last, "emap"),
        "list": lambda: helper.make_tensor("emap", TensorProto.FLOAT, last.shape, last.ravel()),
        "half": lambda: numpy_helper.from_array(last.astype(np.float16), "emap"),
    }[stored]()
    network.graph.initializer[-1].CopyFrom(tensor)
    onnx.save(network, path)
    mapped = UNIT.astype(np.float64) @ last.astype(np.float16 if stored == "half" else np.float32)
    np.testing.assert_allclose(shown(load_model(path)).identity.vector, mapped / np.linalg.norm(mapped), atol=1e-6)


def test_a_map_that_is_not_finite_is_refused(tmp_path):
    mapping = some_map()
    mapping[3, 4] = np.nan
    with pytest.raises(ModelError, match=r"initialiser emap \(512 x 512\) of finite values; came 262144 values, 1 of"):
        load_model(write_one_shot(tmp_path / "m.onnx", mapping=mapping))


def test_a_map_in_another_file_is_refused_and_no_path_followed(tmp_path):
    path = write_one_shot(tmp_path / "m.onnx", mapping=some_map())
    network = onnx.load(path)
    onnx.save(network, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    with pytest.raises(ModelError, match=r"m\.onnx"):
        load_model(path)


def test_the_embedding_goes_in_at_its_length_only_where_the_family_wants_it_so(tmp_path):
    ghost = load_model(write_one_shot(tmp_path / "g.onnx", 256), family="ghost")
    np.testing.assert_array_equal(shown(ghost, 7 * EMBEDDING).identity.vector, 7 * EMBEDDING)
    for family in ("simswap", "hyperswap"):
        model = load_model(write_one_shot(tmp_path / f"{family}.onnx", 256), family=family)
        np.testing.assert_allclose(shown(model, 7 * EMBEDDING).identity.vector, UNIT, atol=1e-7)
    inswapper = load_model(write_one_shot(tmp_path / "i.onnx", mapping=some_map()))
    assert np.linalg.norm(shown(inswapper, 7 * EMBEDDING).identity.vector) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("embedding", "came"),
    [
        (EMBEDDING[:256], "256 values of length"),
        (np.where(np.arange(VALUES) == 9, np.nan, EMBEDDING).astype(np.float32), "512 values of length nan"),
        (0 * EMBEDDING, "512 values of length 0"),
    ],
)
def test_an_embedding_that_says_nothing_or_is_of_another_length_is_refused(tmp_path, embedding, came):
    model = load_model(write_one_shot(tmp_path / "m.onnx", mapping=some_map()))
    with pytest.raises(ModelError, match=f"a finite embedding of 512 values; came {came}"):
        shown(model, embedding)


def test_of_several_pictures_each_counts_alike_and_one_is_itself():
    one, other = EMBEDDING, np.roll(EMBEDDING, 7)
    np.testing.assert_array_equal(mean_embedding([one]), one)
    mean = mean_embedding([3 * one, other])
    direction = UNIT + np.roll(UNIT, 7)
    np.testing.assert_allclose(mean / np.linalg.norm(mean), direction / np.linalg.norm(direction), atol=1e-6)
    assert np.linalg.norm(mean) == pytest.approx(2 * np.linalg.norm(one), rel=1e-5)


def test_a_swapper_that_was_not_told_whom_to_show_does_not_run(tmp_path):
    model = load_model(write_one_shot(tmp_path / "m.onnx", mapping=some_map()))
    with pytest.raises(ModelError, match=r"expected a source picture of whom to show.*--source"):
        model.run(crop_of(128))


@pytest.mark.parametrize(
    ("batch", "embedding"),
    [("n", (1, VALUES)), ("n", ("n", VALUES)), ("n", ("m", VALUES)), (4, (1, VALUES)), (1, (1, VALUES))],
)
def test_every_picture_of_a_batch_shows_the_same_person(tmp_path, batch, embedding):
    path = write_one_shot(tmp_path / "m.onnx", mapping=some_map(), batch=batch, embedding=embedding)
    model, four = shown(load_model(path, batch=4)), crop_of(2 * 128)
    np.testing.assert_allclose(model.run(four).rgb_model, four.rgb_model + model.identity.vector[:3], atol=1e-6)


def test_an_embedding_for_several_pictures_at_once_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"source \(tensor\(float\), 4 x 512\) is no embedding of 512"):
        load_model(write_one_shot(tmp_path / "m.onnx", mapping=some_map(), batch=4, embedding=(4, VALUES)))


def test_answers_for_other_people_are_told_apart(tmp_path):
    model, face = load_model(write_one_shot(tmp_path / "m.onnx", mapping=some_map())), crop_of(128)
    one, same, other = shown(model), shown(model), shown(model, np.roll(EMBEDDING, 1))
    assert one.question(one.given(face)) == same.question(same.given(face))
    assert one.question(one.given(face)) != other.question(other.given(face))


@pytest.mark.parametrize("name", ["inswapper", "simswap"])
def test_the_faces_own_five_points_lie_where_the_template_has_them(tmp_path, name):
    about = {"mapping": some_map()} if name == "inswapper" else {}
    side, template = (128, "arcface_128") if name == "inswapper" else (512, "arcface_112_v1")
    model = load_model(write_one_shot(tmp_path / "m.onnx", side, **about))
    landmarks = PERSON.landmarks_plate[0]
    fitted = fit_model(model, FaceSwapSettings(), PERSON.alignment[0], landmarks)
    points = landmarks[list(mesh_to_68)]
    five = np.array([points[36:42].mean(0), points[42:48].mean(0), *points[[30, 48, 54]]])
    crop = transform(crop_matrix(PERSON.alignment[0], fitted.card.crop, side), five)
    # These programs count from the centre of the first pixel. The fit has four unknowns for ten numbers.
    apart = crop - (templates[template] * side + 0.5)
    assert np.abs(apart.mean(axis=0)).max() < 1e-3
    assert np.abs(apart).max() < 0.05 * side
    picture = np.zeros((360, 640, 3), np.float32)
    picture[:, :, 0] = (np.arange(640) + 0.5) / 640
    seen = shown(fitted).run(cut_crop(picture, Window(0, 0, 640, 360), PERSON.alignment[0], fitted.card)).rgb_model
    row, column = side // 2, side // 2
    inverse = np.linalg.inv(np.vstack([crop_matrix(PERSON.alignment[0], fitted.card.crop, side), [0, 0, 1]]))
    x = (inverse @ [column + 0.5, row + 0.5, 1])[0]
    vector = shown(fitted).identity.vector[0]
    assert seen[row, column, 0] - vector == pytest.approx(x / 640, abs=2e-4)


def test_a_card_beside_the_file_serves_a_swapper_that_nobody_knows(tmp_path):
    path = write_one_shot(tmp_path / "m.onnx", 64, names=("face", "who"))
    known = load_model(write_one_shot(tmp_path / "known.onnx", 512)).card
    about = replace(
        known, side_px=64, input="face", identity=IdentityInput("who", "ghost", length="own"), consent="on record"
    )
    card_beside(path).write_text(card_to_json(about))
    assert card_from_json(card_to_json(about), "here").identity == about.identity
    face = crop_of(64)
    model = shown(load_model(path))
    np.testing.assert_allclose(model.run(face).rgb_model, face.rgb_model + EMBEDDING[:3], atol=1e-5)


@pytest.mark.parametrize(
    "about",
    [
        IdentityInput("target"),
        IdentityInput(""),
        IdentityInput("source", "facenet"),
        IdentityInput("source", values=0),
        IdentityInput("source", length="long"),
        IdentityInput("source", mapped=1),
    ],
)
def test_a_card_whose_identity_makes_no_sense_is_refused(tmp_path, about):
    known = load_model(write_one_shot(tmp_path / "known.onnx", 512)).card
    with pytest.raises(ModelError, match="model card: expected identity by an input of its own"):
        card_from_json(card_to_json(replace(known, identity=about)), "here")


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"identity": None}, "expected inputs target alone; came target, source"),
        ({"identity": IdentityInput("who")}, "expected identity input named who"),
        ({"identity": IdentityInput("source", values=256)}, "expected identity input of 256 floats"),
        ({"identity": IdentityInput("source", mapped=True)}, "expected 512 x 512 as last initialiser; came initialis"),
    ],
)
def test_a_card_that_says_of_embeddings_what_does_not_hold_is_refused(tmp_path, about, words):
    path = write_one_shot(tmp_path / "m.onnx", 512)
    card_beside(path).write_text(card_to_json(replace(load_model(path).card, **about)))
    with pytest.raises(ModelError, match=words):
        load_model(path)
