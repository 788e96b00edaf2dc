"""A whole pass over a 4K shot beside its floor: the fastest way we know to read and write those frames and do nothing.

The pass swaps a face 1200 px high with a model that returns its input, in replace mode with new grain, so that every
pixel of the face changes. The floor is OpenImageIO alone, in every arrangement of its own threads, Python's threads and
processes; the fastest one counts. Both run in processes of their own, in turns; medians count.

    python benchmarks/pipeline.py [--frames 48] [--size 4096x2160] [--turns 3] [--keep DIR]

Targets: at most 1.15 times the floor; resident memory under 1500 MB and flat over the shot.
"""

import argparse
import multiprocessing
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import OpenImageIO
from onnx import TensorProto, helper

from faceplate.align import fit_alignment
from faceplate.demo.plate import make_plate
from faceplate.grain import read_profile, write_profile
from faceplate.graph import (
    Outputs,
    Shot,
    deliver_shot,
    inputs_of,
    measure_shot_grain,
    open_encoded_plate,
    shot_job,
    track_shot,
)
from faceplate.models import CropGeometry, ModelCard, card_key, card_to_json
from faceplate.swap import FaceSwapSettings, load_model
from faceplate.track import FaceTrackSettings, mesh_to_68, read_track, write_track
from faceplate.values import Person, Track
from machine import describe_machine

target_ratio = 1.15
target_mb = 1500
face_px = 1200
side_px = 256
arrangements = {
    "OpenImageIO's own threads": (None, 1, 0),
    "2 Python threads": (ThreadPoolExecutor, 2, 1),
    "2 Python threads over OpenImageIO's own": (ThreadPoolExecutor, 2, 0),
    "3 Python threads": (ThreadPoolExecutor, 3, 1),
    "2 processes": (ProcessPoolExecutor, 2, 1),
    "3 processes": (ProcessPoolExecutor, 3, 1),
}


def copy_frame(source: Path, target: Path) -> None:
    """Reads one frame and writes it again, as it is."""
    opened = OpenImageIO.ImageInput.open(str(source))
    spec = opened.spec()
    pixels = opened.read_image(0, 0, 0, spec.nchannels, OpenImageIO.HALF)
    opened.close()
    output: Any = OpenImageIO.ImageOutput.create("openexr")
    output.open(str(target), spec)
    output.write_image(pixels)
    output.close()


def use_threads(count: int) -> None:
    """OpenImageIO's threads for one image: 1 for the caller's alone, 0 for as many as there are cores."""
    OpenImageIO.attribute("threads", count)
    OpenImageIO.attribute("exr_threads", -1 if count == 1 else 0)


def floor(sources: list[Path], folder: Path, name: str) -> None:
    """Copies every frame in the arrangement of this name."""
    pool, workers, threads = arrangements[name]
    targets = [folder / source.name for source in sources]
    use_threads(threads)
    if pool is None:
        for source, target in zip(sources, targets, strict=True):
            copy_frame(source, target)
    elif pool is ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context, initializer=use_threads, initargs=(threads,)) as running:
            list(running.map(copy_frame, sources, targets))
    else:
        with ThreadPoolExecutor(workers) as running:
            list(running.map(copy_frame, sources, targets))


def identity_model(path: Path) -> None:
    """A swap model that returns its input, with a matte that is 1 everywhere."""
    card = ModelCard(
        name="Identity", version="1", licence="Apache-2.0", source="made by this benchmark", consent="nobody is shown",
        side_px=side_px, layout="NCHW", order="RGB", encoding="srgb_rec709_scene", white=1.0, mean=0.0, spread=1.0,
        crop=CropGeometry(2.131371, (0.5, 0.43)), input="face", image="swap", mattes={},
    )  # fmt: skip
    shape = [1, 3, side_px, side_px]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["face"], ["swap"])],
        "identity",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("swap", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    model.metadata_props.add(key=card_key, value=card_to_json(card))
    onnx.save(model, path)


def enlarged(track: Track) -> Track:
    """The track with its face 1200 px high, about its own middle in every frame."""
    return replace(track, people=(_enlarged(track.people[0]),))


def _enlarged(person: Person) -> Person:
    points = person.landmarks_plate.astype(np.float64)
    middle = points.mean(axis=1, keepdims=True)
    high = np.ptp(points[..., 1], axis=1)[:, np.newaxis, np.newaxis]
    grown = middle + (points - middle) * face_px / high
    alignment = np.array([fit_alignment(frame[list(mesh_to_68)]) for frame in grown])
    return replace(person, landmarks_plate=grown.astype(np.float32), alignment=alignment)


def prepare(folder: Path, frames: int, size: tuple[int, int]) -> None:
    """Plate, track, grain and model, made once."""
    if (folder / "identity.onnx").is_file():
        return
    make_plate(folder / "plate", frames=frames, size=size)
    plate = open_encoded_plate(str(folder / "plate" / "plate.%04d.exr"))
    write_profile(measure_shot_grain(plate, plate.frames), folder / "plate.grain")
    write_track(enlarged(track_shot(plate, FaceTrackSettings())), folder / "shot.track")
    identity_model(folder / "identity.onnx")


def whole_pass(folder: Path, out: Path, knobs: dict[str, object]) -> dict[str, float]:
    """The swap of every frame with FaceSwap's knobs so; what each stage took, summed over threads."""
    plate = open_encoded_plate(str(folder / "plate" / "plate.%04d.exr"))
    track = read_track(folder / "shot.track")
    shot = Shot(
        plate=plate,
        track=track,
        person=track.people[0],
        model=load_model(folder / "identity.onnx"),
        grain=read_profile(folder / "plate.grain"),
        swap_settings=FaceSwapSettings(**knobs),
    )
    job = shot_job(shot, inputs_of(plate, folder / "shot.track"))
    deliver_shot(shot, track.frames, Outputs((str(out / "out.%04d.exr"),)), job, anew=True)
    return shot.times.seconds()


class Resident:
    """Resident megabytes of this process, looked at ten times a second."""

    def __init__(self) -> None:
        self.megabytes: list[float] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self._done.wait(0.1):
            self.megabytes.append(int(Path("/proc/self/statm").read_text().split()[1]) * page / 1e6)

    def stop(self) -> tuple[float, float, float]:
        """The peak, and the means over the second and the last quarter of the run."""
        self._done.set()
        self._thread.join()
        quarter = max(1, len(self.megabytes) // 4)
        return (
            _peak_mb(),
            statistics.fmean(self.megabytes[quarter : 2 * quarter]),
            statistics.fmean(self.megabytes[-quarter:]),
        )


def _peak_mb() -> float:
    """The most that was resident since this process began; what `getrusage` tells begins with whoever started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def timed_pass(
    folder: Path, out: Path, knobs: dict[str, object]
) -> tuple[float, tuple[float, float, float], dict[str, float]]:
    """Seconds, memory and stages of one pass."""
    watch, start = Resident(), time.perf_counter()
    stages = whole_pass(folder, out, knobs)
    return time.perf_counter() - start, watch.stop(), stages


def timed_floor(sources: list[Path], folder: Path, name: str) -> float:
    """Seconds of one floor."""
    start = time.perf_counter()
    floor(sources, folder, name)
    return time.perf_counter() - start


def alone(work: Callable[..., Any], *given: Any) -> Any:
    """The work done in a fresh process of its own, which may start others."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *given).result()


def measure(folder: Path, walks: dict[str, dict[str, object]], turns: int, target: float) -> None:
    """Floors and passes in turns, and the figures; `walks` are FaceSwap's knobs for each pass, by its name."""
    sources = sorted((folder / "plate").glob("*.exr"))
    names = list(arrangements)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        trial = sources[: max(4, len(sources) // 4)]
        rates = {name: alone(timed_floor, trial, Path(scratch), name) / len(trial) for name in names}
        for name, seconds in rates.items():
            print(f"  floor, {name}: {seconds:.3f} s a frame over {len(trial)} frames")
        best = sorted(rates, key=rates.__getitem__)[:2]
        floors: dict[str, list[float]] = {name: [] for name in best}
        passes: dict[str, list[Any]] = {name: [] for name in walks}
        for _ in range(turns):
            for name in best:
                floors[name].append(alone(timed_floor, sources, Path(scratch), name))
            for name, runs in passes.items():
                runs.append(alone(timed_pass, folder, Path(scratch), walks[name]))
    name = min(floors, key=lambda each: statistics.median(floors[each]))
    floor_s = statistics.median(floors[name])
    print(f"floor: {name}, {floor_s:.2f} s ({min(floors[name]):.2f} to {max(floors[name]):.2f})")
    for name, runs in passes.items():
        seconds = statistics.median(run[0] for run in runs)
        peak, early, late = max(run[1] for run in runs)
        print(
            f"pass, {name}: {seconds:.2f} s ({min(run[0] for run in runs):.2f} to {max(run[0] for run in runs):.2f}), "
            f"pass / floor = {seconds / floor_s:.2f} (target {target}); peak {peak:.0f} MB (target {target_mb}), "
            f"second quarter {early:.0f} MB, last quarter {late:.0f} MB"
        )
        stages = ", ".join(f"{stage} {spent / len(sources):.3f}" for stage, spent in runs[-1][2].items())
        print(f"  seconds a frame, summed over threads: {stages}")


def main() -> None:
    """Prepares the shot and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--size", default="4096x2160")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="folder that keeps the prepared shot for the next time")
    given = parser.parse_args()
    columns, rows = map(int, given.size.split("x"))
    print(describe_machine("openimageio", "opencolorio", "onnxruntime-gpu", "numpy", "numba"))
    print(f"{given.frames} frames of {given.size}, half, ZIP; a face {face_px} px high")
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        alone(prepare, folder, given.frames, (columns, rows))
        measure(folder, {mode: {"mode": mode} for mode in ("replace", "residual")}, given.turns, target_ratio)


if __name__ == "__main__":
    main()
