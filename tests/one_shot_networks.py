"""ONNX files with the signatures of one-shot swappers and face recognisers, and a known function, built for tests."""

import numpy as np
from onnx import helper

from foreign_networks import port, save_network

VALUES = 512
SHOWN = 3
"""How many numbers of the embedding are added to the picture, one to each channel."""


def some_map(seed=1):
    """A matrix that no symmetry forgives to be turned over."""
    return np.random.default_rng(seed).normal(size=(VALUES, VALUES)).astype(np.float32)


def write_one_shot(
    path, side=128, *, mapping=None, outputs=("output",), embedding=(1, VALUES), names=("target", "source"), batch=1
):
    """What it gives: the face as it came, plus the first three numbers of the embedding, red, green and blue.

    A second output is the face's green plane. `mapping` is put last among the constants, as inswapper has it.
    """
    target, source = names
    mixing = np.zeros((embedding[-1], SHOWN), np.float32)
    mixing[range(SHOWN), range(SHOWN)] = 1
    nodes = [
        helper.make_node("MatMul", [source, "mixing"], ["three"]),
        helper.make_node("Reshape", ["three", "planes"], ["colours"]),
        helper.make_node("Add", [target, "colours"], [outputs[0]]),
        *(helper.make_node("Slice", [target, "one", "two", "axis"], [name]) for name in outputs[1:]),
    ]
    constants = {"mixing": mixing, "planes": np.int64([-1, SHOWN, 1, 1])}
    constants |= {name: np.int64([value]) for name, value in (("one", 1), ("two", 2), ("axis", 1))}
    constants |= {} if mapping is None else {"emap": mapping}
    shapes = [[batch, 3, side, side], *[[batch, 1, side, side]] * len(outputs[1:])]
    # InsightFace's own file names the face first, others the embedding.
    inputs = [port(target, [batch, 3, side, side]), port(source, list(embedding))]
    return save_network(path, nodes, inputs, [port(*each) for each in zip(outputs, shapes, strict=True)], constants)


def write_recogniser(path, values=VALUES, *, gain=1.0, offset=0.0):
    """The mean of red, green and blue as it sees them, then `offset`, over and over; times `gain`."""
    shape = np.int64([1, -1])
    nodes = [
        helper.make_node("ReduceMean", ["input.1"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["means", "mixing"], ["spread"]),
        helper.make_node("Add", ["spread", "rest"], ["whole"]),
        helper.make_node("Mul", ["whole", "gain"], ["scaled"]),
        helper.make_node("Reshape", ["scaled", "shape"], ["683"]),
    ]
    mixing = np.zeros((3, values), np.float32)
    mixing[range(3), range(3)] = 1
    rest = np.full((1, values), offset, np.float32)
    rest[:, :3] = 0
    constants = {"mixing": mixing, "rest": rest, "gain": np.float32(gain), "shape": shape}
    return save_network(path, nodes, [port("input.1", [1, 3, 112, 112])], [port("683", [1, values])], constants)


def write_converter(path, values=VALUES):
    """The embedding turned end to end, and twice as long."""
    turned = 2 * np.eye(values, dtype=np.float32)[::-1].copy()
    nodes = [helper.make_node("MatMul", ["input", "turned"], ["output"])]
    return save_network(
        path, nodes, [port("input", [1, values])], [port("output", [1, values])], {"turned": turned}
    )  # fmt: skip
