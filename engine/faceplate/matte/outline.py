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
    count = corners.shape[0]
    for row in range(side_px):
        for column in range(side_px):
            nearest, inside = np.inf, False
            for edge in range(count):
                start_x, start_y = corners[edge]
                end_x, end_y = corners[(edge + 1) % count]
                across, down = end_x - start_x, end_y - start_y
                x, y = column + 0.5 - start_x, row + 0.5 - start_y
                along = min(max((x * across + y * down) / max(across * across + down * down, 1e-12), 0.0), 1.0)
                nearest = min(nearest, (x - along * across) ** 2 + (y - along * down) ** 2)
                if ((y >= 0) != (y >= down)) and x < across / down * y:
                    inside = not inside
            distance[row, column] = np.sqrt(nearest) if inside else -np.sqrt(nearest)
    return distance
