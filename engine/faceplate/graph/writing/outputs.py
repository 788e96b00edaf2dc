"""The files that a Write makes over a range of frames, checked before any work."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from faceplate.deliver import check_outputs
from faceplate.errors import FaceplateError, ScriptError
from faceplate.graph.files.checked_names import check_written_name
from faceplate.graph.files.names import is_sequence, resolved, with_view
from faceplate.graph.files.stored import file_name, files
from faceplate.graph.files.timing import frame_expression, rounded
from faceplate.graph.knobs import Moment
from faceplate.graph.render import Node, Session
from faceplate.graph.writing.inputs import ReadFiles, read_files
from faceplate.graph.writing.targets import file_format_of
from faceplate.plate import FramePattern
from faceplate.storage import check_writable


@dataclass(frozen=True)
class NamedFiles(FramePattern):
    """Files whose names the script works out frame by frame."""

    paths: Mapping[int, Path]

    def path(self, number: int) -> Path:
        """The file of a frame."""
        return self.paths[number]


@dataclass(frozen=True)
class Output:
    """What one Write makes in one view.

    Attributes:
        index: the Write's place in the script.
        view: the view.
        frames: the frames to render, in order.
        numbers: the number of each frame's file.
        files: the files, by number.
    """

    index: int
    view: str
    frames: tuple[int, ...]
    numbers: Mapping[int, int]
    files: FramePattern

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, in the order of the frames."""
        return tuple(self.files.path(self.numbers[frame]) for frame in self.frames)

    def frame_of(self, number: int) -> int:
        """The frame whose file has this number."""
        return self._frames[number]

    @cached_property
    def _frames(self) -> dict[int, int]:
        return {number: frame for frame, number in self.numbers.items()}


def output_of(session: Session, index: int, frames: tuple[int, ...], view: str) -> Output:
    """The files of a Write for these frames.

    Raises:
        ScriptError: the name makes no sense, is one that no file can have or of a type that is not written, or two
            frames would be one file.
    """
    nodes = {frame: session.pull().node(index, Moment(frame, view)) for frame in frames}
    numbers = {frame: _number(node, frames[0]) for frame, node in nodes.items()}
    patterns = {numbers[frame]: _pattern(node, numbers[frame]) for frame, node in nodes.items()}
    first = nodes[frames[0]]
    paths = {number: pattern.path(number) for number, pattern in patterns.items()}
    for suffix in dict.fromkeys(path.suffix for path in paths.values()):
        file_format_of(first, Path(f"x{suffix}"))
    for path in paths.values():
        check_written_name(first, path)
    if len(set(paths.values())) < len(frames):
        raise first.refusal(
            knob="file",
            expected="a name of its own for every frame, as in NAME.%04d.exr",
            came=f"{first.text('file')!r} for {len(frames)} frames",
            next_step="put a place for the frame's number into the name, or render one frame",
        )
    patterns_there = set(patterns.values())
    if len(patterns_there) == 1:
        return Output(index, view, frames, numbers, patterns_there.pop())
    some = next(iter(patterns_there))
    return Output(index, view, frames, numbers, NamedFiles(some.folder, some.before, some.padding, some.after, paths))


def check_all(
    session: Session, outputs: Sequence[Output], wanted: Sequence[int], script_path: Path | None = None
) -> None:
    """Refuses, before any work, names that stand twice, that are those of files read, and folders not to be written.

    Raises:
        CallError: the names of a sequence may be those of another, or of files that are read.
        ScriptError: a file is written twice, or is one that the render reads.
        StorageError: a folder cannot be made or written.
    """
    sequences = [
        _text(each.files) for each in outputs if is_sequence(each.files) and not isinstance(each.files, NamedFiles)
    ]
    first = [session.pull().node(index, Moment(outputs[0].frames[0], outputs[0].view)) for index in wanted]
    check_outputs(sequences, tuple(reads_of(first).values()))
    writers: dict[Path, str] = {}
    for each in outputs:
        _check_twice(session, each, writers)
    written = [(each.index, each.view, each.frames) for each in outputs]
    read = read_files(session, written, wanted, writers, script_path)
    for each in outputs:
        _check_read(session, each, read)
    for folder in {path.parent for path in writers}:
        check_writable(folder)


def _check_twice(session: Session, output: Output, writers: dict[Path, str]) -> None:
    for path in output.paths:
        if path in writers:
            raise _taken(session, output, f"{path}, which {writers[path]} writes too")
    writers |= dict.fromkeys(output.paths, session.path(output.index))


def _check_read(session: Session, output: Output, read: ReadFiles) -> None:
    for path in output.paths:
        if reader := read.reader_of(path):
            raise _taken(session, output, f"{path}, which the script reads: {reader}")


def _taken(session: Session, output: Output, came: str) -> ScriptError:
    return _node(session, output).refusal(
        knob="file", expected="a file of its own", came=came, next_step="choose another name or folder"
    )


def reads_of(nodes: Iterable[Node]) -> dict[str, str]:
    """The names of the files that the Reads among these nodes name, by node."""
    named: dict[str, str] = {}
    for node in nodes:
        if node.klass != "Read" or "faceplate_result" in node.values:
            continue
        try:
            name = "" if node.is_disabled else with_view(file_name(node), node.moment.view)
        except FaceplateError:
            # A Read that cannot say its name is told of when it is asked for a picture, if it ever is.
            continue
        if name:
            named.setdefault(node.path, name)
    return named


def _node(session: Session, output: Output) -> Node:
    return session.pull().node(output.index, Moment(output.frames[0], output.view))


def _text(pattern: FramePattern) -> str:
    return str(pattern.folder / f"{pattern.before}%0{pattern.padding}d{pattern.after}")


def _pattern(node: Node, number: int) -> FramePattern:
    return resolved(files(node, number))


def _number(node: Node, first: int) -> int:
    """The number of a frame's file: the frame's own, or what `frame_mode` makes of it."""
    if not node.values.get("frame", "").strip():
        return node.frame
    mode = node.choice("frame_mode", ("expression", "start at", "offset"))
    if mode == "expression":
        return rounded(node, frame_expression(node))
    number = rounded(node, node.number("frame"))
    return node.frame + number if mode == "offset" else node.frame - first + number
