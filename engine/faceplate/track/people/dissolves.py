"""Dissolves: one picture turned into another so slowly that no two neighbouring frames differ by a cut."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import cv2
import numpy as np

from faceplate.values import Floats, Matrix

Unlikeness: TypeAlias = Callable[[Floats, Floats], float]

# Each span overlaps the next by half.
SPANS_FRAMES = (12, 32, 96)
# Of pictures softened by a pixel: a slow pan, which is nearly a mix of its ends while it is short, stays below 0.07,
# two shots are 0.17 apart and more (0.11 where they are of one room).
LEAST_UNLIKENESS = 0.12
SOFTENING_PX = (3, 3)
# Every frame between is a mix of the first and the last, but for this part of their difference; a pan or a gesture
# leaves more than twice that.
UNEXPLAINED = 0.25
LEAST_MIXED_FRAMES = 3
# Out of a flat picture and into one leads a fade, which ends no shot before the picture is gone.
LEAST_CONTRAST = 0.02
LARGEST_HOLE_FRAMES = 3
# Mixed frames hold more than a tenth of either picture; the share of the second does not fall again by more than this.
MIXED, LARGEST_RETURN = 0.9, 0.05


def dissolves_in(thumbnails: Sequence[Floats], unlikeness: Unlikeness) -> list[range]:
    """The places at which one picture shows through another, a range for each dissolve, in order."""
    soft = [cv2.blur(thumbnail, SOFTENING_PX) for thumbnail in thumbnails]
    mixed: set[int] = set()
    for span in SPANS_FRAMES:
        for start in range(0, len(thumbnails) - span // 2, span // 2):
            stop = min(start + span, len(thumbnails) - 1)
            if unlikeness(soft[start], soft[stop]) > LEAST_UNLIKENESS:
                mixed |= {start + place for place in _mixed(np.array(thumbnails[start : stop + 1], np.float64))}
    return _ranges(sorted(mixed))


def _mixed(pictures: Matrix) -> list[int]:
    """Those of the pictures that are mixes of the first and the last; empty where there is anything else between."""
    first, change = pictures[0], pictures[-1] - pictures[0]
    if min(pictures[0].std(), pictures[-1].std()) < LEAST_CONTRAST:
        return []
    share = np.einsum("nijk,ijk->n", pictures - first, change) / max(float((change**2).sum()), 1e-12)
    left = np.abs(pictures - first - share[:, None, None, None] * change).mean(axis=(1, 2, 3)) / np.abs(change).mean()
    mixed = np.flatnonzero((share > 1 - MIXED) & (share < MIXED))
    if left.max() > UNEXPLAINED or mixed.size < LEAST_MIXED_FRAMES or np.diff(share).min() < -LARGEST_RETURN:
        return []
    return [int(place) for place in mixed]


def _ranges(places: Sequence[int]) -> list[range]:
    """Places that are no more than a few frames apart as one range."""
    found: list[range] = []
    for place in places:
        if found and place - found[-1].stop <= LARGEST_HOLE_FRAMES:
            found[-1] = range(found[-1].start, place + 1)
        else:
            found.append(range(place, place + 1))
    return found
