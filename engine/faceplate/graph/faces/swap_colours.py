"""The frames of a graph that the colour match of one of them goes by."""

from dataclasses import replace
from typing import NamedTuple

from faceplate.graph.colour_window import offsets_around
from faceplate.graph.faces.tracked import Tracked, seen_again
from faceplate.graph.render import Node, Source
from faceplate.swap import FaceSwapSettings


class At(NamedTuple):
    """A FaceSwap at some moment, the picture that comes into it then, and the face there."""

    group: Node
    source: Source
    found: Tracked


def frames_around(here: At, settings: FaceSwapSettings) -> dict[int, At]:
    """By how many frames away, those around one in which the face is seen without a break."""
    known: dict[int, At | None] = {0: here}

    def row_at(offset: int) -> int | None:
        known.setdefault(offset, _at(here, offset))
        there = known[offset]
        return there.found.row if there else None

    offsets = offsets_around(settings.colour_smooth, row_at, here.found.track.cuts)
    return {offset: there for offset in offsets if (there := known[offset])}


def _at(here: At, offset: int) -> At | None:
    """The same so many frames away; None where that frame was not tracked, or the person is not seen in it."""
    group = here.group.pull.node(here.group.index, replace(here.group.moment, frame=here.group.moment.frame + offset))
    source = group.input(0)
    found = source and seen_again(group, source, here.found)
    return At(group, source, found) if source and found else None
