"""The link from a frame to the file it was read from, whose bytes are taken over where nothing has changed."""

import shutil
from dataclasses import replace
from pathlib import Path

from faceplate.errors import PlateError
from faceplate.values import Frame, Header, StoredFile


def file_state(path: Path) -> str:
    """A short text that changes when the file does, told without reading it; `missing` where there is none."""
    try:
        about = path.stat()
    except OSError:
        return "missing"
    return f"{about.st_size} bytes of {about.st_mtime_ns} ns"


def linked(frame: Frame, path: Path, state: str, parts: tuple[Header, ...] = (), part: int = 0) -> Frame:
    """The frame with the link to its file; its pixels can no longer be written to.

    `state` is that of the file before it was read.
    """
    for group in frame.groups:
        group.pixels.setflags(write=False)
    pixels = tuple(group.pixels for group in frame.groups)
    return replace(frame, file=StoredFile(path, state, frame.header, pixels, parts=parts, part=part))


def untouched_file(frame: Frame) -> StoredFile | None:
    """The file that holds this very frame, header and samples; None where anything differs."""
    file = frame.kept
    return file if file is not None and file.changed.is_empty and file.header == frame.header else None


def copy_file(file: StoredFile, path: Path) -> None:
    """Writes the file's bytes under another name.

    Raises:
        PlateError: the file is no longer the one that was read.
    """
    shutil.copyfile(file.path, path)
    check_state(file)


def check_state(file: StoredFile) -> None:
    """Refuses to go on with bytes of a file that is no longer the one that was read.

    Raises:
        PlateError: it was changed or removed in the meantime.
    """
    now = file_state(file.path)
    if now != file.state:
        raise PlateError(
            str(file.path),
            expected=f"the file as it was read ({file.state})",
            came=now,
            next_step="let nothing write to the plate while it is rendered, and render this frame again",
        )
