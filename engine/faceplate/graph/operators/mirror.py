"""Mirror, Mirror2 and Position: pictures turned over and moved by whole pixels, no value changed."""

from dataclasses import replace

import numpy as np

from faceplate.graph.operators.extents import nearest_whole
from faceplate.graph.operators.limits import within
from faceplate.graph.render import Box, Info, Node, Planes, operator


class _Mirrored:
    """A picture turned over within its format."""

    def sides(self, node: Node) -> tuple[bool, bool]:
        """Whether left and right, and whether top and bottom change places."""
        raise NotImplementedError

    def info(self, node: Node) -> Info:
        """The picture's, its box turned over."""
        info = node.source(0).info
        return replace(info, box=mirrored(info.box, info, *self.sides(node)))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The picture's, in reverse."""
        flop, flip = self.sides(node)
        planes = node.source(0).pixels(mirrored(box, node.source(0).info, flop, flip), channels)
        if not (flop or flip):
            return planes
        rows, columns = slice(None, None, -1 if flip else 1), slice(None, None, -1 if flop else 1)
        return {name: np.ascontiguousarray(plane[rows, columns]) for name, plane in planes.items()}


def mirrored(box: Box, info: Info, flop: bool, flip: bool) -> Box:  # noqa: FBT001 -- two knobs' values
    """A box turned over within the picture's format."""
    wide, high = info.format.width, info.format.height
    x, r = (wide - box.r, wide - box.x) if flop else (box.x, box.r)
    y, t = (high - box.t, high - box.y) if flip else (box.y, box.t)
    return Box(x, y, r, t)


@operator("Mirror", defaults={"Horizontal": "false", "Vertical": "false"})
class Mirror(_Mirrored):
    """The older of the two."""

    def sides(self, node: Node) -> tuple[bool, bool]:
        """By its own knobs' names."""
        return node.flag("Horizontal"), node.flag("Vertical")


@operator("Mirror2", defaults={"flip": "false", "flop": "false"})
class Mirror2(_Mirrored):
    """The newer of the two."""

    def sides(self, node: Node) -> tuple[bool, bool]:
        """Flop turns left and right over, flip top and bottom."""
        return node.flag("flop"), node.flag("flip")


@operator("Position", defaults={"translate": "0 0"})
class Position:
    """A picture moved by whole pixels, unfiltered."""

    def info(self, node: Node) -> Info:
        """The picture's, its box moved."""
        info = node.source(0).info
        return replace(info, box=info.box.move(*_move(node)))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The picture's from where they came."""
        right, up = _move(node)
        return node.source(0).pixels(box.move(-right, -up), channels)


def _move(node: Node) -> tuple[int, int]:
    right, up = (nearest_whole(number) for number in within(node, "translate", 2))
    return right, up
