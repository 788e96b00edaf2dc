"""Says when what a node shows is out of date. It only ever marks: no work is started from here.

Changes are noted as they come and looked into a moment later, all at once, so that dragging a slider costs nothing.
"""

from __future__ import annotations

import threading

import nuke

from faceplate_nuke.freeze import frame_range, freeze
from faceplate_nuke.installed import engine_knobs
from faceplate_nuke.problem import Problem
from faceplate_nuke.project import PROJECT
from faceplate_nuke.results import shown_state
from faceplate_nuke.running import at_work, forget_all
from faceplate_nuke.surface import JOB, STALE, STATUS, WORKING, is_ours, job_key, our_name, ours, say
from faceplate_nuke.upstream import QUIET, nodes_above

OUT_OF_DATE = "out of date: "
SETTLED_S = 0.5
PROJECT_CLASS = "Root"
OPENED, CONNECTED, NAME = "showPanel", "inputChange", "name"

_noted: set[str] = set()
_above: dict[str, frozenset[str]] = {}


def changed(node: nuke.Node, knob: nuke.Knob) -> None:
    """What the gizmos call for every change of a knob of theirs."""
    name = knob.name()
    if name in QUIET or not nuke.GUI or not node[JOB].value():
        return
    if name in (OPENED, CONNECTED) or name in _engine_knobs(node):
        _note(node.fullName())


def _engine_knobs(node: nuke.Node) -> list[str]:
    """None where this installation does not know the node: an error in a callback would break the script's opening."""
    try:
        return engine_knobs(our_name(node))
    except Problem:
        return []


def any_changed() -> None:
    """What Nuke calls for every change of any knob of any node."""
    name = nuke.thisKnob().name()
    if name in (CONNECTED, NAME):
        _above.clear()
    if name in QUIET or name == OPENED:
        return
    node = nuke.thisNode()
    if node.Class() == PROJECT_CLASS:
        if name in PROJECT:
            _note(PROJECT_CLASS)
    elif not is_ours(node):
        _note(node.fullName())


def loaded() -> None:
    """What Nuke calls once a script is open: what its knobs were set to is no change, and nothing of it is at work."""
    _noted.clear()
    _above.clear()
    forget_all()
    for group in ours():
        if _was_interrupted(group):
            _correct(group)
            _note(group.fullName())


def touched(group: nuke.Group) -> None:
    """Says that the engine made something for a node: what goes by it may be out of date now, or the node itself."""
    if nuke.GUI:
        _note(group.fullName())


def watched(group: nuke.Group) -> None:
    """Remembers what stands above a node."""
    _above[group.fullName()] = frozenset(nodes_above(group))


def _note(name: str) -> None:
    if not _noted:
        timer = threading.Timer(SETTLED_S, nuke.executeInMainThread, (look,))
        timer.daemon = True
        timer.start()
    _noted.add(name)


def look() -> None:
    """Marks the nodes that what was noted has put out of date, and unmarks those that are as they were."""
    noted = frozenset(_noted)
    _noted.clear()
    for group in ours() if noted else ():
        name = group.fullName()
        if _was_interrupted(group):
            _correct(group)
        # What is at work is looked into when it has ended.
        if not group[JOB].value() or at_work(group) is not None or (_is_marked(group) and name not in noted):
            continue
        if name not in _above:
            watched(group)
        if PROJECT_CLASS in noted or noted & _above[name]:
            mark(group)


def mark(group: nuke.Group) -> None:
    """Compares what a node shows with what it would show if it were made now."""
    try:
        frozen = freeze(group, frame_range(group))
    except Problem as problem:
        say(group, f"{OUT_OF_DATE}{problem}", STALE)
        return
    words = str(group[STATUS].value())
    if frozen.job.key != job_key(group):
        say(group, words if _is_marked(group) else OUT_OF_DATE + words, STALE)
    elif _is_marked(group):
        say(group, *shown_state(group))


def _was_interrupted(group: nuke.Group) -> bool:
    """True where a script was saved while the engine worked: the node says so still, and nobody works for it."""
    return int(group["tile_color"].value()) == WORKING and at_work(group) is None


def _correct(group: nuke.Group) -> None:
    try:
        say(group, *shown_state(group))
    except Problem as problem:
        say(group, f"{OUT_OF_DATE}{problem}", STALE)


def _is_marked(group: nuke.Group) -> bool:
    return str(group[STATUS].value()).startswith(OUT_OF_DATE)
