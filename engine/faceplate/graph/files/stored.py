"""The file's frame that a Read shows at a moment, as it is stored; read once for all who look at it."""

from pathlib import Path
from typing import NamedTuple

from faceplate.errors import CallError, PlateError
from faceplate.graph.files.checked_names import check_name, check_padding, what_is_there
from faceplate.graph.files.names import files_of, is_sequence
from faceplate.graph.files.timing import source_frame
from faceplate.graph.render import Node
from faceplate.plate import FramePattern, file_state, frame_pictures, open_plate, read_frame
from faceplate.plate.movie import movie_suffixes
from faceplate.values import Frame, Plate

on_error = ("error", "black", "checkerboard", "nearestframe")


class Shown(NamedTuple):
    """What a Read shows at a moment.

    Attributes:
        frame: the file's frame; None where there is none to show, and the picture is made up.
        instead: "black" or "checkerboard", where there is none.
    """

    frame: Frame | None
    instead: str = ""


def shown(node: Node) -> Shown:
    """The frame that a Read shows, or what stands in its place.

    Raises:
        PlateError: the file is missing or damaged, and the node's `on_error` says that this is an error.
        ScriptError: the node names no file.
    """
    number = _number(node)
    if number is None:
        return Shown(None, "black")
    try:
        return Shown(_read(node, number))
    except PlateError as fault:
        answer = node.choice("on_error", on_error)
        if answer == "error":
            raise _told(node, number, fault) from fault
        nearest = _nearest(node, number) if answer == "nearestframe" else None
        if nearest is None:
            return Shown(None, "checkerboard" if answer == "checkerboard" else "black")
        return Shown(_read(node, nearest))


def any_frame(node: Node) -> Frame | None:
    """A frame of the Read's file, for its format and channels; None where there is none that can be read."""
    first, last = span_of(node)
    number = _nearest(node, first) if is_sequence(files(node, first)) else first
    try:
        return None if number is None else _read(node, max(first, min(number, last)))
    except PlateError:
        return None


def state_of(node: Node) -> str:
    """A text that changes when what a Read shows does: which file, and that file's state."""
    if not node.text("file"):
        return "no file"
    number = _number(node)
    if number is None:
        return "black"
    path = files(node, number).path(number)
    state = file_state(path)
    if state == "missing" and node.choice("on_error", on_error) == "nearestframe":
        nearest = _nearest(node, number)
        path = path if nearest is None else files(node, nearest).path(nearest)
        state = file_state(path)
    return f"{path} {number} {state}"


def span_of(node: Node) -> tuple[int, int]:
    """The first and the last frame of the clip: as the knobs say, else as they are on disk."""
    stated = [("first", "last"), ("origfirst", "origlast")]
    for first, last in stated:
        if first in node.values and last in node.values:
            return node.whole(first), max(node.whole(first), node.whole(last))
    pattern = files(node, node.frame)
    path = pattern.path(node.frame)
    if is_sequence(pattern):
        there = _on_disk(node, pattern)
    elif path.suffix.lower() in movie_suffixes and path.is_file():
        there = _movie(node, path).frames
    else:
        there = ()
    low, high = (there[0], there[-1]) if there else (1, 1)
    return node.whole("first") if "first" in node.values else low, node.whole("last") if "last" in node.values else high


def files(node: Node, number: int) -> FramePattern:
    """The files that the node names.

    Raises:
        ScriptError: it names none, one that no file can have, or its name has two places for the number.
    """
    name = file_name(node)
    if not name:
        raise node.refusal(knob="file", expected="the name of a file", came="nothing", next_step="name one")
    try:
        return check_padding(node, files_of(name, node.moment.view, number))
    except CallError as fault:
        raise node.refusal(
            knob="file", expected=fault.expected, came=f"{name!r}: {fault.came}", next_step=fault.next_step
        ) from fault


def file_name(node: Node) -> str:
    """What the node's `file` says, with the places for number and view still in it; empty where it says nothing.

    Raises:
        ScriptError: no file can have such a name.
    """
    name = node.text("file").strip()
    placed = _in_project(node, name) if name else ""
    check_name(node, placed)
    return placed


def _in_project(node: Node, name: str) -> str:
    """The name, from the project's directory where it is not absolute and the script names one."""
    if not node.session.script.root_values.get("project_directory", "").strip() or Path(name).is_absolute():
        return name
    knobs = node.session.knobs
    return str(Path(knobs.text(knobs.root_index, "project_directory", node.moment).strip() or ".") / name)


def _number(node: Node) -> int | None:
    return source_frame(node, span_of(node))


def _read(node: Node, number: int) -> Frame:
    """The frame of a number, read once for all who look at it."""
    path = files(node, number).path(number)
    view = node.moment.view
    frame: Frame = node.pull.kept_value(
        node,
        ("file", str(path), file_state(path), number, view),
        lambda: _from_disk(node, path, number, view),
        _size_bytes,
    )
    return frame


def _from_disk(node: Node, path: Path, number: int, view: str) -> Frame:
    if not path.is_file():
        raise PlateError(
            str(path),
            expected="the file",
            came=what_is_there(path),
            next_step="restore it, correct the path or the range, or choose what on_error shows instead",
        )
    if path.suffix.lower() in movie_suffixes:
        return _movie(node, path).read(number)
    frame = read_frame(path, number)
    # A view may stand in a part of its own, which has to be asked for; where the file has no views, all share it.
    views = {picture.view for picture in frame_pictures(frame)}
    first = next(iter(frame_pictures(frame)), None)
    elsewhere = (
        view in views and first is not None and first.view != view and frame.file is not None and frame.file.parts
    )
    return read_frame(path, number, view=view) if elsewhere else frame


def _movie(node: Node, path: Path) -> Plate:
    plate: Plate = node.session.kept(("movie", path, file_state(path)), lambda: open_plate(str(path)))
    return plate


def _on_disk(node: Node, pattern: FramePattern) -> tuple[int, ...]:
    """The frames that are there; listed once for the whole render."""
    there: tuple[int, ...] = node.session.kept(("frames on disk", pattern), pattern.frames_on_disk)
    return there


def _nearest(node: Node, number: int) -> int | None:
    """The frame next to a number that is there and in the clip; the earlier of two as near."""
    pattern = files(node, number)
    first, last = span_of(node)
    there = [each for each in _on_disk(node, pattern) if first <= each <= last] if is_sequence(pattern) else []
    return min(there, key=lambda each: (abs(each - number), each), default=None)


def _size_bytes(frame: Frame) -> int:
    return sum(group.pixels.nbytes for group in frame.groups)


def _told(node: Node, number: int, fault: PlateError) -> PlateError:
    return PlateError(
        f"{node.path}.file, frame {number}: {fault.thing}",
        expected=fault.expected,
        came=fault.came,
        next_step=fault.next_step,
    )
