"""Degrain on an NVIDIA GPU: its time with all transfers beside the CPU's in the same run, its memory, its rounding."""

import math
from collections.abc import Iterator

import numpy as np

from faceplate.grain import degrain_gpu_problem
from faceplate.values import Floats, GrainProfile
from grain_engine import DEGRAIN_FRAMES, cleaned
from grain_figures import GrainFigure
from grain_speed import FACE, timed
from grain_staged import shot

# After grain_staged, which leads to the tests' folder.
from grain_plates import TRUTH, grainy  # isort: skip

NAME = "gpu: degrain 1500x1500, five frames, ms"


def of_gpu(*, quick: bool) -> Iterator[GrainFigure]:
    """A face's worth of a moving shot; where there is no GPU, why not."""
    problem = degrain_gpu_problem()
    if problem:
        yield GrainFigure(NAME, math.nan, f"skipped: {problem[0]}")
        return
    size = (FACE.height, FACE.width)
    frames = [
        grainy(shot("texture", size, each), np.random.default_rng(each)).astype(np.float32)
        for each in range(DEGRAIN_FRAMES)
    ]
    yield from _beside_the_cpu(frames, TRUTH.profile(), runs=3 if quick else 10)


def _beside_the_cpu(frames: list[Floats], profile: GrainProfile, runs: int) -> Iterator[GrainFigure]:
    import torch  # noqa: PLC0415 -- an extra, and heavy

    wanted = cleaned(frames, profile)
    on_cpu = timed(lambda: cleaned(frames, profile), runs=2)
    torch.cuda.reset_peak_memory_stats()
    took = timed(lambda: cleaned(frames, profile, "cuda"), runs)
    found = f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    ratio = f"{on_cpu.median / took.median:.0f} times as fast as the CPU beside it ({on_cpu.median:.2f} s)"
    yield GrainFigure(NAME, 1000 * took.median, f"{took}, transfers and all; {ratio}; {found}")
    yield GrainFigure("gpu: memory at most, MB", torch.cuda.max_memory_allocated() / 1e6)
    off = np.abs(cleaned(frames, profile, "cuda") - wanted) / TRUTH.sigma(wanted)
    yield GrainFigure(
        "gpu: worst off the CPU, sigmas of the grain", float(off.max()), f"rms {np.sqrt(np.mean(off**2)):.1e}"
    )
