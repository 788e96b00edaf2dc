"""Nuke scripts as data: .nk and .gizmo files read, changed and written, with nothing in them run."""

from faceplate.graph.script.as_json import script_as_json
from faceplate.graph.script.decoding import decode_script
from faceplate.graph.script.files import read_script, write_script
from faceplate.graph.script.model import Layer, Script, ScriptNode, group_classes
from faceplate.graph.script.quoting import join_list
from faceplate.graph.script.reader import parse_script
from faceplate.graph.script.words import split_list
from faceplate.graph.script.writer import script_text

__all__ = [
    "Layer",
    "Script",
    "ScriptNode",
    "decode_script",
    "group_classes",
    "join_list",
    "parse_script",
    "read_script",
    "script_as_json",
    "script_text",
    "split_list",
    "write_script",
]
