"""What nearly every filter has: channels, a mask, a mix, and colour worked on unpremultiplied."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from faceplate.graph.operators.bands import by_bands, mixed
from faceplate.graph.render import Box, Info, Node, Nothing, Planes, Source
from faceplate.values import Floats

mask_knobs = {
    "maskChannelInput": "none",
    "maskChannelMask": "rgba.alpha",
    "inject": "false",
    "invert_mask": "false",
    "fringe": "false",
    "mix": "1",
}

standard_knobs = {"channels": "rgb", **mask_knobs}
"""Defaults of the knobs that are read here."""

unpremult_knobs = {"unpremult": "none", "invert_unpremult": "false"}

Change: TypeAlias = Callable[[Floats], Floats]
"""Makes one channel's new values from its old ones, pixel by pixel; the old ones are never written to."""


class Pixelwise:
    """Changes each of the chosen channels for itself, pixel by pixel."""

    def change(self, node: Node, channel: str) -> Change | None:
        """What is done to a channel; None where the knobs leave it as it is."""
        raise NotImplementedError

    def info(self, node: Node) -> Info:
        """The input's; no longer black outside where black is changed."""
        info = node.source(0).info
        if info.outside == "edge":
            return info
        chosen = node.channels("channels", info.channels)
        changes = [change for name in chosen if (change := self.change(node, name))]
        black = np.zeros((1, 1), np.float32)
        with np.errstate(all="ignore"):
            lit = any(change(black)[0, 0] != 0 for change in changes)
        return lit_outside(info) if lit else info

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The chosen channels changed, unpremultiplied meanwhile where the knobs say so."""
        changes = {name: self.change(node, name) for name in node.channels("channels", channels)}
        changed = {name: change for name, change in changes.items() if change}
        if not changed:
            return node.source(0).pixels(box, channels)

        def work(planes: Planes, over: Box) -> Planes:
            bare, back = unpremultiplied(node, planes, over)
            with np.errstate(all="ignore"):
                return {**planes, **back({name: changed[name](bare[name]) for name in changed})}

        return filtered(node, box, channels, work, beside=unpremult_channel(node))


def lit_outside(info: Info) -> Info:
    """The info of a picture that is black outside of its box no longer: the box with a rim, which is repeated."""
    if info.outside == "edge":
        return info
    return replace(info, box=info.format.box if info.box.is_empty else info.box.grow(1), outside="edge")


def filtered(
    node: Node,
    box: Box,
    channels: tuple[str, ...],
    work: Callable[[Planes, Box], Planes],
    *,
    mask_slot: int = 1,
    beside: tuple[str, ...] = (),
) -> Planes:
    """The channels of input 0, those of the `channels` knob worked on, through mask and mix.

    `work` is given the chosen planes, those named `beside` them, and their box, which is no larger than the mask needs;
    it gives the chosen ones back changed. Channels that the knob leaves out, and all of them where the mix is 0, go
    through as they are. Input 0 is pulled once.
    """
    chosen = node.channels("channels", channels)
    seen = seen_box(node, box, mask_slot=mask_slot) if chosen else Box(box.x, box.y, box.x, box.y)
    if seen.is_empty:
        return node.source(0).pixels(box, channels)
    held = node.source(0).pixels(box, joined(channels, beside, own_mask(node, mask_slot)))
    part = cut(held, box, seen)
    share = mix_of(node, seen, mask_slot=mask_slot, held=part)
    after = work({name: part[name] for name in joined(chosen, beside)}, seen)
    return laid_over(held, box, {name: after[name] for name in chosen}, seen, share, channels)


def joined(*names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of all, each once."""
    return tuple(dict.fromkeys(name for some in names for name in some))


def laid_over(
    held: Planes, box: Box, made: Planes, seen: Box, share: Floats | float, channels: tuple[str, ...]
) -> Planes:
    """The channels held over a box, with those that are made over a box inside it mixed in by their share."""
    return {name: _laid_in(held[name], box, made.get(name), seen, share) for name in channels}


def _laid_in(whole: Floats, box: Box, made: Floats | None, seen: Box, share: Floats | float) -> Floats:
    if made is None:
        return whole
    if seen == box:
        return mixed(whole, made, share)
    inside = seen.slices(box)
    wide = whole.copy()
    wide[inside] = mixed(whole[inside], made, share)
    return wide


def cut(held: Planes, box: Box, seen: Box) -> Planes:
    """The planes over a box inside the one that they are held over."""
    return held if seen == box else {name: plane[seen.slices(box)] for name, plane in held.items()}


def unpremultiplied(node: Node, planes: Planes, box: Box) -> tuple[Planes, Callable[[Planes], Planes]]:
    """The planes divided by the channel of the knob `unpremult`, and what multiplies them again.

    Where that channel is 0 the planes stay as they are, as in Nuke; the channel itself stays as it is everywhere. It is
    taken from the planes, from input 0 where it is not among them.
    """
    name = node.channel("unpremult")
    if name is None:
        return planes, lambda worked: worked
    found = planes.get(name)
    alpha = node.source(0).plane(box, name) if found is None else found
    if node.flag("invert_unpremult"):
        alpha = 1 - alpha

    def back(worked: Planes) -> Planes:
        return {each: plane if each == name else by_bands(times, plane, alpha) for each, plane in worked.items()}

    return {each: plane if each == name else by_bands(over, plane, alpha) for each, plane in planes.items()}, back


def unpremult_channel(node: Node) -> tuple[str, ...]:
    """The channel that the knob `unpremult` names, to be pulled beside the others."""
    name = node.channel("unpremult")
    return () if name is None else (name,)


def over(plane: Floats, alpha: Floats) -> Floats:
    """The plane divided by alpha, as it is where alpha is 0."""
    return np.divide(plane, np.where(alpha == 0, np.float32(1), alpha))


def times(plane: Floats, alpha: Floats) -> Floats:
    """The plane multiplied by alpha, as it is where alpha is 0: what `over` left alone."""
    return np.multiply(plane, np.where(alpha == 0, np.float32(1), alpha))


def seen_box(node: Node, box: Box, *, mask_slot: int = 1) -> Box:
    """The part of a box in which the node's change may be seen: none at mix 0, no more than the mask's own box."""
    if node.number("mix") == 0:
        return Box(box.x, box.y, box.x, box.y)
    source, name = _mask_source(node, mask_slot)
    if name is None or node.flag("invert_mask") or source.info.outside == "edge":
        return box
    return box.intersect(source.info.box)


def mix_of(node: Node, box: Box, *, mask_slot: int = 1, held: Planes | None = None) -> Floats | float:
    """The share of the change that is seen: the mix, times the mask where there is one; `held` as in `mask_of`."""
    mix = float(node.number("mix"))
    mask = mask_of(node, box, mask_slot=mask_slot, held=held) if mix != 0 else None
    if mask is None:
        return mix
    return mask if mix == 1 else mask * np.float32(mix)


def mask_of(node: Node, box: Box, *, mask_slot: int = 1, held: Planes | None = None) -> Floats | None:
    """The node's mask over the box, clipped to 0..1, inverted where asked; None where it has none.

    `held` are planes of input 0 over the box, pulled before: a mask among its channels is taken from them.

    Raises:
        ScriptError: it is to be fringed or injected, which is not rendered.
    """
    source, name = _mask_source(node, mask_slot)
    if name is None:
        return None
    for knob in ("fringe", "inject"):
        if node.flag(knob):
            expected, next_step = "a mask as it is", "switch it off: it is not rendered"
            raise node.refusal(expected=expected, came=knob, next_step=next_step, knob=knob)
    found = (held or {}).get(name) if node.input(mask_slot) is None else None
    return clipped_mask(source.plane(box, name) if found is None else found, invert=node.flag("invert_mask"))


def is_masked(node: Node, mask_slot: int = 1) -> bool:
    """True where a mask limits what is seen."""
    return _mask_source(node, mask_slot)[1] is not None


def own_mask(node: Node, mask_slot: int = 1) -> tuple[str, ...]:
    """The channel of input 0 that is the mask, where the mask is one of its channels."""
    name = None if node.input(mask_slot) else node.channel("maskChannelInput")
    return () if name is None else (name,)


def clipped_mask(plane: Floats, *, invert: bool) -> Floats:
    """The mask clipped to 0..1, 1 less it where inverted."""
    mask = np.clip(plane, np.float32(0), np.float32(1))
    return np.subtract(np.float32(1), mask, out=mask) if invert else mask


def _mask_source(node: Node, mask_slot: int) -> tuple[Source | Nothing, str | None]:
    connected = node.input(mask_slot)
    return connected or node.source(0), node.channel("maskChannelMask" if connected else "maskChannelInput")
