"""By how much the surroundings of a block have moved between two frames, told by the surroundings alone.

A block's own grain has no say in where it is compared: else the place where it happens to be most alike would be
taken, and its grain would measure too weak.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from faceplate.compiled import compiled
from faceplate.grain.measure.blocks import BLOCK_PX
from faceplate.grain.threads import side_by_side
from faceplate.values import Array, Floats, Matrix

Places = npt.NDArray[np.int64]

SEARCH = 4  # of eighths: 32 pixels about standing still, and about the movement of the whole frame
BETTER = 0.6  # of the misfit where the block started: what another place must reach, for grain alone gets near 0.7
NO_PICTURE = 0.02  # of the misfit: what the picture would add at the nearest whole pixel, for it to be taken
ROUNDS = 4
PART = 256  # blocks followed in one go
FEWEST = 64  # pixels of surroundings, of 128, that have to lie in both frames
FURTHEST = 3.0  # pixels of a level that its search goes from where the coarser one ended
LEAST_STEP = 0.02


class Pyramid(NamedTuple):
    """The brightness of a frame as encoded, in pixels two, four and eight of its own wide."""

    half: Floats
    quarter: Floats
    eighth: Floats


def pyramid(frame_encoded: Array) -> Pyramid:
    """The brightness of a frame (rows x columns x 3); samples that are not finite count as 0."""
    half = np.empty((frame_encoded.shape[0] // 2, frame_encoded.shape[1] // 2), np.float32)
    for top in range(0, half.shape[0], BLOCK_PX):
        rows = np.ascontiguousarray(frame_encoded[2 * top : 2 * (top + BLOCK_PX)], np.float32)
        _brightness(rows, half[top : top + BLOCK_PX])
    quarter = _halved(half)
    return Pyramid(half, quarter, _halved(quarter))


def displacements(here: Pyramid, there: Pyramid, corners: Places) -> Matrix:
    """Where the blocks with these corners (blocks x 2, left and top) lie in the other frame: blocks x 2, pixels.

    Whole numbers wherever a fraction would bring nothing: in flat surroundings, and where the picture stands still.
    """
    whole = whole_displacement(here.eighth, there.eighth)
    found = np.empty((corners.shape[0], 2))
    parts = [slice(start, start + PART) for start in range(0, corners.shape[0], PART)]
    side_by_side(lambda part: _follow(here, there, corners[part], whole, found[part]), parts)
    return found


def whole_displacement(here: Floats, there: Floats) -> Places:
    """The movement of the whole picture in whole pixels (across, down), by phase correlation.

    Source: Kuglin and Hines, "The phase correlation image alignment method" (1975).
    """
    window = np.outer(*(np.hanning(length) for length in here.shape))
    waves = [np.fft.rfft2((plane - plane.mean()) * window) for plane in (here, there)]
    shared = waves[1] * waves[0].conj()
    peaks = np.fft.irfft2(shared / np.maximum(np.abs(shared), np.finfo(np.float32).tiny), here.shape)
    down, across = np.unravel_index(int(np.argmax(peaks)), here.shape)
    wrapped = (
        int(at) - length if at > length // 2 else int(at)
        for at, length in ((across, here.shape[1]), (down, here.shape[0]))
    )
    return np.array(list(wrapped), np.int64)


def _halved(plane: Floats) -> Floats:
    rows, columns = plane.shape[0] // 2 * 2, plane.shape[1] // 2 * 2
    pairs = plane[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2)
    return np.asarray(pairs.mean(axis=(1, 3)), np.float32)


@compiled
def _brightness(rows: Floats, half: Floats) -> None:
    for row in range(half.shape[0]):
        for column in range(half.shape[1]):
            total = np.float32(0)
            for down in range(2):
                for across in range(2):
                    pixel = rows[2 * row + down, 2 * column + across]
                    for channel in range(3):
                        if np.isfinite(pixel[channel]):
                            total += pixel[channel]
            half[row, column] = total / np.float32(12)


@compiled
def _follow(here: Pyramid, there: Pyramid, corners: Places, whole: Places, found: Matrix) -> None:
    """`found`: where each block lies, from the coarsest level to the finest."""
    for block in range(corners.shape[0]):
        left, top = corners[block, 0], corners[block, 1]
        x, y = _searched(here.eighth, there.eighth, left // 8, top // 8, whole)
        x, y, _, _ = _refined(here.quarter, there.quarter, left // 4, top // 4, 8, 2.0 * x, 2.0 * y)
        x, y, added, misfit = _refined(here.half, there.half, left // 2, top // 2, 16, 2.0 * x, 2.0 * y)
        x, y = 2 * x, 2 * y
        if added <= NO_PICTURE * misfit:
            x, y = np.rint(x), np.rint(y)
        found[block, 0], found[block, 1] = x, y


@compiled
def _searched(here: Floats, there: Floats, left: int, top: int, whole: Places) -> tuple[float, float]:
    """The best place among those about standing still and about the movement of the whole frame, in whole pixels."""
    still, moved = _misfit(here, there, left, top, 0, 0), _misfit(here, there, left, top, whole[0], whole[1])
    best_x, best_y, least = (whole[0], whole[1], moved) if moved < BETTER * still else (0, 0, still)
    least *= BETTER
    for about in range(2):
        for down in range(-SEARCH, SEARCH + 1):
            for across in range(-SEARCH, SEARCH + 1):
                x, y = about * whole[0] + across, about * whole[1] + down
                misfit = _misfit(here, there, left, top, x, y)
                if misfit < least:
                    best_x, best_y, least = x, y, misfit
    return float(best_x), float(best_y)


@compiled
def _misfit(here: Floats, there: Floats, left: int, top: int, x: int, y: int) -> float:
    """The variance of the difference over the surroundings (12 pixels square) less the block itself (4)."""
    total, squares, count = 0.0, 0.0, 0
    for row in range(max(top - 4, 0, -y), min(top + 8, here.shape[0], there.shape[0] - y)):
        for column in range(max(left - 4, 0, -x), min(left + 8, here.shape[1], there.shape[1] - x)):
            if not (top <= row < top + 4 and left <= column < left + 4):
                off = np.float64(here[row, column]) - np.float64(there[row + y, column + x])
                total += off
                squares += off * off
                count += 1
    return squares / count - (total / count) ** 2 if count >= FEWEST else np.inf


@compiled
def _refined(
    here: Floats, there: Floats, left: int, top: int, side: int, x: float, y: float
) -> tuple[float, float, float, float]:
    """The place to a fraction of a pixel, what the picture adds to the misfit at whole pixels, and the misfit.

    The products of both frames' gradients are those of the picture alone: their grain is not shared.

    Source: Lucas and Kanade, "An iterative image registration technique" (1981).
    """
    added, misfit = 0.0, np.inf
    start_x, start_y = x, y
    for _ in range(ROUNDS):
        xx, xy, yy, xd, yd, squares, total, count = _products(here, there, left, top, side, x, y)
        if 2 * count < side * side:
            return start_x, start_y, 0.0, np.inf
        misfit = squares - total * total / count
        damping = 0.02 * misfit
        xx, yy = max(xx, 0.0) + damping, max(yy, 0.0) + damping
        xy = min(max(xy, -0.95 * np.sqrt(xx * yy)), 0.95 * np.sqrt(xx * yy))
        area = xx * yy - xy * xy
        if not area > 0:
            break
        step_x = min(max((yy * xd - xy * yd) / area, -1.0), 1.0)
        step_y = min(max((xx * yd - xy * xd) / area, -1.0), 1.0)
        x, y = x + step_x, y + step_y
        off_x, off_y = x - np.rint(2 * x) / 2, y - np.rint(2 * y) / 2
        added = xx * off_x * off_x + 2 * xy * off_x * off_y + yy * off_y * off_y
        if max(abs(step_x), abs(step_y)) < LEAST_STEP:
            break
    if max(abs(x - start_x), abs(y - start_y)) > FURTHEST:
        return start_x, start_y, 0.0, misfit
    return x, y, added, misfit


@compiled
def _products(
    here: Floats, there: Floats, left: int, top: int, side: int, x: float, y: float
) -> tuple[float, float, float, float, float, float, float, int]:
    """Sums over every second row of the surroundings, three blocks square less the block itself."""
    xx, xy, yy, xd, yd, squares, total, count = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0
    whole_x, whole_y = int(np.floor(x)), int(np.floor(y))
    part_x, part_y = x - whole_x, y - whole_y
    first, last = max(top - side, 1, 1 - whole_y), min(top + 2 * side, here.shape[0] - 1, there.shape[0] - 2 - whole_y)
    for row in range(first, last, 2):
        for column in range(
            max(left - side, 1, 1 - whole_x), min(left + 2 * side, here.shape[1] - 1, there.shape[1] - 2 - whole_x)
        ):
            if top <= row < top + side and left <= column < left + side:
                continue
            r, c = row + whole_y, column + whole_x
            off = here[row, column] - _between(there, r, c, part_y, part_x)
            across = (here[row, column + 1] - here[row, column - 1]) / 2
            down = (here[row + 1, column] - here[row - 1, column]) / 2
            across_there = (_between(there, r, c + 1, part_y, part_x) - _between(there, r, c - 1, part_y, part_x)) / 2
            down_there = (_between(there, r + 1, c, part_y, part_x) - _between(there, r - 1, c, part_y, part_x)) / 2
            xx += across * across_there
            yy += down * down_there
            xy += (across * down_there + down * across_there) / 2
            xd += (across + across_there) / 2 * off
            yd += (down + down_there) / 2 * off
            squares += off * off
            total += off
            count += 1
    return xx, xy, yy, xd, yd, squares, total, count


@compiled
def _between(plane: Floats, row: int, column: int, down: float, across: float) -> float:
    above = plane[row, column] * (1 - across) + plane[row, column + 1] * across
    below = plane[row + 1, column] * (1 - across) + plane[row + 1, column + 1] * across
    return float(above * (1 - down) + below * down)
