"""A change blended band by band, its coarsest bands left to the plate.

Burt and Adelson, "A Multiresolution Spline with Application to Image Mosaics", ACM Transactions on Graphics 2(4), 1983:
every octave is blended over a width of its own size. The pyramid is normalised by the coverage, so that nothing beyond
the matte takes part, and each octave fades inwards from the matte's edge: where the matte is nothing, nothing changes.
"""

import math

import cv2
import numpy as np

from faceplate.composite.cells import Cells, cells_of
from faceplate.composite.place import FacePlace
from faceplate.values import Floats, Window

half_amplitude = math.sqrt(2 * math.log(2)) / (2 * math.pi)
"""Standard deviation, in waves, of the Gaussian that leaves half of a wave."""

widened_octaves = 3
"""So many octaves below the cut are blended over a width of their own."""

finest_width = 0.0125
"""Face squares: no low-pass is narrower but the cut itself; below it the matte's own edge is as wide.

Nor is one narrower than a pixel: it would not reach from one to the next, beyond the matte's edge.
"""


def banded(change: Floats, coverage: Floats, window: Window, place: FacePlace, octaves: float) -> Floats:
    """The change without its coarsest octaves, each of the others faded in over a width of its own size.

    Args:
        change: rows x columns x 3 over `window`, in the model's range.
        coverage: rows x columns, 0 to 1, the matte.
        window: of the plate.
        place: of the face; octaves are counted down from the size of its square.
        octaves: how many are left to the plate: of n, what is larger than the square / 2^(n - 1). Below 1, all that is
            larger than the square, so much of it; at 0 the change is returned as it came.
    """
    if octaves == 0:
        return change
    strength, cut = np.float32(min(octaves, 1.0)), half_amplitude * 2.0 ** (1 - max(octaves, 1.0))
    levels, sigmas = _pyramid(change, coverage, window, place, cut)
    low, _ = levels[-1].low(sigmas[-1])
    away = strength * low
    for level, sigma in zip(levels[-2::-1], sigmas[-2::-1], strict=True):
        coarse, size = low, level.sums.shape[1::-1]
        low, covered = level.low(sigma)
        held_back = strength * (1 - _faded_in(covered))
        away = cv2.resize(away, size) + held_back[..., np.newaxis] * (low - cv2.resize(coarse, size))
    return change - levels[0].spread(away, window)


def _pyramid(
    change: Floats, coverage: Floats, window: Window, place: FacePlace, cut: float
) -> tuple[list[Cells], list[tuple[float, float]]]:
    """From fine to coarse: the change in cells, and how wide it is filtered there, the last by the cut."""
    finest = max(finest_width, 1 / min(place.square_px))
    octaves = min(max(math.floor(math.log2(cut / finest)), 0), widened_octaves)
    across, down = (cut / 2**octaves * side for side in place.square_px)
    levels = [cells_of(change, coverage, window, (across, down), octaves)]
    for _ in range(octaves):
        levels.append(levels[-1].doubled())
    return levels, [(across * 2**each, down * 2**each) for each in range(octaves + 1)]


def _faded_in(covered: Floats) -> Floats:
    """0 from a straight edge of the matte outwards, 1 where the filter meets nothing but the matte."""
    x = np.clip(2 * covered - 1, 0, 1)
    return np.asarray(x * x * (3 - 2 * x), np.float32)
