"""What the engine made, put into the node: the inner Read, the status, and what was made it for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import nuke

from faceplate_nuke.freeze import TRACKER, Frozen
from faceplate_nuke.sequence import frame_files, in_words
from faceplate_nuke.surface import FAILED, JOB, STALE, WELL, inside, our_name, say
from faceplate_nuke.upstream import evaluated
from faceplate_nuke.work import Outcome

RESULT = "Result"


def put_pictures(group: nuke.Group, file: str, key: str, frames: range, outcome: Outcome) -> None:
    """Points the inner Read at the pictures that are there, few or all, and says which they are."""
    made = sorted(frame_files(file))
    with undoable("Faceplate result"):
        if made:
            _point(inside(group, RESULT), file, made)
            group[JOB].setValue(f"{key} {frames[0]}-{frames[-1]}")
        missing = set(frames) - set(made)
        if outcome.ended == "failed":
            say(group, f"failed: {outcome.said}", FAILED)
        elif missing:
            say(group, f"partial {in_words(made)}" if made else "cancelled", STALE)
        else:
            say(group, f"rendered {in_words(made)}", WELL)


def _point(read: nuke.Node, file: str, made: list[int]) -> None:
    same = read["file"].value() == file
    read["file"].setValue(file)
    read["raw"].setValue(True)
    ends = {"first": made[0], "last": made[-1], "origfirst": made[0], "origlast": made[-1], "origset": True}
    for name, value in ends.items():
        read[name].setValue(value)
    if same:
        cast("nuke.Script_Knob", read["reload"]).execute()


def put_track(group: nuke.Group, made: Path, key: str, frames: range, outcome: Outcome) -> None:
    """Puts a finished track where the node keeps it; the one that was there stays beside it."""
    with undoable("Faceplate track"):
        if outcome.ended == "done":
            _replace(made, Path(evaluated(group, "track_file")))
            group[JOB].setValue(f"{key} {frames[0]}-{frames[-1]}")
            say(group, f"tracked {frames[0]}-{frames[-1]}", WELL)
        elif outcome.ended == "cancelled":
            say(group, "cancelled", STALE)
        else:
            say(group, f"failed: {outcome.said}", FAILED)


def _replace(made: Path, place: Path) -> None:
    set_aside(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    shutil.copyfile(made, beside)
    beside.replace(place)


def set_aside(track: Path) -> None:
    """Renames a track, so that work done on it by hand is never lost."""
    if track.exists():
        track.replace(track.with_name(f"{track.stem}.previous{track.suffix}"))


def state_in_words(group: nuke.Group, frozen: Frozen, folder: Path) -> str:
    """What the status says of a job that is still the node's own."""
    if our_name(group) == TRACKER:
        return f"tracked {str(group[JOB].value()).rpartition(' ')[2]}"
    return f"rendered {in_words(frame_files(frozen.job.file(folder)))}"


@contextmanager
def undoable(name: str) -> Generator[None, None, None]:
    """What is changed in here is undone in one step."""
    nuke.Undo.begin(name)
    try:
        yield
    finally:
        nuke.Undo.end()
