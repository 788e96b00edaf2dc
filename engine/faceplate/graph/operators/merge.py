"""Merge: pictures laid over one another by one of thirty formulas."""

from dataclasses import dataclass, replace
from functools import cached_property, reduce
from types import MappingProxyType
from typing import Literal

import numpy as np

from faceplate.graph.operators.bands import by_bands
from faceplate.graph.operators.knob_channels import four_channels, known_channels
from faceplate.graph.operators.merge_formulas import Formula, alpha_reads, clear, operations
from faceplate.graph.operators.several_inputs import (
    a_inputs,
    common_box,
    common_outside,
    joined_frames,
    joined_metadata,
    mask_slot,
)
from faceplate.graph.operators.standard import cut, joined, laid_over, mask_knobs, mix_of, own_mask, seen_box
from faceplate.graph.render import Box, Info, Node, Planes, Source, in_order, operator
from faceplate.values import Floats

merge_knobs = {
    **mask_knobs,
    "operation": "over",
    "Achannels": "rgba",
    "Bchannels": "rgba",
    "output": "rgba",
    "also_merge": "none",
    "bbox": "union",
    "metainput": "B",
    "rangeinput": "All",
    "sRGB": "false",
    "screen_alpha": "false",
}

unmasked = frozenset(
    {"atop", "conjoint-over", "copy", "disjoint-over", "in", "mask", "matte", "out", "over", "stencil", "under", "xor"}
)
"""Operations that go by alpha themselves: Nuke greys out alpha masking for them."""


@dataclass(frozen=True)
class _Routes:
    """Which channel of A and which of B make which channel of the output; None stands for black.

    Attributes:
        pairs: by output channel, the channels of A and of B.
        alphas: the channels that are a and b.
        alpha_output: where the merged alpha goes, if anywhere.
    """

    pairs: MappingProxyType[str, tuple[str | None, str | None]]
    alphas: tuple[str | None, str | None]
    alpha_output: str | None


@operator("Merge2", defaults=merge_knobs)
@operator("Merge", defaults={**merge_knobs, "A": "rgba", "B": "rgba"})
class Merge:
    """A over B, or another of the operations, channel by channel; of several A inputs one after the other."""

    def info(self, node: Node) -> Info:
        """B's, with the channels that are merged, the box that the knob asks for, and metadata and range by choice."""
        above, below = a_inputs(node), node.source(0)
        if not above:
            return below.info
        infos = [source.info for source in above]
        which = node.choice("bbox", ("union", "intersection", "A", "B"))
        made = [out for out, pair in _routes(node).pairs.items() if _exists(pair, infos, below.info)]
        return replace(
            below.info,
            box=common_box(which, infos, below.info),
            outside=_outside(node, which, infos, below.info),
            channels=in_order((*below.info.channels, *made)),
            metadata=joined_metadata(infos, below.info, node.choice("metainput", ("A", "B", "All"))),
            frames=joined_frames(node, infos, below.info, node.choice("rangeinput", ("A", "B", "All"))),
        )

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """B's channels, those of the output merged with A's inside of what mask and A leave to be seen."""
        _check(node)
        above, routes = a_inputs(node), _routes(node)
        merged = tuple(name for name in channels if name in routes.pairs)
        seen = _seen(node, above, box) if above and merged else Box(0, 0, 0, 0)
        if seen.is_empty:
            return node.source(0).pixels(box, channels)
        plan = _Plan(operation=_operation(node), masking=_masks_alpha(node), routes=routes, above=above, wanted=merged)
        held = node.source(0).pixels(box, joined(channels, plan.lower, own_mask(node, mask_slot)))
        part = cut(held, box, seen)
        made, share = plan.merged(part, seen), mix_of(node, seen, mask_slot=mask_slot, held=part)
        return laid_over(held, box, {name: made[name] for name in merged}, seen, share, channels)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """One merge: the operation's word, whether alphas mask it, what goes where, the A inputs, the channels wanted."""

    operation: str
    masking: bool
    routes: _Routes
    above: tuple[Source, ...]
    wanted: tuple[str, ...]

    @cached_property
    def reads(self) -> str:
        """Which of the alphas are read."""
        if self.masking:
            return "ab"
        return alpha_reads.get(self.operation, "") + ("a" if self.operation in clear else "")

    @cached_property
    def made(self) -> tuple[str, ...]:
        """The channels that are made: the merged alpha, too, where the next A input is merged by it."""
        alpha = self.routes.alpha_output
        more = (alpha,) if alpha and "b" in self.reads and len(self.above) > 1 else ()
        return joined(self.wanted, more)

    @cached_property
    def lower(self) -> tuple[str, ...]:
        """The channels that are read of B."""
        return self._of(1)

    def merged(self, below: Planes, box: Box) -> Planes:
        """The channels merged over a box, without mask and mix, from B's over the same box."""
        black = np.zeros(box.shape, np.float32)
        made = {name: below.get(self.routes.pairs[name][1] or "", black) for name in self.made}
        b = below.get(self.routes.alphas[1] or "", black)
        for source in self.above:
            upper = source.pixels(box, self._of(0))
            a = upper.get(self.routes.alphas[0] or "", black)
            made = {
                name: by_bands(self._formula(name), upper.get(self.routes.pairs[name][0] or "", black), plane, a, b)
                for name, plane in made.items()
            }
            b = made.get(self.routes.alpha_output or "", b)
        return made

    def _of(self, side: int) -> tuple[str, ...]:
        alpha = (self.routes.alphas[side],) if "ab"[side] in self.reads else ()
        names = (*(self.routes.pairs[name][side] for name in self.made), *alpha)
        return tuple(dict.fromkeys(name for name in names if name))

    def _formula(self, channel: str) -> Formula:
        plain = operations[self.operation]
        if self.masking:
            return _alpha_union if channel == self.routes.alpha_output else _masked_by_alpha(plain)
        return _keeping_b(plain) if self.operation in clear else plain


def _keeping_b(plain: Formula) -> Formula:
    """The formula, but B's very bits where A and its alpha are 0: adding 0 would turn -0 into 0."""

    def kept(upper: Floats, lower: Floats, a: Floats, b: Floats) -> Floats:
        made = plain(upper, lower, a, b)
        np.copyto(made, lower, where=(upper == 0) & (a == 0))
        return made

    return kept


def _masked_by_alpha(plain: Formula) -> Formula:
    """The formula where both alphas are something; elsewhere the picture that is there stays as it is."""
    return lambda upper, lower, a, b: np.where(a == 0, lower, np.where(b == 0, upper, plain(upper, lower, a, b)))


def _alpha_union(upper: Floats, lower: Floats, _a: Floats, _b: Floats) -> Floats:
    return upper + lower - upper * lower


def _seen(node: Node, above: tuple[Source, ...], box: Box) -> Box:
    """The part of a box where the merge may differ from B: in the mask and, if A is clear outside its box, in A's."""
    seen = seen_box(node, box, mask_slot=mask_slot)
    if _operation(node) not in clear or any(source.info.outside == "edge" for source in above):
        return seen
    return seen.intersect(reduce(Box.join, (source.info.box for source in above)))


def _routes(node: Node) -> _Routes:
    known = known_channels(node)
    upper, lower, out = (four_channels(node, knob, known) for knob in (*_channel_knobs(node), "output"))
    pairs = {name: (above, below) for above, below, name in zip(upper, lower, out, strict=True) if name}
    both = tuple(dict.fromkeys(name for source in (node.source(0), *a_inputs(node)) for name in source.info.channels))
    also = {name: (name, name) for name in node.channels("also_merge", both) if name not in pairs}
    return _Routes(MappingProxyType({**also, **pairs}), (upper[3], lower[3]), out[3])


def _channel_knobs(node: Node) -> tuple[str, str]:
    """The knobs of A's and B's channels: the first Merge of Nuke calls them by their letters."""
    return ("A", "B") if node.klass == "Merge" else ("Achannels", "Bchannels")


def _exists(pair: tuple[str | None, str | None], above: list[Info], below: Info) -> bool:
    return pair[1] in below.channels or any(pair[0] in info.channels for info in above)


def _outside(node: Node, which: str, above: list[Info], below: Info) -> Literal["edge", "black"]:
    zero = np.zeros((1, 1), np.float32)
    with np.errstate(all="ignore"):
        lit = operations[_operation(node)](zero, zero, zero, zero)[0, 0] != 0
    return "edge" if lit else common_outside(which, above, below)


def _masks_alpha(node: Node) -> bool:
    return _operation(node) not in unmasked and node.flag("screen_alpha")


def _operation(node: Node) -> str:
    word = node.choice("operation", (*operations, *_older_words))
    return _older_words.get(word, word)


_older_words = {"mult": "multiply"}


def _check(node: Node) -> None:
    if node.flag("sRGB"):
        raise node.refusal(
            expected="a merge of the values as they are",
            came="sRGB (video colorspace)",
            next_step="switch it off; to merge in another space put an OCIOColorSpace before and after",
            knob="sRGB",
        )
