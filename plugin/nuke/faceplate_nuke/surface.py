"""One of our nodes as the artist sees it: its hidden knobs, its status, the nodes inside it."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import nuke

from faceplate_nuke.problem import Problem
from faceplate_nuke.sequence import digest

CLASS, IDENTITY, JOB, STATUS = "faceplate_class", "faceplate_id", "faceplate_job", "status"
# Tile colours, 0xRRGGBBAA: that of the gizmos, and those that say how things stand.
WELL, WORKING, STALE, FAILED = 0xB0714FFF, 0x4F7FB0FF, 0xC9A227FF, 0xB03A3AFF
EXPORT = "Export_"
# What stands for a frame or a view in a file's name, and would in a folder's.
COUNTED = re.compile(r"#|%0?\d*d|%[vV]")


def is_ours(node: nuke.Node) -> bool:
    """True for a Faceplate node, whatever it is called."""
    return node.Class() == "Group" and node.knob(CLASS) is not None


def our_class(node: nuke.Node) -> str:
    """Our class of a node and its version: `FaceSwap 2`."""
    return str(node[CLASS].value())


def our_name(node: nuke.Node) -> str:
    """Our class of a node: `FaceSwap`."""
    return our_class(node).split(" ", maxsplit=1)[0]


def ours() -> Iterator[nuke.Group]:
    """All Faceplate nodes of the script."""
    return (cast("nuke.Group", node) for node in nuke.allNodes("Group", recurseGroups=True) if is_ours(node))


def inside(group: nuke.Group, name: str) -> nuke.Node:
    """A node inside one of ours.

    Raises:
        Problem: somebody took it out.
    """
    found = group.node(name)
    if found is None:
        raise Problem(f"{group.fullName()}.{name}", "no such node in the group", "make the node anew from the menu")
    return found


def engine_inputs(group: nuke.Group) -> list[str]:
    """The inputs that the engine is given, by the group's numbers: those that have a Write inside."""
    exported = [node.name()[len(EXPORT) :] for node in group.nodes() if node.name().startswith(EXPORT)]
    return sorted(exported, key=lambda name: int(inside(group, name)["number"].value()))


def say(node: nuke.Node, words: str, colour: int) -> None:
    """Shows how things stand: words in the status, which the graph shows too, and the tile's colour."""
    node[STATUS].setValue(words)
    node["tile_color"].setValue(colour)


def say_failed(node: nuke.Node, problem: object) -> None:
    """Shows what went wrong, and prints it where nobody sees the node."""
    say(node, f"failed: {problem}", FAILED)
    if not nuke.GUI:
        nuke.tprint(f"{node.fullName()}: {problem}")


def folder_of(node: nuke.Node) -> Path:
    """Where the engine's files for this node are: each version of a script has folders of its own.

    Raises:
        Problem: the script is not saved, and nothing else says where to keep them.
    """
    return cache_folder() / f"{_plain(_script().stem)}-{identity(node)}"


def cache_folder() -> Path:
    """The folder of all results: one for the script's folder in `$FACEPLATE_CACHE`, else `faceplate/cache` in that.

    Raises:
        Problem: neither is known, or the name of the folder reads as a sequence's.
    """
    named, shot = os.environ.get("FACEPLATE_CACHE"), _script().parent
    if not named and not _script().name:
        raise Problem("the script", "not saved yet", "save it: tracks and pictures are kept beside it")
    folder = Path(named) / f"{_plain(shot.name)}-{digest([shot.as_posix()])[:6]}" if named else shot / "faceplate/cache"
    counted = COUNTED.search(folder.as_posix())
    if counted is not None:
        raise Problem(
            f"the folder {folder}",
            f"`{counted.group()}` in its name would be taken for a frame or a view",
            "save the script in a folder with another name, or set FACEPLATE_CACHE to one",
        )
    return folder


def _script() -> Path:
    return Path(str(nuke.root()["name"].value()))


def _plain(word: str) -> str:
    return re.sub(r"[^\w.-]", "_", word) or "unsaved"


def job_key(node: nuke.Node) -> str:
    """The key of the job that the node shows; empty where it shows none."""
    return str(node[JOB].value()).partition(" ")[0]


def job_frames(node: nuke.Node) -> range:
    """The frames that were asked for when the node's job was made."""
    found = re.match(r"\S+ (-?\d+)-(-?\d+)", str(node[JOB].value()))
    return range(0) if found is None else range(int(found.group(1)), int(found.group(2)) + 1)


def identity(node: nuke.Node) -> str:
    """The node's own folder name; a copy of a node has its original's until it is given one of its own."""
    return str(node[IDENTITY].value())


def identify(node: nuke.Node) -> None:
    """Gives the node a name of its own where it has none, or shares it with a node that it was copied from."""
    others = [identity(other) for other in ours() if other.fullName() != node.fullName()]
    if not identity(node) or identity(node) in others:
        node[IDENTITY].setValue(uuid.uuid4().hex[:12])
