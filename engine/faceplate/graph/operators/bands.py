"""Arithmetic on planes, a band of rows at a time: what a formula needs meanwhile stays in the processor's cache."""

from collections.abc import Callable, Iterator

import numpy as np

from faceplate.values import Floats

band_pixels = 2**18
"""How many pixels are worked on at a time: 1 MiB a plane."""


def by_bands(formula: Callable[..., Floats | np.float32], *planes: Floats) -> Floats:
    """The plane that the formula makes of planes of one shape. It sees a few rows of each at a time, pixel by pixel."""
    made = np.empty(planes[0].shape, np.float32)
    with np.errstate(all="ignore"):
        for rows in _bands(made.shape):
            made[rows] = formula(*(plane[rows] for plane in planes))
    return made


def mixed(before: Floats, after: Floats, share: Floats | float) -> Floats:
    """From `before` at share 0 to `after` at 1, both ends bit for bit, whatever stands on the other side."""
    if after is before:
        return before
    if not isinstance(share, float):
        return by_bands(_between, before, after, share)
    if share in (0.0, 1.0):
        return after if share else before
    return by_bands(lambda left, right: _between(left, right, np.float32(share)), before, after)


def _between(before: Floats, after: Floats, share: Floats | np.float32) -> Floats:
    between = after - before
    between *= share
    between += before
    np.copyto(between, before, where=(share == 0) | (before == after))
    np.copyto(between, after, where=share == 1)
    return between


def _bands(shape: tuple[int, ...]) -> Iterator[slice]:
    rows, columns = shape
    step = max(1, band_pixels // max(1, columns))
    return (slice(first, first + step) for first in range(0, rows, step))
