"""What a picture depends on, as a short digest: pictures of the same digest are the same."""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from faceplate.graph.script import Script

if TYPE_CHECKING:
    from faceplate.graph.render.node import Node

cosmetic_knobs = frozenset(
    {
        "autolabel",
        "bookmark",
        "cached",
        "dope_sheet",
        "gl_color",
        "help",
        "hide_input",
        "icon",
        "indicators",
        "knobChanged",
        "label",
        "name",
        "note_font",
        "note_font_color",
        "note_font_size",
        "onCreate",
        "onDestroy",
        "postage_stamp",
        "postage_stamp_frame",
        "selected",
        "tile_color",
        "updateUI",
        "xpos",
        "ypos",
    }
)
"""Knobs that change no pixel."""


def script_digest(script: Script) -> bytes:
    """A digest of a whole script: what an expression in it may refer to."""
    nodes = [(each.klass, each.inputs, each.parent, each.clone_of, _seen(each.knobs)) for each in script.nodes]
    stated = (script.version, _seen(script.root or ()), script.layers, nodes)
    return hashlib.sha256(repr(stated).encode("utf-8", "surrogatepass")).digest()


def _seen(knobs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in knobs if pair[0] not in {"xpos", "ypos", "selected"}]


def node_digest(node: "Node") -> bytes:
    """A digest of what one picture depends on.

    These are the knobs of the node and, through the digests of its sources, of all above it; the state of files it
    reads; its frame and view where either may matter; and the whole script where an expression may refer to it.
    A disabled node is its first input.
    """
    if node.is_disabled:
        return node.source(0).digest
    knobs = {name: value for name, value in node.values.items() if name not in cosmetic_knobs}
    animated = node.session.is_animated(node.index)
    when = (node.moment.frame, node.moment.view) if animated or node.operator_class.timed else ()
    whole = node.session.script_digest if animated else b""
    state = node.operator_class.state
    stated = (node.klass, sorted(knobs.items()), when, whole, state(node) if state else "", _above(node))
    return hashlib.sha256(repr(stated).encode("utf-8", "surrogatepass")).digest()


def _above(node: "Node") -> list[bytes]:
    """The digests of the pictures it is made from, and of the group around a node that has no inputs of its own."""
    sources = node.operator_class.sources
    if sources is not None:
        return [source.digest for source in sources(node)]
    inputs = [node.source(slot).digest for slot in range(len(node.script_node.inputs))]
    return inputs if inputs or node.parent is None else _around(node.parent)


def _around(group: "Node") -> list[bytes]:
    inputs = (group.source(slot).digest for slot in range(len(group.script_node.inputs)))
    return [repr((group.path, sorted(group.values.items()))).encode("utf-8", "surrogatepass"), *inputs]
