"""How fast a 4K face is tracked once it is decoded, and in how much memory: each run in a process of its own.

python benchmarks/track_speed.py HELD.npy FRAMES {raw,landmarks,refined}     one run, its figures as JSON
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from face_plates import FIRST_FRAME, SIZE, Scene, pan
from faceplate.demo.film import encoding
from faceplate.graph import track_shot
from faceplate.track import FaceTrackSettings
from faceplate.track.solve.solve_track import solve_track
from faceplate.values import Frame, Plate

PAN_FRAMES, HELD_FRAMES = 40, 6
# Frames that are searched before the clock of the search starts: the networks are loaded once a shot.
WARM_FRAMES = 6
KNOBS = {
    "raw": FaceTrackSettings(refine=False, smoothing=0.0, views=1),
    "landmarks": FaceTrackSettings(refine=False),
    "refined": FaceTrackSettings(),
}


def hold(folder: Path) -> Path:
    """A file of the few frames that every run goes back and forth over."""
    scene = pan(PAN_FRAMES).scene
    places = range(PAN_FRAMES - HELD_FRAMES, PAN_FRAMES)
    np.save(folder / "held.npy", np.stack([scene.stored(place) for place in places]))
    return folder / "held.npy"


def held_plate(held: Path, frames: int) -> Plate:
    """So many frames, back and forth over those that are held in memory: what decoding costs is left out."""
    pixels, scene = np.load(held), Scene(SIZE, frames, ())

    def read(number: int) -> Frame:
        place = (number - FIRST_FRAME) % (2 * HELD_FRAMES - 2)
        return scene.framed(number, pixels[min(place, 2 * HELD_FRAMES - 2 - place)])

    return Plate("held", scene.numbers, encoding, read)


class Heard:
    """When each frame was done."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, number: int) -> None:  # noqa: ARG002, D102 -- as `Progress`; which one does not matter
        self.seconds.append(time.perf_counter())

    def more(self, frames: int) -> None:
        """Nothing: the search comes first."""

    def searched_a_second(self, frames: int) -> float:
        """How fast the first `frames` were done: in each of them faces were found and measured."""
        return (frames - WARM_FRAMES) / (self.seconds[frames - 1] - self.seconds[WARM_FRAMES - 1])


def one_run(held: Path, frames: int, knobs: str) -> dict[str, float]:
    """Frames a second searched and in all, seconds of the solve alone, peak memory and what was there before, MB."""
    plate, heard = held_plate(held, frames), Heard()
    # Compiled loops are loaded before the clock starts.
    track_shot(replace(plate, frames=plate.frames[:WARM_FRAMES]), KNOBS[knobs])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    start = time.perf_counter()
    track = track_shot(plate, KNOBS[knobs], progress=heard)
    spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    start = time.perf_counter()
    solve_track(track)
    return {
        "searched_s": heard.searched_a_second(frames),
        "frames_s": frames / spent,
        "solve_s": time.perf_counter() - start,
        "peak_mb": peak,
        "before_mb": before,
    }


def run_alone(held: Path, frames: int, knobs: str) -> dict[str, float]:
    """`one_run` in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, str(held), str(frames), knobs], check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    print(json.dumps(one_run(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
