"""How true grain is measured, made, carried over and taken out, on plates whose grain is known, beside peers.

    python benchmarks/grain.py [--only response,spectrum] [--quick] [--vapoursynth PYTHON]

Plates are made here: grain of three models (`tests/grain/grain_models.py`) over a chart, texture and the portrait
(`grain_scenes.py`), stored as half LogC3. DasGrain's method stands beside ours (`grain_dasgrain.py`), as do OpenCV's
non-local means and, where it is to be had, BM3D (`grain_peers.py`). Degrain is of so many frames as `grain_engine.py`
says. The exit code is 1 where a target is missed.

Targets: those of `grain_figures.py`; what has none is printed to be watched.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2

from grain_coloured import of_coloured
from grain_figures import GrainFigure
from grain_gpu import of_gpu
from grain_likeness import of_spectrum
from grain_odd import of_odd
from grain_peers import bm3d_is_installed
from grain_removal import of_edge, of_removal
from grain_response import of_response
from grain_speed import of_speed
from grain_transfer import of_ghosts, of_identity
from machine import describe_machine

topics: dict[str, Callable[..., Iterator[GrainFigure]]] = {
    "identity": of_identity,
    "response": of_response,
    "coloured": of_coloured,
    "spectrum": of_spectrum,
    "ghosts": of_ghosts,
    "removal": of_removal,
    "edge": of_edge,
    "odd": of_odd,
    "speed": of_speed,
    "gpu": of_gpu,
}


def main() -> int:
    """Prints the table; 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="these alone, with commas between: " + ", ".join(topics))
    parser.add_argument("--quick", action="store_true", help="smaller plates, fewer frames")
    parser.add_argument("--vapoursynth", type=Path, help="a Python with vapoursynth and vapoursynth-bm3d, as a peer")
    given = parser.parse_args()
    asked = given.only.split(",") if given.only else list(topics)
    unknown = [name for name in asked if name not in topics]
    if unknown:
        parser.error(f"no such topic: {', '.join(unknown)}; there are {', '.join(topics)}")
    cv2.setNumThreads(1)
    print(describe_machine("numpy", "scipy", "numba", "opencv-python-headless"))
    print(f"BM3D by VapourSynth: {'run' if given.vapoursynth else 'left out, for no --vapoursynth was given'}")
    print(f"BM3D of PyPI: {'installed' if bm3d_is_installed else 'not installed, its figures are left out'}")
    print(f"{'':56} {'target':>8} {'measured':>10} {'ratio':>6}")
    missed = 0
    told = topics | {"removal": partial(of_removal, vapoursynth=given.vapoursynth)}
    for name in asked:
        for figure in told[name](quick=given.quick):
            missed += figure.is_missed
            print(figure, flush=True)
    print(f"{missed} targets missed" if missed else "every target reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
