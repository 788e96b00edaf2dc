"""How long the engine takes to start and to answer, and what shared frames cost beside a plain copy of memory.

    python benchmarks/serve.py

The caller is the plugin's own client, in this process; the engine is a process of its own. Medians after a warm-up,
with the spread.
"""

import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from machine import describe_machine

CLIENT = Path(__file__).parents[1] / "plugin" / "nuke" / "faceplate_nuke" / "engine.py"
SERVE = [sys.executable, "-m", "faceplate.cli"]
SIZE = (2160, 4096, 4)


def client() -> Any:
    """The plugin's client, by its file."""
    spec = importlib.util.spec_from_file_location("faceplate_engine_client", CLIENT)
    assert spec is not None  # noqa: S101 -- the file is there
    assert spec.loader is not None  # noqa: S101 -- likewise
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def timed(work: Callable[[], object], runs: int) -> str:
    """Median and spread of the wall time, in milliseconds, after one warm-up."""
    work()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    low, high = min(seconds) * 1e3, max(seconds) * 1e3
    return f"{statistics.median(seconds) * 1e3:.3f} ms ({low:.3f} to {high:.3f})"


def start_to_pong(faceplate: Any, folder: Path) -> None:
    """No process yet, to the answer to a ping."""
    engine = faceplate.Engine("benchmark", path=folder / "s.sock", command=SERVE)
    engine.call("ping")
    engine.call("shutdown")
    engine.close()
    while (folder / "s.sock").exists():
        time.sleep(0.001)


def main() -> None:
    """Prints every figure."""
    print(describe_machine())
    faceplate = client()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("start to first pong, and end:", timed(lambda: start_to_pong(faceplate, folder), 7))
        print(
            "the same interpreter, doing nothing:",
            timed(lambda: subprocess.run([sys.executable, "-c", ""], check=True), 7),
        )
        engine = faceplate.Engine("benchmark", path=folder / "e.sock", command=SERVE)
        print("round trip of a ping:", timed(lambda: engine.call("ping"), 2000))
        script = "x" * (10 << 20)
        print("a refused script of 10 MiB:", timed(lambda: refused(faceplate, engine, script), 9))
        shared_frames(engine)
        engine.call("shutdown")
        engine.close()


def refused(faceplate: Any, engine: Any, script: str) -> None:
    """The whole script goes over and is read; no frames are named, so nothing is rendered."""
    try:
        engine.call("render", script=script, node="Write1", frames=[])
    except faceplate.EngineProblem as problem:
        json.dumps(str(problem))


def shared_frames(engine: Any) -> None:
    """One 4K frame of four float channels: made, written through the mapping, and a copy in plain memory beside it."""
    height, width, channels = SIZE
    pixels = np.random.default_rng(1).random(SIZE, np.float32).ravel()
    plain = np.empty_like(pixels)
    print(f"\none frame of {width} x {height} x {channels} floats, {pixels.nbytes / 1e6:.0f} MB")
    print("  made, mapped and released:", timed(lambda: engine.acquire(width, height, channels).release(), 9))
    with engine.acquire(width, height, channels) as frame:
        print("  written to shared memory:", timed(lambda: np.copyto(np.asarray(frame.pixels), pixels), 15))
        print("  read from shared memory:", timed(lambda: np.copyto(plain, np.asarray(frame.pixels)), 15))
        print("  copied in plain memory:", timed(lambda: np.copyto(plain, pixels), 15))


if __name__ == "__main__":
    main()
