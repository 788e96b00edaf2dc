import itertools
from dataclasses import replace

import numpy as np
import onnx
import pytest

from faceplate.errors import ModelError
from faceplate.models import card_to_json
from faceplate.swap import load_model
from faceplate.values import Crop
from swap_models import SIDE_PX, card, plain_card, write_model

FACE = np.random.default_rng(0).random((SIDE_PX, SIDE_PX, 3), np.float32)
CROP = Crop(FACE, np.eye(2, 3), FACE)


@pytest.mark.parametrize(("layout", "order"), list(itertools.product(["NCHW", "NHWC"], ["RGB", "BGR"])))
def test_every_layout_and_order_gives_the_known_function(tmp_path, layout, order):
    model = load_model(write_model(tmp_path / "m.onnx", card(layout=layout, order=order), gain=0.5, offset=0.25))
    swap = model.run(CROP)
    np.testing.assert_allclose(swap.rgb_model, CROP.rgb_model * 0.5 + 0.25, atol=1e-6)
    assert swap.crop is CROP


def test_a_bgr_model_sees_blue_first(tmp_path):
    path = write_model(tmp_path / "m.onnx", card(order="BGR"))
    graph = onnx.load(path)
    graph.graph.initializer[0].CopyFrom(
        onnx.helper.make_tensor("gain", onnx.TensorProto.FLOAT, [1, 3, 1, 1], [2.0, 1.0, 1.0])
    )
    onnx.save(graph, path)
    swap = load_model(path).run(CROP)
    np.testing.assert_allclose(swap.rgb_model, CROP.rgb_model * [1, 1, 2], atol=1e-6)


def test_normalisation_is_undone_on_the_way_out(tmp_path):
    about = card(mean=0.5, spread=0.5)
    model = load_model(write_model(tmp_path / "m.onnx", about, gain=-1.0))
    np.testing.assert_allclose(model.run(CROP).rgb_model, 1 - CROP.rgb_model, atol=1e-6)


@pytest.mark.parametrize("order", ["RGB", "BGR"])
def test_normalisation_is_each_channels_own_whatever_the_order(tmp_path, order):
    mean, spread = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    about = card(mean=mean, spread=spread, order=order)
    swap = load_model(write_model(tmp_path / "m.onnx", about, gain=0.0, offset=1.0)).run(CROP)
    np.testing.assert_allclose(swap.rgb_model, np.broadcast_to(np.add(mean, spread), CROP.rgb_model.shape), atol=1e-6)
    swap = load_model(write_model(tmp_path / "m.onnx", about, gain=-1.0)).run(CROP)
    np.testing.assert_allclose(swap.rgb_model, 2 * np.float32(mean) - CROP.rgb_model, atol=1e-6)


def test_mattes_come_by_the_cards_names_within_0_and_1(tmp_path):
    model = load_model(write_model(tmp_path / "m.onnx", card(mattes={"face": "a", "hair": "b"}), matte=1.75))
    swap = model.run(CROP)
    assert list(swap.mattes) == ["face", "hair"]
    assert all((matte == 1).all() and matte.shape == (SIDE_PX, SIDE_PX) for matte in swap.mattes.values())


def test_two_runs_give_the_same_bits(tmp_path):
    model = load_model(write_model(tmp_path / "m.onnx", gain=0.3))
    np.testing.assert_array_equal(model.run(CROP).rgb_model, model.run(CROP).rgb_model)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x07" * 500, b"{}"])
def test_a_file_that_is_no_onnx_is_refused_by_name(tmp_path, content):
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.onnx: expected"):
        load_model(path)


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(ModelError, match=r"nowhere\.onnx: expected a model file; came No such file"):
        load_model(tmp_path / "nowhere.onnx")


def test_a_model_without_a_card_is_refused(tmp_path):
    with pytest.raises(
        ModelError, match=r"no card in its metadata \(faceplate\.card\).*m\.onnx\.card\.json.*faceplate export"
    ):
        load_model(write_model(tmp_path / "m.onnx", metadata=False))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ([1, 3, 32, 32], r"expected input of floats \(1, 3, 64, 64\).*32"),
        ([1, 3, SIDE_PX], "expected input of floats"),
        ([0, 3, SIDE_PX, SIDE_PX], "expected input of floats.*0 x 3"),
        ([1, 3, 2**31, 2**31], "expected input of floats.*2147483648"),
        ([65, 3, SIDE_PX, SIDE_PX], "expected input of floats.*65 x 3"),
        ([1, 3, "height", 32], "expected input of floats.*height x 32"),
    ],
)
def test_a_model_of_another_shape_than_its_card_is_refused(tmp_path, shape, expected):
    with pytest.raises(ModelError, match=expected):
        load_model(write_model(tmp_path / "m.onnx", shape=shape))


def test_a_card_that_names_an_output_the_network_lacks_is_refused(tmp_path):
    path = write_model(tmp_path / "m.onnx")
    graph = onnx.load(path)
    text = graph.metadata_props[0].value.replace('"swap"', '"picture"')
    graph.metadata_props[0].value = text
    onnx.save(graph, path)
    with pytest.raises(ModelError, match=r"image output named picture.*only swap, matte"):
        load_model(path)


def test_an_output_with_nan_is_refused_and_counted(tmp_path):
    model = load_model(write_model(tmp_path / "m.onnx", gain=float("nan")))
    with pytest.raises(ModelError, match=f"{3 * SIDE_PX**2} values NaN or infinite"):
        model.run(CROP)


def test_weights_outside_the_file_are_refused(tmp_path, monkeypatch):
    path = write_model(tmp_path / "m.onnx")
    graph = onnx.load(path)
    monkeypatch.chdir(tmp_path)
    onnx.save(graph, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert (tmp_path / "weights.bin").exists()
    with pytest.raises(ModelError, match=r"m\.onnx: expected an ONNX model.*weights inside the file"):
        load_model(path)


@pytest.mark.parametrize("location", ["../weights.bin", "/etc/hostname"])
def test_weights_outside_the_files_folder_are_refused(tmp_path, location):
    (tmp_path / "weights.bin").write_bytes(bytes(4))
    folder = tmp_path / "models"
    folder.mkdir()
    path = write_model(folder / "m.onnx")
    graph = onnx.load(path)
    gain = graph.graph.initializer[0]
    gain.ClearField("raw_data")
    gain.data_location = onnx.TensorProto.EXTERNAL
    gain.external_data.add(key="location", value=location)
    path.write_bytes(graph.SerializeToString())
    with pytest.raises(ModelError, match=r"m\.onnx: expected an ONNX model.*weights inside the file"):
        load_model(path)


def test_a_file_beyond_what_onnx_can_hold_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "m.onnx"
    with path.open("wb") as file:
        file.truncate(3 * 2**30)
    with pytest.raises(ModelError, match=r"at most 2147483647 bytes; came 3221225472 bytes.*half precision"):
        load_model(path)


def test_an_operator_that_the_runtime_lacks_is_named(tmp_path):
    path = write_model(tmp_path / "m.onnx")
    graph = onnx.load(path)
    graph.graph.node[0].op_type = "Frobnicate"
    path.write_bytes(graph.SerializeToString())
    with pytest.raises(ModelError, match=r"Frobnicate.*operators that ONNX Runtime \d+"):
        load_model(path)


def test_a_network_that_gives_another_size_than_its_open_shape_promised_is_refused(tmp_path):
    """Open sizes are taken on trust until the first run."""
    path = write_model(tmp_path / "m.onnx", shape=["batch", 3, "height", "width"])
    graph = onnx.load(path)
    graph.graph.initializer.append(onnx.numpy_helper.from_array(np.float32([1, 1, 2, 2]), "times"))
    graph.graph.node[1].output[0] = "small"
    graph.graph.node.append(onnx.helper.make_node("Resize", ["small", "", "times"], ["swap"]))
    path.write_bytes(graph.SerializeToString())
    with pytest.raises(ModelError, match=r"finite output \(1, 3, 64, 64\); came \(1, 3, 128, 128\)"):
        load_model(path).run(CROP)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layout": "CHWN"}, "NCHW or NHWC"),
        ({"order": "RBG"}, "RGB or BGR"),
        ({"side_px": 4}, "side_px"),
        ({"white": 0}, "white"),
        ({"consent": " "}, "consent"),
        ({"licence": ""}, "licence"),
        ({"spread": float("inf")}, "spread"),
        ({"spread": (1.0, 0.0, 1.0)}, "spread as a number above 0, or one for each of R, G, B"),
        ({"spread": (1.0, 1.0)}, "spread"),
        ({"spread": 1e-60}, "spread"),
        ({"mean": "0"}, "mean as a number, or one for each of R, G, B"),
        ({"mean": (0.0, float("nan"), 0.0)}, "mean"),
        ({"mean": 10**400}, "mean"),
        ({"white": True}, "white"),
        ({"primaries": 3}, "primaries as a name"),
        ({"primaries": " "}, "primaries as a name"),
        ({"anchor": -0.2}, "anchor as a luminance of 0 or more"),
        ({"anchor": "skin"}, "anchor"),
        ({"mattes": {"face": 3}}, "mattes"),
    ],
)
def test_a_card_that_makes_no_sense_is_refused_by_field(tmp_path, change, message):
    path = write_model(tmp_path / "m.onnx")
    graph = onnx.load(path)
    graph.metadata_props[0].value = card_to_json(replace(plain_card, **change))
    onnx.save(graph, path)
    with pytest.raises(ModelError, match=message):
        load_model(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"card": 99}', '{"card": 1}', '{"card": 1, "crop": 3}'])
def test_a_damaged_card_is_refused(tmp_path, text):
    path = write_model(tmp_path / "m.onnx")
    graph = onnx.load(path)
    graph.metadata_props[0].value = text
    onnx.save(graph, path)
    with pytest.raises(ModelError, match="model card"):
        load_model(path)
