"""Which frames are compared: each with the one before it, every frame at most once; or with one further away."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from faceplate.values import Array

APART = 24  # frames: by then codecs have coded anew what they copied at first, and most of the picture is still there
NEXT_BUT_ONE = 2
GLANCE_PX = 16  # one sample in so many across and down tells most frames apart


class Seen(NamedTuple):
    """A frame, the one before it where the two are to be compared, and whether it is that frame once more (held)."""

    number: int
    frame_encoded: Array
    before: tuple[int, Array] | None
    held: bool


def compared(frames: Iterable[tuple[int, Array]]) -> Iterator[Seen]:
    """Every frame in order. A pair is two frames that follow each other, of one size and not held; two are in hand."""
    last: tuple[int, Array] | None = None
    lonely = False
    for number, frame in frames:
        if last is not None and is_alike(last[1], frame):
            yield Seen(number, frame, None, held=True)
            continue
        before = last if last is not None and lonely and last[1].shape == frame.shape else None
        yield Seen(number, frame, before, held=False)
        last, lonely = (number, frame), before is None


def frames_to_measure(numbers: Sequence[int], count: int) -> tuple[int, ...]:
    """At most `count` of a shot's frames to measure grain on, rising: pairs of neighbours spread over the shot.

    A pair shows grain apart from the picture; pairs far apart show other exposures. Where no frame has a neighbour,
    single frames are spread.
    """
    ordered = sorted(set(numbers))
    if count >= len(ordered):
        return tuple(ordered)
    firsts = [one for one, other in pairwise(ordered) if other == one + 1]
    pairs = firsts[:1] if count > 1 else []
    for first in firsts:
        if pairs and first >= pairs[-1] + 2:
            pairs.append(first)
    if not pairs:
        return tuple(_spread(ordered, count))
    return tuple(number for first in _spread(pairs, count // 2) for number in (first, first + 1))


def frames_apart(numbers: Sequence[int], count: int) -> tuple[int, ...]:
    """At most `count` of a shot's frames in pairs, one after the other: those that lie furthest apart, up to APART.

    None where no two do that are more than neighbours.
    """
    ordered = sorted(set(numbers))
    furthest = {first: ordered[bisect_right(ordered, first + APART) - 1] - first for first in ordered}
    reach = max(furthest.values(), default=0)
    firsts = [first for first in ordered if furthest[first] == reach >= NEXT_BUT_ONE]
    return tuple(number for first in _spread(firsts, count // 2) for number in (first, first + reach))


def _spread(numbers: list[int], count: int) -> list[int]:
    """At most `count` of them, the middles of so many parts of the list."""
    many = min(count, len(numbers))
    return [numbers[(2 * each + 1) * len(numbers) // (2 * many)] for each in range(many)]


def is_alike(one: Array, other: Array) -> bool:
    """Whether two frames are one, sample for sample."""
    glance = np.s_[::GLANCE_PX, ::GLANCE_PX]
    return (
        one.shape == other.shape
        and np.array_equal(one[glance], other[glance], equal_nan=True)
        and np.array_equal(one, other, equal_nan=True)
    )
