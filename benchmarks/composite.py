"""How long a 4K frame's face takes from decoded half plate to encoded half region, the model's own time left out.

    python benchmarks/composite.py [--frames 8] [--size 4096x2160] [--turns 3] [--pass-frames 16] [--keep DIR]

A face 1200 px high in a crop of 256 px, on a generated LogC4 plate with grain and two highlights; the model is one
multiplication. Walks: every film feature on, without and with new grain; the usual knobs; and crop, box matte, mean
colour match and paste alone, without new grain. Beside them OpenCV's 8-bit paste doing the last one's job as peers do
it: halves to 8 bits, warpAffine into the crop, mean colour match, warpAffine of picture and box back, blended, and to
halves again; over the whole frame, as they do it, and over the crop's region alone. Frames go through two threads at
once, as a delivery runs them, and OpenCV's paste through the same two; one frame alone is told beside. Walks take
turns; the least of them counts. What it takes to copy the untouched rest of the frame is measured beside and taken off.
Wall time is told, and the processor's in brackets, which other work on the machine touches less.

With --pass-frames, the whole pass with reading and writing and all film features beside the floor of
`benchmarks/pipeline.py`: its plate, its track and its identity model, new grain as measured.

Targets: all film features within 100 ms a frame; the last walk no slower than OpenCV's paste; the whole pass at most
1.3 times the floor.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from faceplate.align import fit_alignment, invert, transform
from faceplate.align.template import mean_face, steady_points
from faceplate.grain import FaceRegrainSettings
from faceplate.graph import Shot
from faceplate.graph.shot_walk import finish_frame
from faceplate.models import CropGeometry, ModelCard, card_key, card_to_json
from faceplate.spec import knobs_of
from faceplate.swap import FaceSwapSettings, SwapModel, load_model, region_of
from faceplate.track import face_oval, mesh_to_68
from faceplate.values import (
    Array,
    ChannelGroup,
    Frame,
    GrainProfile,
    Header,
    Matrix,
    Person,
    Plate,
    Sample,
    Track,
    Window,
)
from machine import describe_machine
from pipeline import alone, prepare
from pipeline import measure as measure_passes

target_ms = 100
target_ratio = 1.0
target_pass = 1.3
threads = 2
face_px = 1200
side_px = 256
points = 478
encoding = "ARRI LogC4"
card = ModelCard(
    name="Known change", version="1", licence="Apache-2.0", source="made by this benchmark", consent="nobody is shown",
    side_px=side_px, layout="NCHW", order="RGB", encoding="srgb_rec709_scene", white=1.0, mean=0.0, spread=1.0,
    crop=CropGeometry(2.131371, (0.5, 0.43)), input="face", image="swap", mattes={},
)  # fmt: skip
film = {
    "mode": "replace",
    "colour_match_method": "covariance",
    "blend_bands": 3.0,
    "detail": 1.0,
    "sharpness_match": 1.0,
}
walks = {
    "all film features": (film, 0.0),
    "all film features, new grain": (film, 1.0),
    "usual knobs": ({}, 1.0),
    "crop, box, mean match, paste": ({"mode": "replace"}, 0.0),
}


def write_model(path: Path) -> None:
    """A model that multiplies its picture by 0.95."""
    shape = [1, 3, side_px, side_px]
    graph = helper.make_graph(
        [helper.make_node("Mul", ["face", "gain"], ["swap"])],
        "gain",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("swap", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(np.float32(0.95), "gain")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    model.metadata_props.add(key=card_key, value=card_to_json(card))
    onnx.save(model, path)


def make_frame(columns: int, rows: int) -> Frame:
    """A plate of skin-like codes with grain and two small highlights in its middle."""
    random = np.random.default_rng(0)
    x, y = np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32)[:, np.newaxis]
    codes = 0.30 + 0.05 * np.sin(x / 170) * np.cos(y / 130) + 0.02 * np.sin(x / 23) * np.sin(y / 19)
    codes = codes[..., np.newaxis] * np.float32([1.0, 0.94, 0.9])
    codes += 0.008 * random.standard_normal(codes.shape, np.float32)
    for away_x, away_y in ((-120, -200), (150, -190)):
        codes[rows // 2 + away_y :, columns // 2 + away_x :][:12, :12] = 0.75
    whole, names = Window(0, 0, columns, rows), ("R", "G", "B")
    header = Header("openexr", whole, whole, names, (Sample.HALF,) * 3)
    return Frame(1001, "generated", header, (ChannelGroup(names, codes.astype(np.float16)),))


def make_track(columns: int, rows: int) -> Track:
    """A face in the middle, slightly turned; its outline is a box."""
    landmarks = np.full((points, 2), 0.5)
    landmarks[np.asarray(mesh_to_68)[list(steady_points)]] = mean_face
    step = np.linspace(0, 4, len(face_oval), endpoint=False)
    around = np.clip(np.column_stack([np.abs((step + 3.5) % 4 - 2) - 0.5, np.abs((step + 2.5) % 4 - 2) - 0.5]), 0, 1)
    landmarks[list(face_oval)] = around * [1.0, 1.4] - [0.0, 0.2]
    square_px, turned = face_px / 1.4, np.array([[np.cos(0.05), -np.sin(0.05)], [np.sin(0.05), np.cos(0.05)]])
    landmarks = (landmarks - 0.5) @ (square_px * turned).T + [columns / 2, rows / 2]
    return Track("generated", (1001,), (columns, rows), 1.0, "known", (known_person(landmarks),))


def known_person(landmarks: Matrix) -> Person:
    """Whose landmarks these are, over one frame."""
    ones, unknown = np.ones(1, np.float32), np.full((1, 3), np.nan, np.float32)
    return Person(
        name="person1", landmarks_plate=landmarks[np.newaxis].astype(np.float32),
        depth_px=np.zeros((1, points), np.float32),
        confidence=np.ones((1, points), np.float32), presence=ones, pose_deg=np.zeros((1, 3), np.float32),
        place_cm=unknown, alignment=fit_alignment(landmarks[list(mesh_to_68)])[np.newaxis],
        by_hand=np.zeros((1, points), bool), exposure=ones * 0.18, residual_px=ones * 0, doubts=np.zeros(1, np.uint16),
    )  # fmt: skip


def some_grain() -> GrainProfile:
    """Film-like grain, three pixels wide."""
    kernel = np.outer([1, 2, 1], [1, 2, 1]) / 6.0
    exposure = np.geomspace(0.01, 4, 16, dtype=np.float32)
    sigma = np.tile(0.02 * np.sqrt(exposure), (3, 1)).astype(np.float32)
    response = np.tile(np.float32([4e-4, 0.0]), (3, 1))
    return GrainProfile(
        encoding,
        exposure,
        sigma,
        response,
        np.stack([kernel] * 3).astype(np.float32),
        np.eye(3, dtype=np.float32),
        (1001,),
    )


def make_shot(frame: Frame, track: Track, model: SwapModel, knobs: dict[str, object], grain: float) -> Shot:
    """The shot of one walk; knobs that this version does not have are left out and named."""
    known = {name: value for name, value in knobs.items() if name in knobs_of(FaceSwapSettings)}
    if len(known) < len(knobs):
        print("  left out, not in this version:", ", ".join(sorted(knobs.keys() - known.keys())))
    return Shot(
        plate=Plate("generated", (1001,), encoding, lambda _: frame),
        track=track,
        person=track.people[0],
        model=model,
        grain=some_grain(),
        swap_settings=FaceSwapSettings(**known),
        regrain_settings=FaceRegrainSettings(amount=grain),
    )


def paste(stored: Array, to_crop: Matrix, box: Array) -> Array:
    """OpenCV's 8-bit paste over an array of half codes, as peers do it; `to_crop` counts from its corner."""
    eight = cv2.convertScaleAbs(stored.astype(np.float32), alpha=255)
    crop = cv2.warpAffine(eight, to_crop, (side_px, side_px), borderMode=cv2.BORDER_REPLICATE)
    face = cv2.convertScaleAbs(crop, alpha=0.95)
    face = cv2.add(face, (*(np.subtract(cv2.mean(crop, box)[:3], cv2.mean(face, box)[:3])), 0))
    back = invert(to_crop)
    size = (stored.shape[1], stored.shape[0])
    there = cv2.warpAffine(face, back, size, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(box, back, size).astype(np.float32)[..., np.newaxis] / 255
    blended = (cover * there + (1 - cover) * eight).astype(np.uint8)
    return (blended * np.float32(1 / 255)).astype(np.float16)


def pastes(frame: Frame, shot: Shot) -> dict[str, Callable[[], object]]:
    """The baseline over the whole frame and over the crop's region alone."""
    alignment, data = shot.person.alignment[0], frame.header.data
    region = region_of(alignment, card, data)
    scale = side_px / card.crop.scale
    matrix = alignment * scale
    matrix[:, 2] += side_px / 2 - np.array(card.crop.centre) * scale
    corners = transform(matrix, shot.person.landmarks_plate[0][list(face_oval)])
    box = cv2.fillPoly(np.zeros((side_px, side_px), np.uint8), [np.rint(corners).astype(np.int32)], 255)
    box = cv2.GaussianBlur(box, (0, 0), 5)
    from_region = np.column_stack([matrix[:, :2], transform(matrix, np.array(region[:2]))])
    return {
        "OpenCV's 8-bit paste, whole frame": partial(paste, frame.stored(data), matrix, box),
        "OpenCV's 8-bit paste, region": partial(paste, frame.stored(region), from_region, box),
    }


def timed(work: Callable[[], object], frames: int) -> tuple[float, float]:
    """Milliseconds a frame, of wall time and of the processor's, with frames in two threads at once."""
    with ThreadPoolExecutor(threads) as pool:
        wall, cpu = time.perf_counter(), time.process_time()
        for running in [pool.submit(work) for _ in range(frames)]:
            running.result()
        return 1000 * (time.perf_counter() - wall) / frames, 1000 * (time.process_time() - cpu) / frames


def measure(works: dict[str, Callable[[], object]], frames: int, turns: int) -> dict[str, tuple[float, float]]:
    """The least wall time and the least processor time of each, in turns after a warm-up."""
    for work in works.values():
        work()
    runs = {name: [] for name in works}
    for _ in range(turns):
        for name, work in works.items():
            runs[name].append(timed(work, frames))
    return {name: (min(run[0] for run in each), min(run[1] for run in each)) for name, each in runs.items()}


def report(spent: dict[str, tuple[float, float]]) -> None:
    """The figures, and where they stand to their targets."""
    copied = spent.pop("copy of the frame")
    for name in walks:
        spent[name] = (spent[name][0] - copied[0], spent[name][1] - copied[1])
    for name, (wall, cpu) in spent.items():
        print(f"{name}: {wall:.0f} ms a frame ({cpu:.0f} ms of processor time)")
    print(f"taken off the walks for the copy of the frame: {copied[0]:.0f} ms ({copied[1]:.0f})")
    every, *_, least = walks
    print(f"{every}: {spent[every][0]:.0f} ms (target {target_ms})")
    for name in (name for name in spent if name not in walks):
        wall, cpu = (ours / theirs for ours, theirs in zip(spent[least], spent[name], strict=True))
        print(f"{least} / {name} = {wall:.2f} ({cpu:.2f} of processor time; target {target_ratio})")


def finished(shot: Shot, frame: Frame) -> None:
    """One frame of a shot, which is as if it had not been met: a shot keeps the colours that it has measured."""
    finish_frame(replace(shot), frame)


def stages(frame: Frame, shot: Shot, turns: int) -> str:
    """What each stage of one walk takes when it runs alone, and the whole; the least of a few times each."""
    runs: list[dict[str, float]] = []
    for _ in range(turns):
        before, start = shot.times.seconds(), time.perf_counter()
        finished(shot, frame)
        spent = {name: seconds - before.get(name, 0) for name, seconds in shot.times.seconds().items()}
        runs.append({"one frame alone": time.perf_counter() - start, **spent})
    return ", ".join(f"{name} {1000 * min(run[name] for run in runs):.0f}" for name in runs[0])


def main() -> None:
    """Makes the scene and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--size", default="4096x2160")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--pass-frames", type=int, default=0, help="frames of the whole pass; without it, none is made")
    parser.add_argument("--keep", type=Path, help="folder that keeps the whole pass's shot for the next time")
    given = parser.parse_args()
    columns, rows = map(int, given.size.split("x"))
    print(describe_machine("opencv-python-headless", "numpy", "numba", "onnxruntime-gpu"))
    print(f"{given.size}, half; a face {face_px} px high, a crop of {side_px} px; {threads} threads")
    # As a delivery does it: the frames' own threads are enough.
    cv2.setNumThreads(1)
    frame, track = make_frame(columns, rows), make_track(columns, rows)
    with tempfile.TemporaryDirectory() as folder:
        write_model(Path(folder) / "model.onnx")
        model = load_model(Path(folder) / "model.onnx")
        shots = {name: make_shot(frame, track, model, knobs, grain) for name, (knobs, grain) in walks.items()}
        works: dict[str, Callable[[], object]] = {name: partial(finished, shot, frame) for name, shot in shots.items()}
        works["copy of the frame"] = frame.groups[0].pixels.copy
        report(measure(works | pastes(frame, next(iter(shots.values()))), given.frames, given.turns))
        for name, shot in shots.items():
            print(f"  {name}, milliseconds of each stage: {stages(frame, shot, given.turns)}")
        print(f"peak memory of all this: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")
        if given.pass_frames:
            shot_folder = given.keep or Path(folder)
            alone(prepare, shot_folder, given.pass_frames, (columns, rows))
            measure_passes(shot_folder, {"all film features": film}, given.turns, target_pass)


if __name__ == "__main__":
    main()
