"""How still, how true and how fast the track of a 4K plate is, beside what it is made from and beside peers.

    python benchmarks/track.py [--only pan,turn,speed] [--quick] [--footage ../shared/footage] [--plots DIR]

Plates with known truth are made here (`face_plates.py`); how far a track is from it is said in `track_truth.py`. Of
every scene three tracks are judged: raw landmarks of each frame by itself, the landmarks averaged over views and
smoothed, and the track as the default knobs give it. Real clips are measured where `--footage` leads to them. The exit
code is 1 where a target is missed.

Targets: those of `track_figures.py`; what has none is printed to be watched.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import track_clips
from face_plates import scenes
from machine import describe_machine
from track_command import command_figures
from track_figures import Figure
from track_plots import plot_paths
from track_scenes import of_scene, tracks_of
from track_speed import hold, run_alone

everything = [*scenes, "command", "clips", "speed"]


def of_clips(footage: Path, *, quick: bool) -> Iterator[Figure]:
    """Every real clip, and the stills."""
    for name, (frame_range, rate) in list(track_clips.CLIPS.items())[:: 3 if quick else 1]:
        found = track_clips.clip_figures(footage / "clips" / name, frame_range, rate)
        yield from of_clip(name, found)
    late = [number for number in track_clips.seen_frames(footage) if number > track_clips.LAST_FACE]
    yield Figure("clips: frames past the cut", len(late), f"last face on {track_clips.LAST_FACE}")
    for name in track_clips.STILLS_WITHOUT_FACE:
        yield Figure(f"stills: people in no face ({name})", track_clips.people_in(footage / "stills" / name))
    yield Figure("golden portrait: mean px", track_clips.golden_error_px(footage))


def of_clip(name: str, found: track_clips.ClipFigures) -> Iterator[Figure]:
    """Jitter, with and without what the face itself does, and how far the slow path is from the landmarks'."""
    beside = f"RMS px: raw {found.raw_px:.2f}, refined {found.refined_px:.2f}, the face by flow {found.flow_px:.2f}"
    yield Figure(f"clips: energy, raw / refined ({name})", (found.raw_px / found.refined_px) ** 2, beside)
    beside = f"RMS px: raw {found.raw_jitter_px:.2f}, refined {found.refined_jitter_px:.2f}"
    ratio = (found.raw_jitter_px / found.refined_jitter_px) ** 2
    yield Figure(f"clips: energy beside the face's own ({name})", ratio, beside)
    beside = (
        f"worst {found.slow_worst_px:.2f}; from one view {found.one_view_rms_px:.2f}, "
        f"from which the averaged views are {found.views_rms_px:.2f}"
    )
    yield Figure(f"clips: slow path px ({name})", found.slow_rms_px, beside)


def of_speed(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Frames a second after decoding, the solve, and memory over the length of the shot."""
    held = hold(folder)
    short, long = (12, 24) if quick else (24, 96)
    landmarks = run_alone(held, long, "landmarks")
    refined = {frames: run_alone(held, frames, "refined") for frames in (short, long)}
    raw = run_alone(held, long, "raw")
    beside = f"with one view {raw['searched_s']:.1f}; people and solve with it {landmarks['frames_s']:.1f}"
    yield Figure("landmarks: frames a second", landmarks["searched_s"], beside)
    yield Figure(
        "refined: frames a second", refined[long]["frames_s"], f"{short} frames: {refined[short]['frames_s']:.1f}"
    )
    yield Figure(f"solve alone, {long} frames: s", refined[long]["solve_s"])
    peak = refined[long]["peak_mb"] / refined[short]["peak_mb"]
    beside = f"peak {refined[short]['peak_mb']:.0f} MB and {refined[long]['peak_mb']:.0f} MB, the held frames among it"
    yield Figure("memory, 96 over 24 frames", peak, beside)


def figures(given: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    """Every figure that was asked for, in order."""
    asked = given.only.split(",") if given.only else everything
    for name in asked:
        if name == "command":
            yield from (Figure(*each) for each in command_figures(folder))
        elif name == "speed":
            yield from of_speed(folder, quick=given.quick)
        elif name == "clips" and given.footage.is_dir():
            yield from of_clips(given.footage, quick=given.quick)
        elif name in scenes:
            make, length = scenes[name]
            staged = make(length.quick if given.quick else length.full)
            plate = staged.held(folder, name)
            tracks = tracks_of(plate)
            if given.plots:
                plot_paths(given.plots / f"{name}.png", staged, tracks)
            yield from of_scene(name, staged, plate, tracks)
            (folder / f"{name}.npy").unlink()


def main() -> int:
    """Prints the table; 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", help="these alone, with commas between: " + ", ".join([*scenes, "command", "clips", "speed"])
    )
    parser.add_argument("--quick", action="store_true", help="shorter scenes, fewer clips")
    parser.add_argument("--footage", type=Path, default=Path("../shared/footage"), help="the folder of real clips")
    parser.add_argument("--plots", type=Path, help="a folder for pictures of error against frame")
    given = parser.parse_args()
    print(describe_machine("numpy", "scipy", "numba", "opencv-python-headless", "ai-edge-litert"))
    print(f"{'':56} {'target':>8} {'measured':>10} {'ratio':>6}")
    folder = Path(tempfile.mkdtemp(prefix="track_benchmark."))
    missed = 0
    try:
        for figure in figures(given, folder):
            missed += figure.is_missed
            print(figure, flush=True)
    finally:
        shutil.rmtree(folder)
    print(f"{missed} targets missed" if missed else "every target reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
