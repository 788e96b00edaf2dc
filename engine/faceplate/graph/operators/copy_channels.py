"""Copy: channels of A into B."""

from dataclasses import replace

from faceplate.graph.operators.several_inputs import (
    common_box,
    common_outside,
    joined_frames,
    joined_metadata,
    mask_slot,
)
from faceplate.graph.operators.standard import cut, is_masked, joined, laid_over, mask_knobs, mix_of, own_mask, seen_box
from faceplate.graph.render import Box, Info, Node, Planes, in_order, operator

pairs = 4

copy_knobs = {
    **mask_knobs,
    **{f"{end}{number}": "none" for number in range(pairs) for end in ("from", "to")},
    "channels": "none",
    "bbox": "union",
    "metainput": "B",
}


@operator("Copy", defaults=copy_knobs)
class Copy:
    """Four pairs of channels, and a set of further ones under their own names."""

    def info(self, node: Node) -> Info:
        """B's, with the channels that are copied to, and the box that the knob asks for."""
        below, above = node.source(0).info, node.input(1)
        copied = _copied(node)
        if above is None or not copied:
            return below
        which = node.choice("bbox", ("union", "intersection", "A", "B"))
        return replace(
            below,
            box=common_box(which, (above.info,), below),
            outside=common_outside(which, (above.info,), below),
            channels=in_order((*below.channels, *copied)),
            metadata=joined_metadata((above.info,), below, node.choice("metainput", ("A", "B", "All"))),
            frames=joined_frames(node, (above.info,), below),
        )

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """A's where they are copied, through mask and mix; B's elsewhere."""
        above = node.input(1)
        copied = {to: source for to, source in _copied(node).items() if to in channels} if above else {}
        seen = seen_box(node, box, mask_slot=mask_slot) if copied else Box(0, 0, 0, 0)
        if above is None or seen.is_empty:
            return node.source(0).pixels(box, channels)
        after = above.pixels(seen, tuple(dict.fromkeys(copied.values())))
        made = {to: after[name] for to, name in copied.items()}
        if seen == box and node.number("mix") == 1 and not is_masked(node, mask_slot):
            kept = node.source(0).pixels(box, tuple(name for name in channels if name not in made))
            return {name: made[name] if name in made else kept[name] for name in channels}
        held = node.source(0).pixels(box, joined(channels, own_mask(node, mask_slot)))
        share = mix_of(node, seen, mask_slot=mask_slot, held=cut(held, box, seen))
        return laid_over(held, box, made, seen, share, channels)


def _copied(node: Node) -> dict[str, str]:
    """The channel of A that each channel of the output is copied from."""
    above = node.input(1)
    same = node.channels("channels", above.info.channels) if above else ()
    named = [(node.channel(f"to{number}"), node.channel(f"from{number}")) for number in range(pairs)]
    return {**{name: name for name in same}, **{to: source for to, source in named if to and source}}
