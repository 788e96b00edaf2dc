"""What the engine made, put into the node: the inner Read, the status, and what was made it for."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import nuke

from faceplate_nuke.freeze import TRACKER
from faceplate_nuke.job import Job
from faceplate_nuke.problem import Problem
from faceplate_nuke.script_text import literal
from faceplate_nuke.sequence import digest, frame_files, in_words
from faceplate_nuke.surface import FAILED, JOB, STALE, WELL, inside, job_frames, job_key, our_name, say
from faceplate_nuke.upstream import evaluated
from faceplate_nuke.work import Outcome

RESULT = "Result"


def shown_file(group: nuke.Group) -> str:
    """The files that the inner Read shows; empty for none."""
    return evaluated(inside(group, RESULT), "file")


def put_pictures(group: nuke.Group, file: str, key: str, frames: range, outcome: Outcome) -> None:
    """Points the inner Read at the pictures that are there, few or all, and says which they are."""
    made = sorted(frame_files(file))
    with undoable("Faceplate result"):
        if made:
            _point(inside(group, RESULT), file, made)
            group[JOB].setValue(f"{key} {frames[0]}-{frames[-1]}")
        words, colour = _how_it_went(frames, made, outcome)
        say(group, words, colour)


def _how_it_went(frames: range, made: list[int], outcome: Outcome) -> tuple[str, int]:
    missing = sorted(set(frames) - set(made))
    if outcome.ended == "failed":
        return f"failed: {outcome.said}", FAILED
    if not missing:
        return f"rendered {in_words(made)}", WELL
    if outcome.ended == "done":
        return f"failed: the engine is done, but {in_words(missing)} is not in the cache. Next: press again.", FAILED
    return (f"partial {in_words(made)}" if made else "cancelled"), STALE


def _point(read: nuke.Node, file: str, made: list[int]) -> None:
    same = evaluated(read, "file") == file
    read["file"].setValue(literal(file))
    read["raw"].setValue(True)
    ends = {"first": made[0], "last": made[-1], "origfirst": made[0], "origlast": made[-1], "origset": True}
    for name, value in ends.items():
        read[name].setValue(value)
    if same:
        cast("nuke.Script_Knob", read["reload"]).execute()


def put_track(group: nuke.Group, made: Path, job: Job, frames: range, outcome: Outcome) -> None:
    """Puts a finished track where the node keeps it; the one that was there stays beside it.

    Raises:
        Problem: the node names no file.
    """
    with undoable("Faceplate track"):
        if outcome.ended == "done":
            if not has_track(group, job.key):
                _replace(made, track_place(group))
            words = (job.key, f"{frames[0]}-{frames[-1]}", job.plate_key, _place_word(group))
            group[JOB].setValue(" ".join(words))
            say(group, f"tracked {frames[0]}-{frames[-1]}", WELL)
        elif outcome.ended == "cancelled":
            say(group, "cancelled", STALE)
        else:
            say(group, f"failed: {outcome.said}", FAILED)


def track_place(group: nuke.Node) -> Path:
    """The file that the node's track goes to.

    Raises:
        Problem: it names none.
    """
    named = evaluated(group, "track_file")
    if not named:
        raise Problem(f"{group.name()}.track_file", "no file is named", "name the file that the track goes to")
    return Path(named)


def has_track(group: nuke.Node, key: str) -> bool:
    """True where the track in its place is this job's, as the engine made it or corrected by hand."""
    words = str(group[JOB].value()).split(" ")
    return words[0] == key and words[-1] == _place_word(group) and track_place(group).is_file()


def is_measured(group: nuke.Node, job: Job) -> bool:
    """True where the track in its place was made of this job's plate with its knobs, whatever is set by hand."""
    words = str(group[JOB].value()).split(" ")
    return words[2:] == [job.plate_key, _place_word(group)] and track_place(group).is_file()


def _place_word(group: nuke.Node) -> str:
    return digest([str(group["track_file"].toScript())])


def _replace(made: Path, place: Path) -> None:
    if place.is_file() and filecmp.cmp(made, place, shallow=False):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.{os.getpid()}")
    shutil.copyfile(made, beside)
    set_aside(place)
    beside.replace(place)


def set_aside(track: Path) -> None:
    """Renames a track to a name that is free, so that work done on it by hand is never lost."""
    if not track.is_file():
        return
    number = 1
    while (aside := track.with_name(f"{track.stem}.previous-{number}{track.suffix}")).exists():
        number += 1
    track.replace(aside)


def shown_state(group: nuke.Group) -> tuple[str, int]:
    """What the status says of what is there by now, and its colour."""
    frames = job_frames(group)
    if our_name(group) == TRACKER:
        there = bool(job_key(group)) and track_place(group).is_file()
        return (f"tracked {in_words(frames)}", WELL) if there else ("not tracked", STALE)
    made = sorted(frame_files(shown_file(group)))
    if not made:
        return "not rendered", STALE
    is_whole = bool(frames) and not set(frames) - set(made)
    return (f"rendered {in_words(made)}", WELL) if is_whole else (f"partial {in_words(made)}", STALE)


@contextmanager
def undoable(name: str) -> Generator[None, None, None]:
    """What is changed in here is undone in one step."""
    nuke.Undo.begin(name)
    try:
        yield
    finally:
        nuke.Undo.end()
