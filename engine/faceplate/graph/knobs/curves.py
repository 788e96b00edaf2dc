"""Animation curves: keys, and the value between, before and after them.

Between two keys runs a cubic Bezier in frame and value. With weights of 1 its handles stand a third of the span from
the keys, the frame runs evenly, and the value is the cubic Hermite of the two slopes (Foundry, `nuke.AnimationKey`).
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import isclose, isfinite, nan, sqrt
from typing import Literal, NamedTuple

from faceplate.graph.knobs.arithmetic import divide
from faceplate.graph.knobs.slopes import Slopes, slopes_of

Interpolation = Literal["K", "L", "S", "R", "C"]
Extrapolation = Literal["k", "l"]

heaviest_weight = 3.0
_halvings = 60
_straight = 1e-12


@dataclass(frozen=True, kw_only=True)
class Key:
    """A point of a curve.

    Attributes:
        x: the frame.
        y: the value.
        interpolation: how slopes are found where none are given: K constant up to the next key, L linear, S smooth,
            which is R but never past the keys beside it, R Catmull-Rom, C the natural cubic spline.
        extrapolation: before the first and after the last key: k the key's value, l along its slope.
        left_slope: value per frame on the way in, as an artist set it; None where it is found.
        right_slope: value per frame on the way out; None where it is found.
        left_weight: length of the handle on the way in, 0 to 3; 1 is a third of the span.
        right_weight: length of the handle on the way out.
    """

    x: float
    y: float
    interpolation: Interpolation = "S"
    extrapolation: Extrapolation = "k"
    left_slope: float | None = None
    right_slope: float | None = None
    left_weight: float = 1.0
    right_weight: float = 1.0


class Span(NamedTuple):
    """The Bezier between two keys: frames and values of its four points."""

    x: tuple[float, float, float, float]
    y: tuple[float, float, float, float]
    is_even: bool

    def at(self, frame: float) -> float:
        """How far along, 0 to 1, the span reaches a frame."""
        x0, x3 = self.x[0], self.x[3]
        if self.is_even:
            return (frame - x0) / (x3 - x0)
        low, high = 0.0, 1.0
        for _ in range(_halvings):
            middle = (low + high) / 2
            low, high = (middle, high) if _bezier(self.x, middle) <= frame else (low, middle)
        return low


@dataclass(frozen=True)
class Curve:
    """Keys in the order of their frames, no two on one frame; `mark` is `i` for hidden in the editor, `I` for trace."""

    keys: tuple[Key, ...]
    mark: Literal["", "i", "I"] = ""

    def value(self, frame: float) -> float:
        """The value at a frame; 0 for a curve without keys."""
        if not self.keys or not isfinite(frame):
            return 0.0 if not self.keys else nan
        place = bisect_right(self._frames, frame) - 1
        if place < 0:
            return self.keys[0].y + self._slopes[0].left * (frame - self.keys[0].x)
        if place == len(self.keys) - 1:
            return self.keys[-1].y + self._slopes[-1].right * (frame - self.keys[-1].x)
        if self._holds(place) or frame == self.keys[place].x:
            return self.keys[place].y
        if self._is_straight(place):
            left, right = self.keys[place], self.keys[place + 1]
            return left.y + (right.y - left.y) * (frame - left.x) / (right.x - left.x)
        span = self._span(place)
        return _bezier(span.y, span.at(frame))

    def derivative(self, frame: float) -> float:
        """Change of the value per frame; on a key that of the way out."""
        if not self.keys or not isfinite(frame):
            return 0.0 if not self.keys else nan
        place = bisect_right(self._frames, frame) - 1
        if place < 0:
            return self._slopes[0].left
        if place == len(self.keys) - 1:
            return self._slopes[-1].right
        if self._holds(place):
            return 0.0
        span = self._span(place)
        t = span.at(frame)
        return divide(_bezier_slope(span.y, t), _bezier_slope(span.x, t))

    def integrate(self, start: float, end: float) -> float:
        """The area under the curve from one frame to another; negative where the end lies before the start."""
        if not (isfinite(start) and isfinite(end)):
            return nan
        if end < start:
            return -self.integrate(end, start)
        edges = [start, *(x for x in self._frames if start < x < end), end]
        return sum(self._area(low, high) for low, high in pairwise(edges))

    @property
    def is_constant(self) -> bool:
        """True where the curve has the same value at every frame."""
        values = {key.y for key in self.keys}
        flat = all(slope == 0 for pair in self._slopes for slope in pair)
        return len(values) < 2 and flat  # noqa: PLR2004 -- a single value

    @cached_property
    def _frames(self) -> tuple[float, ...]:
        return tuple(key.x for key in self.keys)

    @cached_property
    def _slopes(self) -> tuple[Slopes, ...]:
        return slopes_of(self.keys)

    def _holds(self, place: int) -> bool:
        key = self.keys[place]
        return key.interpolation == "K" and key.left_slope is None and key.right_slope is None

    def _is_straight(self, place: int) -> bool:
        """True where a span is a line; worked out as one, whole values come out whole."""
        left, right = self.keys[place], self.keys[place + 1]
        rise = right.y - left.y
        runs = (self._slopes[place].right * (right.x - left.x), self._slopes[place + 1].left * (right.x - left.x))
        even = left.right_weight == right.left_weight == 1
        return even and all(isclose(run, rise, rel_tol=_straight) for run in runs)

    def _span(self, place: int) -> Span:
        left, right = self.keys[place], self.keys[place + 1]
        third = (right.x - left.x) / 3
        out, into = third * _legal(left.right_weight), third * _legal(right.left_weight)
        return Span(
            (left.x, left.x + out, right.x - into, right.x),
            (left.y, left.y + self._slopes[place].right * out, right.y - self._slopes[place + 1].left * into, right.y),
            left.right_weight == right.left_weight == 1,
        )

    def _area(self, low: float, high: float) -> float:
        """Between two frames with no key between them."""
        place = bisect_right(self._frames, low) - 1
        if place < 0 or place >= len(self.keys) - 1:
            return (high - low) * (self.value(low) + self.value(high)) / 2
        if self._holds(place):
            return (high - low) * self.keys[place].y
        span = self._span(place)
        first, last = span.at(low), 1.0 if high == self.keys[place + 1].x else span.at(high)
        return _area_of(span, first, last)


def _legal(weight: float) -> float:
    return min(max(weight, 0.0), heaviest_weight)


def _bezier(p: tuple[float, float, float, float], t: float) -> float:
    s = 1 - t
    return s * s * s * p[0] + 3 * s * s * t * p[1] + 3 * s * t * t * p[2] + t * t * t * p[3]


def _bezier_slope(p: tuple[float, float, float, float], t: float) -> float:
    s = 1 - t
    return 3 * (s * s * (p[1] - p[0]) + 2 * s * t * (p[2] - p[1]) + t * t * (p[3] - p[2]))


def _area_of(span: Span, first: float, last: float) -> float:
    """Integral of y dx/dt from one t to another: a polynomial of degree 5, for which three Gauss points are exact."""
    middle, half = (first + last) / 2, (last - first) / 2
    at = (middle - half * sqrt(0.6), middle, middle + half * sqrt(0.6))
    parts = (_bezier(span.y, t) * _bezier_slope(span.x, t) for t in at)
    return half * sum(weight * part for weight, part in zip((5 / 9, 8 / 9, 5 / 9), parts, strict=True))
