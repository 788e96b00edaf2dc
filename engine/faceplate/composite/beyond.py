"""Where a plate goes beyond what the model's range holds: small highlights mostly, each worked on for itself."""

from collections.abc import Callable

import cv2
import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats, Window

tile_px = 32


def parts_beyond(
    picture: Floats, window: Window, smooth: tuple[float, float], reached: Callable[[Window], Window]
) -> list[Window]:
    """Windows that hold all finite samples of a picture (rows x columns x 3 over `window`) beyond `smooth`.

    `reached` says how far what stands in a window is felt; no two windows are felt on the same pixel.
    """
    rows, columns = (-(-extent // tile_px) for extent in picture.shape[:2])
    marks = np.zeros((rows, columns), np.uint8)
    lowest, highest = smooth
    _mark(picture, np.float32(lowest), np.float32(highest), marks)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    # The first is what is not marked.
    parts = [_of_tiles(box[:4].tolist(), window) for box in boxes[1:]]
    return _apart(parts, reached)


def _of_tiles(box: list[int], window: Window) -> Window:
    left, top, width, height = (tile_px * extent for extent in box)
    corner = (window.left + left, window.top + top)
    return Window(*corner, corner[0] + width, corner[1] + height).intersect(window)


def _apart(parts: list[Window], reached: Callable[[Window], Window]) -> list[Window]:
    """The windows, joined until none is felt where another is."""
    alone: list[Window] = []
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        near = [other for other in alone if not reached(part).intersect(reached(other)).is_empty]
        if near:
            alone = [other for other in alone if other not in near]
            for other in near:
                part = part.join(other)
            waiting.append(part)
        else:
            alone.append(part)
    return alone


@compiled
def _mark(picture: Floats, lowest: np.float32, highest: np.float32, marks: Array) -> None:
    rows, columns, channels = picture.shape
    for row in range(rows):
        line, within = picture[row].reshape(-1), True
        # Most rows hold nothing of the kind, which is soon seen; NaN is neither below nor above.
        for at in range(line.size):
            within &= (line[at] >= lowest) & (line[at] <= highest)
        for column in range(columns if within else 0, columns):
            for channel in range(channels):
                value = picture[row, column, channel]
                if (value < lowest or value > highest) and np.isfinite(value):
                    marks[row // tile_px, column // tile_px] = 1
