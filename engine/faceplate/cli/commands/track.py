"""Finds and follows every face of a plate, and keeps the landmarks as a track."""

import argparse
from pathlib import Path

from faceplate.cli.knobs import add_knobs, settings_from
from faceplate.cli.plate_arguments import add_plate, opened_plate
from faceplate.cli.report import Report
from faceplate.graph import track_shot
from faceplate.storage import check_writable
from faceplate.track import FaceTrackSettings, write_track
from faceplate.values import Track


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Plate, output and the knobs of FaceTrack."""
    add_plate(parser)
    parser.add_argument("-o", "--output", metavar="SHOT.track", type=Path, required=True, help="the track file")
    add_knobs(parser, FaceTrackSettings)


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Tracks the plate and writes the track."""
    check_writable(arguments.output.parent)
    plate = opened_plate(arguments)
    with report.frames("track", len(plate.frames)) as count:
        track = track_shot(plate, settings_from(arguments, FaceTrackSettings), on_frame=count)
    write_track(track, arguments.output)
    people = {person.name: int(person.seen.sum()) for person in track.people}
    report.result(_words(track, arguments.output), output=str(arguments.output), people=people)


def _words(track: Track, output: Path) -> str:
    lines = [f"{output}: {len(track.frames)} frames, {len(track.people)} people"]
    lines += [f"  {person.name}: seen in {int(person.seen.sum())} frames" for person in track.people]
    return "\n".join(lines)
