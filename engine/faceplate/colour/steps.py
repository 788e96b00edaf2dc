from functools import lru_cache

import numpy as np

from faceplate.colour.chain import Curve
from faceplate.colour.codes import (
    Ranks,
    codes_by_rank,
    every_number,
    rank_of_nan,
    rank_of_zero,
    ranks,
    table_samples,
)
from faceplate.colour.kernels import Steps, Three, bucket_shift, nowhere
from faceplate.colour.tables import by_channel
from faceplate.values import Array, Floats, Sample

infinity_bits = 0x7F800000
"""The bits of a float's infinity: as many floats lie between zero and it."""

coarse_stride = 1 << 16
"""Floats from one to the next that a curve's rise is first told at."""

curve_noise = 2.0**-22
"""What OpenColorIO's single precision leaves uncertain of a log code: two floats' distance just below 1."""


def steps_of(curve: Curve, table: Three, sample: Sample) -> Steps | None:
    """Where the codes of a curve change: OpenColorIO's own answer for every float, to the last bit.

    Where its noise alone would keep a code from returning (halves near zero are finer than it), the step is moved
    between the lights that `table` has for the two codes. None where the curve does not rise all the way.
    """
    evaluate = _told_at_infinity(curve)
    reached = _coarsely(evaluate, sample)
    if (np.diff(reached, axis=0) < 0).any():
        return None
    lights = np.stack(table, axis=1)[codes_by_rank(sample)]
    found = _bisected(evaluate, reached, sample)
    return _steps(np.stack([_settled(*each, sample) for each in zip(found.T, lights.T, strict=True)], axis=1), sample)


@lru_cache(maxsize=len(table_samples))
def plain_steps(sample: Sample) -> Steps:
    """Where the codes change of numbers that are stored as they are."""
    return _steps(_bisected(np.array, _coarsely(np.array, sample), sample), sample)


def places(numbers: Floats) -> Array:
    """The place of each float, rising as floats do; both zeros have the place of minus zero, and NaN is `nowhere`."""
    bits = np.where(numbers == 0, np.float32(-0.0), numbers).astype(np.float32).view(np.uint32)
    ordered = np.where(bits >> 31, ~bits, bits | np.uint32(0x80000000))
    return np.where(np.isnan(numbers), np.uint32(nowhere), ordered).astype(np.uint32)


def _steps(found: Floats, sample: Sample) -> Steps:
    steps, zero = by_channel(places(found)), rank_of_zero(sample)
    if steps[0] is steps[1]:
        return Steps(steps, (_buckets(steps[0], rank_of_nan(sample)),) * 3, zero)
    red, green, blue = (_buckets(each, rank_of_nan(sample)) for each in steps)
    return Steps(steps, (red, green, blue), zero)


def _coarsely(evaluate: Curve, sample: Sample) -> Ranks:
    """The rank of every float that is zero in its lower 16 bits, in order from minus infinity to infinity."""
    numbers = _ordered(np.arange(-infinity_bits, infinity_bits + 1, coarse_stride))
    return ranks(evaluate(np.repeat(numbers[:, None], 3, axis=1)), sample)


def _told_at_infinity(curve: Curve) -> Curve:
    """The curve, with the largest floats' answer for an infinity to which OpenColorIO answers NaN."""
    largest = np.finfo(np.float32).max

    def told(values: Floats) -> Floats:
        bent = curve(values)
        return np.where(np.isnan(bent), curve(values.clip(-largest, largest)), bent) if np.isnan(bent).any() else bent

    return told


def _bisected(evaluate: Curve, coarse: Ranks, sample: Sample) -> Floats:
    """For every rank and channel the smallest float that reaches it, between the two coarse floats that enclose it."""
    wanted = np.arange(1, len(codes_by_rank(sample)))
    above = np.stack([np.searchsorted(channel, wanted) for channel in coarse.T], axis=1)
    high = np.minimum(-infinity_bits + above * coarse_stride, infinity_bits + 1)
    low = np.maximum(high - coarse_stride, -infinity_bits)
    while (low < high).any():
        middle = (low + high) >> 1
        reached = ranks(evaluate(_ordered(np.minimum(middle, infinity_bits))), sample) >= wanted[:, None]
        reached &= middle <= infinity_bits
        high, low = np.where(reached, middle, high), np.where(reached, low, np.minimum(middle + 1, high))
    return _rising(np.where(high > infinity_bits, np.float32(np.nan), _ordered(np.minimum(high, infinity_bits))))


def _settled(steps: Floats, lights: Floats, sample: Sample) -> Floats:
    """Steps of one channel, those moved between the lights of the codes on their two sides that noise put elsewhere."""
    numbers = every_number(sample)[codes_by_rank(sample)].astype(np.float64)
    back = numbers[np.searchsorted(steps, lights, side="right")]
    with np.errstate(invalid="ignore"):
        noisy = np.abs(back - numbers) <= curve_noise
    movable = noisy[:-1] & noisy[1:] & (lights[:-1] < lights[1:])
    with np.errstate(over="ignore"):
        just_above = np.nextafter(lights[:-1], np.float32(np.inf))
    moved = np.clip(steps, just_above, lights[1:])
    return _rising(np.where(movable, moved, steps)[:, None])[:, 0]


def _rising(steps: Floats) -> Floats:
    return np.where(np.isnan(steps), steps, np.fmax.accumulate(steps, axis=0))


def _ordered(places: Ranks) -> Floats:
    """Floats by their place in order, 0 for zero, negative for negatives."""
    return np.where(places >= 0, places, (-places) | 0x80000000).astype(np.uint32).view(np.float32)


def _buckets(steps: Array, nan: int) -> Array:
    starts = np.arange(2 ** (32 - bucket_shift), dtype=np.int64) << bucket_shift
    below = np.searchsorted(steps, starts, side="right")
    inside = np.searchsorted(steps, starts + (1 << bucket_shift) - 1, side="right") - below
    only = np.append(steps, nowhere)[below].astype(np.int64)
    from_end = np.where(inside == 1, starts + (1 << bucket_shift) - only, 0)
    crowded = np.where(inside > 1, 1 << 31, 0)
    lowest, highest = places(np.array([-np.inf, np.inf], np.float32)).astype(np.int64)
    numbers = (starts + (1 << bucket_shift) > lowest) & (starts <= highest)
    return np.where(numbers, (below << bucket_shift) | from_end | crowded, nan << bucket_shift).astype(np.uint32)
