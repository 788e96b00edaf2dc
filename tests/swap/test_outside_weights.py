"""Weights in other files are refused wherever a file names them, before ONNX Runtime looks for one."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from batch_models import write_network
from faceplate.errors import ModelError
from faceplate.swap import load_identity_model, load_model, sessions
from one_shot_networks import write_recogniser
from swap_models import SIDE_PX, write_model


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the process runs, and where ONNX Runtime would look."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights.bin").write_bytes(np.full(3 * SIDE_PX**2, 0.25, np.float32).tobytes())
    return tmp_path


def outside(name, shape):
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights.bin")
    return tensor


def weight(path):
    """An initialiser of a size that ONNX Runtime reads only once the network is built."""
    shape = (1, 3, SIDE_PX, SIDE_PX)
    write_network(path, [helper.make_node("Mul", ["face", "gain"], ["swap"])], {"gain": np.ones(shape, np.float32)})
    model = onnx.load(path)
    model.graph.initializer[0].CopyFrom(outside("gain", shape))
    return model


def constant(path):
    model = without_gain(path)
    model.graph.node.insert(0, helper.make_node("Constant", [], ["gain"], value=outside("gain", [1])))
    return model


def branch(path):
    """An initialiser of a subgraph."""
    model, branches = without_gain(path), []
    for name in ("then", "else"):
        made = helper.make_tensor_value_info(f"{name} made", TensorProto.FLOAT, [1])
        nodes = [helper.make_node("Identity", [f"{name} held"], [f"{name} made"])]
        branches.append(helper.make_graph(nodes, name, [], [made], [outside(f"{name} held", [1])]))
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.bool_(1), "which"))
    node = helper.make_node("If", ["which"], ["gain"], then_branch=branches[0], else_branch=branches[1])
    model.graph.node.insert(0, node)
    return model


def function(path):
    """A constant within a function of the file's own."""
    model = without_gain(path)
    nodes = [helper.make_node("Constant", [], ["held"], value=outside("", [1]))]
    model.functions.append(helper.make_function("own", "Gain", [], ["held"], nodes, [helper.make_opsetid("", 17)]))
    model.opset_import.append(helper.make_opsetid("own", 1))
    model.graph.node.insert(0, helper.make_node("Gain", [], ["gain"], domain="own"))
    return model


def without_gain(path):
    model = onnx.load(write_model(path))
    held = [tensor for tensor in model.graph.initializer if tensor.name != "gain"]
    del model.graph.initializer[:]
    model.graph.initializer.extend(held)
    return model


@pytest.mark.parametrize(
    ("write", "name"), [(weight, "gain"), (constant, "gain"), (branch, "(then|else) held"), (function, "a tensor")]
)
def test_weights_in_another_file_are_refused_wherever_they_are_named(folder, monkeypatch, write, name):
    path = folder / "m.onnx"
    path.write_bytes(write(path).SerializeToString())
    monkeypatch.delattr(sessions.ort, "InferenceSession")
    with pytest.raises(ModelError, match=rf"m\.onnx: expected .* weights inside; came {name} in another file"):
        load_model(path)


def test_a_recogniser_is_no_exception(folder):
    path = write_recogniser(folder / "m.onnx")
    onnx.save(onnx.load(path), path, save_as_external_data=True, location="others.bin", size_threshold=0)
    with pytest.raises(ModelError, match=r"weights inside; came .* in another file"):
        load_identity_model(path)


def test_bytes_that_are_no_protocol_buffer_are_refused_before_they_are_loaded(folder, monkeypatch):
    path = write_model(folder / "m.onnx")
    path.write_bytes(path.read_bytes()[:-3])
    monkeypatch.delattr(sessions.ort, "InferenceSession")
    with pytest.raises(ModelError, match=r"an ONNX model, which is a protocol buffer; came a field that does not end"):
        load_model(path)
