"""One colour everywhere."""

import numpy as np

from faceplate.graph.operators.channel_places import place_of
from faceplate.graph.operators.knob_channels import known_channels
from faceplate.graph.render import Box, Info, Node, Planes, in_order, operator


@operator("Constant", defaults={"channels": "rgba", "color": "0", "format": "", "first": "1", "last": "1"})
class Constant:
    """A colour over a format."""

    def info(self, node: Node) -> Info:
        """The format, all of it, in the channels that the knob names."""
        size = node.format("format")
        channels = in_order(node.channels("channels", known_channels(node)))
        return Info(format=size, box=size.box, channels=channels, frames=(node.whole("first"), node.whole("last")))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """Each channel's number; 0 from the fifth channel of a layer on."""
        colour = (*node.numbers("color", 4), 0.0)
        known = node.info.channels
        return {name: np.full(box.shape, colour[min(4, place_of(name, known))], np.float32) for name in channels}
