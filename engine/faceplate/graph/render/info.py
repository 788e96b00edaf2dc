"""What is known of a node's picture before any pixel of it is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from faceplate.graph.render.geometry import Box, Format
from faceplate.values import Attribute, Floats

Planes: TypeAlias = Mapping[str, Floats]
"""Channels by full name, each rows x columns over one box, lowest row first. They may be shared: never write to one."""

no_metadata: Mapping[str, Attribute] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Info:
    """A picture, but for its pixels.

    Attributes:
        format: its size.
        box: where its pixels are known; it may lie inside the format, reach past it, or be empty.
        channels: full names, those of `rgba` first.
        outside: what stands outside the box: the nearest pixel of its edge repeated, or black.
        metadata: entries by the name that Nuke gives them (`input/timecode`, `exr/owner`), each with its own name and
            type in the file.
        frames: the first and the last frame of what it is made from.
    """

    format: Format
    box: Box
    channels: tuple[str, ...]
    outside: Literal["edge", "black"] = "edge"
    metadata: Mapping[str, Attribute] = field(default_factory=lambda: no_metadata)
    frames: tuple[int, int] = (1, 1)

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers of its channels, each once, in order."""
        return tuple(dict.fromkeys(name.rpartition(".")[0] for name in self.channels))


_rgba = ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha")


def in_order(channels: tuple[str, ...]) -> tuple[str, ...]:
    """Each channel once: those of `rgba` first, the others as they come, layer by layer."""
    named = dict.fromkeys(channels)
    first = [name for name in _rgba if name in named]
    layers = dict.fromkeys(name.rpartition(".")[0] for name in named if name not in _rgba)
    rest = [name for layer in layers for name in named if name not in _rgba and name.rpartition(".")[0] == layer]
    return (*first, *rest)
