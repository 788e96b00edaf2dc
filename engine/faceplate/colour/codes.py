from typing import Any

import numpy as np
import numpy.typing as npt

from faceplate.values import Array, Floats, Matrix, Sample

half_infinity = 0x7C00
"""The bits of a half's infinity: as many halves lie between zero and it."""

table_samples = (Sample.HALF, Sample.UINT8, Sample.UINT10, Sample.UINT12, Sample.UINT16)
"""How samples are stored that have so few values that each can stand in a table."""

Ranks = npt.NDArray[np.int64]


def code_bits(stored: Array, sample: Sample) -> Array:
    """Stored samples as the whole numbers that count their table's entries; no sample is copied.

    The view says it cannot be written to: files' pixels come so, and one kind of array is compiled for, not two.
    """
    bits = stored.view(np.uint16) if sample is Sample.HALF else stored.view()
    bits.flags.writeable = False
    return bits


def every_number(sample: Sample) -> Floats:
    """The number that each code stands for, by code: integer codes over their top code, halves by their bits."""
    if sample is Sample.HALF:
        return np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)
    return np.arange(np.iinfo(sample.dtype).max + 1, dtype=np.float32) / np.float32(_top(sample))


def codes_by_rank(sample: Sample) -> Array:
    """Every code in the order of its number, lowest first: halves run from minus infinity to infinity, without NaN.

    Minus zero has zero's rank.
    """
    if sample is not Sample.HALF:
        return np.arange(_top(sample) + 1)
    signed = np.arange(-half_infinity, half_infinity + 1)
    return np.where(signed < 0, 0x8000 - signed, signed)


def rank_of_zero(sample: Sample) -> int:
    """The rank of code 0."""
    return half_infinity if sample is Sample.HALF else 0


def rank_of_nan(sample: Sample) -> int:
    """The rank whose code NaN is stored as: a half's NaN, an integer's 0."""
    return rank_of_zero(sample) + int(np.float16(np.nan).view(np.uint16)) if sample is Sample.HALF else 0


def ranks(numbers: Floats | Matrix, sample: Sample) -> Ranks:
    """The rank of the code that a number, not NaN, is stored as.

    Integer codes are rounded and clipped to 0 and the top code; halves are rounded as IEEE 754 says.
    """
    if sample is not Sample.HALF:
        return np.asarray(np.rint(numbers.astype(np.float64) * _top(sample)).clip(0, _top(sample)), np.int64)
    with np.errstate(over="ignore"):
        bits = numbers.astype(np.float16).view(np.uint16).astype(np.int64)
    magnitude = bits & 0x7FFF
    return np.where(bits >> 15, -magnitude, magnitude) + half_infinity


def _top(sample: Sample) -> Any:
    return sample.top_code
