"""What mixes red, green and blue of a layer: ColorMatrix and Saturation."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from faceplate.graph.operators.bands import by_bands
from faceplate.graph.operators.channel_places import in_place, layer_of, place_of
from faceplate.graph.operators.matrix_knob import matrix_of
from faceplate.graph.operators.standard import (
    filtered,
    joined,
    standard_knobs,
    unpremult_channel,
    unpremult_knobs,
    unpremultiplied,
)
from faceplate.graph.render import Box, Info, Node, Planes, operator
from faceplate.values import Floats, Matrix

Mix: TypeAlias = Callable[[int, Floats, Floats, Floats], Floats]
"""One of three colours, by place, from red, green and blue."""

luminance_weights = {
    "Rec 709": (0.2125, 0.7154, 0.0721),
    "Ccir 601": (0.299, 0.587, 0.114),
}
"""Red's, green's and blue's share of the luminance, as in Foundry's public NDK example Saturation.cpp."""


class ColourMix:
    """Makes each chosen colour of a layer from the layer's three; a colour that is not there counts as 0."""

    def mix(self, node: Node) -> Mix | None:
        """The formula; None where the knobs leave every number as it is."""
        raise NotImplementedError

    def info(self, node: Node) -> Info:
        """The input's: black stays black."""
        return node.source(0).info

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The chosen colours mixed; alpha and a layer's further channels stay."""
        mix = self.mix(node)
        known = node.source(0).info.channels
        colours = {name: place for name in node.channels("channels", channels) if (place := place_of(name, known)) < 3}  # noqa: PLR2004 -- red, green, blue
        if mix is None or not colours:
            return node.source(0).pixels(box, channels)
        three = {name: [in_place(place, layer_of(name), known) for place in range(3)] for name in colours}
        beside = tuple(each for names in three.values() for each in names if each)

        def work(planes: Planes, over: Box) -> Planes:
            black = np.zeros(over.shape, np.float32)
            bare, back = unpremultiplied(node, planes, over)
            rgb = {name: [bare.get(each or "", black) for each in three[name]] for name in colours}
            made = {
                name: by_bands(lambda *rows, at=place: mix(at, *rows), *rgb[name]) for name, place in colours.items()
            }
            return {**planes, **back(made)}

        return filtered(node, box, channels, work, beside=joined(beside, unpremult_channel(node)))


@operator(
    "ColorMatrix",
    defaults={**standard_knobs, **unpremult_knobs, "matrix": "{1 0 0} {0 1 0} {0 0 1}", "invert": "false"},
)
class ColorMatrix(ColourMix):
    """Red, green and blue times a matrix of three by three, its rows the new colours."""

    def mix(self, node: Node) -> Mix | None:
        """The rows; None for the identity."""
        matrix = matrix_of(node, "matrix")
        if node.flag("invert"):
            matrix = _inverse(node, matrix)
        rows = matrix.astype(np.float32)
        if np.array_equal(rows, np.eye(3)):
            return None
        return lambda place, red, green, blue: weighted(rows[place], red, green, blue)


def weighted(weights: Floats, red: Floats, green: Floats, blue: Floats) -> Floats:
    """The three colours, each times its weight, added up from red to blue; a colour of weight 0 does not count."""
    terms = [plane * weight for plane, weight in zip((red, green, blue), weights, strict=True) if weight != 0]
    return sum(terms[1:], terms[0]) if terms else np.zeros_like(red)


def _inverse(node: Node, matrix: Matrix) -> Matrix:
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        raise node.refusal(
            expected="a matrix that can be inverted",
            came=np.array2string(matrix, separator=" ").replace("\n", ""),
            next_step="correct the matrix, or switch invert off",
            knob="matrix",
        ) from None
    return np.asarray(inverse, np.float64)


@operator("Saturation", defaults={**standard_knobs, **unpremult_knobs, "saturation": "1", "mode": "Rec 709"})
class Saturation(ColourMix):
    """Colours moved towards their luminance, or away from it."""

    def mix(self, node: Node) -> Mix | None:
        """From the luminance at 0 through the picture at 1 and on."""
        amount = np.float32(node.number("saturation"))
        if amount == 1:
            return None
        mode = node.choice("mode", (*luminance_weights, "Average", "Maximum"))

        def moved(place: int, *rgb: Floats) -> Floats:
            grey = luminance(mode, *rgb)
            return grey + (rgb[place] - grey) * amount

        return moved


def luminance(mode: str, red: Floats, green: Floats, blue: Floats) -> Floats:
    """The grey of three colours in one of Saturation's modes."""
    if mode == "Maximum":
        return np.maximum(np.maximum(red, green), blue)
    if mode == "Average":
        return (red + green + blue) / np.float32(3)
    return weighted(np.asarray(luminance_weights[mode], np.float32), red, green, blue)
