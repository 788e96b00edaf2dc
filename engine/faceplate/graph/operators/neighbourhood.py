"""Filters whose pixels depend on those around them."""

from collections.abc import Callable

from faceplate.graph.operators.standard import cut, joined, laid_over, mix_of, own_mask, seen_box
from faceplate.graph.render import Box, Node, Planes
from faceplate.values import Floats

Work = Callable[[Floats], Floats]
"""Makes a plane from one that reaches so many pixels farther at every side."""


def worked_around(node: Node, box: Box, channels: tuple[str, ...], reach: tuple[int, int], work: Work) -> Planes:
    """The channels of input 0, those of the `channels` knob worked on, through mask and mix.

    `work` is given each of them with a margin of `reach` pixels at the sides and above and below, and gives it back
    without. Input 0 is pulled once.
    """
    chosen = node.channels("channels", channels)
    seen = seen_box(node, box) if chosen else Box(box.x, box.y, box.x, box.y)
    if seen.is_empty:
        return node.source(0).pixels(box, channels)
    around = seen.grow(*reach)
    wide = box.join(around)
    held = node.source(0).pixels(wide, joined(channels, own_mask(node)))
    made = {}
    for name in chosen:
        node.session.check()
        made[name] = work(held[name][around.slices(wide)])
    share = mix_of(node, seen, held=cut(held, wide, seen))
    return laid_over(cut(held, wide, box), box, made, seen, share, channels)
