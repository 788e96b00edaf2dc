"""How much of each pixel lies inside closed outlines: exact areas, no samples."""

import math
from collections.abc import Sequence

import numpy as np

from faceplate.compiled import compiled
from faceplate.graph.operators.sampling import strips
from faceplate.graph.render import Box
from faceplate.values import Floats, Matrix

farthest_left_px = 2**15
"""Edges farther to the left are summed up in the first pixel that is kept: the very same sums for any box."""

farthest_px = 2.0**30

thinnest_px = 1e-9
"""An edge narrower than this within a row stands upright."""

least_area = 1e-12
"""What sums of parts leave of nothing."""


def covered_area(outlines: Sequence[tuple[Matrix, float]], box: Box) -> Floats:
    """The sum of the outlines' coverage of each pixel, each times its weight, clipped to 0..1.

    An outline is points x 2 in pixels and closes itself; which way round it runs does not matter, where it overlaps
    itself counts once. Each pixel comes out alike whatever box is asked for.
    """
    edges = _edges_of(outlines)
    made = np.zeros(box.shape, np.float32)
    if not edges.size or box.is_empty:
        return made
    left = max(math.floor(edges[:, (0, 2)].min()), -farthest_left_px)
    right = min(math.ceil(edges[:, (0, 2)].max()) + 1, box.r)
    for strip in strips(box):
        inside = edges[(edges[:, 1] < strip.t) & (edges[:, 3] > strip.y)]
        if inside.size and right > left:
            changes = np.zeros((strip.height, right - left))
            _fill(inside, strip.y, left, changes)
            _lay(changes, max(0, box.x - left), made[strip.y - box.y : strip.t - box.y, max(0, left - box.x) :])
    return made


def _edges_of(outlines: Sequence[tuple[Matrix, float]]) -> Matrix:
    """Edges that run up: x and y of either end, the lower first, and how much more is covered right of it than left."""
    found = []
    for outline, weight in outlines:
        points = np.clip(outline, -farthest_px, farthest_px)
        after = np.roll(points, -1, axis=0)
        falls = points[:, 1] > after[:, 1]
        low, high = np.where(falls[:, None], after, points), np.where(falls[:, None], points, after)
        found.append(np.column_stack([low, high, np.where(falls, weight, -weight)]))
    edges: Matrix = np.concatenate(found) if found else np.zeros((0, 5))
    return np.asarray(edges[(edges[:, 1] < edges[:, 3]) & (edges[:, 4] != 0)])


@compiled
def _fill(edges: Matrix, bottom: int, left: int, changes: Matrix) -> None:
    """Writes by how much coverage changes from each pixel to the next along its row."""
    rows, columns = changes.shape
    for edge in range(edges.shape[0]):
        x0, y0, x1, y1, weight = edges[edge]
        slope = (x1 - x0) / (y1 - y0)
        for row in range(max(math.floor(y0) - bottom, 0), min(math.ceil(y1) - bottom, rows)):
            low, high = max(y0, bottom + row), min(y1, bottom + row + 1.0)
            # The ends of an edge are taken as they are: neighbours meet in the very same place.
            begin = x0 if low == y0 else x0 + (low - y0) * slope
            end = x1 if high == y1 else x0 + (high - y0) * slope
            first, last = min(begin, end) - left, max(begin, end) - left
            width, before = last - first, 0.0
            cell = math.floor(max(first, -1.0))
            if cell >= columns:
                continue
            while before < 1.0 and cell < columns:
                if width < thinnest_px:
                    share = min(max(cell + 1 - 0.5 * (first + last), 0.0), 1.0)
                else:
                    share = (_half_square(cell + 1 - first) - _half_square(cell + 1 - last)) / width
                    share -= (_half_square(cell - first) - _half_square(cell - last)) / width
                if cell + 1 > last + 1:
                    share = 1.0
                changes[row, max(cell, 0)] += (high - low) * weight * (share - before)
                before = share
                cell += 1


@compiled
def _half_square(x: float) -> float:
    return 0.5 * x * x if x > 0 else 0.0


@compiled
def _lay(changes: Matrix, skipped: int, made: Floats) -> None:
    for row in range(changes.shape[0]):
        total = 0.0
        for column in range(changes.shape[1]):
            total += changes[row, column]
            if column >= skipped:
                made[row, column - skipped] = _clipped(total)
        for column in range(max(0, changes.shape[1] - skipped), made.shape[1]):
            made[row, column] = _clipped(total)


@compiled
def _clipped(total: float) -> float:
    area = abs(total)
    return 0.0 if area < least_area else min(area, 1.0)
