"""Files of a sequence on disk: which frames are there, and whether they are still the same."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

FRAME = re.compile(r"%0?(\d*)d|(#+)")


def frame_files(pattern: str) -> dict[int, os.DirEntry[str]]:
    """The files of a pattern, `name.%04d.exr` or `name.####.exr`, by frame; a plain name has no frames."""
    place = Path(pattern)
    marks = list(FRAME.finditer(place.name))
    if not marks or not place.parent.is_dir():
        return {}
    mark = marks[-1]
    named = re.compile(re.escape(place.name[: mark.start()]) + r"(-?\d+)" + re.escape(place.name[mark.end() :]))
    with os.scandir(place.parent) as entries:
        found = [(named.fullmatch(entry.name), entry) for entry in entries]
    return {int(match.group(1)): entry for match, entry in found if match}


def files_state(pattern: str, first: int, last: int) -> str:
    """A short text that changes when a file of the range does, comes or goes; of a plain name, when its file does."""
    entries = frame_files(pattern)
    frames = {frame: entry.stat() for frame, entry in sorted(entries.items()) if first <= frame <= last}
    stated = [f"{frame} {stat.st_size} {stat.st_mtime_ns}" for frame, stat in frames.items()]
    return digest(stated or [file_state(pattern)])


def file_state(path: str) -> str:
    """A short text that changes when a file does; empty where there is none."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"


def digest(texts: Iterable[str]) -> str:
    """Twelve letters that stand for these texts."""
    summed = hashlib.sha256()
    for text in texts:
        summed.update(f"{len(text)}:{text}".encode())
    return summed.hexdigest()[:12]


def spans(frames: Iterable[int]) -> list[tuple[int, int]]:
    """Frames as stretches without a gap: 1, 2, 5 gives (1, 2) and (5, 5)."""
    found: list[tuple[int, int]] = []
    for frame in sorted(frames):
        if found and found[-1][1] == frame - 1:
            found[-1] = (found[-1][0], frame)
        else:
            found.append((frame, frame))
    return found


def in_words(frames: Iterable[int]) -> str:
    """Frames as an artist reads them: `1001-1040, 1052`."""
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in spans(frames))
