"""Nuke scripts: how fast they are read and written, and what a render of one costs beside its floor.

    python benchmarks/scripts.py [--frames 24] [--size 4096x2160] [--folder DIR]

Reading: 27 MB of scripts, those of a folder of real ones where `--folder` names it, else our own gizmos over and over.
Rendering: a half EXR plate through Read, Grade and Write, and through the example with its six nodes of ours,
each in a process of its own; the floor is `faceplate deliver`, which reads and writes the plate and changes nothing.

Targets: 27 MB in 10 s; resident memory under 1500 MB and flat over the shot.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import faceplate.demo
from faceplate.demo.film import encoding
from faceplate.demo.plate import make_plate
from faceplate.graph.gizmo import designs, face_replacement, gizmo_text
from faceplate.graph.script import decode_script, parse_script, script_text, write_script
from machine import describe_machine

wanted_bytes = 27 * 2**20
target_s, target_mb = 10, 1500
grade = """Root {{
 inputs 0
 first_frame {first}
 last_frame {last}
 colorManagement OCIO
}}
Read {{
 inputs 0
 file {folder}/plate/plate.%04d.exr
 first {first}
 last {last}
 colorspace "{encoding}"
 name Read1
}}
Grade {{
 multiply 1.1
 name Grade1
}}
Write {{
 file {folder}/grade/grade.%04d.exr
 compression "Zip (16 scanlines)"
 colorspace "{encoding}"
 metadata "all metadata except input/*"
 noprefix true
 name Write1
}}
"""


def scripts(folder: Path | None) -> list[bytes]:
    """Scripts of `wanted_bytes` in all."""
    if folder is not None:
        known = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in (".nk", ".gizmo")]
    else:
        example = face_replacement(encoding=encoding, frames=(1001, 1100), size=(4096, 2160))
        known = [text.encode() for text in (*map(gizmo_text, designs), script_text(example))]
    chosen: list[bytes] = []
    while sum(map(len, chosen)) < wanted_bytes:
        chosen.append(known[len(chosen) % len(known)])
    return chosen


def read_and_written(folder: Path | None) -> None:
    """Prints what reading and writing scripts costs."""
    chosen = scripts(folder)
    start = time.perf_counter()
    read = [parse_script(decode_script(content)) for content in chosen]
    middle = time.perf_counter()
    for script in read:
        script_text(script)
    end = time.perf_counter()
    size, nodes = sum(map(len, chosen)) / 2**20, sum(len(script.nodes) for script in read)
    print(f"{len(chosen)} scripts, {size:.1f} MB, {nodes} nodes: read in {middle - start:.2f} s (target {target_s} s)")
    print(f"  written again in {end - middle:.2f} s")


def called(*call: str) -> tuple[float, float]:
    """Seconds and peak megabytes of one call of the command line."""
    start = time.perf_counter()
    done = subprocess.Popen([sys.executable, "-m", "faceplate.cli", *call], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(done.pid, 0)
    if status:
        sys.exit(f"{' '.join(call)} failed")
    return time.perf_counter() - start, used.ru_maxrss / (1 if sys.platform == "darwin" else 1024)


def rendered(folder: Path, frames: int, size: tuple[int, int]) -> None:
    """Prints what rendering costs beside reading and writing alone."""
    first, last = 1001, 1000 + frames
    make_plate(folder / "plate", frames=frames, size=size, first=first)
    (folder / "grade.nk").write_text(grade.format(folder=folder, first=first, last=last, encoding=encoding))
    write_script(face_replacement(encoding=encoding, frames=(first, last), size=size), folder / "faces.nk")
    shutil.copyfile(Path(faceplate.demo.__file__).with_name("younger.onnx"), folder / "younger.onnx")
    plate = str(folder / "plate" / "plate.%04d.exr")
    called("track", plate, "--colourspace", encoding, "-o", str(folder / "shot.track"))
    # Every frame is encoded anew, as a render has to: the plate's own bytes are not taken over.
    floor_s, floor_mb = called("deliver", plate, "-o", str(folder / "floor" / "f.%04d.exr"), "--compression", "zip:4")
    print(f"floor, read and written anew: {floor_s:.1f} s, {floor_mb:.0f} MB")
    for name in ("grade", "faces"):
        seconds, peak_mb = called("render", str(folder / f"{name}.nk"), "--node", "Write1", "--anew")
        half = last - frames // 2
        _, half_mb = called(
            "render", str(folder / f"{name}.nk"), "--node", "Write1", "--anew", "--range", f"{first}-{half}"
        )
        print(
            f"{name}: {seconds:.1f} s, {seconds / frames:.2f} s a frame, {seconds / floor_s:.2f} of the floor; "
            f"{peak_mb:.0f} MB (target {target_mb}), {half_mb:.0f} MB over half the shot"
        )


def main() -> None:
    """Runs everything once and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--size", default="4096x2160")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    print(describe_machine("openimageio", "opencolorio", "onnxruntime-gpu", "numpy"))
    read_and_written(given.folder)
    with tempfile.TemporaryDirectory() as folder:
        rendered(Path(folder), given.frames, (width, height))
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
