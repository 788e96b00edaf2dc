"""Whom a one-shot model is to show, from pictures on disk to what its network is given."""

import cv2
import numpy as np
import pytest
from skimage import data

from faceplate.errors import CallError, ColourError, FaceplateError, ModelError, PlateError, TrackError
from faceplate.graph import one_shot_notes, shown_by
from faceplate.graph.source_picture import read_source, recogniser_crop, source_face
from faceplate.models import templates
from faceplate.plate import write_frame
from faceplate.swap import OneShotSettings, load_model
from faceplate.track import Face, mesh_to_68
from faceplate.values import ChannelGroup, Frame, Header, Sample, Window
from one_shot_networks import some_map, write_converter, write_one_shot, write_recogniser
from shots import known_track
from swap_models import write_model

pytestmark = pytest.mark.usefixtures("face_pack")

SUMMED = 4e-6
"""How far ONNX Runtime's float32 mean of 12544 pixels is off."""

PORTRAIT = data.astronaut()[:256, 90:346]


def save(path, rgb):
    cv2.imwrite(str(path), rgb[..., ::-1])
    return str(path)


@pytest.fixture
def folder(tmp_path):
    """A portrait, a recogniser and a model of the HyperSwap kind, which takes the embedding at length 1."""
    save(tmp_path / "ann.png", PORTRAIT)
    write_recogniser(tmp_path / "w600k.onnx", offset=0.01)
    write_one_shot(tmp_path / "m.onnx", 256, outputs=("output", "mask"))
    return tmp_path


def settings(folder, **about):
    known = {
        "source": str(folder / "ann.png"), "identity_model": str(folder / "w600k.onnx"), "accept_licence": True,
    }  # fmt: skip
    return OneShotSettings(**known | about)


def shown(folder, **about):
    return shown_by(load_model(folder / "m.onnx"), settings(folder, **about))


def crop_of(path, framing="arcface_112_v2", colourspace="", which=0):
    frame = read_source(str(path), colourspace)
    return recogniser_crop(frame, source_face(frame, which), framing)


@pytest.mark.parametrize("framing", ["arcface_112_v2", "arcface_112_v1"])
@pytest.mark.parametrize("pixel_aspect", [1.0, 2.0])
def test_a_recogniser_sees_the_face_through_its_template_to_the_number(framing, pixel_aspect):
    """On a picture whose red is x and whose green is y, against least squares by another library."""
    x, y = np.meshgrid((np.arange(640) + 0.5) / 640, (np.arange(360) + 0.5) / 360)
    pixels = np.stack([x, y, 0 * x], axis=-1).astype(np.float32)
    window = Window(0, 0, 640, 360)
    header = Header("made", window, window, ("R", "G", "B"), (Sample.FLOAT,) * 3, pixel_aspect)
    frame = Frame(1, "made", header, (ChannelGroup(("R", "G", "B"), pixels),), "srgb_rec709_scene")
    middle = (320.0 * pixel_aspect, 190.0)
    points = known_track((1,), pixel_aspect=pixel_aspect, middle=middle).people[0].landmarks_plate[0].astype(np.float64)
    face = Face(points, np.zeros(478), np.ones(478), 1.0)
    crop = recogniser_crop(frame, face, framing)

    at68 = points[list(mesh_to_68)] * [pixel_aspect, 1]
    five = np.array([at68[36:42].mean(0), at68[42:48].mean(0), *at68[[30, 48, 54]]])
    # The template counts from the centre of the first pixel.
    target = templates[framing] * 112 + 0.5
    rows = np.concatenate([[[u, -v, 1, 0], [v, u, 0, 1]] for u, v in five])
    (a, b, dx, dy), *_ = np.linalg.lstsq(rows, target.ravel(), rcond=None)
    inverse = np.linalg.inv([[a, -b, dx], [b, a, dy], [0, 0, 1]])
    column, row = np.meshgrid(np.arange(112) + 0.5, np.arange(112) + 0.5)
    there = np.stack([column, row, np.ones_like(row)], axis=-1) @ inverse.T
    expected = there[..., :2] / [pixel_aspect, 1] / [640, 360]
    np.testing.assert_allclose(crop[4:-4, 4:-4, :2], expected[4:-4, 4:-4], atol=2e-4)


def test_the_network_is_given_what_the_recogniser_says_of_the_picture(folder):
    means = (crop_of(folder / "ann.png").mean(axis=(0, 1), dtype=np.float64) - 0.5) / 0.5
    whole = np.concatenate([means, np.full(509, 0.01)])
    vector = shown(folder).identity.vector
    np.testing.assert_allclose(vector, whole / np.linalg.norm(whole), atol=SUMMED)


def test_simswaps_own_recogniser_sees_its_own_range_and_crop(folder):
    write_one_shot(folder / "m.onnx", 512)
    crop = crop_of(folder / "ann.png", "arcface_112_v1").mean(axis=(0, 1), dtype=np.float64)
    means = (crop - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    whole = np.concatenate([means, np.full(509, 0.01)])
    vector = shown(folder, identity_kind="simswap").identity.vector
    np.testing.assert_allclose(vector, whole / np.linalg.norm(whole), atol=SUMMED)


def test_a_converter_stands_between_the_recogniser_and_a_model_of_another(folder):
    write_one_shot(folder / "m.onnx", 256, outputs=("781",))
    converter = str(write_converter(folder / "crossface.onnx"))
    means = (crop_of(folder / "ann.png").mean(axis=(0, 1), dtype=np.float64) - 0.5) / 0.5
    whole = np.concatenate([means, np.full(509, 0.01)])
    vector = shown(folder, identity_converter=converter).identity.vector
    np.testing.assert_allclose(vector, 2 * whole[::-1], atol=SUMMED)


def test_the_crop_of_a_real_picture_is_as_opencv_warps_it(folder):
    frame = read_source(str(folder / "ann.png"), "")
    face = source_face(frame, 0)
    points = face.landmarks_plate[list(mesh_to_68)]
    five = np.array([points[36:42].mean(0), points[42:48].mean(0), *points[[30, 48, 54]]]) - 0.5
    matrix, _ = cv2.estimateAffinePartial2D(
        five, templates["arcface_112_v2"] * 112, method=cv2.RANSAC, ransacReprojThreshold=100
    )
    warped = cv2.warpAffine(PORTRAIT, matrix, (112, 112), flags=cv2.INTER_LINEAR) / 255
    apart = np.abs(crop_of(folder / "ann.png") - warped)
    assert apart.mean() < 0.01


def test_several_pictures_are_averaged_whatever_their_brightness(folder):
    save(folder / "dark.png", PORTRAIT // 2)
    one, other = (shown(folder, source=str(folder / name)).identity.vector for name in ("ann.png", "dark.png"))
    both = shown(folder, source=f"{folder}/ann.png; {folder}/dark.png").identity
    mean = (one + other) / np.linalg.norm(one + other)
    np.testing.assert_allclose(both.vector, mean, atol=1e-6)
    assert set(both.inputs) == {"source 1", "source 2", "identity model", "licence accepted"}
    assert both.inputs["source 1"]["digest"] != both.inputs["source 2"]["digest"]
    assert "source pictures" in one_shot_notes(shown(folder))[1]


def write_float(path, rgb_linear):
    window = Window(0, 0, rgb_linear.shape[1], rgb_linear.shape[0])
    header = Header("openexr", window, window, ("R", "G", "B"), (Sample.HALF,) * 3)
    pixels = rgb_linear.astype(np.float16)
    write_frame(Frame(1, "made", header, (ChannelGroup(("R", "G", "B"), pixels),)), path)
    return str(path)


def test_a_scene_linear_picture_says_the_same_once_its_encoding_is_known(folder):
    curve = PORTRAIT / 255
    linear = np.where(curve <= 0.04045, curve / 12.92, ((curve + 0.055) / 1.055) ** 2.4)
    path = write_float(folder / "ann.exr", linear)
    with pytest.raises(ColourError, match=r"source_colourspace \(--source-colourspace\)"):
        shown(folder, source=path)
    same = shown(folder, source=path, source_colourspace="lin_rec709_scene").identity.vector
    np.testing.assert_allclose(same, shown(folder).identity.vector, atol=2e-3)
    with pytest.raises(ColourError, match="a colour space of the config"):
        shown(folder, source_colourspace="no such space")


def test_of_several_faces_one_has_to_be_named_and_is_taken(folder):
    pair = np.concatenate([PORTRAIT, PORTRAIT // 3], axis=1)
    path = save(folder / "pair.png", pair)
    with pytest.raises(TrackError, match=r"one face; came 2: 1 at \d+, \d+, \d+ px; 2 at .*source_face"):
        shown(folder, source=path)
    with pytest.raises(TrackError, match="face 3 from the left; came 2"):
        shown(folder, source=path, source_face=3)
    left, right = (crop_of(path, which=which).mean() for which in (1, 2))
    assert right < 0.5 * left
    means = (crop_of(path, which=2).mean(axis=(0, 1), dtype=np.float64) - 0.5) / 0.5
    whole = np.concatenate([means, np.full(509, 0.01)])
    vector = shown(folder, source=path, source_face=2).identity.vector
    np.testing.assert_allclose(vector, whole / np.linalg.norm(whole), atol=SUMMED)


def test_a_licence_that_was_not_accepted_is_shown_and_nothing_runs(folder):
    with pytest.raises(ModelError, match=r"hyperswap 256: .*ResearchRAIL.*--accept-licence on"):
        shown(folder, accept_licence=False, source="none.png")


def test_what_was_accepted_is_told_to_receipts(folder):
    about = shown(folder).identity.inputs["licence accepted"]
    assert about["of"] == "hyperswap 256"
    assert "ResearchRAIL" in about["licence"]


@pytest.mark.parametrize(
    ("about", "error", "words"),
    [
        ({"source": ""}, CallError, r"FaceSwap.source: expected a picture of whom to show.*--source"),
        ({"source": " ; "}, CallError, "FaceSwap.source: expected a picture of whom to show"),
        ({"identity_model": ""}, CallError, r"FaceSwap.identity_model: expected a face recogniser.*--identity-model"),
        ({"identity_model": "none.onnx"}, ModelError, r"none.onnx: expected a model file"),
        ({"identity_kind": "ghost"}, ModelError, "expected embeddings of w600k's own recogniser; came those of ghost"),
        ({"identity_converter": "x.onnx"}, CallError, "FaceSwap.identity_converter: expected none"),
        ({"source": "none.png"}, PlateError, "none.png"),
    ],
)
def test_what_is_missing_or_does_not_go_together_is_refused_by_name(folder, about, error, words):
    with pytest.raises(error, match=words):
        shown(folder, **about)


def test_a_picture_without_a_face_and_a_sequence_are_refused(folder):
    with pytest.raises(TrackError, match=r"grey.png: expected a face; came none"):
        shown(folder, source=save(folder / "grey.png", np.full((200, 200, 3), 90, np.uint8)))
    for number in (1, 2):
        save(folder / f"shot.{number}.png", PORTRAIT)
    with pytest.raises(PlateError, match="expected one picture; came 2 frames"):
        shown(folder, source=f"{folder}/shot.%d.png")


@pytest.mark.parametrize(
    ("recogniser", "words"),
    [
        ({"values": 256}, r"m\.onnx: expected a finite embedding of 512 values; came 256 values"),
        (
            {"offset": np.nan},
            r"w600k\.onnx on .*ann\.png: expected a finite embedding.*; came 512 values of length nan",
        ),
        ({"gain": 0.0}, r"w600k\.onnx on .*ann\.png: expected a finite embedding.*; came 512 values of length 0"),
    ],
)
def test_a_recogniser_whose_embedding_is_no_use_is_refused(folder, recogniser, words):
    write_recogniser(folder / "w600k.onnx", **recogniser)
    with pytest.raises(ModelError, match=words):
        shown(folder)


def test_a_converter_of_another_shape_is_refused(folder):
    write_one_shot(folder / "m.onnx", 512)
    converter = str(write_converter(folder / "crossface.onnx", 256))
    with pytest.raises(ModelError, match=r"crossface.onnx: expected one input of floats, 1 x 512"):
        shown(folder, identity_converter=converter)
    with pytest.raises(ModelError, match="embeddings of simswap's own recogniser; came those of w600k"):
        shown(folder)


def test_a_source_for_a_model_that_takes_none_is_refused_and_without_one_it_is_left_alone(folder):
    model = load_model(write_model(folder / "own.onnx"))
    with pytest.raises(CallError, match="Known function is no one-shot model"):
        shown_by(model, settings(folder))
    assert shown_by(model, OneShotSettings()) is model
    assert one_shot_notes(model) == ()


def test_inswapper_goes_through_its_map(folder):
    write_one_shot(folder / "m.onnx", mapping=some_map())
    means = (crop_of(folder / "ann.png").mean(axis=(0, 1), dtype=np.float64) - 0.5) / 0.5
    whole = np.concatenate([means, np.full(509, 0.01)])
    mapped = whole / np.linalg.norm(whole) @ some_map()
    np.testing.assert_allclose(shown(folder).identity.vector, mapped / np.linalg.norm(mapped), atol=SUMMED)


def test_every_fault_is_one_of_ours(folder):
    (folder / "text.png").write_text("no picture")
    (folder / "text.onnx").write_text("no network")
    for about in ({"source": str(folder / "text.png")}, {"identity_model": str(folder / "text.onnx")}):
        with pytest.raises(FaceplateError, match=r"text\.(png|onnx)"):
            shown(folder, **about)
