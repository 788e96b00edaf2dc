"""Names of files as knobs write them: with a place for the frame's number, for the view, and for either slash."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from faceplate.plate import FramePattern, frame_pattern

_view_fields = re.compile(r"%([vV])")
_number_fields = re.compile(r"%(?:0(\d{1,2}))?d|(#+)")


def with_view(name: str, view: str) -> str:
    """The name in a view: `%V` is the view's name, `%v` its first letter."""
    return _view_fields.sub(lambda found: view if found[1] == "V" else view[:1], name)


@dataclass(frozen=True)
class SingleFile(FramePattern):
    """The name of one file, whatever the frame."""

    def path(self, number: int) -> Path:  # noqa: ARG002 -- one for all
        """The file."""
        return self.folder / self.before

    def number_in(self, name: str) -> int | None:  # noqa: ARG002 -- it has none
        """None: its name tells no number."""
        return None


def files_of(name: str, view: str, number: int) -> FramePattern:
    """The files that a knob names, in a view, for a frame of this number.

    The place for the number, `####` or `%04d`, may stand in the folder's name too, as in `%04d/plate.%04d.exr`; a name
    without one is that of a single file.

    Raises:
        CallError: the file's name has several places for the number.
    """
    path = Path(with_view(name, view))
    folder = path.parent
    if not folder.exists():
        folder = Path(_number_fields.sub(lambda found: _written(number, found), str(folder)))
    pattern = frame_pattern(str(folder / path.name))
    return SingleFile(folder, path.name, 0, "") if pattern is None else pattern


def is_sequence(files: FramePattern) -> bool:
    """True where each frame has a file of its own."""
    return not isinstance(files, SingleFile)


def resolved(files: FramePattern) -> FramePattern:
    """The same files by an absolute path."""
    return replace(files, folder=files.folder.resolve())


def _written(number: int, field: re.Match[str]) -> str:
    padding = int(field[1] or 1) if field[2] is None else len(field[2])
    return f"{number:0{padding}d}"
