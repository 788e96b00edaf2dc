"""How many faces a second go through a model, and whole 4K frames with it, on every processor there is here.

    python benchmarks/inference.py [--sides 256,512] [--batches 1,8] [--seconds 2] [--frames 8] [--devices cpu,cuda]

The networks are made here: convolutions down to an eighth, six more there, and up again, 1.7 thousand million products
at 256 px and four times that at 512, with random weights; the answer is the face and a tenth of what they make of it.
They are in float32 and in float16. Each goes through the session that renders use: what goes in is copied to the
processor and what comes out is copied back inside the timed part, so nothing is left running behind the clock. The
first run of all is the warm-up and told by itself; then runs are counted for the time given, in turns, and the median
is told with the spread of the turns, and the least time of the host's processor a picture took, which other work on the
machine touches less. Beside them ONNX Runtime's own plain `run` with batch 1 as the peer. Pixels are held against those
of the CPU with the same file and batch 1, in codes of ten bits.

End to end: a decoded half frame of 4096x2160 with a face of 1200 px through the walk with the usual knobs to the
encoded half frame, without its files, in two threads.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from composite import card, face_px, make_frame, make_shot, make_track
from faceplate.graph.shot_walk import finish_frame
from faceplate.models import card_key, card_to_json
from faceplate.swap import SwapModel, device_problems, load_model
from faceplate.values import Array, Floats
from machine import describe_machine

size = (4096, 2160)
threads = 2
turns = 5
target_codes = 0.5
widths = (32, 64, 128)
middle = 6


def write_network(path: Path, side: int, kept: type) -> Path:
    """A network for pictures of `side` pixels, as many a run as it is given, with its values in `kept`."""
    random, constants, nodes, last = np.random.default_rng(0), {}, [], "face"

    def convolved(into: int, outof: int, times: str) -> None:
        nonlocal last
        weights = random.normal(size=(into, outof, 3, 3)) / np.sqrt(4.5 * outof)
        name = f"weights{len(constants)}"
        constants[name] = weights.astype(kept)
        if times == "up":
            nodes.append(helper.make_node("Resize", [last, "", "twice"], [f"{name}_larger"], mode="nearest"))
            last = f"{name}_larger"
        strides = [2, 2] if times == "down" else [1, 1]
        nodes.append(helper.make_node("Conv", [last, name], [f"{name}_out"], pads=[1] * 4, strides=strides))
        nodes.append(helper.make_node("LeakyRelu", [f"{name}_out"], [f"{name}_bent"], alpha=0.1))
        last = f"{name}_bent"

    for outof, into in zip((3, *widths[:-1]), widths, strict=True):
        convolved(into, outof, "down")
    for _ in range(middle):
        convolved(widths[-1], widths[-1], "as it is")
    for outof, into in zip(reversed(widths), (*reversed(widths[:-1]), 3), strict=True):
        convolved(into, outof, "up")
    nodes.append(helper.make_node("Tanh", [last], ["change"]))
    nodes.append(helper.make_node("Mul", ["change", "tenth"], ["small"]))
    nodes.append(helper.make_node("Add", ["face", "small"], ["swap"]))
    constants |= {"twice": np.float32([1, 1, 2, 2]), "tenth": np.asarray(0.1, kept)}
    return save(path, side, nodes, constants, TensorProto.FLOAT if kept is np.float32 else TensorProto.FLOAT16)


def save(path: Path, side: int, nodes: Sequence[onnx.NodeProto], constants: dict[str, Array], kind: int) -> Path:
    """Writes the nodes from `face` to `swap` with a card."""
    ports = [[helper.make_tensor_value_info(name, kind, ["n", 3, side, side])] for name in ("face", "swap")]
    held = [numpy_helper.from_array(np.asarray(values), name) for name, values in constants.items()]
    graph = helper.make_graph(nodes, "made here", *ports, held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    model.metadata_props.add(key=card_key, value=card_to_json(replace(card, side_px=side)))
    onnx.save(model, path)
    return path


def run(model: SwapModel, pictures: Sequence[Floats], batch: int) -> Floats:
    """What the session gives for the pictures."""
    return np.concatenate([made for (made,) in model.session.run(["swap"], "face", pictures, {}, batch)])


class Rates(NamedTuple):
    """Pictures a second over some turns, and the least milliseconds of processor time a picture took in one of them."""

    median: float
    least: float
    most: float
    cpu_ms: float


def rates(work: Callable[[], object], count: int, seconds: float) -> Rates:
    """How fast work goes that does so many pictures at a time."""
    found, cpu_ms = [], []
    for _ in range(turns):
        begun, cpu, done = time.perf_counter(), time.process_time(), 0
        while not done or time.perf_counter() - begun < seconds / turns:
            work()
            done += count
        found.append(done / (time.perf_counter() - begun))
        cpu_ms.append(1000 * (time.process_time() - cpu) / done)
    return Rates(statistics.median(found), min(found), max(found), min(cpu_ms))


def first_run(model: SwapModel, pictures: Sequence[Floats], batch: int) -> float:
    """Seconds that the first run takes."""
    begun = time.perf_counter()
    run(model, pictures[:batch], batch)
    return time.perf_counter() - begun


def measure(model: SwapModel, reference: Floats, pictures: Sequence[Floats], batch: int, seconds: float) -> str:
    """The figures of one model at one batch, as a row of a table."""
    warm = first_run(model, pictures, batch)
    found = rates(partial(run, model, pictures[:batch], batch), batch, seconds)
    codes = 1023 * float(np.abs(run(model, pictures, batch).astype(np.float64) - reference).max())
    missed = "" if codes <= target_codes else " **over**"
    spread = f"{found.median:.1f} ({found.least:.1f} to {found.most:.1f})"
    return f"{warm:.2f} | {spread} | {found.cpu_ms:.0f} | {codes:.4f}{missed} |"


def plain(model: SwapModel, pictures: Sequence[Floats], seconds: float) -> str:
    """ONNX Runtime's own `run`."""
    kept = model.session.signature.inputs[0].dtype
    picture = np.asarray(pictures[0], kept)
    found = rates(lambda: model.session.onnx.run(["swap"], {"face": picture}), 1, seconds)
    return f"{found.median:.1f} pictures/s, {found.cpu_ms:.0f} ms of processor time"


def end_to_end(model: SwapModel, frames: int) -> str:
    """Frames of 4K a second, the model's runs among them."""
    frame = make_frame(*size)
    shot = make_shot(frame, make_track(*size), model, {}, 1.0)
    finish_frame(shot, frame)
    with ThreadPoolExecutor(threads) as pool:
        begun = time.perf_counter()
        for running in [pool.submit(finish_frame, shot, frame) for _ in range(frames)]:
            running.result()
        return f"{frames / (time.perf_counter() - begun):.2f}"


def table(folder: Path, device: str, side: int, given: argparse.Namespace) -> None:
    """Prints the rows of one size on one processor."""
    random = np.random.default_rng(1)
    pictures = [random.random((1, 3, side, side), np.float32) for _ in range(max(given.batches))]
    made = {}
    for kept in (np.float32, np.float16):
        path = write_network(folder / f"{side}{kept.__name__}.onnx", side, kept)
        reference = made[kept] = run(load_model(path), pictures, 1).astype(np.float64)
        model = load_model(path, device)
        for batch in given.batches:
            row = measure(model, reference, pictures, batch, given.seconds)
            print(f"| {device} | {side} | {kept.__name__} | {batch} | {row}", flush=True)
        print(f"  plain run, batch 1: {plain(model, pictures, given.seconds)}")
        if given.frames:
            print(f"  end to end at 4K, batch 1: {end_to_end(model, given.frames)} frames/s", flush=True)
    away = 1023 * np.abs(made[np.float16] - made[np.float32]).max()
    print(f"  float16 off float32, both on the CPU: {away:.2f} ten-bit codes")


def main() -> None:
    """Makes the networks and prints the figures."""
    numbers = partial(lambda text: [int(number) for number in text.split(",")])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", type=numbers, default=[256, 512])
    parser.add_argument("--batches", type=numbers, default=[1, 8])
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument(
        "--devices", default=",".join(name for name, problem in device_problems().items() if not problem)
    )
    given = parser.parse_args()
    print(describe_machine("onnxruntime-gpu", "numpy"))
    print(f"end to end: {size[0]}x{size[1]}, half, a face {face_px} px high, {threads} threads, the usual knobs\n")
    heads = ("processor", "px", "values", "batch", "first run s", "pictures/s (spread)", "processor ms", "codes off")
    print(f"| {' | '.join(heads)} |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        for device in given.devices.split(","):
            for side in given.sides:
                table(Path(folder), device, side, given)


if __name__ == "__main__":
    main()
