"""What a picture depends on: every node above it and every file they name, in one short text."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import nuke

from faceplate_nuke.sequence import digest, file_state, files_state

# Knobs that change no pixel.
QUIET = frozenset(
    {
        "name",
        "xpos",
        "ypos",
        "selected",
        "label",
        "note_font",
        "note_font_size",
        "note_font_color",
        "tile_color",
        "gl_color",
        "postage_stamp",
        "postage_stamp_frame",
        "hide_input",
        "help",
        "autolabel",
        "onCreate",
        "onDestroy",
        "knobChanged",
        "updateUI",
        "icon",
        "cached",
        "bookmark",
        "indicators",
        "dope_sheet",
        "panel",
        "hidePanel",
        "rootNodeUpdated",
        "process_mask",
        "status",
        "faceplate_id",
        "faceplate_job",
        "localizationPolicy",
        "updateLocalization",
        "reload",
    }
)
LINKS = nuke.INPUTS | nuke.HIDDEN_INPUTS | nuke.EXPRESSIONS | nuke.LINKINPUTS


def nodes_above(node: nuke.Node) -> dict[str, nuke.Node]:
    """The node and all that it reads from, through inputs and expressions, groups with their insides; by full name.

    A group's input leads to what stands there outside. The order goes by the graph, whatever the nodes are called.
    """
    around = _groups_around(node)
    found: dict[str, nuke.Node] = {}
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.fullName() in found or each.Class() == "Root":
            continue
        found[each.fullName()] = each
        waiting += reversed(_sources(each, is_around=each.fullName() in around))
    return found


def _groups_around(node: nuke.Node) -> set[str]:
    names: set[str] = set()
    parent = node.parent()
    while parent.Class() != "Root":
        names.add(parent.fullName())
        parent = parent.parent()
    return names


def _sources(node: nuke.Node, *, is_around: bool) -> list[nuke.Node]:
    """What a node goes by: its inputs in their order, then everything else in an order that no name decides.

    Of a group `around` the node that is asked about, expressions alone: its inputs count where they are read.
    """
    if is_around:
        return sorted(node.dependencies(nuke.EXPRESSIONS), key=_knobs)
    inputs = [source for source in map(node.input, range(node.inputs())) if source is not None]
    known = {source.fullName() for source in inputs}
    others = [each for each in node.dependencies(LINKS) if each.fullName() not in known]
    beyond = outside(node) if node.Class() == "Input" else None
    inner = list(node.nodes()) if isinstance(node, nuke.Group) else []
    return [*inputs, *([beyond] if beyond is not None else []), *sorted([*others, *inner], key=_knobs)]


def outside(group_input: nuke.Node) -> nuke.Node | None:
    """What is connected to the group where this Input node of it is; None where nothing is."""
    group = group_input.parent()
    return None if group.Class() == "Root" else group.input(int(group_input["number"].value()))


def upstream_state(node: nuke.Node) -> str:
    """A short text that changes when a knob or a file above a picture does, and with nothing else."""
    above = nodes_above(node)
    places = {name: str(place) for place, name in enumerate(above)}
    return digest(_node_state(each, places) for each in above.values())


def _node_state(node: nuke.Node, places: dict[str, str]) -> str:
    sources = map(node.input, range(node.inputs()))
    above = ["" if source is None else places.get(source.fullName(), "") for source in sources]
    return "\n".join([*above, _knobs(node), *_files(node)])


def _knobs(node: nuke.Node) -> str:
    knobs = [f"{each} {knob.toScript()}" for each, knob in sorted(node.knobs().items()) if each not in QUIET]
    return "\n".join([node.Class(), *knobs])


def _files(node: nuke.Node) -> list[str]:
    if node.Class() == "Read":
        return [files_state(evaluated(node, "file"), int(node["first"].value()), int(node["last"].value()))]
    named = [evaluated(node, name) for name, knob in sorted(node.knobs().items()) if isinstance(knob, nuke.File_Knob)]
    return [file_state(path) for path in named if path]


def evaluated(node: nuke.Node, knob: str) -> str:
    """The file that a knob names, as one absolute path with forward slashes; a sequence keeps its `%04d`."""
    text = str(cast("nuke.File_Knob", node[knob]).getEvaluatedValue() or "").replace("\\", "/")
    if not text or Path(text).is_absolute():
        return text
    return (_project_folder() / text).as_posix()


def _project_folder() -> Path:
    """What names of files are relative to."""
    root = nuke.root()
    named = cast("nuke.File_Knob", root["project_directory"]).getEvaluatedValue()
    return Path(str(named or "")) if named else Path(str(root["name"].value())).parent
