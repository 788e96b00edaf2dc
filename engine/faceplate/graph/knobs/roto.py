"""Roto shapes: what the knob `curves` of a Roto or RotoPaint node holds.

Graph space. A shape's outline and its feather are Bezier curves point for point; tangents are offsets from their point,
a feather point is an offset from its outline point. A B-spline's outline, closed and uniform, is turned into the Bezier
that is the same curve.
"""

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Literal, NamedTuple

import numpy as np

from faceplate.graph.knobs.roto_numbers import RotoNumber, value_at
from faceplate.values import Matrix

Pair = tuple[RotoNumber, RotoNumber]
"""Right and up."""

still: Pair = (0.0, 0.0)
"""No offset."""

LifetimeType = Literal["all frames", "start to frame", "single frame", "frame to end", "frame range"]


class RotoPoint(NamedTuple):
    """A point of a shape.

    Attributes:
        centre: where the outline passes.
        left: the tangent towards the point before, from the centre.
        right: the tangent towards the point after, from the centre.
        feather: the feather's point, from the centre.
        feather_left: its tangent towards the point before, from the feather's point.
        feather_right: its tangent towards the point after.
    """

    centre: Pair
    left: Pair = still
    right: Pair = still
    feather: Pair = still
    feather_left: Pair = still
    feather_right: Pair = still


@dataclass(frozen=True)
class RotoTransform:
    """Scale and rotation about a pivot, then a move.

    Attributes:
        translate: in pixels.
        rotate: in degrees, against the clock.
        scale: along x and y.
        pivot: what stays in place, in pixels.
    """

    translate: Pair = still
    rotate: RotoNumber = 0.0
    scale: Pair = (1.0, 1.0)
    pivot: Pair = still

    def matrix(self, frame: float) -> Matrix:
        """At a frame, 3 x 3, for points as columns x, y, 1."""
        (tx, ty), (sx, sy), (px, py) = (_pair_at(pair, frame) for pair in (self.translate, self.scale, self.pivot))
        angle = radians(value_at(self.rotate, frame))
        turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]]) @ np.diag([sx, sy])
        moved = np.array([px + tx, py + ty]) - turn @ np.array([px, py])
        return np.block([[turn, moved[:, None]], [np.zeros((1, 2)), np.ones((1, 1))]])


@dataclass(frozen=True, kw_only=True)
class RotoShape:
    """A shape of a roto node.

    Attributes:
        name: as the artist sees it.
        points: of the outline, in order.
        is_closed: False for an open spline.
        kind: `bspline` where the centres are the control points of a uniform cubic B-spline and there are no tangents.
        opacity: 0 to 1.
        colour: red, green, blue and alpha that the shape is filled with.
        feather: width of the shape's own feather along x and y in pixels, negative inwards.
        feather_falloff: how the feather fades: 1 is even.
        feather_type: the number of Nuke's menu of falloffs; 0 is linear.
        is_feathered: False where an artist switched the feather off.
        inverted: above 0 where what lies outside is filled.
        blending: the number of Nuke's menu of blending modes; 0 is over.
        lifetime: when it shows.
        lifetime_frames: first and last frame of that, as the type uses them.
        visible: above 0 where it shows.
        transforms: from the shape's own out to the root layer's.
    """

    name: str
    points: tuple[RotoPoint, ...]
    is_closed: bool = True
    kind: Literal["bezier", "bspline"] = "bezier"
    opacity: RotoNumber = 1.0
    colour: tuple[RotoNumber, RotoNumber, RotoNumber, RotoNumber] = (1.0, 1.0, 1.0, 1.0)
    feather: Pair = still
    feather_falloff: RotoNumber = 1.0
    feather_type: RotoNumber = 0.0
    is_feathered: RotoNumber = 1.0
    inverted: RotoNumber = 0.0
    blending: RotoNumber = 0.0
    lifetime: LifetimeType = "all frames"
    lifetime_frames: tuple[float, float] = (1.0, 1.0)
    visible: RotoNumber = 1.0
    transforms: tuple[RotoTransform, ...] = ()

    def is_shown(self, frame: float) -> bool:
        """True where the shape is visible and alive at a frame."""
        if value_at(self.visible, frame) <= 0:
            return False
        first, last = self.lifetime_frames
        match self.lifetime:
            case "all frames":
                return True
            case "start to frame":
                return frame <= last
            case "single frame":
                return frame == first
            case "frame to end":
                return frame >= first
            case "frame range":
                return first <= frame <= last

    def outline(self, frame: float) -> Matrix:
        """The shape at a frame, all transforms applied: points x 6 x 2 in pixels of graph space.

        The six are left handle, point and right handle of the outline, then of the feather; all places, not offsets.
        """
        offsets = np.array([[_pair_at(pair, frame) for pair in point] for point in self.points]).reshape(-1, 6, 2)
        places = _bspline_places(offsets) if self.kind == "bspline" else _bezier_places(offsets)
        for transform in self.transforms:
            matrix = transform.matrix(frame)
            places = places @ matrix[:2, :2].T + matrix[:2, 2]
        return places


def _pair_at(pair: Pair, frame: float) -> tuple[float, float]:
    return value_at(pair[0], frame), value_at(pair[1], frame)


def _bezier_places(offsets: Matrix) -> Matrix:
    """Places from centre, left, right, feather, feather left and feather right."""
    centre, left, right, feather, feather_left, feather_right = np.moveaxis(offsets, 1, 0)
    edge = centre + feather
    places = (centre + left, centre, centre + right, edge + feather_left, edge, edge + feather_right)
    return np.stack(places, axis=1)


def _bspline_places(offsets: Matrix) -> Matrix:
    """The Bezier that is the closed uniform cubic B-spline of the control points, for outline and feather."""
    centres = offsets[:, 0]
    return np.concatenate([_bezier_of(centres), _bezier_of(centres + offsets[:, 3])], axis=1)


def _bezier_of(controls: Matrix) -> Matrix:
    """Left handle, point and right handle at each control point: (a + 4b + c) / 6 and tangents of (c - a) / 6."""
    before, after = np.roll(controls, 1, axis=0), np.roll(controls, -1, axis=0)
    points, tangents = (before + 4 * controls + after) / 6, (after - before) / 6
    return np.stack([points - tangents, points, points + tangents], axis=1)


@dataclass(frozen=True)
class Roto:
    """What a `curves` knob holds.

    Attributes:
        shapes: as they lie, the first on top of those after it.
        unsupported: what cannot be rendered: the name of each shape or stroke, and why.
    """

    shapes: tuple[RotoShape, ...]
    unsupported: tuple[str, ...] = ()
