"""Shuffle and ShuffleCopy: each channel of up to two layers made from a channel of up to two others, black or white.

The knobs are named for the colours of `out` and, going on, of `out2`: red, green, blue, alpha, black, white, red2,
green2. Their values are colours of `in` (red to alpha) and of `in2` (red2 to alpha2), black, or white.
"""

from typing import ClassVar

from faceplate.graph.operators.knob_channels import Four, four_channels, known_channels
from faceplate.graph.operators.picked import Pick, Picked, Picks
from faceplate.graph.render import Node, operator

_colours = ("red", "green", "blue", "alpha")
_first_knobs = _colours
_second_knobs = ("black", "white", "red2", "green2")
_values = (*_colours, *(f"{name}2" for name in _colours), "black", "white")

shuffle_knobs = {
    "in": "rgba",
    "in2": "none",
    "out": "rgba",
    "out2": "none",
    **{name: name for name in _colours},
    **{knob: f"{colour}2" for knob, colour in zip(_second_knobs, _colours, strict=True)},
}


@operator("Shuffle", defaults=shuffle_knobs)
class Shuffle(Picked):
    """Both layers are the input's own."""

    slots: ClassVar = (0, 0)

    def picks(self, node: Node) -> Picks:
        """What each channel of `out` and `out2` is made from."""
        known = known_channels(node)
        layers = [_layer(node, knob, known) for knob in ("in", "in2")]
        made: Picks = {}
        for out, knobs in (("out", _first_knobs), ("out2", _second_knobs)):
            for channel, knob in zip(four_channels(node, out, known), knobs, strict=True):
                if channel:
                    made[channel] = self._picked(node.choice(knob, _values), layers)
        return made

    def _picked(self, value: str, layers: list[Four]) -> Pick:
        """One value: the slot and channel that it names, or `black` or `white`."""
        if value in {"black", "white"}:
            return value
        second = value.endswith("2")
        channel = layers[second][_colours.index(value.removesuffix("2"))]
        return "black" if channel is None else (self.slots[second], channel)


@operator(
    "ShuffleCopy",
    defaults={**shuffle_knobs, "in2": "rgba", **{name: f"{name}2" for name in ("red", "green", "blue")}},
)
class ShuffleCopy(Shuffle):
    """`in` is a layer of A, `in2` one of B; as it comes A's alpha is put into B."""

    slots: ClassVar = (1, 0)


def _layer(node: Node, knob: str, known: tuple[str, ...]) -> Four:
    """The colours of a layer that is read: of one with a single channel that one is every colour."""
    four = four_channels(node, knob, known)
    named = [name for name in four if name]
    return (named[0], named[0], named[0], named[0]) if len(named) == 1 else four
