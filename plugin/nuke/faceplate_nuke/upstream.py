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


def nodes_above(node: nuke.Node) -> dict[str, nuke.Node]:
    """The node and all that it reads from, through inputs and expressions, groups with their insides; by full name."""
    links = nuke.INPUTS | nuke.HIDDEN_INPUTS | nuke.EXPRESSIONS | nuke.LINKINPUTS
    found: dict[str, nuke.Node] = {}
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.fullName() in found:
            continue
        found[each.fullName()] = each
        waiting += each.dependencies(links)
        if isinstance(each, nuke.Group):
            waiting += each.nodes()
    return found


def upstream_state(node: nuke.Node) -> str:
    """A short text that changes when a knob or a file above a picture does, and with nothing else."""
    return digest(_node_state(name, each) for name, each in sorted(nodes_above(node).items()))


def _node_state(name: str, node: nuke.Node) -> str:
    knobs = [f"{each} {knob.toScript()}" for each, knob in sorted(node.knobs().items()) if each not in QUIET]
    above = [(source.fullName() if source else "") for source in map(node.input, range(node.inputs()))]
    return "\n".join([name, node.Class(), *above, *knobs, *_files(node)])


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
