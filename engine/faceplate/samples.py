"""Stored samples as numbers, and back."""

import numpy as np

from faceplate.values import Array, Floats, Sample


def normalised(stored: Array, sample: Sample) -> Floats:
    """Stored samples as numbers: integer codes over their top code, 0 to 1; half and float as they are."""
    if sample.top_code is None:
        return stored.astype(np.float32, copy=False)
    if sample is Sample.UINT32:
        return (stored / np.float64(sample.top_code)).astype(np.float32)
    return stored.astype(np.float32) / np.float32(sample.top_code)


def stored_from(values: Floats, sample: Sample) -> Array:
    """Numbers as stored samples, the inverse of `normalised`.

    Integer codes are rounded and clipped to 0 and the top code, NaN becomes 0; half is rounded as IEEE 754 says, so
    values past its range become infinite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if sample.top_code is None:
            return values.astype(sample.dtype)
        codes = np.rint(values.astype(np.float64) * sample.top_code)
        return np.nan_to_num(codes, nan=0.0).clip(0, sample.top_code).astype(sample.dtype)
