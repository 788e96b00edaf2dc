"""Roto and RotoPaint: filled Bezier and B-spline shapes with feathers."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from faceplate.errors import ScriptError
from faceplate.graph.knobs.roto import Roto as RotoKnob
from faceplate.graph.knobs.roto import RotoShape
from faceplate.graph.knobs.roto_numbers import value_at
from faceplate.graph.knobs.roto_reader import read_roto
from faceplate.graph.operators.area import covered_area
from faceplate.graph.operators.channel_places import place_of
from faceplate.graph.operators.knob_channels import known_channels
from faceplate.graph.operators.matrices import farthest_px
from faceplate.graph.operators.roto_outline import weighted_outlines
from faceplate.graph.operators.standard import cut, joined, laid_over, mask_knobs, mix_of, own_mask, seen_box
from faceplate.graph.render import Box, Info, Node, Planes, empty_box, in_order, operator
from faceplate.values import Floats, Matrix

nothing_px = 1e-6
"""What arithmetic adds to the edge of a shape; a pixel that is covered by no more is not."""


@dataclass(frozen=True)
class _Drawn:
    """A shape at a frame: the outlines it is filled by, its box, what it is filled with."""

    outlines: Sequence[tuple[Matrix, float]]
    box: Box
    opacity: float
    colour: tuple[float, ...]
    inverted: bool

    def share(self, box: Box) -> Floats:
        """How much of each pixel of a box it covers."""
        area = covered_area(self.outlines, box)
        return np.float32(self.opacity) * (1 - area if self.inverted else area)


@operator(
    "Roto",
    "RotoPaint",
    defaults={
        **mask_knobs,
        "curves": "",
        "output": "rgba",
        "outputMask": "none",
        "premultiply": "none",
        "cliptype": "format",
        "replace": "false",
        "format": "",
    },
    timed=True,
)
class Roto:
    """The picture with the shapes over it, the last at the bottom."""

    def info(self, node: Node) -> Info:
        """The picture's; the box holds the shapes and is cut as the knob says."""
        info, shapes = _ground(node), _drawn(node)
        box = info.box
        for shape in shapes:
            box = box.join(info.format.box if shape.inverted else shape.box)
        box = _clipped(box, info, node.choice("cliptype", ("none", "bbox", "format", "union")))
        named = (*node.channels("output", known_channels(node)), *_mask_channels(node))
        return replace(info, box=box, channels=in_order((*info.channels, *named)))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The shapes over the picture, each by how much of a pixel it covers; then through mask and mix."""
        source, shapes = node.source(0), _drawn(node)
        seen = seen_box(node, box) if shapes or node.flag("replace") or _premultiplied(node, channels) else empty_box
        if seen.is_empty:
            return source.pixels(box, channels)
        held = source.pixels(box, joined(channels, own_mask(node)))
        part = cut(held, box, seen)
        made = _painted(node, {name: part[name] for name in channels}, seen, shapes)
        return laid_over(held, box, made, seen, mix_of(node, seen, held=part), channels)


def _ground(node: Node) -> Info:
    """The picture that is drawn on; without one, nothing in a format of the node's own."""
    if node.input(0):
        return node.source(0).info
    return Info(format=node.format("format"), box=empty_box, channels=(), outside="black")


def _clipped(box: Box, info: Info, kind: str) -> Box:
    limits = {"none": box, "bbox": info.box, "format": info.format.box, "union": info.box.join(info.format.box)}
    kept = box.intersect(limits[kind])
    return empty_box if kept.is_empty else kept


def _painted(node: Node, planes: Planes, box: Box, shapes: Sequence[_Drawn]) -> Planes:
    painted = set(node.channels("output", tuple(planes))) | set(_mask_channels(node))
    masks, bare = set(_mask_channels(node)), node.flag("replace")
    made = {
        name: np.zeros_like(plane) if name in masks or (bare and name in painted) else plane
        for name, plane in planes.items()
    }
    matte = np.zeros(box.shape, np.float32)
    for shape in reversed(shapes):
        node.session.check()
        share = shape.share(box)
        matte = matte + share * (1 - matte)
        for name in painted & made.keys():
            value = np.float32(1 if name in masks else shape.colour[place_of(name, node.info.channels)])
            made[name] = _over(made[name], share, value)
    return {**made, **{name: made[name] * matte for name in _premultiplied(node, tuple(made))}}


def _over(plane: Floats, share: Floats, value: np.float32) -> Floats:
    """A value over a plane: itself where it covers all, the plane as it was where it covers nothing."""
    laid = plane + share * (value - plane)
    return np.where(share == 0, plane, np.where(share == 1, value, laid))


def _mask_channels(node: Node) -> tuple[str, ...]:
    name = node.channel("outputMask")
    return () if name is None else (name,)


def _premultiplied(node: Node, channels: tuple[str, ...]) -> tuple[str, ...]:
    return node.channels("premultiply", channels)


def _drawn(node: Node) -> tuple[_Drawn, ...]:
    """The shapes that show at the node's frame, the top one first, each made once a frame."""
    frame = node.moment.frame
    shown = [shape for shape in _shapes(node) if shape.is_shown(frame)]
    return tuple(_at(node, shape, frame) for shape in shown if len(shape.points) > 1)


def _at(node: Node, shape: RotoShape, frame: float) -> _Drawn:
    if not shape.is_closed or value_at(shape.blending, frame) != 0:
        raise _unsupported(node, f"{shape.name}: " + ("a blending mode" if shape.is_closed else "an open spline"))
    outlines = weighted_outlines(shape, frame)
    points = np.concatenate([points for points, _ in outlines])
    if not np.isfinite(points).all():
        raise _unsupported(node, f"{shape.name}: points that are no numbers")
    points = np.clip(points, -farthest_px, farthest_px)
    (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
    return _Drawn(
        outlines,
        Box(
            math.floor(left + nothing_px),
            math.floor(low + nothing_px),
            math.ceil(right - nothing_px),
            math.ceil(high - nothing_px),
        ),
        value_at(shape.opacity, frame),
        tuple(value_at(part, frame) for part in shape.colour),
        value_at(shape.inverted, frame) > 0,
    )


_blurred = re.compile(r"\bmbo (?:1|x3f800000)\b")
"""A shape whose own motion blur is on."""


def _shapes(node: Node) -> tuple[RotoShape, ...]:
    text = node.values.get("curves", "")
    knob: RotoKnob = node.session.kept(("roto", text), lambda: _read(node, text))
    if knob.unsupported:
        raise _unsupported(node, "; ".join(knob.unsupported[:8]))
    return knob.shapes


def _read(node: Node, text: str) -> RotoKnob:
    if _blurred.search(text):
        node.session.note(f"{node.path}: the motion blur of its shapes is not rendered; they are drawn sharp")
    try:
        return read_roto(text)
    except ScriptError as fault:
        raise node.refusal(
            expected=fault.expected, came=fault.came, next_step=fault.next_step, knob="curves"
        ) from fault


def _unsupported(node: Node, what: str) -> ScriptError:
    return node.refusal(
        expected="closed Bezier and B-spline shapes laid over each other",
        came=what,
        next_step="remove them, or render the node in Nuke and read the result",
        knob="curves",
    )
