"""A node's work from the button to the result."""

from __future__ import annotations

import shutil
from functools import partial
from typing import Any

import nuke

from faceplate_nuke.freeze import TRACKER, Frozen, frame_range, freeze
from faceplate_nuke.installed import engine
from faceplate_nuke.job import EDITS_FROM
from faceplate_nuke.problem import Problem
from faceplate_nuke.results import has_track, is_measured, put_pictures, put_track, shown_file, track_place
from faceplate_nuke.running import add, at_work, finished
from faceplate_nuke.script_text import literal
from faceplate_nuke.sequence import frame_files
from faceplate_nuke.surface import WORKING, folder_of, identify, identity, job_key, our_name, say, say_failed
from faceplate_nuke.watch import touched, watched
from faceplate_nuke.work import DEADLINE_S, POLL_S, Outcome, Work


def begin(group: nuke.Group) -> None:
    """Makes what the node shows, or tracks: freezes it, writes what has to be written, and asks the engine.

    Raises:
        Problem: it is at work already, or something that it needs is not there.
    """
    if at_work(group) is not None:
        raise Problem(group.name(), "it is at work already", "wait, or press Cancel")
    identify(group)
    frames = frame_range(group)
    frozen = freeze(group, frames)
    for export in frozen.exports:
        if export.missing:
            export.run()
    start = _track if our_name(group) == TRACKER else _pictures
    start(group, frozen, frames)
    watched(group)


def cancel(group: nuke.Group) -> None:
    """Calls the node's work off, if there is any."""
    work = at_work(group)
    if work is not None:
        work.cancel()


def _pictures(group: nuke.Group, frozen: Frozen, frames: range) -> None:
    job, file = frozen.job, _file(group, frozen, frames)
    made = frame_files(file)
    missing = [frame for frame in frames if frame not in made]
    put = partial(put_pictures, file=file, key=job.key, frames=frames)
    if not missing:
        put(group, outcome=Outcome("done"))
        return
    _ask(
        group,
        f"rendering {frames[0]}-{frames[-1]}",
        {"script": job.script(file), "frames": missing, "node": job.node},
        put,
    )


def _file(group: nuke.Group, frozen: Frozen, frames: range) -> str:
    """Where the job's pictures are or will be: a copy of a node shows its original's as long as they are the same."""
    shown = shown_file(group) if job_key(group) == frozen.job.key else ""
    return shown if shown and not set(frames) - set(frame_files(shown)) else frozen.job.file(folder_of(group))


def _track(group: nuke.Group, frozen: Frozen, frames: range) -> None:
    """Tracks into a file of its own first: a run that fails leaves the track as it was.

    Where only what is set by hand has changed, a copy of the track is solved anew; a track that is made anew has the
    edits of the one before.
    """
    job, folder, place = frozen.job, folder_of(group), track_place(group)
    made = job.track(folder)
    put = partial(put_track, made=made, job=job, frames=frames)
    if has_track(group, job.key):
        put(group, outcome=Outcome("done"))
        return
    asked = job.with_knobs(track_file=literal(made.as_posix()))
    if is_measured(group, job):
        made.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(place, made)
    elif place.is_file():
        asked = asked.with_knobs(**{EDITS_FROM: literal(place.as_posix())})
    script = asked.script(job.file(folder))
    _ask(group, f"tracking {frames[0]}-{frames[-1]}", {"script": script, "frames": [frames[0]], "node": job.node}, put)


def _ask(group: nuke.Group, words: str, fields: dict[str, Any], put: Any) -> None:
    folder_of(group).mkdir(parents=True, exist_ok=True)
    asked = engine().request("render", deadline_s=DEADLINE_S, poll_s=POLL_S, **fields)
    title = f"{group.name()}: {words}"
    work = Work(identity(group), group.fullName(), title, asked, partial(_ended, put))
    add(work)
    say(group, words, WORKING)
    work.start()


def _ended(put: Any, work: Work, outcome: Outcome) -> None:
    """In the main thread, some time later: the node may have another name by now, or be gone."""
    group = finished(work)
    if group is None:
        nuke.tprint("Faceplate: the node is gone; what was made for it stays in the cache")
        return
    if outcome.ended == "failed":
        outcome = Outcome("failed", f"{outcome.said} Log: {engine().log_file}")
    try:
        put(group, outcome=outcome)
    except (Problem, OSError) as problem:
        say_failed(group, problem)
    else:
        if outcome.ended != "failed":
            touched(group)
