"""The filters that pictures are moved, turned and scaled with, by Nuke's names."""

import math
from typing import NamedTuple

import numpy as np

from faceplate.compiled import compiled
from faceplate.graph.render import Node
from faceplate.values import Matrix

impulse, polynomial, windowed_sinc, sinc = range(4)


class Filter(NamedTuple):
    """A filter along one axis, in pixels of the source; wider by as much as the picture gets smaller.

    Attributes:
        family: the nearest pixel, a piecewise cubic, or a sinc with or without a window.
        support: half of its width.
        b: of a cubic, as Mitchell and Netravali name it.
        c: of a cubic, likewise.
    """

    family: int
    support: float
    b: float = 0.0
    c: float = 0.0

    @property
    def interpolates(self) -> bool:
        """True where a picture that does not move comes out as it went in."""
        return self.b == 0


filters = {
    "Impulse": Filter(impulse, 0.5),
    "Cubic": Filter(polynomial, 1.0, 0.0, 0.0),
    "Keys": Filter(polynomial, 2.0, 0.0, 1 / 2),
    "Simon": Filter(polynomial, 2.0, 0.0, 3 / 4),
    "Rifman": Filter(polynomial, 2.0, 0.0, 1.0),
    "Mitchell": Filter(polynomial, 2.0, 1 / 3, 1 / 3),
    "Parzen": Filter(polynomial, 2.0, 1.0, 0.0),
    "Notch": Filter(polynomial, 2.0, 3 / 2, -1 / 4),
    "Lanczos4": Filter(windowed_sinc, 2.0),
    "Lanczos6": Filter(windowed_sinc, 3.0),
    "Sinc4": Filter(sinc, 2.0),
}
"""By name. Cubics: Mitchell and Netravali, "Reconstruction Filters in Computer Graphics", 1988, where (3/2, -1/4) is
the notch and (1, 0) Parzen's B-spline; Keys 1981 (a = -1/2), Simon 1975 (a = -3/4), Rifman 1973 (a = -1) are (0, -a).
Nuke names a sinc by its whole width."""


def filter_of(node: Node, knob: str = "filter") -> Filter:
    """The filter that a knob names; older scripts write them in lower case."""
    names = tuple(filters)
    return filters[node.choice(knob, (*names, *map(str.lower, names))).capitalize()]


@compiled
def weight_at(at: float, family: int, support: float, b: float, c: float) -> float:
    """The weight of a pixel whose centre lies `at` from the place that is read; 0 from the support on, exactly."""
    x = abs(at)
    if x >= support:
        return 0.0
    if family == polynomial:
        if x < 1:
            return ((12 - 9 * b - 6 * c) * x * x * x + (-18 + 12 * b + 6 * c) * x * x + (6 - 2 * b)) / 6
        return ((-b - 6 * c) * x * x * x + (6 * b + 30 * c) * x * x + (-12 * b - 48 * c) * x + (8 * b + 24 * c)) / 6
    if x == 0:
        return 1.0
    if x == math.floor(x):
        return 0.0
    wave = math.sin(math.pi * x) / (math.pi * x)
    if family == windowed_sinc:
        wave *= math.sin(math.pi * x / support) / (math.pi * x / support)
    return wave


@compiled
def fill_weights(
    weights: Matrix, at: float, width: float, family: int, support: float, b: float, c: float
) -> tuple[int, int]:
    """Writes the weights of the pixels around a place into `weights`, their sum 1; pixels without weight left out.

    Gives the first pixel and how many there are. `width` is how many source pixels make one of the result, at least 1.
    """
    if family == impulse:
        weights[0] = 1.0
        return math.floor(at), 1
    reach = support * width
    first = math.ceil(at - 0.5 - reach)
    count = min(math.floor(at - 0.5 + reach) - first + 1, weights.size)
    total = 0.0
    for tap in range(count):
        away = first + tap + 0.5 - at
        weights[tap] = weight_at(away if width == 1 else away / width, family, support, b, c)
        total += weights[tap]
    skipped = 0
    while skipped < count - 1 and weights[skipped] == 0:
        skipped += 1
    while count > skipped + 1 and weights[count - 1] == 0:
        count -= 1
    for tap in range(skipped, count):
        weights[tap - skipped] = weights[tap] / total
    return first + skipped, count - skipped


def room_for(chosen: Filter, width: float) -> Matrix:
    """An array that `fill_weights` can write to at any place."""
    return np.zeros(math.ceil(2 * chosen.support * max(1.0, width)) + 2)
