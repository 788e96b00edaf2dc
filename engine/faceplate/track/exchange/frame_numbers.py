"""Which frame of a plate a picture of another program is, told by its name."""

import re
from collections.abc import Collection, Iterable
from pathlib import PurePath, PureWindowsPath

from faceplate.errors import TrackError
from faceplate.plate import FramePattern
from faceplate.values import describe_frames

_digits = re.compile(r"\d+", re.ASCII)
_longest = 12


def frame_numbers(
    pictures: Iterable[str], frames: Collection[int], pattern: FramePattern | None, offset: int
) -> dict[str, int]:
    """The frame of each picture that is one of `frames`: the plate's own number in its name, else the last in it.

    `offset` is added to each: 1000 makes frame 1001 of `00001.png`.

    Raises:
        TrackError: no picture is of any of these frames.
    """
    names = list(pictures)
    numbered = {name: number + offset for name in names if (number := _number(name, pattern)) is not None}
    kept = {name: number for name, number in numbered.items() if number in frames}
    if not kept:
        came = describe_frames(tuple(set(numbered.values()))) if numbered else "names without numbers"
        raise TrackError(
            ", ".join(names[:3])[:120] or "the file",
            expected=f"pictures of frames {describe_frames(tuple(frames))}",
            came=came,
            next_step="give --offset, the number to add to theirs, or check --range",
        )
    return kept


def _number(picture: str, pattern: FramePattern | None) -> int | None:
    """Names may come from Windows, and with another ending than the plate's."""
    stem = PureWindowsPath(picture).stem
    if pattern is not None:
        number = pattern.number_in(stem + PurePath(pattern.after).suffix)
        if number is not None:
            return number
    found = _digits.findall(stem)
    return int(found[-1]) if found and len(found[-1]) <= _longest else None
