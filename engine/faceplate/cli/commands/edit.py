"""Mends a track by hand: landmarks, alignment and people. The rest is solved again around what was set."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from pathlib import Path

import numpy as np

from faceplate.cli.edits_in_words import edit_in_words, edits_in_words
from faceplate.cli.report import Report
from faceplate.errors import CallError
from faceplate.plate import frames_in_range
from faceplate.storage import check_writable
from faceplate.track import edit, read_track, topology, track_as_json, write_track
from faceplate.values import Edit, Track


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The track, then what to do with it, each with its own arguments."""
    parser.add_argument("track", metavar="SHOT.track", type=Path, help="the track; it is written anew")
    actions = parser.add_subparsers(metavar="ACTION", required=True, dest="action")
    for name, (words, add) in _actions.items():
        action = actions.add_parser(name, help=words, description=words, allow_abbrev=False)
        add(action)
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace, report: Report) -> None:
    """Reads the track, changes it, and writes it whole in its place."""
    track = read_track(arguments.track)
    if arguments.action == "list":
        report.document({"edits": track_as_json(track)["edits"]}, edits_in_words(track))
        return
    check_writable(arguments.track.absolute().parent)
    made = _made[arguments.action](track, arguments) if arguments.action in _made else ()
    changed = edit.with_edits(track, *made) if made else _taken_back(track, arguments)
    write_track(changed, arguments.track)
    report.result(
        _words(arguments.track, track, changed, made),
        output=str(arguments.track),
        edits=len(changed.edits),
        people={person.name: int(person.seen.sum()) for person in changed.people},
    )
    for each in edit.unmet(changed):
        report.note(f"edit {each.number} changes nothing: {each.why}")


def _words(path: Path, track: Track, changed: Track, made: Iterable[Edit]) -> str:
    gone = len(track.edits) - len(changed.edits)
    said = [edit_in_words(each) for each in made] or [f"edits taken back: {gone}"]
    return f"{path}: {'; '.join(said)}. Edits now: {len(changed.edits)}"


def _taken_back(track: Track, arguments: argparse.Namespace) -> Track:
    if arguments.action == "undo":
        return edit.without_last_edit(track, arguments.origin)
    return edit.without_edits(track, *([arguments.origin] if arguments.origin else []))


def _person(track: Track, arguments: argparse.Namespace) -> str:
    """Whom the call names; who names nobody means the only person of the track."""
    if arguments.person is not None:
        return str(arguments.person)
    if len(track.people) == 1:
        return track.people[0].name
    if not track.people:
        raise CallError(
            "the track", expected="somebody to mend", came="nobody", next_step="take an edit back with undo or clear"
        )
    raise CallError(
        "--person",
        expected="the name of one of several people",
        came="none",
        next_step=f"name one of {', '.join(person.name for person in track.people)}",
    )


def _move(track: Track, arguments: argparse.Namespace) -> tuple[Edit, ...]:
    asked = {"by_plate": arguments.by, "turn_deg": arguments.turn, "scale": arguments.scale}
    said = {name: value for name, value in asked.items() if value is not None}
    if not said:
        raise CallError(
            "move", expected="--by, --turn or --scale", came="none", next_step="say how; --by 0 0 holds it as it is"
        )
    move = edit.Move(**(said | ({"by_plate": tuple(arguments.by)} if arguments.by else {})))
    return edit.moved_groups(track, _person(track, arguments), arguments.frame, {arguments.group: move})


def _set(track: Track, arguments: argparse.Namespace) -> tuple[Edit, ...]:
    places = {_index(index): (x, y) for index, x, y in arguments.point}
    return (edit.set_points(track, _person(track, arguments), arguments.frame, places),)


def _index(number: float) -> int:
    if not number.is_integer():
        raise CallError(
            "--point",
            expected=f"a landmark's whole number of 0 to {topology.POINTS - 1}",
            came=f"{number:g}",
            next_step="name one",
        )
    return int(number)


def _align(track: Track, arguments: argparse.Namespace) -> tuple[Edit, ...]:
    matrix = np.array(arguments.matrix, np.float64).reshape(2, 3)
    return (edit.set_alignment(track, _person(track, arguments), arguments.frame, matrix),)


def _absent(track: Track, arguments: argparse.Namespace) -> tuple[Edit, ...]:
    name, numbers = _person(track, arguments), frames_in_range(arguments.frames)
    if not numbers:
        raise CallError(
            "--frames", expected="frames such as 1010-1016", came=arguments.frames, next_step="name at least one"
        )
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda at: at[1] - at[0])]
    return tuple(edit.absent(track, name, run[0], run[-1]) for run in runs)


_made: Mapping[str, Callable[[Track, argparse.Namespace], tuple[Edit, ...]]] = {
    "move": _move,
    "set": _set,
    "align": _align,
    "absent": _absent,
    "name": lambda track, arguments: (edit.named(track, _person(track, arguments), arguments.to),),
    "drop": lambda track, arguments: (edit.dropped(track, _person(track, arguments)),),
    "split": lambda track, arguments: (edit.split(track, _person(track, arguments), arguments.frame, arguments.name),),
    "merge": lambda track, arguments: (edit.merged(track, _person(track, arguments), arguments.other),),
}


def _add_person(action: argparse.ArgumentParser) -> None:
    action.add_argument("--person", metavar="NAME", help="whom; without it, the only person of the track")


def _add_frame(action: argparse.ArgumentParser) -> None:
    _add_person(action)
    action.add_argument("--frame", metavar="N", type=int, required=True, help="the frame to set")


def _add_move(action: argparse.ArgumentParser) -> None:
    _add_frame(action)
    action.add_argument("--group", choices=tuple(edit.groups), default=edit.WHOLE, help="landmarks; default whole")
    action.add_argument("--by", nargs=2, type=float, metavar=("DX", "DY"), help="plate pixels to the right and down")
    action.add_argument("--turn", type=float, metavar="DEG", help="clockwise in the picture, about the group's middle")
    action.add_argument("--scale", type=float, metavar="FACTOR", help="about the group's middle")


def _add_set(action: argparse.ArgumentParser) -> None:
    _add_frame(action)
    action.add_argument(
        "--point", nargs=3, type=float, action="append", required=True, metavar=("INDEX", "X", "Y"),
        help="a landmark of the face mesh and its place in plate pixels from the top left corner; may be repeated",
    )  # fmt: skip


def _add_align(action: argparse.ArgumentParser) -> None:
    _add_frame(action)
    action.add_argument(
        "--matrix", nargs=6, type=float, required=True, metavar=("A", "B", "C", "D", "E", "F"),
        help="plate pixels to the unit face square: u = A x + B y + C, v = D x + E y + F",
    )  # fmt: skip


def _add_name(action: argparse.ArgumentParser) -> None:
    _add_person(action)
    action.add_argument("--to", metavar="NAME", required=True, help="the new name")


def _add_split(action: argparse.ArgumentParser) -> None:
    _add_frame(action)
    action.add_argument("--name", metavar="NAME", default="", help="how the other one is called")


def _add_merge(action: argparse.ArgumentParser) -> None:
    _add_person(action)
    action.add_argument("--with", dest="other", metavar="NAME", required=True, help="who is the same person")


def _add_absent(action: argparse.ArgumentParser) -> None:
    _add_person(action)
    action.add_argument("--frames", metavar="1010-1016", required=True, help="where they are not there")


def _add_undo(action: argparse.ArgumentParser) -> None:
    action.add_argument("--origin", metavar="WHO", default=Edit.origin, help="whose edit, as `list` names them")


def _add_clear(action: argparse.ArgumentParser) -> None:
    action.add_argument("--origin", metavar="WHO", help="whose edits, as `list` names them; without it, all")


_actions: Mapping[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "list": ("the edits of the track, numbered", lambda _: None),
    "move": ("moves, turns or scales a group of landmarks, or the whole face, on a frame", _add_move),
    "set": ("puts landmarks where they belong on a frame", _add_set),
    "align": ("sets the whole alignment on a frame", _add_align),
    "name": ("calls a person otherwise", _add_name),
    "drop": ("takes a person out of the track", _add_person),
    "split": ("says that from a frame on it is somebody else", _add_split),
    "merge": ("says that two people are one", _add_merge),
    "absent": ("says that a person is not there in some frames", _add_absent),
    "undo": ("takes the last edit back", _add_undo),
    "clear": ("takes all edits back", _add_clear),
}
