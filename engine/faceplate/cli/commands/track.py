"""Finds and follows every face of a plate, and keeps the landmarks as a track."""

import argparse
from pathlib import Path

from faceplate.cli.knobs import add_knobs, settings_from
from faceplate.cli.plate_arguments import add_plate, opened_plate
from faceplate.cli.report import Report
from faceplate.errors import TrackError
from faceplate.graph import track_shot
from faceplate.storage import check_writable
from faceplate.track import FaceTrackSettings, edit, read_track, write_track
from faceplate.values import Track


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Plate, output and the knobs of FaceTrack."""
    add_plate(parser)
    parser.add_argument(
        "-o", "--output", metavar="SHOT.track", type=Path, required=True,
        help="the track file; `faceplate convert` makes Nuke nodes, STMaps, JSON or CSV of it",
    )  # fmt: skip
    parser.add_argument(
        "--forget-edits", action="store_true", help="what was set by hand in an earlier track of that name is not kept"
    )
    parser.add_argument(
        "--other-plate", action="store_true",
        help="the plate shows other pictures than those on which the kept edits were made, its faces in the very same "
        "places",
    )  # fmt: skip
    add_knobs(parser, FaceTrackSettings)


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Tracks the plate and writes the track."""
    check_writable(arguments.output.parent)
    before = None if arguments.forget_edits else _track_before(arguments.output)
    plate = opened_plate(arguments)
    if before is not None:
        edit.check_plate(before, plate, other_plate=arguments.other_plate)
    settings = settings_from(arguments, FaceTrackSettings)
    edits = () if before is None else before.edits
    with report.frames("track", len(plate.frames)) as count:
        track = track_shot(plate, settings, edits=edits, progress=count)
    write_track(track, arguments.output)
    people = {person.name: int(person.seen.sum()) for person in track.people}
    report.result(_words(track, arguments.output), output=str(arguments.output), people=people, edits=len(track.edits))
    for each in edit.unmet(track):
        report.note(f"edit {each.number} is kept and changes nothing: {each.why}")


def _track_before(output: Path) -> Track | None:
    """The track whose edits are to be kept, if there is one.

    Raises:
        TrackError: what is there cannot be read.
    """
    if not output.is_file():
        return None
    try:
        return read_track(output)
    except TrackError as fault:
        raise TrackError(
            str(output),
            expected="a track whose edits can be kept",
            came=f"{fault.expected} was expected, and {fault.came} came",
            next_step="choose another output, or add --forget-edits to replace it with all that was set by hand",
        ) from fault


def _words(track: Track, output: Path) -> str:
    lines = [f"{output}: {len(track.frames)} frames, {len(track.people)} people"]
    lines += [f"  {person.name}: seen in {int(person.seen.sum())} frames" for person in track.people]
    if track.edits:
        lines.append(f"  edits kept from the track before: {len(track.edits)} (--forget-edits drops them)")
    return "\n".join(lines)
