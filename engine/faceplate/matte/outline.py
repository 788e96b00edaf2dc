import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Array, Floats


def signed_distance(outline: Array, side_px: int) -> Floats:
    """How far each pixel centre of a square picture lies inside a closed outline (points x 2), negative outside.

    Exact, so that an outline which moves by a hundredth of a pixel moves its matte by as much.
    """
    distance: Floats = _signed_distance(np.ascontiguousarray(outline, np.float64), side_px)
    return distance


@compiled
def _signed_distance(corners: Array, side_px: int) -> Floats:
    """The nearest edge tells the distance; a ray to the right from inside crosses an odd number of edges."""
    distance = np.empty((side_px, side_px), np.float32)
    nearest, inside = np.empty(side_px), np.empty(side_px, np.bool_)
    count = corners.shape[0]
    for row in range(side_px):
        nearest[:], inside[:] = np.inf, False
        for edge in range(count):
            start_x, start_y = corners[edge]
            end_x, end_y = corners[(edge + 1) % count]
            across, down = end_x - start_x, end_y - start_y
            y = row + 0.5 - start_y
            squared = max(across * across + down * down, 1e-12)
            for column in range(side_px):
                x = column + 0.5 - start_x
                along = min(max((x * across + y * down) / squared, 0.0), 1.0)
                off_x, off_y = x - along * across, y - along * down
                nearest[column] = min(nearest[column], off_x * off_x + off_y * off_y)
            if (y >= 0) != (y >= down):
                crossing = across / down * y
                for column in range(side_px):
                    inside[column] ^= column + 0.5 - start_x < crossing
        for column in range(side_px):
            away = np.sqrt(nearest[column])
            distance[row, column] = away if inside[column] else -away
    return distance
