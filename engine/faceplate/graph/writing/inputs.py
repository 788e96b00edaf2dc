"""The files that a render reads, none of which it may write."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from faceplate.errors import FaceplateError
from faceplate.graph.files.names import SingleFile, resolved
from faceplate.graph.files.stored import file_name, files
from faceplate.graph.knobs import Moment
from faceplate.graph.render import Node, Session
from faceplate.graph.writing.pulled import pulled
from faceplate.plate import FramePattern

Frames = Sequence[tuple[int, str, Sequence[int]]]
"""Writes by their places in the script, each with its view and frames."""

_face_files = ("model_file", "track_file", "profile_file")
_number_in_folder = re.compile(r"(%(0\d+)?d|#).*/")
_numbers = re.compile(r"\d{1,9}")


class ReadFiles:
    """Files that are read, and whose files of which knob they are."""

    def __init__(self, script_path: Path | None) -> None:
        self._single: dict[Path, str] = {}
        self._sequences: dict[Path, dict[FramePattern, str]] = defaultdict(dict)
        if script_path is not None:
            self.add_file(script_path, "the script itself")

    def add_file(self, path: Path, reader: str) -> None:
        """A single file, and what it is a link to."""
        own = path.parent.resolve() / path.name
        self._single |= {own: reader, own.resolve(): reader}

    def add(self, pattern: FramePattern, reader: str) -> None:
        """A sequence, with the files that are links to elsewhere; or a single file."""
        if isinstance(pattern, SingleFile):
            self.add_file(pattern.path(0), reader)
            return
        known = self._sequences[pattern.folder.resolve()]
        if pattern not in known:
            known[pattern] = reader
            self._single |= {link.resolve(): reader for link in _links(pattern)}

    def reader_of(self, path: Path) -> str:
        """What reads the file of this absolute path, whether it is there already or not; empty where nothing does."""
        return self._reader_of(path) or self._reader_of(path.resolve())

    def _reader_of(self, path: Path) -> str:
        named = self._sequences.get(path.parent, {}).items()
        sequence = (reader for pattern, reader in named if pattern.number_in(path.name) is not None)
        return self._single.get(path) or next(sequence, "")


def read_files(
    session: Session, writes: Frames, wanted: Iterable[int], outputs: Iterable[Path], script_path: Path | None
) -> ReadFiles:
    """All that the nodes above some Writes read, at every frame where their names are worked out frame by frame.

    Where the number of a frame stands in the name of a folder, those folders count that one of the outputs may lie in.
    """
    found = ReadFiles(script_path)
    knobs = {index: named for index in wanted if (named := _knobs(session, index))}
    numbers = {int(digits) for path in outputs for digits in _numbers.findall(str(path))}
    for node in _readers(session, writes, knobs):
        for knob in knobs[node.index]:
            for pattern in _patterns(node, knob, numbers):
                found.add(pattern, f"{node.path}.{knob}")
    return found


def _knobs(session: Session, index: int) -> tuple[str, ...]:
    values = session.script.values_of(index)
    if "faceplate_result" in values:
        return ()
    if session.class_name(index) == "Read":
        return ("file",)
    return tuple(knob for knob in _face_files if knob in values) if "faceplate_class" in values else ()


def _readers(session: Session, writes: Frames, knobs: Mapping[int, Sequence[str]]) -> Iterator[Node]:
    """The nodes at each moment at which they may name another file."""
    changing = {index for index, named in knobs.items() if _is_animated(session, index, named)}
    for write, view, frames in writes:
        yield from (session.pull().node(index, Moment(frames[0], view)) for index in knobs.keys() - changing)
        for frame in frames if changing else ():
            pull = session.pull()
            yield from (pull.node(index, Moment(frame, view)) for index in changing)
            yield from (node for node in _pulled(pull.node(write, Moment(frame, view))) if node.index in changing)


def _is_animated(session: Session, index: int, knobs: Sequence[str]) -> bool:
    values = session.script.values_of(index)
    return any(knob in values and session.knobs.is_animated(index, knob) for knob in (*knobs, "disable"))


def _pulled(write: Node) -> tuple[Node, ...]:
    try:
        return pulled(write)
    except FaceplateError:
        # What cannot be rendered is told of when its picture is asked for, and frames before it are made.
        return ()


def _patterns(node: Node, knob: str, numbers: Iterable[int]) -> Iterable[FramePattern]:
    """The files that a knob names at the node's moment; none where it cannot say, which is told when it is asked."""
    try:
        if node.is_disabled or not node.text(knob).strip():
            return ()
        if knob != "file":
            path = Path(node.text(knob).strip())
            return (SingleFile(path.parent, path.name, 0, ""),)
        in_folder = _number_in_folder.search(file_name(node))
        return {resolved(files(node, number)): None for number in (numbers if in_folder else (node.frame,))}
    except (FaceplateError, ValueError, OSError):
        return ()


def _links(pattern: FramePattern) -> Iterator[Path]:
    entries = pattern.folder.iterdir() if pattern.folder.is_dir() else ()
    return (entry for entry in entries if entry.is_symlink() and pattern.number_in(entry.name) is not None)
