"""Channels that a knob names by place, and the channels that are known before any picture has them."""

from faceplate.graph.operators.channel_places import four_places
from faceplate.graph.render import Node, defaults_of
from faceplate.graph.script import split_list

Four = tuple[str | None, str | None, str | None, str | None]

_nukes_own = (
    *(f"rgba.{name}" for name in ("red", "green", "blue", "alpha")),
    "depth.Z",
    *(f"{way}.{name}" for way in ("forward", "backward") for name in ("u", "v")),
    "mask.a",
    "rotopaint_mask.a",
    *(f"disparity{eye}.{name}" for eye in "LR" for name in "xy"),
)
"""The channels of the layers that every script knows."""


def known_channels(node: Node) -> tuple[str, ...]:
    """The channels of the layers that every script knows, that this one declares, and that the node's inputs have."""
    declared = (name for layer in node.session.script.layers for name in layer.channels)
    inputs = range(len(node.script_node.inputs))
    present = (name for slot in inputs for name in node.source(slot).info.channels)
    return tuple(dict.fromkeys((*_nukes_own, *declared, *present)))


def four_channels(node: Node, knob: str, known: tuple[str, ...]) -> Four:
    """What a knob of up to four channels names, by place; None where it names none or has switched it off.

    Where a list is written (`{rgba.red -rgba.green none depth.Z}`) its order counts, so that one channel may stand in
    several places; the channels of a set or a layer go by their names.
    """
    words = _plain_list(node.values.get(knob, defaults_of(node.klass).get(knob, "none")))
    if words is None:
        return four_places(node.channels(knob, known))
    four = [None if word.startswith("-") or word == "none" else word for word in (words + ["none"] * 4)[:4]]
    return four[0], four[1], four[2], four[3]


def _plain_list(text: str) -> list[str] | None:
    """The words of a list of channels; None for a single word, and for anything that has to be evaluated."""
    if "{" in text or "[" in text:
        return None
    words = split_list(text)
    return words if len(words) > 1 else None
