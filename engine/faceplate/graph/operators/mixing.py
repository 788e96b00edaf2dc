"""Keymix and Dissolve: from one picture to another, by a mask or in time."""

from dataclasses import replace
from math import floor

from faceplate.graph.operators.bands import mixed
from faceplate.graph.operators.several_inputs import common_box, common_outside, joined_frames, mask_slot
from faceplate.graph.operators.standard import (
    clipped_mask,
    cut,
    joined,
    laid_over,
    mask_knobs,
    mix_of,
    own_mask,
    seen_box,
)
from faceplate.graph.render import Box, Info, Node, Nothing, Planes, Source, in_order, operator
from faceplate.values import Floats


@operator(
    "Keymix",
    defaults={"channels": "all", "maskChannel": "rgba.alpha", "invertMask": "false", "mix": "1", "bbox": "union"},
)
class Keymix:
    """A where the mask is white, B where it is black."""

    def info(self, node: Node) -> Info:
        """B's, with the chosen channels of A, and the box that the knob asks for."""
        below, above = node.source(0).info, node.input(1)
        if above is None:
            return below
        which = node.choice("bbox", ("union", "A", "B"))
        return replace(
            below,
            box=common_box(which, (above.info,), below),
            outside=common_outside(which, (above.info,), below),
            channels=in_order((*below.channels, *node.channels("channels", above.info.channels))),
            frames=joined_frames(node, (above.info,), below),
        )

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The mix; A is asked for inside the mask alone where that is black outside."""
        chosen = node.channels("channels", channels) if node.input(1) else ()
        seen = _in_mask(node, box) if chosen else Box(0, 0, 0, 0)
        if seen.is_empty:
            return node.source(0).pixels(box, channels)
        share, after = _share(node, seen), node.source(1).pixels(seen, chosen)
        if seen == box and isinstance(share, float) and share == 1:
            kept = node.source(0).pixels(box, tuple(name for name in channels if name not in after))
            return {name: after[name] if name in after else kept[name] for name in channels}
        return laid_over(node.source(0).pixels(box, channels), box, after, seen, share, channels)


def _in_mask(node: Node, box: Box) -> Box:
    mask = node.input(2)
    if node.number("mix") == 0:
        return Box(0, 0, 0, 0)
    if mask is None or node.flag("invertMask") or node.channel("maskChannel") is None or mask.info.outside == "edge":
        return box
    return box.intersect(mask.info.box)


def _share(node: Node, box: Box) -> Floats | float:
    """The mask, clipped to 0..1, times the mix; the mix alone where there is no mask."""
    mask, name, mix = node.input(2), node.channel("maskChannel"), float(node.number("mix"))
    if mask is None or name is None:
        return mix
    clipped = clipped_mask(mask.plane(box, name), invert=node.flag("invertMask"))
    return clipped if mix == 1 else clipped * clipped.dtype.type(mix)


@operator("Dissolve", defaults={**mask_knobs, "channels": "all", "which": "0"})
class Dissolve:
    """From input to input: 0 shows the first, 1 the second, 0.5 half of each."""

    def info(self, node: Node) -> Info:
        """Input 0's, with the channels, box and range of all."""
        infos = [source.info for source in _inputs(node) if isinstance(source, Source)]
        if not infos:
            return node.source(0).info
        first = node.source(0).info
        return replace(
            first,
            box=common_box("union", infos, first),
            outside=common_outside("union", infos, first),
            channels=in_order((*first.channels, *(name for info in infos for name in _chosen(node, info)))),
            frames=joined_frames(node, infos, first),
        )

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The two inputs nearest to the number, mixed; through the mask input 0 is seen."""
        before, after, share = _between(node)
        chosen = node.channels("channels", channels)
        seen = seen_box(node, box, mask_slot=mask_slot) if chosen else Box(0, 0, 0, 0)
        if seen.is_empty or (before is after and isinstance(before, Source) and _is_first(node, before)):
            return node.source(0).pixels(box, channels)
        held = node.source(0).pixels(box, joined(channels, own_mask(node, mask_slot)))
        part = cut(held, box, seen)
        left = part if _is_first(node, before) else before.pixels(seen, chosen)
        right = left if after is before else after.pixels(seen, chosen)
        made = {name: mixed(left[name], right[name], share) for name in chosen}
        return laid_over(held, box, made, seen, mix_of(node, seen, mask_slot=mask_slot, held=part), channels)


def _inputs(node: Node) -> list[Source | Nothing]:
    slots = (slot for slot in range(len(node.script_node.inputs)) if slot != mask_slot)
    return [node.source(slot) for slot in slots] or [node.source(0)]


def _between(node: Node) -> tuple[Source | Nothing, Source | Nothing, float]:
    """The two inputs that `which` lies between, and how far it lies from the first to the second."""
    inputs = _inputs(node)
    which = max(0.0, min(float(node.number("which")), len(inputs) - 1.0))
    below = floor(which)
    above = below if which == below else below + 1
    return inputs[below], inputs[above], which - below


def _is_first(node: Node, source: Source | Nothing) -> bool:
    first = node.input(0)
    return first is not None and isinstance(source, Source) and source.node is first.node


def _chosen(node: Node, info: Info) -> tuple[str, ...]:
    return node.channels("channels", info.channels)
