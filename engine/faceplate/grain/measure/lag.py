"""How alike grain is from one frame to the next: not at all, unless it was baked in, held, or lost to a codec."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from faceplate.grain.measure.blocks import cut, cut_inside
from faceplate.grain.measure.rounding import ToLinear
from faceplate.grain.measure.sampled import Before, Candidates, linear_planes
from faceplate.grain.measure.spectrum import split
from faceplate.values import Array, Floats, Matrix

MOST_BLOCKS = 256
HIGHEST = 3.0  # deviations: what lies higher is a picture that stands still, not grain
ROUNDS = 20
FEWEST = 8
QUARTER = 0.6745  # deviations: a quarter of all lies lower
EVEN = 2.0  # how much further than by chance the middle half of the blocks may spread
MOST = 0.9  # correlation, above which blocks spread by rounding and codecs, not by chance
COARSER = -0.25  # of the energy, in neighbours' differences: the lens makes a picture softer than grain by more
UNLIKE = 0.1  # correlation below which there is nothing to tell apart


class Shared(NamedTuple):
    """Flat blocks beside those of the frame before, each n x 3: how alike they are (NaN where they hold nothing), and
    how much finer what they share is than what differs.
    """

    correlation: Floats
    finer: Floats


@dataclass
class Likeness:
    """Flat blocks beside those of the frame before: at the same place of the frame, and where the picture moved to."""

    still: list[Shared] = field(default_factory=list)
    moved: list[Shared] = field(default_factory=list)

    def add(self, frame_encoded: Array, found: Candidates, before: Before, to_linear: ToLinear) -> None:
        """Takes in one pair of frames."""
        flat = np.flatnonzero(found.flat)
        count = min(MOST_BLOCKS, flat.size)
        some = flat[np.arange(count) * flat.size // max(1, count)]
        here = split(linear_planes(cut(frame_encoded, found.corners[some]), to_linear))[0]
        for kept, moved in ((self.still, 0), (self.moved, np.rint(before.moved[some]).astype(np.int64))):
            inside, there = cut_inside(before.frame_encoded, found.corners[some] + moved)
            kept.append(_shared(here[inside], split(linear_planes(there, to_linear))[0]))

    def correlations(self, free: Matrix) -> tuple[Floats, Floats]:
        """What is usual of each channel (3) at the same place, and where the picture moved to; NaN where unknown.

        `free` independent samples are in a block of each channel.
        """
        still, moved = (_usual(some, free) for some in (self.still, self.moved))
        return still, moved


def _shared(one: Floats, other: Floats) -> Shared:
    shared, ours, theirs = (np.mean(a * b, axis=(2, 3)) for a, b in ((one, other), (one, one), (other, other)))
    apart = ours + theirs - 2 * shared
    finer = _divided(_fine(one, other), shared) - _divided(_fine(one - other, one - other), apart)
    return Shared(_divided(shared, np.sqrt(ours * theirs)), finer)


def _fine(one: Floats, other: Floats) -> Floats:
    """What the differences between neighbouring samples share."""
    products = (np.diff(one, axis=axis) * np.diff(other, axis=axis) for axis in (2, 3))
    return np.asarray(sum(np.mean(each, axis=(2, 3)) for each in products))


def _divided(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0))


def _usual(some: list[Shared], free: Matrix) -> Floats:
    if not some:
        return np.full(3, np.nan, np.float32)
    found = Shared(*(np.concatenate(each) for each in zip(*some, strict=True)))
    pairs = zip(found.correlation.T, found.finer.T, 1 / np.sqrt(free), strict=True)
    return np.array([_usual_of(*each) for each in pairs], np.float32)


def _usual_of(correlation: Floats, finer: Floats, spread: float) -> float:
    """What most blocks share; `spread` is the deviation that chance gives a block without any.

    A picture that stands still only adds: from the lowest quarter up, what lies higher than grain can is dropped. Grain
    is alike by the same amount in every block, and what is shared is as fine as what is not; a picture is neither.
    """
    known = correlation[~np.isnan(correlation)]
    if known.size < FEWEST:
        return np.nan
    low, high = np.percentile(known, (25, 75))
    usual = float(low) + QUARTER * spread
    for _ in range(ROUNDS):
        usual = float(np.median(known[known <= usual + HIGHEST * spread]))
    if usual < UNLIKE:
        return usual
    is_even = high - low < EVEN * 2 * QUARTER * spread * (1 - min(usual, MOST) ** 2)
    told = finer[~np.isnan(finer)]
    is_fine = told.size > 0 and float(np.median(told)) > COARSER
    return usual if is_even and is_fine else np.nan
