"""What the buttons of our nodes do. What goes wrong is said in the node's status: no window is opened for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import nuke

from faceplate_nuke.copies import make_copy
from faceplate_nuke.engine import EngineProblem
from faceplate_nuke.freeze import TRACKER
from faceplate_nuke.job import BY_HAND
from faceplate_nuke.problem import Problem
from faceplate_nuke.render import begin
from faceplate_nuke.render import cancel as call_off
from faceplate_nuke.results import RESULT, set_aside, shown_file, track_place, undoable
from faceplate_nuke.surface import JOB, WELL, folder_of, identity, inside, job_key, our_name, ours, say, say_failed


def track(node: nuke.Node) -> None:
    """Tracks the faces of the plate."""
    with _told(node):
        begin(cast("nuke.Group", node))


def render(node: nuke.Node) -> None:
    """Makes the pictures of the node."""
    with _told(node):
        begin(cast("nuke.Group", node))


def cancel(node: nuke.Node) -> None:
    """Stops the work; frames that are finished stay."""
    call_off(cast("nuke.Group", node))


def clear(node: nuke.Node) -> None:
    """Forgets what the engine made: the pictures that the node shows are deleted, a track is set aside."""
    with _told(node), undoable("Faceplate: clear"):
        call_off(cast("nuke.Group", node))
        _delete_shown(node)
        if our_name(node) == TRACKER:
            set_aside(track_place(node))
            node[JOB].setValue("")
            say(node, "not tracked", WELL)
            return
        node[JOB].setValue("")
        inside(cast("nuke.Group", node), RESULT)["file"].setValue("")
        say(node, "not rendered", WELL)


def _delete_shown(node: nuke.Node) -> None:
    """Deletes the job that the node shows where it is the node's own, and no other node goes by it."""
    if not identity(node) or not job_key(node):
        return
    folder = folder_of(node) / job_key(node)
    others = [other for other in ours() if other.fullName() != node.fullName()]
    if not any(folder in _shown_folders(other) for other in others):
        shutil.rmtree(folder, ignore_errors=True)


def _shown_folders(node: nuke.Group) -> list[Path]:
    own = folder_of(node) / job_key(node)
    return [own] if our_name(node) == TRACKER else [own, Path(shown_file(node)).parent]


def open_cache(node: nuke.Node) -> None:
    """Shows the folder of the node's files; that of all files where it has none yet."""
    with _told(node):
        folder = folder_of(node)
        show_folder(folder if folder.is_dir() else folder.parent)


def key_here(node: nuke.Node) -> None:
    """Sets a key on each knob of the group of landmarks that the node names, on this frame, at the value it has."""
    with _told(node), undoable("Faceplate: key here"):
        frame, group = nuke.frame(), str(node["hand_group"].value())
        for end in ("x", "y", "turn", "scale"):
            knob = cast("nuke.Array_Knob", node[f"{BY_HAND}{group}_{end}"])
            value = knob.getValueAt(frame)
            knob.setAnimated()
            knob.setValueAt(value, frame)


def copy_track(node: nuke.Node, kind: str) -> None:
    """Makes a Tracker4, CornerPin2D, Roto or Axis from the track."""
    with _told(node):
        make_copy(node, kind)


@contextmanager
def _told(node: nuke.Node) -> Generator[None, None, None]:
    """Says in the node's status what the artist has to know."""
    try:
        yield
    except (Problem, EngineProblem, OSError) as problem:
        say_failed(node, problem)


def show_folder(folder: Path) -> None:
    """Opens a folder with what the desktop has for that.

    Raises:
        Problem: it does not exist, or the desktop has nothing.
    """
    if not folder.is_dir():
        raise Problem(str(folder), "no such folder", "render first")
    if sys.platform == "win32":
        os.startfile(folder)  # noqa: S606 -- a folder of ours
        return
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if opener is None:
        raise Problem(str(folder), "no xdg-open on this machine", "open the folder by hand")
    subprocess.Popen([opener, str(folder)], stdin=subprocess.DEVNULL)
