"""One number for each channel: Multiply, Add, Clamp, Invert, and the Cineon curve of Log2Lin."""

import numpy as np

from faceplate.graph.operators.bands import by_bands
from faceplate.graph.operators.channel_places import place_of
from faceplate.graph.operators.standard import Change, Pixelwise, standard_knobs, unpremult_knobs
from faceplate.graph.render import Node, operator
from faceplate.values import Floats

all_knobs = {**standard_knobs, **unpremult_knobs, "channels": "all"}


def number_of(node: Node, knob: str, channel: str, neutral: float) -> float:
    """The channel's of the four numbers of a knob; the neutral one for the fifth channel of a layer and beyond."""
    place = place_of(channel, node.source(0).info.channels)
    return node.numbers(knob, 4)[place] if place < 4 else neutral  # noqa: PLR2004 -- red, green, blue, alpha


@operator("Multiply", defaults={**all_knobs, "value": "1"})
class Multiply(Pixelwise):
    """Each channel times a number."""

    def change(self, node: Node, channel: str) -> Change | None:
        """Its factor."""
        factor = np.float32(number_of(node, "value", channel, 1))
        return None if factor == 1 else lambda plane: plane * factor


@operator("Add", defaults={**all_knobs, "value": "0"})
class Add(Pixelwise):
    """Each channel plus a number."""

    def change(self, node: Node, channel: str) -> Change | None:
        """Its summand."""
        summand = np.float32(number_of(node, "value", channel, 0))
        return None if summand == 0 else lambda plane: plane + summand


@operator(
    "Clamp",
    defaults={
        **all_knobs,
        "minimum": "0",
        "minimum_enable": "true",
        "maximum": "1",
        "maximum_enable": "true",
        "MinClampTo": "0",
        "MinClampTo_enable": "false",
        "MaxClampTo": "1",
        "MaxClampTo_enable": "false",
    },
)
class Clamp(Pixelwise):
    """What is below the minimum or above the maximum becomes that, or the number that is named instead."""

    def change(self, node: Node, channel: str) -> Change | None:
        """Its limits; None where both are off."""
        ends = [_end(node, side, channel) for side in ("minimum", "maximum")]
        if ends == [None, None]:
            return None
        return lambda plane: by_bands(lambda rows: _within(rows, *ends), plane)


def _end(node: Node, side: str, channel: str) -> tuple[np.float32, np.float32] | None:
    """A limit and what stands for the values beyond it; None where it is off."""
    if not node.flag(f"{side}_enable"):
        return None
    limit = np.float32(number_of(node, side, channel, {"minimum": -np.inf, "maximum": np.inf}[side]))
    other = {"minimum": "MinClampTo", "maximum": "MaxClampTo"}[side]
    return limit, np.float32(number_of(node, other, channel, float(limit))) if node.flag(f"{other}_enable") else limit


def _within(
    plane: Floats, low: tuple[np.float32, np.float32] | None, high: tuple[np.float32, np.float32] | None
) -> Floats:
    made = plane.copy()
    if high is not None:
        made[plane > high[0]] = high[1]
    if low is not None:
        made[plane < low[0]] = low[1]
    return made


@operator("Invert", defaults={**all_knobs, "clamp": "false"})
class Invert(Pixelwise):
    """1 less each value."""

    def change(self, node: Node, channel: str) -> Change | None:  # noqa: ARG002 -- all are inverted alike
        """The same for all."""
        one = np.float32(1)
        if node.flag("clamp"):
            return lambda plane: np.clip(one - plane, np.float32(0), one)
        return lambda plane: one - plane


@operator(
    "Log2Lin",
    defaults={
        **standard_knobs,
        **unpremult_knobs,
        "operation": "log2lin",
        "black": "95",
        "white": "685",
        "gamma": "0.6",
    },
)
class Log2Lin(Pixelwise):
    """Cineon's printing density to linear light, or back."""

    def change(self, node: Node, channel: str) -> Change | None:  # noqa: ARG002 -- one curve for all
        """The curve; each of its knobs is one number."""
        black, white, gamma = (node.number(knob) for knob in ("black", "white", "gamma"))
        if gamma == 0 or black == white:
            raise node.refusal(
                expected="a gamma other than 0, black and white that differ",
                came=f"gamma {gamma:g}, black {black:g}, white {white:g}",
                next_step="correct them",
                knob="gamma" if gamma == 0 else "white",
            )
        back = node.choice("operation", ("log2lin", "lin2log")) == "lin2log"
        curve = linear_to_log if back else log_to_linear
        return lambda plane: by_bands(lambda rows: curve(rows, black, white, gamma), plane)


codes_a_unit = 1023.0
density_a_code = 0.002
"""Printing density of one code of ten bits."""

least_light = 1e-10
"""What light of none or less, counted from the foot of the curve, is taken for: it has no logarithm."""


def log_to_linear(plane: Floats, black: float, white: float, gamma: float) -> Floats:
    """Linear light of Cineon code values (0..1 for 0..1023): the black code is 0, the white code 1.

    Source: Kodak, "Conversion of 10-bit Log Film Data To 8-bit Linear or Video Data for The Cineon Digital Film System"
    (1995); `gamma` is the film's, 0.002 density a code.
    """
    steep, foot = _steep(gamma), _foot(black, white, gamma)
    light = np.power(10.0, (plane.astype(np.float64) * codes_a_unit - white) * steep)
    return ((light - foot) / (1 - foot)).astype(np.float32)


def linear_to_log(plane: Floats, black: float, white: float, gamma: float) -> Floats:
    """Cineon code values of linear light: `log_to_linear` undone."""
    steep, foot = _steep(gamma), _foot(black, white, gamma)
    light = np.maximum(plane.astype(np.float64) * (1 - foot) + foot, least_light)
    return ((np.log10(light) / steep + white) / codes_a_unit).astype(np.float32)


def _steep(gamma: float) -> float:
    return density_a_code / gamma


def _foot(black: float, white: float, gamma: float) -> float:
    return float(10 ** ((black - white) * _steep(gamma)))
