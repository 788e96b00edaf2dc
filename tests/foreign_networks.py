"""ONNX files with the signatures of other programs and a known function, built for tests."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE_PX = 64
CELEB_BGR = (0.1, 0.4, 0.9)


def port(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def save_network(path, nodes, inputs, outputs, constants=()):
    """Writes the nodes as an ONNX file; constants are arrays by name."""
    held = [numpy_helper.from_array(np.asarray(value), name) for name, value in dict(constants).items()]
    graph = helper.make_graph(nodes, "known", inputs, outputs, held)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=8), path)
    return path


def driving_mask(side=SIDE_PX):
    """From 0 at the left to above 1 at the right, so that a turned matte or one that is not clipped is seen."""
    return np.broadcast_to(np.linspace(0, 1.5, side, dtype=np.float32)[None, None, :, None], (1, side, side, 1)).copy()


def celeb_mask(side=SIDE_PX):
    """From 0 at the top to 1 at the bottom."""
    return np.broadcast_to(np.linspace(0, 1, side, dtype=np.float32)[None, :, None, None], (1, side, side, 1)).copy()


def write_dfm(path, *, morph=False, face=("N", SIDE_PX, SIDE_PX, 3), without=()):
    """The face as it came; with `morph`, that much of the way to one colour, blue first."""
    shape = list(face)
    nodes = [helper.make_node("Identity", ["driving"], ["out_face_mask:0"])]
    nodes += [helper.make_node("Identity", ["celeb"], ["out_celeb_face_mask:0"])]
    if morph:
        nodes += [
            helper.make_node("Sub", ["colour", "in_face:0"], ["way"]),
            helper.make_node("Mul", ["way", "morph_value:0"], ["part"]),
            helper.make_node("Add", ["in_face:0", "part"], ["out_celeb_face:0"]),
        ]
    else:
        nodes += [helper.make_node("Identity", ["in_face:0"], ["out_celeb_face:0"])]
    inputs = [port("in_face:0", shape), *([port("morph_value:0", [1])] if morph else [])]
    # In the order of DeepFaceLab's own export.
    single = [*shape[:3], 1]
    names = {"out_face_mask:0": single, "out_celeb_face:0": shape, "out_celeb_face_mask:0": single}
    outputs = [port(name, sizes) for name, sizes in names.items() if name not in without]
    nodes = [node for node in nodes if node.output[0] not in without]
    side = shape[1] if isinstance(shape[1], int) else SIDE_PX
    constants = {"driving": driving_mask(side), "celeb": celeb_mask(side), "colour": np.float32(CELEB_BGR)}
    return save_network(path, nodes, inputs, outputs, constants)


def write_reage(path, *, direction=(2,), side=SIDE_PX):
    """Red brightened by how far the wanted age lies above the plate's, over 100; green by the age on the plate."""
    nodes = [
        helper.make_node("Reshape", ["direction", "flat"], ["ages"]),
        helper.make_node("MatMul", ["ages", "mixing"], ["shift"]),
        helper.make_node("Reshape", ["shift", "planes"], ["colours"]),
        helper.make_node("Add", ["target", "colours"], ["output"]),
    ]
    constants = {
        "flat": np.int64([1, 2]),
        "mixing": np.float32([[-1, 1, 0], [1, 0, 0]]),
        "planes": np.int64([1, 3, 1, 1]),
    }
    inputs = [port("target", [1, 3, side, side]), port("direction", list(direction))]
    return save_network(path, nodes, inputs, [port("output", [1, 3, side, side])], constants)
