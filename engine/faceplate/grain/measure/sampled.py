"""What the chosen blocks of one frame say: each alone, and beside its like in the frame before."""

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from faceplate.grain.measure.blocks import BLOCK_PX, LOOSE_FACTOR, cut, cut_inside, flat_among
from faceplate.grain.measure.displacement import Places, Pyramid, displacements
from faceplate.grain.measure.pairs import cut_there, differences
from faceplate.grain.measure.rounding import Rounding, ToLinear, rounding_of
from faceplate.grain.measure.spectrum import ALL_MODES, PLAIN_MODES, split
from faceplate.grain.threads import side_by_side
from faceplate.values import Array, Floats, Matrix

LEAKED = 0.25  # correlation of what was taken out with what was left: grain alone seldom has it by chance
LEFT = 0.05  # of the variance taken out: less detail than that is none
BATCH = 128  # blocks in hand at a time, so that memory does not grow with the frame


class Candidates(NamedTuple):
    """Blocks of a frame that may show grain: left and top (n x 2), bin of luminance; whether the block is flat, to be
    looked at alone; and whether it is flat enough, or plain by chance, to be compared.
    """

    corners: Places
    bins: Places
    flat: npt.NDArray[np.bool_]
    loose: npt.NDArray[np.bool_]


class Before(NamedTuple):
    """The frame before, and by how much each candidate lies elsewhere in it (n x 2, pixels)."""

    frame_encoded: Array
    moved: Matrix


class Blocks(NamedTuple):
    """Blocks that show grain.

    Attributes:
        which: n, which candidates they are.
        mean_linear: n x 3.
        residuals: n x 3 x BLOCK_PX x BLOCK_PX, without slow variation.
        variance: n x 3, theirs; 0 where it is no more than rounding leaves.
        rounding: n x 3, that much.
        fast: n x 3, the variances of what no slow mode holds.
        structure: n, the energy of slow modes that curve.
        bins: n, of luminance.
        part: n x 2, by what part of a pixel one frame was interpolated.
    """

    which: Places
    mean_linear: Floats
    residuals: Floats
    variance: Floats
    rounding: Floats
    fast: Floats
    structure: Floats
    bins: Places
    part: Matrix

    def none(self) -> Self:
        """Without any."""
        return self.at(np.empty(0, np.int64))

    def at(self, places: Places) -> Self:
        """These of them."""
        return type(self)(
            self.which[places],
            self.mean_linear[places],
            self.residuals[places],
            self.variance[places],
            self.rounding[places],
            self.fast[places],
            self.structure[places],
            self.bins[places],
            self.part[places],
        )


def sampled(
    frame_encoded: Array, found: Candidates, to_linear: ToLinear, before: Before | None
) -> tuple[Blocks, Blocks]:
    """The flat candidates alone; and the differences from the frame before of all that fit.

    Of a frame alone all slow variation is taken out, of a difference no more than a plain change of light.
    """
    parts = batches(np.arange(found.bins.size))
    alone, beside = [_nothing()] * len(parts), [_nothing()] * len(parts)

    def look(at: int) -> None:
        alone[at], beside[at] = _looked_at(parts[at], frame_encoded, found, to_linear, before)

    side_by_side(look, range(len(parts)))
    return _joined(alone), _fitting(_joined(beside))


def _looked_at(
    some: Places, frame_encoded: Array, found: Candidates, to_linear: ToLinear, before: Before | None
) -> tuple[Blocks, Blocks]:
    """As `sampled`, of these candidates."""
    encoded = cut(frame_encoded, found.corners[some])
    planes = linear_planes(encoded, to_linear)
    means = planes.mean(axis=(2, 3))
    rounding = rounding_of(encoded, means, to_linear)
    flat = found.flat[some]
    alone = _blocks(some[flat], means[flat], planes[flat], rounding.at(flat), found.bins, ALL_MODES)
    if before is None:
        return alone, _nothing()
    loose = np.flatnonzero(found.loose[some])
    inside, there = cut_there(before.frame_encoded, found.corners[some][loose], before.moved[some][loose])
    seen = loose[inside]
    pair = differences(planes[seen], linear_planes(there, to_linear), before.moved[some][seen])
    used = seen[pair.used]
    beside = _blocks(some[used], pair.mean_linear, pair.planes, rounding.at(used), found.bins, PLAIN_MODES)
    return alone, beside._replace(part=pair.part)


def beside_clean(frame_encoded: Array, clean_encoded: Array, found: Candidates, to_linear: ToLinear) -> Blocks:
    """What a degrained plate lacks of the candidates, but for those in which detail of the picture went with it."""
    parts = []
    for some in batches(np.arange(found.bins.size)):
        encoded = cut(frame_encoded, found.corners[some])
        inside, clean = cut_inside(clean_encoded, found.corners[some])
        planes, clean_planes = linear_planes(encoded[inside], to_linear), linear_planes(clean, to_linear)
        means = clean_planes.mean(axis=(2, 3))
        rounding = rounding_of(encoded[inside], means, to_linear)
        grain = planes - clean_planes
        kept = np.flatnonzero(~_leaks(grain, clean_planes))
        parts.append(_blocks(some[inside][kept], means[kept], grain[kept], rounding.at(kept), found.bins, PLAIN_MODES))
    return _joined(parts)


def _leaks(grain: Floats, clean: Floats) -> npt.NDArray[np.bool_]:
    """Whether what was taken out of a block is like the detail that was left in it."""
    taken, left = split(grain)[0], split(clean)[0]
    shared, of_taken, of_left = (np.mean(a * b, axis=(2, 3)) for a, b in ((taken, left), (taken, taken), (left, left)))
    alike = np.abs(shared) > LEAKED * np.sqrt(of_taken * of_left)
    return np.asarray((alike & (of_left > LEFT * of_taken)).any(axis=1))


def moved_between(here: Pyramid, there: Pyramid, found: Candidates, frame_encoded: Array) -> Before:
    """The frame before beside the candidates of this one."""
    return Before(frame_encoded, displacements(here, there, found.corners))


def batches(indexes: Places) -> list[Places]:
    """The indexes, BATCH at a time."""
    return [indexes[start : start + BATCH] for start in range(0, indexes.size, BATCH)]


def linear_planes(blocks_encoded: Floats, to_linear: ToLinear) -> Floats:
    """Blocks n x side x side x 3 in scene-linear, n x 3 x side x side."""
    if not blocks_encoded.size:
        return np.empty((0, 3, *blocks_encoded.shape[1:3]), np.float32)
    linear = to_linear(blocks_encoded.reshape(-1, blocks_encoded.shape[2], 3)).reshape(blocks_encoded.shape)
    return np.ascontiguousarray(np.moveaxis(linear, -1, 1), np.float32)


def _blocks(which: Places, means: Floats, planes: Floats, rounding: Rounding, bins: Places, removed: int) -> Blocks:
    residuals, curved = split(planes, removed)
    variance = np.mean(np.square(residuals), axis=(2, 3))
    limit = rounding.limit(variance)
    variance[variance < limit] = 0
    slow = curved / np.float32(BLOCK_PX**2) if removed < ALL_MODES else np.float32(0)
    fast = np.maximum(variance - slow, 0)
    whole, structure = np.zeros((which.size, 2)), curved.sum(axis=1)
    return Blocks(which, means, residuals, variance, limit, fast, structure, bins[which], whole)


def _nothing() -> Blocks:
    none = np.empty(0, np.int64)
    planes = np.empty((0, 3, BLOCK_PX, BLOCK_PX), np.float32)
    numbers = np.empty((0, 3), np.float32)
    return _blocks(none, numbers, planes, Rounding(numbers, numbers, np.zeros(3, np.bool_)), none, 0)


def _joined(parts: list[Blocks]) -> Blocks:
    return Blocks(*(np.concatenate(each) for each in zip(_nothing(), *parts, strict=True)))


def _fitting(blocks: Blocks) -> Blocks:
    """Without those in which something moved otherwise."""
    kept = [
        flat_among(np.flatnonzero(blocks.bins == number), blocks.structure, LOOSE_FACTOR)
        for number in np.unique(blocks.bins)
    ]
    order = np.sort(np.concatenate([np.empty(0, np.int64), *kept]))
    return blocks.at(order)
