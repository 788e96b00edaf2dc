"""What a picture depends on, as a short digest: pictures of the same digest are the same."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from faceplate.errors import FaceplateError
from faceplate.graph.knobs.trail import KnobAt
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
    return _hashed(stated)


def _seen(knobs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in knobs if pair[0] not in {"xpos", "ypos", "selected"}]


class Depends(NamedTuple):
    """What one picture depends on.

    Attributes:
        digest: of all of it.
        frames: those of its own, its sources' and their sources' that may matter; empty for a picture that is surely
            still.
    """

    digest: bytes
    frames: frozenset[float]


def depends(node: "Node") -> Depends:
    """What one picture depends on.

    These are the knobs of the node and, through its sources, of all above it; the state of files it reads; its frame
    and view where either may matter; and where an expression may refer to it the whole script, with what knobs are told
    of pictures. A node that stands aside is its first input.
    """
    if node.stands_aside:
        return node.source(0).depends
    own, above = _own(node), _sources(node)
    state = node.operator_class.state
    read = frozenset([node.moment.frame] if state else ())
    frames = own.frames.union(read, *(each.frames for each in above))
    stated = (own.digest, state(node) if state else "", [each.digest for each in above])
    return Depends(_hashed(stated), frames)


def _own(node: "Node") -> Depends:
    """What the knobs of a node say."""
    knobs = {name: value for name, value in node.values.items() if name not in cosmetic_knobs}
    animated = node.session.is_animated(node.index)
    is_timed = animated or node.operator_class.timed
    when = (node.moment.frame, node.moment.view) if is_timed else ()
    beside = (node.session.script_digest, _told(node)) if animated else ()
    frames = frozenset([node.moment.frame]) if is_timed else frozenset[float]()
    return Depends(_hashed((node.klass, sorted(knobs.items()), when, beside)), frames)


def _told(node: "Node") -> list[str]:
    """What the knobs are told of pictures, whether these are wired to the node or not."""
    session = node.session
    with session.pictures.heard() as facts:
        for knob in session.animated_knobs(node.index):
            # What cannot be read is refused where it is used, if it is.
            with suppress(FaceplateError):
                session.knobs.text(node.index, knob, node.moment)
        answers = session.knobs.answers()
        for knob, name in session.maths_names(node.index):
            with suppress(FaceplateError):
                answers.of_named(name, node.index, KnobAt(node.index, knob, node.moment))
    return sorted({repr(each) for each in facts})


def _sources(node: "Node") -> "list[Depends]":
    """The pictures it is made from, and the group around a node that has no inputs of its own."""
    sources = node.operator_class.sources
    if sources is not None:
        return [source.depends for source in sources(node)]
    inputs = _inputs(node)
    return inputs if inputs or node.parent is None else [_own(node.parent), *_inputs(node.parent)]


def _inputs(node: "Node") -> list[Depends]:
    return [node.source(slot).depends for slot in range(len(node.script_node.inputs))]


def _hashed(stated: object) -> bytes:
    return hashlib.sha256(repr(stated).encode("utf-8", "surrogatepass")).digest()
