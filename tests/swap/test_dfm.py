from dataclasses import replace

import numpy as np
import pytest

from faceplate.align import crop_matrix
from faceplate.errors import ModelError
from faceplate.models import face_types, framed_crop
from faceplate.swap import FaceSwapSettings, cut_crop, fit_model, load_model
from faceplate.values import Crop, Window
from foreign_networks import CELEB_BGR, SIDE_PX, celeb_mask, driving_mask, write_dfm
from shots import known_track

FACE = np.random.default_rng(0).random((SIDE_PX, SIDE_PX, 3), np.float32)
CROP = Crop(FACE, np.eye(2, 3), FACE)
PERSON = known_track((1,)).people[0]


def fitted(model, **knobs):
    return fit_model(model, FaceSwapSettings(**knobs), PERSON.alignment[0], PERSON.landmarks_plate[0])


def test_a_face_comes_back_as_deepfacelabs_network_gave_it(tmp_path):
    np.testing.assert_array_equal(load_model(write_dfm(tmp_path / "m.dfm")).run(CROP).rgb_model, FACE)


@pytest.mark.parametrize("morph", [0.0, 0.25, 1.0])
def test_the_morph_knob_reaches_the_network_and_its_blue_comes_first(tmp_path, morph):
    model = load_model(write_dfm(tmp_path / "m.dfm", morph=True))
    expected = FACE + morph * (np.float32(CELEB_BGR[::-1]) - FACE)
    np.testing.assert_allclose(fitted(model, morph=morph).run(CROP).rgb_model, expected, atol=1e-6)


def test_the_morph_stands_at_deepfacelabs_own_default(tmp_path):
    model = load_model(write_dfm(tmp_path / "m.dfm", morph=True))
    np.testing.assert_allclose(
        model.run(CROP).rgb_model, np.broadcast_to(np.float32(CELEB_BGR[::-1]), FACE.shape), atol=1e-6
    )


def test_both_masks_are_mattes_upright_and_within_0_and_1(tmp_path):
    mattes = load_model(write_dfm(tmp_path / "m.dfm")).run(CROP).mattes
    assert list(mattes) == ["face", "celeb_face"]
    np.testing.assert_array_equal(mattes["face"], np.clip(driving_mask()[0, ..., 0], 0, 1))
    np.testing.assert_array_equal(mattes["celeb_face"], celeb_mask()[0, ..., 0])


def test_the_card_says_that_nobody_has_said_who_agreed(tmp_path):
    card = load_model(write_dfm(tmp_path / "m.dfm")).card
    assert (card.side_px, card.layout, card.order, card.mean, card.spread) == (SIDE_PX, "NHWC", "BGR", 0.0, 1.0)
    assert "not stated" in card.consent
    assert "not stated" in card.licence


def test_a_dfm_is_cropped_as_whole_face_unless_the_knob_says_another(tmp_path):
    model = load_model(write_dfm(tmp_path / "m.dfm"))
    assert fitted(model).card.crop == framed_crop("whole_face", SIDE_PX)
    for face_type in set(face_types) - {"head"}:
        assert fitted(model, face_type=face_type).card.crop == framed_crop(face_type, SIDE_PX)


def test_the_crop_of_head_moves_with_the_jaw_and_the_others_do_not(tmp_path):
    model = load_model(write_dfm(tmp_path / "m.dfm"))
    turned = PERSON.landmarks_plate[0].copy()
    turned[[127, 234, 93], 0] -= 60
    turned[[356, 454, 323], 0] += 10
    for face_type in face_types:
        crops = [
            fit_model(model, FaceSwapSettings(face_type=face_type), PERSON.alignment[0], points).card.crop
            for points in (PERSON.landmarks_plate[0], turned)
        ]
        assert (crops[0] != crops[1]) == (face_type == "head")


def test_what_the_network_sees_is_the_plate_through_the_closed_form(tmp_path):
    """A picture whose red is x and whose green is y of the plate, as far as both fit into 0 to 1."""
    model = fitted(load_model(write_dfm(tmp_path / "m.dfm")), face_type="full")
    window = Window(0, 0, 640, 360)
    x, y = np.meshgrid(np.arange(640) + 0.5, np.arange(360) + 0.5)
    picture = np.stack([x / 640, y / 360, 0 * x], axis=-1).astype(np.float32)
    seen = model.run(cut_crop(picture, window, PERSON.alignment[0], model.card)).rgb_model
    # Crop pixel (i, j) of DeepFaceLab lies at square = ((i, j) / N - 1/2) k + c.
    index = np.stack(np.meshgrid(np.arange(SIDE_PX), np.arange(SIDE_PX)), axis=-1)
    square = (index / SIDE_PX - 0.5) * 1.596621 + 0.5
    plate = (square - PERSON.alignment[0][:, 2]) @ np.linalg.inv(PERSON.alignment[0][:, :2]).T
    np.testing.assert_allclose(seen[8:-8, 8:-8, :2] * [640, 360], plate[8:-8, 8:-8], atol=0.02)


def test_a_card_that_gives_its_crop_keeps_it_bit_for_bit(tmp_path):
    model = load_model(write_dfm(tmp_path / "m.dfm"))
    plain = replace(model, card=replace(model.card, framing=""))
    assert fitted(plain).card == plain.card
    matrix = crop_matrix(PERSON.alignment[0], plain.card.crop, SIDE_PX)
    np.testing.assert_array_equal(matrix, crop_matrix(PERSON.alignment[0], fitted(plain).card.crop, SIDE_PX))


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"face": ("N", "H", "W", 3)}, r"in_face:0 \(tensor\(float\), N x H x W x 3\) is no face of a known size"),
        ({"face": ("N", 64, 128, 3)}, "64 x 128 x 3.* is no face of a known size"),
        ({"face": ("N", 8192, 8192, 3)}, "8192 x 8192 x 3.* is no face of a known size"),
        ({"face": ("N", 3, 64, 64)}, "is no face of a known size"),
        ({"without": ("out_celeb_face_mask:0",)}, "it has in_face, but no out_celeb_face_mask"),
    ],
)
def test_what_is_nearly_a_dfm_is_refused_with_what_it_lacks(tmp_path, about, words):
    with pytest.raises(ModelError, match=f"m.dfm: expected a model of a known kind.*no DFM.*{words}"):
        load_model(write_dfm(tmp_path / "m.dfm", **about))
