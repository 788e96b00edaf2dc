"""How a picture moves to the frames beside it, seen through its grain: in luminance, with the grain made white."""

from typing import NamedTuple, Self

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.kernel import TRANSFORM_PX
from faceplate.grain.remove.block_search import closer, quantised, searched
from faceplate.grain.remove.flow import followed
from faceplate.values import Floats, Matrix

GRID_PX = 16  # blocks of the coarsest level stand so far apart on the plate
LEAST_PX = 64  # a smaller picture is made so large
REACH_PX = 32
WHITE_RADIUS_PX = 4
FAINTEST = 0.02  # of the strongest wave of the grain: weaker ones are not raised further
DARKEST = 1e-6


class Seen(NamedTuple):
    """A picture for matching, at a half and a quarter of its size, its grain white and of sigma 1."""

    half: Floats
    quarter: Floats

    @classmethod
    def of(cls, luminance: Floats, whitener: Floats, corner: tuple[int, int]) -> Self:
        """Of a plane whose top and left on the plate are `corner`."""
        half = _filtered(_halved(_on_grid(luminance, corner)), whitener)
        return cls(half, 2 * _halved(half))


def motion_between(ours: Seen, theirs: Seen, known: Floats) -> Floats:
    """Where what our pixels show lies in their picture, at nodes of 8 px: nodes x nodes x 2, px down and across.

    The first node stands 3.5 px off the corner of the plate's grid. Motion beyond REACH_PX is not found. Where the
    picture is flat the motion is small and means nothing. `known` is what `known_of` says of our picture's half.
    """
    coarse = searched(quantised(ours.quarter), quantised(theirs.quarter), REACH_PX // 4)
    fine = closer(quantised(ours.half), quantised(theirs.half), coarse)
    return 2 * followed(ours.half, theirs.half, fine, known)


def whitening(covariance: Matrix) -> Floats:
    """The filter that makes grain of this autocovariance (lag 0 in the middle) white once it is halved, and sigma 1.

    Waves in which the grain is weak are seen best there, and count accordingly.
    """
    halved = _halved_covariance(covariance)
    lags = np.arange(halved.shape[0]) - halved.shape[0] // 2
    wrapped = np.zeros((TRANSFORM_PX, TRANSFORM_PX))
    wrapped[np.ix_(lags % TRANSFORM_PX, lags % TRANSFORM_PX)] = halved
    power = np.maximum(np.fft.fft2(wrapped).real, 0)
    gain = 1 / np.sqrt(power + max(FAINTEST * power.max(), DARKEST))
    line = np.hanning(2 * WHITE_RADIUS_PX + 3)[1:-1]
    near = np.arange(-WHITE_RADIUS_PX, WHITE_RADIUS_PX + 1)
    kernel = np.fft.ifft2(gain).real[np.ix_(near, near)] * np.outer(line, line)
    left = np.sum(power * np.square(np.abs(np.fft.fft2(kernel, power.shape)))) / power.size
    return np.asarray(kernel / np.sqrt(max(left, DARKEST)), np.float32)


def _halved_covariance(covariance: Matrix) -> Matrix:
    """That of the mean of every 2 x 2 pixels, at its own lags."""
    middle = covariance.shape[0] // 2
    spread = np.pad(covariance, 1)
    for axis in (0, 1):
        spread = (2 * spread + np.roll(spread, 1, axis) + np.roll(spread, -1, axis)) / 4
    first = (middle + 1) % 2
    return np.asarray(spread[first::2, first::2])


def on_grid(start: int, length: int) -> tuple[int, int]:
    """How many pixels go before and after a picture so that it starts and ends on the plate's grid."""
    before = start % GRID_PX
    return before, max(LEAST_PX - before - length, -(before + length) % GRID_PX)


def _on_grid(plane: Floats, corner: tuple[int, int]) -> Floats:
    margins = [on_grid(start, length) for start, length in zip(corner, plane.shape, strict=True)]
    return np.pad(plane, margins, mode="symmetric")


@compiled
def _halved(plane: Floats) -> Floats:
    """The mean of every 2 x 2 pixels."""
    half = np.empty((plane.shape[0] // 2, plane.shape[1] // 2), np.float32)
    for row in range(half.shape[0]):
        upper, lower = plane[2 * row], plane[2 * row + 1]
        for column in range(half.shape[1]):
            left, right = 2 * column, 2 * column + 1
            half[row, column] = np.float32(0.25) * ((upper[left] + upper[right]) + (lower[left] + lower[right]))
    return half


def _filtered(plane: Floats, kernel: Floats) -> Floats:
    around = np.pad(plane, WHITE_RADIUS_PX, mode="symmetric")
    filtered = np.zeros_like(plane)
    _filter(around, kernel, filtered)
    return filtered


@compiled
def _filter(around: Floats, kernel: Floats, filtered: Floats) -> None:
    """Adds tap after tap: a sum of another order may round by position."""
    for row in range(filtered.shape[0]):
        line = filtered[row]
        for down in range(kernel.shape[0]):
            for across in range(kernel.shape[1]):
                tap = kernel[down, across]
                source = around[row + down, across:]
                for column in range(line.size):
                    line[column] += tap * source[column]
