"""Expression and MergeExpression: channels made by maths from channels and places.

As in Nuke `x` and `y` are the whole pixel, `cx` and `cy` run from -1 to 1 over the width with 0 in the middle, and all
maths is in single precision. An empty line leaves its channels as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from faceplate.graph.operators.pixel_maths import PixelMaths, colours, lines, names_beside
from faceplate.graph.operators.several_inputs import common_box, common_outside, joined_frames
from faceplate.graph.operators.standard import (
    cut,
    joined,
    laid_over,
    lit_outside,
    mask_knobs,
    mix_of,
    own_mask,
    seen_box,
    unpremult_channel,
    unpremult_knobs,
    unpremultiplied,
)
from faceplate.graph.render import Box, Info, Node, Planes, in_order, operator

expression_knobs = {
    **mask_knobs,
    **unpremult_knobs,
    **{f"temp_name{line}": "" for line in range(lines)},
    **{f"temp_expr{line}": "" for line in range(lines)},
    **{f"channel{line}": f"rgba.{name}" for line, name in enumerate(colours)},
    **{f"expr{line}": "" for line in range(lines)},
}


@operator("Expression", defaults=expression_knobs)
class Expression:
    """Four lines of maths, each for a set of channels."""

    letters: ClassVar[Mapping[str, int]] = MappingProxyType({"": 0})
    mask_slot: ClassVar = 1

    def maths(self, values: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        """The names in its lines that may stand for the frame or for knobs."""
        return names_beside(values, self.letters)

    def info(self, node: Node) -> Info:
        """The input's, with the channels that are made; black outside only where black makes black."""
        info, maths = self._joined_info(node), PixelMaths(node, self.letters)
        lit = info.outside == "black" and maths.lights_black
        return replace(lit_outside(info) if lit else info, channels=in_order((*info.channels, *maths.made)))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The channels that a line names made new, the others as they are."""
        maths = PixelMaths(node, self.letters)
        wanted = tuple(name for name in channels if name in maths.made)
        seen = seen_box(node, box, mask_slot=self.mask_slot) if wanted else Box(0, 0, 0, 0)
        if seen.is_empty:
            return node.source(0).pixels(box, channels)
        reads = maths.reads(wanted)
        beside = joined(reads.get(0, ()), unpremult_channel(node), own_mask(node, self.mask_slot))
        held = node.source(0).pixels(box, joined(channels, beside))
        part = cut(held, box, seen)
        bare, back = unpremultiplied(node, part, seen)
        others = {slot: node.source(slot).pixels(seen, names) for slot, names in reads.items() if slot}
        made = back({name: maths.plane(name, seen, {0: bare, **others}) for name in wanted})
        return laid_over(held, box, made, seen, mix_of(node, seen, mask_slot=self.mask_slot, held=part), channels)

    def _joined_info(self, node: Node) -> Info:
        return node.source(0).info


@operator("MergeExpression", defaults=expression_knobs)
class MergeExpression(Expression):
    """The same with two inputs: `Ar` is red of A, `Bdepth.Z` depth of B."""

    letters: ClassVar[Mapping[str, int]] = MappingProxyType({"B.": 0, "A.": 1, "B": 0, "A": 1})
    mask_slot: ClassVar = 2

    def _joined_info(self, node: Node) -> Info:
        below, above = node.source(0).info, node.input(1)
        if above is None:
            return below
        infos = (above.info,)
        box, outside = common_box("union", infos, below), common_outside("union", infos, below)
        return replace(below, box=box, outside=outside, frames=joined_frames(node, infos, below))
