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


def one_run(held: Path, frames: int, knobs: str) -> dict[str, float]:
    """Frames a second, seconds of the solve alone, peak memory and what of it was there before, MB."""
    plate = held_plate(held, frames)
    # Networks and compiled loops are loaded before the clock starts, as they are once a shot.
    track_shot(replace(plate, frames=plate.frames[:6]), KNOBS[knobs])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    start = time.perf_counter()
    track = track_shot(plate, KNOBS[knobs])
    spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    start = time.perf_counter()
    solve_track(track)
    return {
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
