"""Channels made from other channels, as the shuffles do."""

from dataclasses import replace
from typing import TypeAlias

import numpy as np

from faceplate.graph.operators.several_inputs import common_box, common_outside, joined_frames
from faceplate.graph.operators.standard import lit_outside
from faceplate.graph.render import Box, Info, Node, Planes, in_order

Pick: TypeAlias = tuple[int, str] | str
"""An input's slot and a channel of it, or `black` or `white`."""

Picks: TypeAlias = dict[str, Pick]
"""What each channel of the output is made from; those that are not named are B's."""


class Picked:
    """Puts channels of its inputs, black and white where the knobs say."""

    def picks(self, node: Node) -> Picks:
        """What goes where."""
        raise NotImplementedError

    def info(self, node: Node) -> Info:
        """B's, with the new channels and, where channels of A are used, A's box; white reaches past the box."""
        info, picks = node.source(0).info, self.picks(node)
        above = node.input(1)
        if above and any(pick[0] == 1 for pick in picks.values()):
            box, outside = common_box("union", (above.info,), info), common_outside("union", (above.info,), info)
            info = replace(info, box=box, outside=outside, frames=joined_frames(node, (above.info,), info))
        if "white" in picks.values():
            info = lit_outside(info)
        return replace(info, channels=in_order((*info.channels, *picks)))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """Each channel from where it is picked."""
        picks = self.picks(node)
        wanted = {name: picks.get(name, (0, name)) for name in channels}
        read = {
            slot: tuple(dict.fromkeys(pick[1] for pick in wanted.values() if pick[0] == slot))
            for slot in {pick[0] for pick in wanted.values() if not isinstance(pick, str)}
        }
        held = {slot: node.source(slot).pixels(box, names) for slot, names in read.items()}
        return {name: _plane(pick, held, box) for name, pick in wanted.items()}


def _plane(pick: Pick, held: dict[int, Planes], box: Box) -> np.ndarray:
    if isinstance(pick, str):
        return np.full(box.shape, float(pick == "white"), np.float32)
    return held[pick[0]][pick[1]]
