"""Networks of a few convolutions and of great hunger, for any number of pictures a run, built for tests."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from faceplate.models import card_key, card_to_json
from swap_models import SIDE_PX, card

open_card = card(mattes={})


def write_network(path, nodes, constants, *, batch="n", about=open_card, kind=TensorProto.FLOAT, out=None):
    """Writes the nodes between `face` and `swap` as a model with its card; `out` is the batch of the output."""
    side = about.side_px
    given = helper.make_tensor_value_info(about.input, kind, [batch, 3, side, side])
    made = helper.make_tensor_value_info(about.image, kind, [out or batch, 3, side, side])
    held = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    model = helper.make_model(
        helper.make_graph(nodes, "known", [given], [made], held),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=10,
    )
    model.metadata_props.add(key=card_key, value=card_to_json(about))
    onnx.save(model, path)
    return path


def write_convolutions(path, *, half=False, **about):
    """Convolutions of random weights down and up again, about a bottleneck that sees the whole picture."""
    random, kept = np.random.default_rng(0), np.float16 if half else np.float32
    bottleneck = SIDE_PX * SIDE_PX * 8 // 16

    def weights(*shape):
        return (random.normal(size=shape) / np.sqrt(np.prod(shape[1:]))).astype(kept)

    nodes = [
        helper.make_node("Conv", ["face", "first"], ["a"], pads=[1] * 4, strides=[2, 2]),
        helper.make_node("LeakyRelu", ["a"], ["b"], alpha=0.1),
        helper.make_node("Conv", ["b", "second"], ["c"], pads=[1] * 4, strides=[2, 2]),
        helper.make_node("Flatten", ["c"], ["flat"]),
        helper.make_node("Gemm", ["flat", "narrow"], ["code"], transB=1),
        helper.make_node("Gemm", ["code", "wide"], ["wider"], transB=1),
        helper.make_node("Reshape", ["wider", "shape"], ["d"]),
        helper.make_node("ConvTranspose", ["d", "third"], ["e"], strides=[2, 2]),
        helper.make_node("ConvTranspose", ["e", "fourth"], ["swap"], strides=[2, 2]),
    ]
    constants = {
        "first": weights(8, 3, 3, 3),
        "second": weights(8, 8, 3, 3),
        "narrow": weights(32, bottleneck),
        "wide": weights(bottleneck, 32),
        "shape": np.int64([-1, 8, SIDE_PX // 4, SIDE_PX // 4]),
        "third": weights(8, 8, 2, 2),
        "fourth": weights(8, 3, 2, 2),
    }
    return write_network(path, nodes, constants, kind=TensorProto.FLOAT16 if half else TensorProto.FLOAT, **about)


def write_hungry(path, times=64):
    """The face as it came, by way of so many copies of it: 48 KiB x `times` a picture, twice."""
    nodes = [
        helper.make_node("Tile", ["face", "times"], ["many"]),
        helper.make_node("Abs", ["many"], ["more"]),
        helper.make_node("Slice", ["more", "from", "to", "axis"], ["swap"]),
    ]
    constants = {
        "times": np.int64([1, times, 1, 1]),
        "from": np.int64([0]),
        "to": np.int64([3]),
        "axis": np.int64([1]),
    }
    return write_network(path, nodes, constants)
