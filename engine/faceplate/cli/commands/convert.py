"""A track for other programs (Nuke nodes, STMaps, JSON, CSV), or theirs as a track."""

import argparse
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from faceplate.cli.knobs import add_knobs, settings_from
from faceplate.cli.plate_arguments import add_anew
from faceplate.cli.report import Report
from faceplate.errors import CallError
from faceplate.graph.exchange import STMapSettings, keyed, kinds, open_map_sequence, track_script
from faceplate.graph.script import write_script
from faceplate.plate import frame_pattern, frames_in_range, open_plate
from faceplate.storage import check_writable
from faceplate.track import check_anybody, edit, person_of, read_track, write_track
from faceplate.track.exchange import (
    FoundFace,
    Pictures,
    faceswap_faces,
    is_faceswap,
    is_track_document,
    parsed_json,
    read_aligned,
    read_csv_track,
    read_fsa,
    read_pack,
    track_from_document,
    track_of_found,
    write_csv_track,
    write_json_track,
)
from faceplate.values import Track, describe_frames

_size = re.compile(r"(\d{1,5})x(\d{1,5})")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What comes in, what goes out, and how they lie to each other."""
    parser.add_argument(
        "input",
        metavar="IN",
        help=".track, or our .json or .csv; faceswap's .fsa or .json; a folder of DeepFaceLab's aligned JPEGs, or .pak",
    )
    parser.add_argument(
        "-o", "--output", metavar="OUT", required=True,
        help="of a track: .nk, .json, .csv, or STMaps as st.%%04d.exr; of all else: .track",
    )  # fmt: skip
    parser.add_argument("--range", metavar="1001-1100", help="frames to convert; without it, all there are")
    parser.add_argument("--person", metavar="NAME", help="whom; without it, everybody, and for STMaps the first")
    nuke = parser.add_argument_group("Nuke nodes")
    nuke.add_argument(
        "--nodes", metavar="A,B", default=",".join(kinds), help=f"which, of {','.join(kinds)}; without it, all"
    )
    nuke.add_argument(
        "--reference-frame", metavar="FRAME", type=int,
        help="frame that nodes and warps tell moves from; without it, the first that shows the person",
    )  # fmt: skip
    add_knobs(parser, STMapSettings)
    add_anew(parser)
    foreign = parser.add_argument_group("other programs' tracks")
    foreign.add_argument(
        "--plate",
        metavar="PATTERN",
        help="the plate they are of, for frames, size and pixel aspect; not for .json of ours",
    )
    foreign.add_argument(
        "--offset",
        metavar="N",
        type=int,
        default=0,
        help="add this to the numbers of their pictures, 1000 for 1 to be 1001",
    )
    foreign.add_argument(
        "--source-size", metavar="WxH", help="of the pictures that they were found in, where it is not the plate's"
    )


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Reads what came, and writes it as the output's ending says."""
    ending = Path(arguments.output).suffix.lower()
    reads_track = Path(arguments.input).suffix.lower() == ".track"
    writers = writers_of_track if reads_track else {".track": _to_track}
    if ending not in writers:
        raise CallError(
            arguments.output,
            expected=f"an output of {', '.join(writers)} for {arguments.input}",
            came=ending or "no ending",
            next_step="name the output that way",
        )
    check_writable(Path(arguments.output).parent)
    writers[ending](arguments, report)


def _to_script(arguments: argparse.Namespace, report: Report) -> None:
    track = _chosen(arguments)
    check_anybody(track)
    paths = [keyed(track, person, track.frames, arguments.reference_frame) for person in track.people]
    script = track_script(paths, [kind for kind in arguments.nodes.split(",") if kind])
    write_script(script, arguments.output)
    names = [node.name for node in script.nodes]
    report.result(f"{arguments.output}: {', '.join(names)}", output=arguments.output, nodes=names)


def _to_json(arguments: argparse.Namespace, report: Report) -> None:
    track = _chosen(arguments)
    write_json_track(track, Path(arguments.output))
    _say_written(report, track, [arguments.output])


def _to_csv(arguments: argparse.Namespace, report: Report) -> None:
    track = _chosen(arguments)
    written = write_csv_track(track, Path(arguments.output))
    _say_written(report, track, [str(path) for path in written])


def _to_maps(arguments: argparse.Namespace, report: Report) -> None:
    track = read_track(Path(arguments.input))
    check_anybody(track)
    person = track.people[0] if arguments.person is None else person_of(track, arguments.person)
    frames = _frames(arguments, track)
    path = keyed(track, person, track.frames, arguments.reference_frame)
    settings = settings_from(arguments, STMapSettings)
    maps = open_map_sequence(path, frames, settings, arguments.output, Path(arguments.input))
    with report.frames("stmap", len(maps.waiting(anew=arguments.anew))) as count:
        made = maps.write(anew=arguments.anew, on_frame=count)
    before = [number for number in frames if number not in made]
    words = f"{len(made)} maps of {person.name} written to {arguments.output}; done before: {len(before)}"
    report.result(words, made=made, done_before=before, person=person.name, settings=asdict(settings))


writers_of_track: dict[str, Callable[[argparse.Namespace, Report], None]] = {
    ".nk": _to_script,
    ".json": _to_json,
    ".csv": _to_csv,
    ".exr": _to_maps,
}


def _to_track(arguments: argparse.Namespace, report: Report) -> None:
    _check_holds_no_edits(Path(arguments.output))
    track = _read(arguments)
    if arguments.person is not None:
        track = replace(track, people=(person_of(track, arguments.person),))
    write_track(track, Path(arguments.output))
    _say_written(report, track, [arguments.output])


def _check_holds_no_edits(output: Path) -> None:
    """Refuses to replace a track that an artist mended.

    Raises:
        CallError: it has edits.
        TrackError: what is there cannot be read, so that nobody knows.
    """
    edits = read_track(output).edits if output.is_file() else ()
    by_hand = [each for each in edits if each.origin != edit.GIVEN]
    if by_hand:
        raise CallError(
            str(output),
            expected="an output without anything set by hand",
            came=f"a track with {len(by_hand)} edits",
            next_step=f"name another output, or drop them first: faceplate edit {output} clear",
        )


def _say_written(report: Report, track: Track, outputs: list[str]) -> None:
    people = {person.name: int(person.seen.sum()) for person in track.people}
    lines = [f"{' and '.join(outputs)}: {len(track.frames)} frames, {len(track.people)} people"]
    lines += [f"  {name}: seen in {seen} frames" for name, seen in people.items()]
    report.result("\n".join(lines), outputs=outputs, people=people)


def _chosen(arguments: argparse.Namespace) -> Track:
    """The frames and the people of the track that were asked for."""
    track = read_track(Path(arguments.input))
    people = track.people if arguments.person is None else (person_of(track, arguments.person),)
    return _cut(replace(track, people=people), _frames(arguments, track))


def _frames(arguments: argparse.Namespace, track: Track) -> tuple[int, ...]:
    if arguments.range is None:
        return track.frames
    wanted = frames_in_range(arguments.range)
    missing = tuple(number for number in wanted if number not in set(track.frames))
    if missing or not wanted:
        raise CallError(
            "the frame range",
            expected=f"frames of the track: {describe_frames(track.frames)}",
            came=f"{arguments.range!r}, which " + (f"asks for {describe_frames(missing)}" if missing else "is empty"),
            next_step="ask for frames that were tracked",
        )
    return wanted


def _cut(track: Track, frames: tuple[int, ...]) -> Track:
    """The rows of these frames alone."""
    if frames == track.frames:
        return track
    places = [track.frames.index(number) for number in frames]
    people = (
        replace(person, **{name: value[places] for name, value in vars(person).items() if name != "name"})
        for person in track.people
    )
    cuts = sorted({next((at for at, place in enumerate(places) if place >= cut), 0) for cut in track.cuts} - {0})
    digests = tuple(track.digests[place] for place in places) if track.digests else ()
    return replace(
        track, frames=frames, people=tuple(people), cuts=tuple(cuts), digests=digests, measured=(), edits=()
    )  # fmt: skip


def _read(arguments: argparse.Namespace) -> Track:
    """The track in a file of another kind, told by its ending and, of JSON, by what it holds."""
    path = Path(arguments.input)
    if path.is_dir():
        return _found(arguments, read_aligned(path), "deepfacelab")
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise CallError(
            arguments.input,
            expected=f"a folder of aligned JPEGs, or a file of .track, {', '.join(readers)}",
            came=path.suffix or "no ending",
            next_step="name such a file",
        )
    return reader(arguments, path)


def _from_json(arguments: argparse.Namespace, path: Path) -> Track:
    document = parsed_json(path)
    if is_track_document(document):
        track = track_from_document(document, str(path))
        return _cut(track, _frames(arguments, track))
    if not is_faceswap(document):
        raise CallError(
            str(path),
            expected="a track that `faceplate convert` wrote, or faceswap's alignments",
            came="JSON of another layout",
            next_step="export it from one of these",
        )
    return _found(arguments, faceswap_faces(document, str(path)), "faceswap")


def _from_csv(arguments: argparse.Namespace, path: Path) -> Track:
    return read_csv_track(path, _plate(arguments))


readers: dict[str, Callable[[argparse.Namespace, Path], Track]] = {
    ".json": _from_json,
    ".csv": _from_csv,
    ".fsa": lambda arguments, path: _found(arguments, read_fsa(path), "faceswap"),
    ".pak": lambda arguments, path: _found(arguments, read_pack(path), "deepfacelab"),
}


def _found(arguments: argparse.Namespace, faces: tuple[FoundFace, ...], program: str) -> Track:
    plate = _plate(arguments)
    pictures = Pictures(frame_pattern(arguments.plate), arguments.offset, _source_size(arguments.source_size))
    return track_of_found(faces, plate, pictures, program, arguments.input)


def _plate(arguments: argparse.Namespace) -> Track:
    """Name, frames, size and pixel aspect of the plate, as a track of nobody."""
    if arguments.plate is None:
        raise CallError(
            arguments.input,
            expected="the plate that it is of",
            came="no --plate",
            next_step="add --plate PLATE.%04d.exr, and --range where the shot is part of it",
        )
    plate = open_plate(arguments.plate, arguments.range)
    header = plate.read(plate.frames[0]).header
    size = (header.display.width, header.display.height)
    return Track(plate.source, plate.frames, size, header.pixel_aspect, "", ())


def _source_size(text: str | None) -> tuple[int, int] | None:
    found: Any = None if text is None else _size.fullmatch(text)
    if text is not None and (found is None or "0" in (found[1], found[2])):
        raise CallError("--source-size", expected="columns and rows like 1920x1080", came=text, next_step="write it so")
    return None if text is None else (int(found[1]), int(found[2]))
