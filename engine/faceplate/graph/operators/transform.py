"""Transform and CornerPin2D: pictures moved, turned, scaled, sheared and pinned by their corners."""

from dataclasses import replace
from typing import Literal, TypeAlias

import numpy as np

from faceplate.graph.knobs import Moment
from faceplate.graph.operators.filters import filter_of
from faceplate.graph.operators.limits import within
from faceplate.graph.operators.matrices import moved, scaled_by, skewed, turned
from faceplate.graph.operators.sampling import Reading
from faceplate.graph.operators.shutter import open_shutter, sample_moments, shutter_knobs
from faceplate.graph.operators.standard import (
    cut,
    is_masked,
    joined,
    laid_over,
    mask_knobs,
    mix_of,
    own_mask,
    seen_box,
)
from faceplate.graph.operators.warp import inverse_of, is_flattened, is_identity, warped, warped_info
from faceplate.graph.render import Box, Format, Info, Node, Nothing, Planes, Source, empty_box, operator
from faceplate.values import Matrix

reading_knobs = {"filter": "Cubic", "black_outside": "true", "clamp": "false"}


class MovedByMatrix:
    """A picture seen through the matrices of this node and of those right above it, read once.

    As in Nuke, nodes that move pictures by matrices and stand one upon another are one move: the lowest one's filter
    reads the picture that enters the highest.
    """

    def matrix(self, node: Node, size: Format) -> Matrix:
        """The node's own, in pixels, source to result; `size` is the picture's format."""
        raise NotImplementedError

    def info(self, node: Node) -> Info:
        """The picture's, its box moved; with motion blur, wherever it goes while the shutter is open."""
        source, steps = _chain(node, self)
        return _moved_info(source.info, _matrices(steps, source.info), reading_of(node))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The picture read through the matrix; with motion blur, the mean of those while the shutter is open."""
        source, steps = _chain(node, self)
        return _through(node, source, _matrices(steps, source.info), box, channels)


def _through(
    node: Node, source: Source | Nothing, matrices: list[Matrix], box: Box, channels: tuple[str, ...]
) -> Planes:
    reading = reading_of(node)
    if len(matrices) == 1:
        return warped(source, matrices[0], box, channels, reading)
    total = {name: np.zeros(box.shape) for name in channels}
    for matrix in matrices:
        node.session.check()
        for name, plane in warped(source, matrix, box, channels, reading).items():
            total[name] += plane
    return {name: np.asarray(plane / len(matrices), np.float32) for name, plane in total.items()}


def _moved_info(info: Info, matrices: list[Matrix], reading: Reading) -> Info:
    placed = [warped_info(info, matrix, reading) for matrix in matrices]
    box = placed[0].box
    for each in placed[1:]:
        box = box.join(each.box)
    outside: Literal["edge", "black"] = "black" if any(each.outside == "black" for each in placed) else "edge"
    return replace(placed[0], box=box, outside=outside)


def reading_of(node: Node) -> Reading:
    """How the knobs say that the picture is read."""
    return Reading(filter_of(node), black=node.flag("black_outside"), clamp=node.flag("clamp"))


Steps: TypeAlias = list[tuple[Node, MovedByMatrix]]
"""The nodes of a chain of moves, the lowest first, with their operators."""


def _chain(node: Node, kind: MovedByMatrix) -> tuple[Source | Nothing, Steps]:
    """The picture that enters a chain of moves, and the chain; what reads a node of it reads that picture, too."""
    steps, source = [(node, kind)], node.source(0)
    while isinstance(source, Source):
        above = source.node
        if not above.stands_aside:
            found = above.operator_class.operator
            if not isinstance(found, MovedByMatrix) or open_shutter(above) is not None:
                break
            steps.append((above, found))
        source = above.pull.passed(above)
    return source, steps


def _matrices(steps: "Steps", info: Info) -> list[Matrix]:
    """What the chain does to the picture of an info at each of the moments that are seen."""

    def at(moment: float) -> Matrix:
        found = np.eye(3)
        for step, kind in steps:
            here = step.pull.node(step.index, Moment(moment, step.moment.view))
            found = found @ kind.matrix(here, info.format)
        return _without_dust(found)

    return [at(moment) for moment in sample_moments(steps[0][0], at, info.box)]


def _without_dust(matrix: Matrix) -> Matrix:
    """The matrix with what arithmetic left beside whole numbers and zeros taken off."""
    whole = np.round(matrix)
    return np.where(np.abs(matrix - whole) < 1e-13 * np.maximum(1, np.abs(whole)), whole, matrix)


transform_knobs = {
    "translate": "0 0",
    "rotate": "0",
    "scale": "1",
    "skewX": "0",
    "skewY": "0",
    "skew_order": "XY",
    "center": "0 0",
    "invert_matrix": "false",
    **reading_knobs,
    **shutter_knobs,
}


@operator("Transform", defaults=transform_knobs)
class Transform(MovedByMatrix):
    """A picture scaled, sheared and turned about a centre, and moved."""

    def matrix(self, node: Node, size: Format) -> Matrix:
        """That of the knobs."""
        return transform_matrix(node, size)


def transform_matrix(node: Node, size: Format) -> Matrix:
    """Scale first, then shear, turn, move; turned and sheared as the picture is seen, its pixels' aspect included.

    Raises:
        ScriptError: a picture without size cannot be inverted.
    """
    centre, aspect = within(node, "center", 2), size.pixel_aspect
    wide, high = within(node, "scale", 2)
    (across,), (up,), (angle,) = (within(node, knob, 1) for knob in ("skewX", "skewY", "rotate"))
    shear = skewed(across, up, across_last=_across_last(node))
    seen = turned(angle) @ shear @ scaled_by(wide, high)
    in_pixels = scaled_by(1 / aspect, 1) @ seen @ scaled_by(aspect, 1)
    whole = moved(*within(node, "translate", 2)) @ moved(*centre) @ in_pixels @ moved(-centre[0], -centre[1])
    return inverted(node, whole, node.flag("invert_matrix"), knob="scale")


def _across_last(node: Node) -> bool:
    return node.choice("skew_order", ("XY", "YX")) == "XY"


def inverted(node: Node, matrix: Matrix, invert: bool, *, knob: str) -> Matrix:  # noqa: FBT001 -- a knob's value
    """The matrix or its inverse.

    Raises:
        ScriptError: it has none.
    """
    if not invert:
        return matrix
    if is_flattened(matrix):
        raise node.refusal(
            expected="a picture that keeps its width and height",
            came="one that is squeezed to a line or a point",
            next_step="give it a size above 0",
            knob=knob,
        )
    return inverse_of(matrix)


@operator("TransformMasked", defaults={**transform_knobs, **mask_knobs, "channels": "all"})
class TransformMasked:
    """A picture whose chosen channels move, within a mask; the others and what is beside the mask stay."""

    def info(self, node: Node) -> Info:
        """The picture's, its box large enough for what moves and for what stays."""
        info = node.source(0).info
        moved_info = _moved_info(info, _matrices_of(node, info), reading_of(node))
        return replace(moved_info, box=moved_info.box.join(info.box))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The chosen channels, moved."""
        source, chosen = node.source(0), node.channels("channels", channels)
        matrices = _matrices_of(node, source.info)
        still = all(is_identity(matrix) for matrix in matrices)
        seen = seen_box(node, box) if chosen and not still else empty_box
        if seen.is_empty:
            return source.pixels(box, channels)
        made = _through(node, source, matrices, seen, chosen)
        if seen == box and not is_masked(node) and node.number("mix") == 1:
            kept = tuple(name for name in channels if name not in made)
            return {**(source.pixels(box, kept) if kept else {}), **made}
        held = source.pixels(box, joined(channels, own_mask(node)))
        return laid_over(held, box, made, seen, mix_of(node, seen, held=cut(held, box, seen)), channels)


def _matrices_of(node: Node, info: Info) -> list[Matrix]:
    def at(moment: float) -> Matrix:
        here = node.pull.node(node.index, Moment(moment, node.moment.view))
        return _without_dust(transform_matrix(here, info.format))

    return [at(moment) for moment in sample_moments(node, at, info.box)]
