import numpy as np
import numpy.typing as npt

from faceplate.colour.chain import Curve
from faceplate.colour.codes import every_number
from faceplate.colour.kernels import Three, bend_shift
from faceplate.values import Array, Floats, Sample

no_bend: Three = (np.empty(0, np.uint64),) * 3
"""The table of no curve at all."""

beside = 2.0**-12
"""How far to the side a curve is looked at to tell whether it is level: of the number, and never less than this."""

bend_check_stride = 7
"""Every so many straight lines of a bent table one is checked against the curve, at its middle."""


def code_table(curve: Curve | None, sample: Sample) -> Three:
    """What the curve makes of every code, by code, as OpenColorIO says; NaN and infinities stay what they are."""
    numbers = np.repeat(every_number(sample)[:, None], 3, axis=1)
    with np.errstate(invalid="ignore"):
        bent = numbers if curve is None else np.where(np.isfinite(numbers), curve(numbers), numbers)
    return by_channel(bent)


def bend_table(curve: Curve, *, relative: float, absolute: float, highest: float = np.inf) -> Three | None:
    """The curve's points for straight lines between them, by the upper bits of a float.

    None where a straight line strays further from the curve than the tolerance, below the `highest` of its values.
    """
    places = np.arange(2 ** (32 - bend_shift) + 1, dtype=np.uint64)
    numbers, largest = _floats(places << np.uint64(bend_shift)), np.finfo(np.float32).max
    # OpenColorIO answers NaN to some infinities.
    points = np.where(np.isnan(numbers), numbers, curve(numbers.clip(-largest, largest)))
    checked = places[:-1:bend_check_stride]
    with np.errstate(invalid="ignore", over="ignore"):
        straight = (points[checked] + points[checked + np.uint64(1)]) / 2
        bent = curve(_floats((checked << np.uint64(bend_shift)) + np.uint64(1 << (bend_shift - 1))))
        strays = np.abs(straight - bent) > relative * np.abs(bent) + absolute
    return None if (strays & (np.abs(straight) <= highest) & np.isfinite(straight)).any() else by_channel(points)


def with_rises(bend: Three) -> Three:
    """Each point of a bent table and how far it is to the next, two floats in one number: fetched as one.

    Where the next point is infinite or no number, there is no way to it.
    """
    lowest = {id(points): points for points in bend}
    packed = {name: _with_rises(points) for name, points in lowest.items()}
    red, green, blue = (packed[id(points)] for points in bend)
    return red, green, blue


def _with_rises(points: Floats) -> Array:
    with np.errstate(invalid="ignore", over="ignore"):
        rises = np.diff(points)
    pairs = np.stack([points[:-1], np.where(np.isfinite(rises), rises, np.float32(0))], axis=1)
    return pairs.view(np.uint64)[:, 0]


def level_table(curve: Curve, bend: Three) -> Three:
    """By the upper bits of a float, 1 where the curve is level there and on to one side, so that it has no inverse.

    A bucket may be level by itself: the buckets near zero are finer than what a float holds of the curve.
    """
    numbers = _floats(np.arange(bend[0].size - 1, dtype=np.uint64) << np.uint64(bend_shift))
    points = np.stack(bend, axis=1)
    level = points[:-1] == points[1:]
    with np.errstate(invalid="ignore", over="ignore"):
        reach = np.maximum(np.abs(numbers) * np.float32(beside), np.float32(beside))
        level &= (curve(numbers - reach) == points[:-1]) | (curve(numbers + reach) == points[:-1])
    return by_channel(level.astype(np.uint8))


def by_channel(columns: Array) -> Three:
    """A table for each channel; the very same one where they agree, so that it is held once."""
    if np.array_equal(columns, columns[:, :1].repeat(3, axis=1), equal_nan=True):
        return (np.ascontiguousarray(columns[:, 0]),) * 3
    red, green, blue = (np.ascontiguousarray(channel) for channel in columns.T)
    return red, green, blue


def _floats(bits: npt.NDArray[np.uint64]) -> Floats:
    """The float of these bits in every channel, n x 3."""
    return np.repeat(bits.astype(np.uint32).view(np.float32)[:, None], 3, axis=1)
