import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from faceplate.errors import ModelError
from faceplate.swap import load_identity_converter, load_identity_model
from faceplate.swap import sessions as swap_sessions
from one_shot_networks import write_recogniser


def recogniser(path, shape=(1, 3, 112, 112), pooled=(2, 3), repeats=16):
    """A model whose vector is the mean of each channel over the pooled axes, many times over."""
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)
    vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, None)
    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["means"], axes=list(pooled), keepdims=0),
        helper.make_node("Concat", ["means"] * repeats, ["vector"], axis=1),
    ]
    graph = helper.make_graph(nodes, "recogniser", [picture], [vector])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, path)
    return path


@pytest.mark.parametrize(("shape", "pooled"), [((1, 3, 112, 112), (2, 3)), (("n", 112, 112, 3), (1, 2))])
def test_the_model_sees_red_first_from_minus_one_to_one(tmp_path, shape, pooled):
    embed = load_identity_model(recogniser(tmp_path / "m.onnx", shape, pooled))
    vector = embed(np.ones((112, 112, 3), np.float32) * np.float32([1.0, 0.5, 0.0]))
    np.testing.assert_allclose(vector.reshape(16, 3), [[1.0, 0.0, -1.0]] * 16, atol=1e-5)


def test_a_missing_file_a_file_that_is_no_model_and_one_of_another_shape_are_refused(tmp_path):
    with pytest.raises(ModelError, match="a model file"):
        load_identity_model(tmp_path / "none.onnx")
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(ModelError, match="an ONNX model"):
        load_identity_model(tmp_path / "text.onnx")
    with pytest.raises(
        ModelError, match=r"1 x 3 x 112 x 112; came inputs picture \(tensor\(float\), 1 x 3 x 64 x 64\)"
    ):
        load_identity_model(recogniser(tmp_path / "small.onnx", (1, 3, 64, 64)))
    with pytest.raises(ModelError, match="a vector of 32"):
        load_identity_model(recogniser(tmp_path / "short.onnx", repeats=1))


def test_a_recogniser_beyond_what_onnx_can_hold_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "m.onnx").open("wb") as file:
        file.truncate(3 * 2**30)
    for load in (load_identity_model, lambda path: load_identity_converter(path, 512)):
        with pytest.raises(ModelError, match=r"at most 2147483647 bytes; came 3221225472 bytes"):
            load(tmp_path / "m.onnx")


def test_those_who_hold_a_recogniser_share_its_session_and_each_its_own_range(tmp_path, monkeypatch):
    path, loads, loaded = write_recogniser(tmp_path / "m.onnx", offset=0.4321), [], swap_sessions._loaded
    monkeypatch.setattr(swap_sessions, "_loaded", lambda *about: loads.append(about) or loaded(*about))
    white = np.ones((112, 112, 3), np.float32)
    w600k, simswap = (load_identity_model(path, kind=kind) for kind in ("w600k", "simswap"))
    np.testing.assert_allclose(w600k(white)[:3], 1, atol=1e-5)
    np.testing.assert_allclose(
        simswap(white)[:3], (1 - np.float32([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225], 1e-4
    )
    assert len(loads) == 1


def test_a_converter_of_another_shape_is_told_as_such(tmp_path):
    path = write_recogniser(tmp_path / "m.onnx")
    with pytest.raises(ModelError, match=r"1 x 512; came inputs input\.1.*identity_converter empty"):
        load_identity_converter(path, 512)
