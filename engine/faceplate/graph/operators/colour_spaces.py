"""OCIOColorSpace: from one colour space of the config to another."""

from typing import Any

import numpy as np

from faceplate.colour import Conversion, colour_spaces, conversion, find_space, holds_data
from faceplate.graph.files.encodings import script_colour
from faceplate.graph.operators.channel_places import in_place, layer_of, place_of
from faceplate.graph.operators.standard import (
    filtered,
    joined,
    lit_outside,
    standard_knobs,
    unpremult_channel,
    unpremult_knobs,
    unpremultiplied,
)
from faceplate.graph.render import Box, Info, Node, Planes, operator

scene_linear = "scene_linear"
space_knobs = ("in_colorspace", "out_colorspace")


@operator(
    "OCIOColorSpace",
    defaults={**standard_knobs, **unpremult_knobs, **dict.fromkeys(space_knobs, scene_linear)},
)
class OCIOColorSpace:
    """Red, green and blue of the chosen layers in another colour space; nothing is clamped."""

    def info(self, node: Node) -> Info:
        """The input's; no longer black outside where the other space's black is not 0."""
        info, convert = node.source(0).info, _conversion(node)
        if convert is None or info.outside == "edge" or not node.channels("channels", info.channels):
            return info
        return lit_outside(info) if convert(np.zeros((1, 1, 3), np.float32)).any() else info

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The chosen colours converted, three at a time; alpha and a layer's further channels stay."""
        convert, known = _conversion(node), node.source(0).info.channels
        chosen = node.channels("channels", channels)
        layers = tuple(dict.fromkeys(layer_of(name) for name in chosen if place_of(name, known) < 3))  # noqa: PLR2004 -- red, green, blue
        if convert is None or not layers:
            return node.source(0).pixels(box, channels)
        three = {layer: [in_place(place, layer, known) for place in range(3)] for layer in layers}
        beside = tuple(name for names in three.values() for name in names if name)

        def work(planes: Planes, over: Box) -> Planes:
            bare, back = unpremultiplied(node, planes, over)
            made: dict[str, Any] = {}
            for names in three.values():
                black = np.zeros(over.shape, np.float32)
                rgb = convert(np.stack([bare[name] if name else black for name in names], axis=-1))
                made |= {name: rgb[..., place] for place, name in enumerate(names) if name}
            return {**planes, **back({name: np.ascontiguousarray(made[name]) for name in chosen if name in made})}

        return filtered(node, box, channels, work, beside=joined(beside, unpremult_channel(node)))


def _conversion(node: Node) -> Conversion | None:
    """The conversion that the knobs ask for; None between names of one space, and where either is one of data.

    Raises:
        ScriptError: the config has no such space.
    """
    config = script_colour(node.session).config
    if any(holds_data(config, node.text(knob)) for knob in space_knobs):
        return None
    source, target = (_space(node, config, knob) for knob in space_knobs)
    return None if source == target else conversion(source, target, config)


def _space(node: Node, config: Any, knob: str) -> str:
    name = node.text(knob)
    found = find_space(config, name)
    if found is None:
        raise node.refusal(
            expected="a colour space of the config",
            came=name,
            next_step=f"choose one of: {'; '.join(colour_spaces(config))}",
            knob=knob,
        )
    return found
