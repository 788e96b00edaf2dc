"""What nodes of several inputs have in common: which those are, their common box, what stands outside, their range."""

from collections.abc import Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Literal

from faceplate.graph.render import Box, Info, Node, Source
from faceplate.values import Attribute

mask_slot = 2
"""Where the mask stands: after B and the first A, however many more inputs follow."""


def a_inputs(node: Node) -> tuple[Source, ...]:
    """The inputs beside B that are connected, in order, without the mask."""
    slots = (slot for slot in range(1, len(node.script_node.inputs)) if slot != mask_slot)
    return tuple(source for slot in slots if (source := node.input(slot)))


def common_box(which: str, above: Sequence[Info], below: Info) -> Box:
    """The box of a node with B below and A above: `union`, `intersection`, `A` or `B`."""
    joined = reduce(Box.join, (info.box for info in above))
    if which == "A":
        return joined
    if which == "B":
        return below.box
    return joined.join(below.box) if which == "union" else joined.intersect(below.box)


def common_outside(which: str, above: Sequence[Info], below: Info) -> Literal["edge", "black"]:
    """What stands outside of that box, where black and black make black: the edge if any box it is made of has one.

    Of an intersection it is black if any is: there it has been cut off.
    """
    chosen = {"A": above, "B": (below,)}.get(which, (*above, below))
    black = [info.outside == "black" for info in chosen if which == "intersection" or not info.box.is_empty]
    return "black" if (any(black) if which == "intersection" else all(black)) else "edge"


def joined_frames(node: Node, above: Sequence[Info], below: Info, which: str = "All") -> tuple[int, int]:
    """The range of A, of B, or from the first frame of all that is connected to the last."""
    lower = (below,) if node.input(0) else ()
    ranges = [info.frames for info in {"A": above[:1], "B": (below,)}.get(which, (*above, *lower))]
    return min(first for first, _ in ranges), max(last for _, last in ranges)


def joined_metadata(above: Sequence[Info], below: Info, which: str) -> Mapping[str, Attribute]:
    """The metadata of the first A, of B, or of all: there B's entries win, then those of the first A."""
    infos = {"A": above[:1], "B": (below,)}.get(which, (*reversed(above), below))
    return MappingProxyType({name: entry for info in infos for name, entry in info.metadata.items()})
