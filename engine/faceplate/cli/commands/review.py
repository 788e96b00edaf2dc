"""Says how good a track is and where to look, with a contact sheet and an overlay movie."""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

from faceplate.cli.plate_arguments import add_plate, plate_named
from faceplate.cli.report import Report
from faceplate.errors import CallError
from faceplate.graph import check_track_fits
from faceplate.graph.review import review_track
from faceplate.plate import open_plate
from faceplate.storage import check_writable
from faceplate.track import Quality, read_track
from faceplate.values import describe_frames


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Plate, track and the folder."""
    add_plate(parser)
    parser.add_argument("--track", metavar="SHOT.track", type=Path, required=True, help="made by `faceplate track`")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, required=True, help="folder of the review")
    parser.add_argument("--fps", metavar="N", type=float, default=24.0, help="frames a second of the movie")
    parser.add_argument(
        "--other-plate", action="store_true",
        help="the plate shows other pictures than those that were tracked, its faces in the very same places",
    )  # fmt: skip
    parser.add_argument("--no-movie", action="store_true", help="the report and the contact sheet alone")


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Writes report.json, contact.png and overlay.mp4."""
    if not 1 <= arguments.fps <= 240:  # noqa: PLR2004 -- what players show
        raise CallError("--fps", expected="1 to 240", came=f"{arguments.fps:g}", next_step="name the plate's own rate")
    check_writable(arguments.output)
    track = read_track(arguments.track)
    plate = plate_named(arguments, arguments.plate, None)
    numbers = track.frames if arguments.range is None else open_plate(arguments.plate, arguments.range).frames
    check_track_fits(track, plate, numbers, other_plate=arguments.other_plate)
    rate = None if arguments.no_movie else arguments.fps
    with report.frames("review", len(numbers)) as count:
        quality = review_track(plate, track, numbers, arguments.output, rate=rate, on_frame=count)
    people = {each.name: {"frames": each.frames, "uncertain": each.uncertain} for each in quality}
    words = "\n".join([f"{arguments.output}", *map(quality_words, quality)])
    report.result(words, output=str(arguments.output), people=people)


def quality_words(quality: Quality) -> str:
    """What the report says of one person, for a person."""
    seen = f"{quality.name}: seen in {quality.frames} frames ({quality.coverage:.0%})"
    lines = [f"  {', '.join([seen, *_figures(quality)])}"]
    lines += [f"    {name.replace('_', ' ')}: {describe_frames(frames)}" for name, frames in quality.doubts.items()]
    return "\n".join(lines)


def _figures(quality: Quality) -> Iterator[str]:
    """Those of its figures that are known."""
    if not math.isnan(quality.face_px):
        yield f"face {quality.face_px:.0f} px"
    if math.isnan(quality.jitter_px):
        yield "jitter not known without three frames in a row"
    else:
        raw = "" if math.isnan(quality.raw_jitter_px) else f" (as measured {quality.raw_jitter_px:.2f})"
        yield f"jitter {quality.jitter_px:.2f} px{raw}"
    if not math.isnan(quality.residual_px):
        yield f"landmarks {quality.residual_px:.2f} px from the solve"
