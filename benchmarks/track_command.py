"""The command line end to end: a pan as EXR on disk, `faceplate track`, and what `faceplate inspect --json` says."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from face_plates import pan
from faceplate.demo.film import encoding
from faceplate.plate import write_frame
from track_truth import Followed, residual

FRAMES = 10


def command_figures(folder: Path) -> list[tuple[str, float, str]]:
    """Name, value and note of what a script outside sees."""
    staged = pan(FRAMES)
    for number in staged.scene.numbers:
        write_frame(staged.scene.frame(number), folder / f"pan.{number:04d}.exr")
    track = folder / "pan.track"
    _faceplate("track", f"{folder}/pan.%04d.exr", "--colourspace", encoding, "-o", str(track))
    told = json.loads(_faceplate("inspect", str(track), "--json"))
    (person,) = told["people"]
    landmarks, alignment = (np.array(person[name]) for name in ("landmarks", "alignment"))
    found = residual(staged, staged.actors[0], Followed(landmarks, alignment, np.ones(FRAMES, np.bool_)))
    return [("command line, pan of 10 frames: rms px", found.rms, f"worst {found.worst:.3f}")]


def _faceplate(*call: str) -> str:
    done = subprocess.run([sys.executable, "-m", "faceplate.cli", *call], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout
