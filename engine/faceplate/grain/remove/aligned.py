"""A frame moved onto another, to a fraction of a pixel."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.remove.motion import on_grid
from faceplate.values import Floats, Window

Place = tuple[int, int]

TAPS, PHASES = 6, 32
NODE_PX = np.float32(8)


def sinc_taps() -> Floats:
    """PHASES x TAPS weights of a windowed sinc, for places between pixels.

    Source: Lanczos' window of three lobes, as in Turkowski, "Filters for common resampling tasks" (1990).
    """
    away = np.arange(TAPS) - (TAPS // 2 - 1) - np.arange(PHASES)[:, None] / PHASES
    weights = np.sinc(away) * np.sinc(2 * away / TAPS)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


WEIGHTS = sinc_taps()


def aligned(planes: Floats, motion: Floats, corner: tuple[int, int], near: Window) -> Floats:
    """The planes (3 x rows x columns) as they would lie without this motion, over a window of the plate.

    `motion` is as `motion_between` gives it; between its nodes it changes linearly. `corner` is the planes' top and
    left on the plate. Beyond the border the border's pixels stand.
    """
    rows, columns = planes.shape[1:]
    before = on_grid(corner[0], rows)[0], on_grid(corner[1], columns)[0]
    margin = TAPS // 2
    around = np.pad(planes, [(0, 0), (margin, margin), (margin, margin)], mode="edge")
    moved = np.empty((planes.shape[0], near.height, near.width), np.float32)
    _align(around, motion, before, (near.top - corner[0], near.left - corner[1]), WEIGHTS, moved)
    return moved


@compiled
def _align(around: Floats, motion: Floats, before: Place, first: Place, weights: Floats, moved: Floats) -> None:
    """`around` reaches TAPS // 2 further on all sides, the grid of motion `before`; `moved` begins at `first`."""
    top, left = first
    _, rows, columns = moved.shape
    across, line = np.empty((2, columns), np.float32), np.empty(TAPS, np.float32)
    highest, widest = around.shape[1] - TAPS, around.shape[2] - TAPS
    for row in range(rows):
        _between(motion, row + top + before[0], left + before[1], across)
        for column in range(columns):
            v = np.int64(np.floor(across[0, column] * PHASES + np.float32(0.5)))
            u = np.int64(np.floor(across[1, column] * PHASES + np.float32(0.5)))
            y = min(max(row + top + v // PHASES + 1, 0), highest)
            x = min(max(column + left + u // PHASES + 1, 0), widest)
            down, along = weights[v % PHASES], weights[u % PHASES]
            for plane in range(3):
                p = around[plane, y : y + TAPS, x : x + TAPS]
                for tap in range(TAPS):
                    line[tap] = (
                        (down[0] * p[0, tap] + down[1] * p[1, tap]) + (down[2] * p[2, tap] + down[3] * p[3, tap])
                    ) + (down[4] * p[4, tap] + down[5] * p[5, tap])
                moved[plane, row, column] = (
                    (along[0] * line[0] + along[1] * line[1]) + (along[2] * line[2] + along[3] * line[3])
                ) + (along[4] * line[4] + along[5] * line[5])


@compiled
def _between(motion: Floats, row: int, left: int, across: Floats) -> None:
    """Fills the motion of one row of pixels, down and across."""
    nodes_down, nodes_across = motion.shape[:2]
    above, f = _place(row)
    one, other = max(above, 0), min(above + 1, nodes_down - 1)
    for column in range(across.shape[1]):
        before, g = _place(column + left)
        first, last = max(before, 0), min(before + 1, nodes_across - 1)
        for each in range(2):
            upper = motion[one, first, each] + g * (motion[one, last, each] - motion[one, first, each])
            lower = motion[other, first, each] + g * (motion[other, last, each] - motion[other, first, each])
            across[each, column] = upper + f * (lower - upper)


@compiled
def _place(pixel: int) -> tuple[int, np.float32]:
    """The node before a pixel, and the share of the way from it to the next."""
    node = (2 * pixel - 7) // 16
    return node, np.float32(2 * pixel - 7 - 16 * node) / np.float32(16)
