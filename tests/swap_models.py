"""Swap models of a few nodes whose function is known, built for tests."""

from dataclasses import replace

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from faceplate.models import CropGeometry, ModelCard, card_key, card_to_json

SIDE_PX = 64

plain_card = ModelCard(
    name="Known function",
    version="1",
    licence="Apache-2.0",
    source="built by a test",
    consent="nobody is shown",
    side_px=SIDE_PX,
    layout="NCHW",
    order="RGB",
    encoding="srgb_rec709_scene",
    white=1.0,
    mean=0.0,
    spread=1.0,
    crop=CropGeometry(scale=2.131371, centre=(0.5, 0.43)),
    input="face",
    image="swap",
    mattes={"face": "matte"},
)


def card(**about):
    return replace(plain_card, **about)


def write_model(path, about=plain_card, *, gain=1.0, offset=0.0, matte=1.0, metadata=True, shape=None):
    """image = face * gain + offset in the network's own values; matte is the same number everywhere."""
    side = about.side_px
    image = shape or ([1, 3, side, side] if about.layout == "NCHW" else [1, side, side, 3])
    single = [1, 1, side, side] if about.layout == "NCHW" else [1, side, side, 1]
    nodes = [
        helper.make_node("Mul", [about.input, "gain"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], [about.image]),
        *(helper.make_node("Identity", ["level"], [name]) for name in about.mattes.values()),
    ]
    constants = [
        numpy_helper.from_array(np.float32(gain), "gain"),
        numpy_helper.from_array(np.float32(offset), "offset"),
        numpy_helper.from_array(np.full(single, matte, np.float32), "level"),
    ]
    outputs = [helper.make_tensor_value_info(about.image, TensorProto.FLOAT, image)]
    outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, single) for name in about.mattes.values()]
    inputs = [helper.make_tensor_value_info(about.input, TensorProto.FLOAT, image)]
    model = helper.make_model(
        helper.make_graph(nodes, "known", inputs, outputs, constants),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=10,
    )
    if metadata:
        model.metadata_props.add(key=card_key, value=card_to_json(about))
    onnx.save(model, path)
    return path
