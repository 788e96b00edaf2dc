"""How long each operator takes, the floor beside it, and how much memory measuring needs."""

import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from faceplate.grain import grain_field, measure_grain, regrain, sigma_at
from faceplate.values import Array, Window
from grain_engine import DEGRAIN_FRAMES, PLAIN, carried, cleaned
from grain_figures import GrainFigure
from grain_staged import ENCODING, to_linear, to_log

# After grain_staged, which leads to the tests' folder.
from grain_plates import TRUTH, grainy, picture  # isort: skip

UHD, FACE = (2160, 4096), Window(0, 0, 1500, 1500)


class Taken(NamedTuple):
    """Seconds: the median, the least and the most."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        """The spread, in ms."""
        return f"{1000 * self.least:.0f} to {1000 * self.most:.0f} ms"


def timed(work: Callable[[], object], runs: int = 5) -> Taken:
    """After one warm-up."""
    work()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return Taken(statistics.median(seconds), min(seconds), max(seconds))


def of_speed(*, quick: bool) -> Iterator[GrainFigure]:
    """A face's worth of each operator, and frames of 4K."""
    profile = TRUTH.profile()
    comp = np.full((FACE.height, FACE.width, 3), 0.18, np.float32)
    bare, rng = np.zeros(comp.shape[:2], np.float32), np.random.Generator(np.random.Philox(1))
    floor = timed(lambda: rng.standard_normal(comp.shape, dtype=np.float32))
    took = timed(lambda: regrain(comp, bare, profile, FACE, 1, PLAIN))
    yield _ms("speed: regrain 1500x1500 ms", took, f"white noise alone {1000 * floor.median:.0f} ms")
    yield _ms("speed: grain field 1500x1500 ms", timed(lambda: grain_field(profile, FACE, 1, seed=0)))
    yield _ms("speed: sigma at 1500x1500 ms", timed(lambda: sigma_at(profile, comp)))
    shot = [grainy(comp, np.random.default_rng(each)).astype(np.float32) for each in range(DEGRAIN_FRAMES)]
    darker = comp / 2
    yield _ms("speed: carry over 1500x1500 ms", timed(lambda: carried(darker, shot[0], comp, profile)))
    alone = timed(lambda: cleaned(shot[:1], profile), runs=2)
    took = timed(lambda: cleaned(shot, profile), runs=2)
    beside = f"{took}; of one frame {alone.median:.2f} s"
    yield GrainFigure("speed: degrain 1500x1500, five frames, s", took.median, beside)
    yield from _measuring(3 if quick else 10)


def _measuring(frames: int) -> Iterator[GrainFigure]:
    clean = picture(UHD)
    stored = [to_log(grainy(clean, np.random.default_rng(each))).astype(np.float16) for each in range(2)]
    del clean
    took = timed(lambda: _measured(stored, frames), runs=1).median
    beside = f"of {frames} frames, {took / frames:.2f} s each; decoded beforehand"
    yield GrainFigure("speed: measure 10 frames of 4K s", 10 * took / frames, beside)
    tracemalloc.start()
    _measured(stored, 1)
    yield GrainFigure("speed: measuring, MiB beside the frame", tracemalloc.get_traced_memory()[1] / 2**20)
    tracemalloc.stop()


def _measured(stored: list[Array], frames: int) -> object:
    return measure_grain(((place, stored[place % 2]) for place in range(frames)), to_linear, ENCODING)


def _ms(name: str, took: Taken, beside: str = "") -> GrainFigure:
    return GrainFigure(name, 1000 * took.median, "; ".join(filter(None, (str(took), beside))))
