"""Reformat: a picture brought to another size."""

from dataclasses import replace

import numpy as np

from faceplate.graph.operators.extents import nearest_whole
from faceplate.graph.operators.limits import within
from faceplate.graph.operators.matrices import moved, scaled_by
from faceplate.graph.operators.transform import reading_of
from faceplate.graph.operators.warp import is_identity, warped, warped_info
from faceplate.graph.render import Box, Format, Info, Node, Planes, empty_box, operator
from faceplate.values import Matrix

resizes = ("none", "width", "height", "fit", "fill", "distort")


@operator(
    "Reformat",
    defaults={
        "type": "to format",
        "format": "",
        "box_width": "200",
        "box_height": "200",
        "box_fixed": "false",
        "box_pixel_aspect": "1",
        "scale": "1",
        "resize": "width",
        "center": "true",
        "flip": "false",
        "flop": "false",
        "turn": "false",
        "filter": "Cubic",
        "clamp": "false",
        "black_outside": "false",
        "pbb": "false",
    },
)
class Reformat:
    """A picture scaled into another format."""

    def info(self, node: Node) -> Info:
        """The new format; the box, scaled, is cut to it but where it is to be preserved."""
        info = node.source(0).info
        format_ = new_format(node)
        placed = warped_info(info, _matrix(node, format_), reading_of(node))
        box = placed.box if node.flag("pbb") else placed.box.intersect(format_.box)
        outside = "black" if node.flag("black_outside") else info.outside
        return replace(placed, format=format_, box=empty_box if box.is_empty else box, outside=outside)

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The picture, scaled."""
        return warped(node.source(0), _matrix(node, new_format(node)), box, channels, reading_of(node))


def new_format(node: Node) -> Format:
    """The format that the knobs ask for.

    Raises:
        ScriptError: it has no pixel.
    """
    kind, turned_format = node.choice("type", ("to format", "to box", "scale")), _turned(node)
    if kind == "to format":
        return node.format("format")
    wide, high = _scaled_size(node, turned_format) if kind == "scale" else _box_size(node, turned_format)
    aspect = turned_format.pixel_aspect if kind == "scale" else node.number("box_pixel_aspect")
    if min(wide, high) < 1 or aspect <= 0:
        raise node.refusal(
            expected="a size of at least one pixel",
            came=f"{wide} x {high}, pixel aspect {aspect:g}",
            next_step="make it larger",
            knob="scale" if kind == "scale" else "box_width",
        )
    same = (wide, high, aspect) == (turned_format.width, turned_format.height, turned_format.pixel_aspect)
    return turned_format if same else Format(wide, high, aspect)


def _turned(node: Node) -> Format:
    """The format of the picture that is to be scaled: a quarter turn changes width and height."""
    was = node.source(0).info.format
    return Format(was.height, was.width, 1 / was.pixel_aspect) if node.flag("turn") else was


def _scaled_size(node: Node, was: Format) -> tuple[int, int]:
    across, up = within(node, "scale", 2)
    return nearest_whole(was.width * across), nearest_whole(was.height * up)


def _box_size(node: Node, was: Format) -> tuple[int, int]:
    """The size of the box; its shape that of the picture, but where the box is fixed or fills or keeps the picture."""
    wide, high, resize = node.whole("box_width"), node.whole("box_height"), node.choice("resize", resizes)
    if node.flag("box_fixed") or resize in {"none", "distort"}:
        return wide, high
    to = Format(wide, high, node.number("box_pixel_aspect"))
    across, up = factors(was, to, resize)
    return nearest_whole(was.width * across), nearest_whole(was.height * up)


def factors(was: Format, to: Format, resize: str) -> tuple[float, float]:
    """By how much a picture grows along x and y: evenly as it is seen, but where it is distorted."""
    if resize == "none":
        return 1.0, 1.0
    across, up = to.width / was.width, to.height / was.height
    aspects = to.pixel_aspect / was.pixel_aspect
    by_width, by_height = (across, across * aspects), (up / aspects, up)
    chosen = {
        "distort": (across, up),
        "width": by_width,
        "height": by_height,
        "fit": min(by_width, by_height),
        "fill": max(by_width, by_height),
    }
    return chosen[resize]


def _matrix(node: Node, to: Format) -> Matrix:
    """Turn, flop and flip within the old format, scale, and bring to the middle of the new one or to its corner."""
    was, resize = _turned(node), node.choice("resize", resizes)
    turn = np.array([[0.0, 1, 0], [-1, 0, was.height], [0, 0, 1]]) if node.flag("turn") else np.eye(3)
    across, up = factors(was, to, resize)
    whole = scaled_by(across, up) @ _flipped(node, was) @ turn
    if not node.flag("center"):
        return whole
    right, above = (to.width - was.width * across) / 2, (to.height - was.height * up) / 2
    if resize == "none":
        right, above = np.floor(right), np.floor(above)
    centred = moved(_dustless(right), _dustless(above)) @ whole
    return np.eye(3) if is_identity(centred) else centred


def _flipped(node: Node, was: Format) -> Matrix:
    flop = moved(was.width, 0) @ scaled_by(-1, 1) if node.flag("flop") else np.eye(3)
    flip = moved(0, was.height) @ scaled_by(1, -1) if node.flag("flip") else np.eye(3)
    return flop @ flip


def _dustless(number: float) -> float:
    """0 where arithmetic left next to nothing."""
    return 0.0 if abs(number) < 1e-9 else float(number)  # noqa: PLR2004 -- of a pixel
