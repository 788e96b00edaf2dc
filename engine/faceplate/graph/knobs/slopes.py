"""The slopes that a curve gives to keys whose slopes no artist has set.

The rules are those of Foundry's `nuke.AnimationKey`. How far a smooth slope is clamped is not documented; the limit
here, three times the lesser slope to the keys beside it and none at a peak, is the one of Fritsch and Carlson (SIAM J.
Numer. Anal. 17, 1980), and reproduces the slopes that Nuke itself wrote into the shapes of public scripts.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from faceplate.graph.knobs.curves import Key


class Slopes(NamedTuple):
    """Value per frame on the way into a key, and on the way out."""

    left: float
    right: float


def slopes_of(keys: Sequence["Key"]) -> tuple[Slopes, ...]:
    """The slopes of all keys, set ones as they are."""
    if len(keys) < 2:  # noqa: PLR2004 -- a span needs two keys
        return tuple(_with_set(key, Slopes(0.0, 0.0)) for key in keys)
    secants = [(right.y - left.y) / (right.x - left.x) for left, right in pairwise(keys)]
    splines = _spline_slopes(keys, secants)
    found: list[Slopes] = [_inner(keys, place, secants, splines) for place in range(1, len(keys) - 1)]
    inner = [_with_set(key, slopes) for key, slopes in zip(keys[1:-1], found, strict=True)]
    last = len(keys) - 1
    into_second = inner[0].left if inner else _beyond(keys[last], secants[-1], "left")
    from_before = inner[-1].right if inner else _beyond(keys[0], secants[0], "right")
    start = _end(keys[0], secants[0], into_second, splines.get(0))
    stop = _end(keys[last], secants[-1], from_before, splines.get(last))
    first = Slopes(start if keys[0].extrapolation == "l" else 0.0, start)
    final = Slopes(stop, stop if keys[last].extrapolation == "l" else 0.0)
    return (_with_set(keys[0], first), *inner, _with_set(keys[last], final))


def _with_set(key: "Key", found: Slopes) -> Slopes:
    """Set slopes in place of found ones; one on the way in alone counts for both."""
    left = found.left if key.left_slope is None else key.left_slope
    out = key.left_slope if key.right_slope is None else key.right_slope
    return Slopes(left, found.right if out is None else out)


def _beyond(key: "Key", secant: float, side: str) -> float:
    """The slope of the other end of a lone span: as set there, else along the span."""
    chosen = _with_set(key, Slopes(secant, secant))
    return chosen.left if side == "left" else chosen.right


def _inner(keys: Sequence["Key"], place: int, secants: list[float], splines: dict[int, float]) -> Slopes:
    before, after = secants[place - 1], secants[place]
    kind = keys[place].interpolation
    if kind == "L":
        return Slopes(before, after)
    if kind == "K":
        return Slopes(0.0, 0.0)
    if place in splines:
        return Slopes(splines[place], splines[place])
    slope = (keys[place + 1].y - keys[place - 1].y) / (keys[place + 1].x - keys[place - 1].x)
    if kind == "S":
        slope = _clamped(slope, before, after)
    return Slopes(slope, slope)


def _clamped(slope: float, before: float, after: float) -> float:
    """Flat at peaks, and never so steep that the curve leaves the range of the two keys of either span."""
    if before * after <= 0:
        return 0.0
    most = 3 * min(abs(before), abs(after))
    return max(-most, min(most, slope))


def _end(key: "Key", secant: float, other: float, spline: float | None) -> float:
    """At the first or last key: such that the second derivative is 0 there."""
    if key.interpolation == "L":
        return secant
    if key.interpolation == "K":
        return 0.0
    if spline is not None:
        return spline
    slope = (3 * secant - other) / 2
    return _clamped(slope, secant, slope) if key.interpolation == "S" else slope


def _spline_slopes(keys: Sequence["Key"], secants: list[float]) -> dict[int, float]:
    """Slopes of the natural cubic splines through each run of two or more C keys."""
    slopes: dict[int, float] = {}
    start = 0
    for place in range(1, len(keys) + 1):
        if place < len(keys) and keys[place].interpolation == keys[start].interpolation:
            continue
        if keys[start].interpolation == "C" and place - start > 1:
            slopes.update(
                zip(range(start, place), _natural(keys[start:place], secants[start : place - 1]), strict=True)
            )
        start = place
    return slopes


def _natural(keys: Sequence["Key"], secants: list[float]) -> list[float]:
    """Solves the tridiagonal equations of the natural spline for its slopes, by elimination downwards and back."""
    widths = [right.x - left.x for left, right in pairwise(keys)]
    ratios, rests = [0.5], [1.5 * secants[0]]
    for place in range(1, len(keys) - 1):
        before, after = 1 / widths[place - 1], 1 / widths[place]
        whole = 2 * (before + after) - before * ratios[-1]
        right_side = 3 * (secants[place - 1] * before + secants[place] * after)
        ratios.append(after / whole)
        rests.append((right_side - before * rests[-1]) / whole)
    slopes = [(3 * secants[-1] - rests[-1]) / (2 - ratios[-1])]
    for ratio, rest in zip(reversed(ratios), reversed(rests), strict=True):
        slopes.append(rest - ratio * slopes[-1])
    return slopes[::-1]
