"""Crop and the nodes that change where a picture is known: its box, its format, what stands around it."""

import math
from dataclasses import replace

import numpy as np

from faceplate.graph.operators.limits import within
from faceplate.graph.render import Box, Info, Node, Planes, operator
from faceplate.values import Floats


def nearest_whole(number: float) -> int:
    """The nearest whole number, the higher of two."""
    return math.floor(number + 0.5)


@operator(
    "Crop",
    defaults={"softness": "0", "reformat": "false", "intersect": "false", "crop": "true"},
)
class Crop:
    """A picture cut to a box, which may become its format."""

    def info(self, node: Node) -> Info:
        """The box cut or set; black outside but where the knob says that its edge is repeated."""
        info, box = node.source(0).info, cut_of(node)
        format_ = info.format
        if node.flag("reformat"):
            format_ = replace(format_, width=max(1, box.width), height=max(1, box.height), name="")
        kept = box.intersect(info.box) if node.flag("intersect") or info.box.is_empty else box
        outside = "black" if node.flag("crop") else info.outside
        return replace(info, format=format_, box=kept.move(*_back(node, box)), outside=outside)

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The picture's, faded towards the edges where they are soft."""
        cut = cut_of(node)
        right, up = _back(node, cut)
        seen = box.move(-right, -up)
        planes, softness = node.source(0).pixels(seen, channels), within(node, "softness", 2)
        if max(softness) <= 0:
            return planes
        up_fade = _fade(seen.y, seen.t, cut.y, cut.t, softness[1])
        fade = up_fade[:, None] * _fade(seen.x, seen.r, cut.x, cut.r, softness[0])
        return {name: plane * fade for name, plane in planes.items()}


def cut_of(node: Node) -> Box:
    """The box of the knob `box` in whole pixels; the format's where the script writes none."""
    if "box" not in node.values:
        return node.source(0).info.format.box
    x, y, r, t = (nearest_whole(edge) for edge in within(node, "box", 4))
    return Box(x, y, max(x, r), max(y, t))


def _back(node: Node, cut: Box) -> tuple[int, int]:
    """How far the picture moves: with a new format, its corner goes to the origin."""
    return (-cut.x, -cut.y) if node.flag("reformat") else (0, 0)


def _fade(first: int, end: int, low: int, high: int, softness_px: float) -> Floats:
    """From 0 at the edges to 1 so many pixels inside, smoothly, at the centres of pixels."""
    at = np.arange(first, end) + 0.5
    if softness_px <= 0:
        return np.ones(at.size, np.float32)
    share = np.clip(np.minimum(at - low, high - at) / softness_px, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


class _Reboxed:
    """A picture whose pixels stay, but for where they end."""

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The picture's."""
        return node.source(0).pixels(box, channels)


@operator("BlackOutside")
class BlackOutside(_Reboxed):
    """Black around the box."""

    def info(self, node: Node) -> Info:
        """The picture's, black outside."""
        return replace(node.source(0).info, outside="black")


@operator("CopyBBox")
class CopyBBox(_Reboxed):
    """The box of input A for the picture of B."""

    def info(self, node: Node) -> Info:
        """B's, with A's box."""
        return replace(node.source(0).info, box=node.source(1).info.box)


@operator("AdjBBox", defaults={"numpixels": "25"})
class AdjBBox(_Reboxed):
    """A box with a margin more or less."""

    def info(self, node: Node) -> Info:
        """The picture's, its box larger; smaller by a negative margin."""
        info = node.source(0).info
        across, up = (nearest_whole(margin) for margin in within(node, "numpixels", 2))
        if info.box.is_empty:
            return info
        grown = info.box.grow(across, up)
        return replace(info, box=Box(grown.x, grown.y, max(grown.x, grown.r), max(grown.y, grown.t)))
