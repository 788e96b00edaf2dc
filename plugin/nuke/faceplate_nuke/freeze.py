"""A node of ours as a job: everything that its pictures depend on, at this moment."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import nuke

from faceplate_nuke.installed import engine_knobs
from faceplate_nuke.job import BY_HAND, Job, Picture
from faceplate_nuke.knob_text import text_over
from faceplate_nuke.pictures import Export, picture
from faceplate_nuke.problem import Problem
from faceplate_nuke.project import project_knobs
from faceplate_nuke.script_text import literal
from faceplate_nuke.sequence import file_state
from faceplate_nuke.surface import engine_inputs, folder_of, our_class, our_name
from faceplate_nuke.upstream import evaluated

# What ordinary nodes inside the group do with the engine's picture, no reason to make another; and what the engine is
# told instead: all of it, and the first word of the menu.
WORKED_INSIDE = {"mix": "1", "output": "0"}
TRACKER, DEGRAINER, REGRAINER = "FaceTrack", "FaceDegrain", "FaceRegrain"


class Frozen(NamedTuple):
    """A job, and the pictures that Nuke has to write before it can begin."""

    job: Job
    exports: tuple[Export, ...]


def frame_range(node: nuke.Node) -> range:
    """The frames of the project that the node's input has; all of the project's where it has none of them."""
    root, source = nuke.root(), node.input(0)
    first, last = int(root["first_frame"].value()), int(root["last_frame"].value())
    if source is None:
        return range(first, last + 1)
    inner_first, inner_last = max(first, source.firstFrame()), min(last, source.lastFrame())
    return range(inner_first, inner_last + 1) if inner_first <= inner_last else range(first, last + 1)


def freeze(group: nuke.Group, frames: range) -> Frozen:
    """The node's job over these frames; nothing is written or changed.

    Raises:
        Problem: something that the engine needs is not there.
    """
    folder, tracks = folder_of(group), our_name(group) == TRACKER
    looked_at = with_neighbours(group, frames)
    given = [
        picture(group, slot, name, looked_at, folder, clipped=tracks) for slot, name in enumerate(engine_inputs(group))
    ]
    if given and given[0][0] is None:
        raise Problem(f"{group.name()}: the first input", "nothing is connected", "connect the plate")
    knobs = _knobs(group, frames, keeps_track_file=not tracks)
    pictures = [pic for pic, _ in given]
    if not tracks:
        pictures[0] = _tracked(group, pictures[0], frames)
    job = Job(
        name=group.name(),
        klass=our_class(group),
        knobs=tuple(knobs.items()),
        # A model's card may stand beside it.
        files=tuple(file_state(path) + file_state(f"{path}.card.json") for path in _files(group, knobs)),
        pictures=tuple(pictures),
        root=tuple(project_knobs().items()),
    )
    return Frozen(job, tuple(export for _, export in given if export is not None))


def with_neighbours(group: nuke.Group, frames: range) -> range:
    """These frames, and those of the input beside them by which FaceDegrain goes, so that no end of a range shows."""
    source, count = group.input(0), group.knob("frames")
    if our_name(group) != DEGRAINER or source is None or count is None:
        return frames
    reach = max(int(count.getValueAt(frame)) for frame in frames) // 2
    first, last = max(frames[0] - reach, source.firstFrame()), min(frames[-1] + reach, source.lastFrame())
    return range(min(first, frames[0]), max(last, frames[-1]) + 1)


def _knobs(group: nuke.Group, frames: range, *, keeps_track_file: bool) -> dict[str, str]:
    knobs: dict[str, str] = {}
    # The menu of FaceRegrain is the engine's own.
    inside = {} if our_name(group) == REGRAINER else WORKED_INSIDE
    for name in engine_knobs(our_name(group)):
        if group.knob(name) is None:
            continue  # a node of an earlier version: the engine goes by its default
        if name.startswith(BY_HAND):
            knobs[name] = str(group[name].toScript())  # its keys, which values over the frames would hide
        elif isinstance(group.knob(name), nuke.File_Knob):
            knobs[name] = literal(evaluated(group, name)) if keeps_track_file or name != "track_file" else ""
        else:
            knobs[name] = inside.get(name) or text_over(group[name], frames)
    return knobs


def _files(group: nuke.Group, knobs: dict[str, str]) -> list[str]:
    """The files that these knobs name, several parted by semicolons; a track that is to be made is none of them."""
    named = [name for name, text in knobs.items() if text and isinstance(group.knob(name), nuke.File_Knob)]
    return [path.strip() for name in named for path in evaluated(group, name).split(";")]


def track_of(node: nuke.Node) -> str:
    """The file of the track that a node goes by: its own, else that of the FaceTrack above; empty for none."""
    own = evaluated(node, "track_file") if node.knob("track_file") is not None else ""
    source = node.input(0)
    return own or (str(source.metadata("faceplate/track") or "") if source is not None else "")


def _tracked(group: nuke.Group, first: Picture | None, frames: range) -> Picture | None:
    """The first picture with what the FaceTrack above says of it, which the way through files would lose."""
    source = group.input(0)
    if first is None or source is None or group.knob("track_file") is None or evaluated(group, "track_file"):
        return first
    path = source.metadata("faceplate/track")
    if not path:
        return first
    stated = (("faceplate/track", literal(str(path))), ("faceplate/frame", _frame_words(source, frames)))
    return replace(first, metadata=stated, state=f"{first.state} {file_state(str(path))}")


def _frame_words(source: nuke.Node, frames: range) -> str:
    """Tcl for the frame of the track that a frame of this input shows.

    Raises:
        Problem: the input was retimed since it was tracked.
    """
    shifts = {float(source.metadata("faceplate/frame", frame) or frame) - frame for frame in (frames[0], frames[-1])}
    if len(shifts) > 1 or not all(shift.is_integer() for shift in shifts):
        raise Problem("the tracked plate", "it is retimed above this node", "track it after the retime")
    return f"[expr [frame]+{int(shifts.pop())}]"
