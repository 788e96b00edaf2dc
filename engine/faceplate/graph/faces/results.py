"""What the results of our nodes have in common: made from the group around them, whole, and kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from faceplate.graph.faces.controls import group_of
from faceplate.graph.faces.stream import planes_over
from faceplate.graph.render import Box, Info, Node, Nothing, Planes, Source, window_to_box
from faceplate.values import Floats, Window, nowhere


@dataclass(frozen=True)
class Made:
    """A picture that was made whole: channels over a window of plate space."""

    window: Window
    channels: dict[str, Floats]

    @property
    def size_bytes(self) -> int:
        """What keeping it costs."""
        return sum(plane.nbytes for plane in self.channels.values()) + 1024


empty = Made(nowhere, {})


def stream_of(group: Node, slot: int = 0) -> Source | Nothing:
    """The picture that comes into the group."""
    return group.source(slot)


def made_whole(node: Node, make: Callable[[Node, Source], Made]) -> Made:
    """What `make` gives for the group's first input, made once for all readers; empty where nothing is connected."""
    source = group_of(node).input(0)
    if source is None:
        return empty
    made: Made = node.pull.kept_value(
        node, (node.digest, "whole"), lambda: make(group_of(node), source), lambda made: made.size_bytes
    )
    return made


def info_of(node: Node, made: Made, channels: tuple[str, ...]) -> Info:
    """The info of a picture that stands in the stream of the group's first input, black around its window."""
    info = stream_of(group_of(node)).info
    return replace(info, box=window_to_box(made.window, info.format.height), channels=channels, outside="black")


def planes_of(node: Node, made: Made, box: Box, channels: tuple[str, ...]) -> Planes:
    """The channels over a box of it."""
    height = stream_of(group_of(node)).info.format.height
    return planes_over(box, made.window, {name: made.channels[name] for name in channels}, height)
