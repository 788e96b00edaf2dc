"""Remove and AddChannels: which channels there are."""

from dataclasses import replace

import numpy as np

from faceplate.graph.operators.channel_places import place_of
from faceplate.graph.operators.knob_channels import known_channels
from faceplate.graph.operators.standard import joined, lit_outside
from faceplate.graph.operators.structure import Through
from faceplate.graph.render import Box, Info, Node, Planes, in_order, operator

_sets = ("channels", "channels2", "channels3", "channels4")


def _named(node: Node, available: tuple[str, ...]) -> tuple[str, ...]:
    return joined(*(node.channels(knob, available) for knob in _sets))


@operator(
    "Remove",
    defaults={"operation": "remove", "channels": "all", "channels2": "none", "channels3": "none", "channels4": "none"},
)
class Remove(Through):
    """The channels named are taken away, or they alone are kept."""

    def info(self, node: Node) -> Info:
        """The input's, with the channels that are left."""
        info = node.source(0).info
        named = _named(node, info.channels)
        keep = node.choice("operation", ("remove", "keep")) == "keep"
        return replace(info, channels=tuple(name for name in info.channels if (name in named) == keep))


@operator(
    "AddChannels",
    defaults={
        "channels": "none",
        "channels2": "none",
        "channels3": "none",
        "channels4": "none",
        "color": "0",
        "format_size": "false",
    },
)
class AddChannels:
    """Channels that the input lacks, filled with a colour."""

    def info(self, node: Node) -> Info:
        """The input's, with the new channels; at least the format's box where the knob asks for it."""
        info = node.source(0).info
        added = _added(node, info)
        if added and any(number != 0 for number in node.numbers("color", 4)):
            info = lit_outside(info)
        if node.flag("format_size"):
            info = replace(info, box=info.box.join(info.format.box))
        return replace(info, channels=in_order((*info.channels, *added)))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The input's channels, the colour in the new ones."""
        source = node.source(0)
        added, known = set(_added(node, source.info)), node.info.channels
        held = source.pixels(box, tuple(name for name in channels if name not in added))
        colour = (*node.numbers("color", 4), 0.0)

        def filled(name: str) -> np.ndarray:
            return np.full(box.shape, colour[min(4, place_of(name, known))], np.float32)

        return {name: filled(name) if name in added else held[name] for name in channels}


def _added(node: Node, info: Info) -> tuple[str, ...]:
    return tuple(name for name in _named(node, known_channels(node)) if name not in info.channels)
