"""The demo as a person runs it: wall time and peak memory of the whole process, beside its floor.

The floor is the same plate read and written again by `faceplate deliver`, which changes nothing.

    python benchmarks/demo.py [--frames 16] [--size 4096x2160]

Targets: 16 frames of 4096x2160 made and delivered in 120 s on 2 cores, within 1500 MB.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import describe_machine

target_s = 120
target_mb = 1500


def timed(*call: str) -> float:
    """Seconds of one call of the command line."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "faceplate.cli", *call], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Runs demo and floor once each and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--size", default="4096x2160")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        demo_s = timed("demo", "--out", folder, "--frames", str(given.frames), "--size", given.size)
        peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
        report = json.loads((Path(folder) / "report.json").read_text())
        floor_s = timed("deliver", f"{folder}/plate/plate.%04d.exr", "-o", f"{folder}/floor/f.%04d.exr")
    print(describe_machine("openimageio", "opencolorio", "onnxruntime-gpu", "numpy"))
    print(f"demo, {given.frames} frames of {given.size}:")
    print(f"  {demo_s:.1f} s (target {target_s} s), {peak_mb:.0f} MB (target {target_mb} MB)")
    print(f"floor, the same plate read and written: {floor_s:.1f} s; demo / floor = {demo_s / floor_s:.2f}")
    print("seconds a frame, summed over threads:")
    for stage, seconds in report["stage_seconds_a_frame"].items():
        print(f"  {stage:14} {seconds:.3f}")


if __name__ == "__main__":
    main()
