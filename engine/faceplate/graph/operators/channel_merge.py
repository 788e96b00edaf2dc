"""ChannelMerge: one channel of A with one of B into one of the output."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from faceplate.graph.operators.bands import by_bands
from faceplate.graph.operators.merge_formulas import divide, multiply
from faceplate.graph.operators.several_inputs import common_box, common_outside, joined_frames, mask_slot
from faceplate.graph.operators.standard import cut, joined, laid_over, mask_knobs, mix_of, own_mask, seen_box
from faceplate.graph.render import Box, Info, Node, Planes, in_order, operator
from faceplate.values import Floats

formulas: MappingProxyType[str, Callable[[Floats, Floats], Floats]] = MappingProxyType(
    {
        "union": lambda a, b: a + b - a * b,
        "absminus": lambda a, b: np.abs(a - b),
        "b if not a": lambda a, b: np.where(a == 0, b, a),
        "divide": lambda a, b: divide(a, b, a, b),
        "from": lambda a, b: b - a,
        "in": lambda a, b: a * b,
        "max": np.maximum,
        "min": np.minimum,
        "minus": lambda a, b: a - b,
        "multiply": lambda a, b: multiply(a, b, a, b),
        "out": lambda a, b: a * (1 - b),
        "plus": lambda a, b: a + b,
        "stencil": lambda a, b: b * (1 - a),
        "xor": lambda a, b: a + b - 2 * a * b,
    }
)
"""What each operation makes of the channel of A and the channel of B."""


@operator(
    "ChannelMerge",
    defaults={
        **mask_knobs,
        "operation": "union",
        "A": "rgba.alpha",
        "B": "rgba.alpha",
        "output": "rgba.alpha",
        "bbox": "union",
    },
)
class ChannelMerge:
    """Two channels into one; both are B's where no A is connected."""

    def info(self, node: Node) -> Info:
        """B's, with the output's channel, and the box that the knob asks for."""
        below, above, name = node.source(0).info, node.input(1), node.channel("output")
        channels = in_order((*below.channels, name)) if name else below.channels
        if above is None:
            return replace(below, channels=channels)
        which = node.choice("bbox", ("union", "intersection", "A", "B"))
        return replace(
            below,
            channels=channels,
            box=common_box(which, (above.info,), below),
            outside=common_outside(which, (above.info,), below),
            frames=joined_frames(node, (above.info,), below),
        )

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """B's channels, the output's made new."""
        to, upper, lower = node.channel("output"), node.channel("A"), node.channel("B")
        seen = seen_box(node, box, mask_slot=mask_slot) if to in channels else Box(0, 0, 0, 0)
        if to is None or seen.is_empty:
            return node.source(0).pixels(box, channels)
        above = node.input(1)
        own = tuple(name for name in (lower, None if above else upper) if name)
        held = node.source(0).pixels(box, joined(channels, own, own_mask(node, mask_slot)))
        part = cut(held, box, seen)
        black = np.zeros(seen.shape, np.float32)
        left = above.plane(seen, upper) if above and upper else part.get(upper or "", black)
        formula = formulas[node.choice("operation", tuple(formulas))]
        made = by_bands(formula, left, part.get(lower or "", black))
        share = mix_of(node, seen, mask_slot=mask_slot, held=part)
        return laid_over(held, box, {to: made}, seen, share, channels)
