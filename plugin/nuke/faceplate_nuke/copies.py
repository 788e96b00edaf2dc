"""A track copied into ordinary nodes of Nuke."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import nuke
import nuke.rotopaint

from faceplate_nuke.freeze import track_of
from faceplate_nuke.problem import Problem
from faceplate_nuke.results import undoable
from faceplate_nuke.track_file import read_track
from faceplate_nuke.track_nodes import Seen, axis_knobs, corner_pin_knobs, outlines, person_of, tracker_knobs

KNOBS = {"Tracker4": tracker_knobs, "CornerPin2D": corner_pin_knobs, "Axis": axis_knobs}
# Nuke's class for each kind, where it is called otherwise.
CLASSES = {"Axis": "Axis2"}
BESIDE_PX = 120


def make_copy(group: nuke.Node, kind: str) -> nuke.Node:
    """Makes a node of this kind beside ours, which holds the track of the person that ours names.

    Raises:
        Problem: there is no track, or nobody of that name in it.
    """
    path = track_of(group)
    if not path:
        raise Problem(group.name(), "no track", "press Track first, or name a track file")
    track = read_track(Path(path))
    person = person_of(track, str(group["person"].value()) if group.knob("person") is not None else "")
    seen = Seen(track, person)
    with undoable(f"Faceplate: copy track as {kind}"), group.parent():
        node = getattr(nuke.nodes, CLASSES.get(kind, kind))()
        node.setName(f"{group.name()}_{person.name}_{kind}")
        node.setXYpos(group.xpos() + BESIDE_PX, group.ypos())
        if kind == "Roto":
            _draw(node, seen)
        for name, text in KNOBS[kind](seen).items() if kind in KNOBS else ():
            node[name].fromScript(text)
    return node


def _draw(node: nuke.Node, seen: Seen) -> None:
    """A shape for each outline, with a key at each frame."""
    curves = cast("nuke.rotopaint.CurveKnob", node["curves"])
    for name, points in outlines(seen).items():
        shape: Any = nuke.rotopaint.Shape(curves, type="bezier")
        shape.name = name
        for across, up in points:
            shape.append(_keyed(seen.frames, across, up))
        curves.rootLayer.append(shape)
    curves.changed()


def _keyed(frames: list[int], across: list[float], up: list[float]) -> nuke.rotopaint.ShapeControlPoint:
    point: Any = nuke.rotopaint.ShapeControlPoint(across[0], up[0])
    for frame, x, y in zip(frames, across, up):
        point.center.addPositionKey(frame, (x, y))
    return point
