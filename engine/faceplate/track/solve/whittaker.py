import numpy as np
from scipy.linalg import solveh_banded

from faceplate.values import Matrix

ORDER = 3
SHORTEST_RUN = 3


def whittaker(values: Matrix, period_frames: float, weights: Matrix) -> Matrix:
    """The smoothest curve near `values` (frames x any number): a swing of `period_frames` keeps half its height.

    Zero phase; a constant, a ramp and a parabola pass unchanged whatever the weights. Fewer than three rows come back
    as they are. Whittaker-Henderson smoothing with third differences: Eilers, "A Perfect Smoother", Analytical
    Chemistry 75(14), 2003.
    """
    frames = len(values)
    if frames < SHORTEST_RUN or not period_frames > 0:
        return values
    order = min(ORDER, frames - 1)
    strength = (2 * np.sin(np.pi / max(period_frames, 2.0))) ** (-2 * order)
    system = strength * _differences_squared(frames, order)
    system[0] += weights
    smooth: Matrix = solveh_banded(system, weights[:, None] * values, lower=True)
    return smooth


def _differences_squared(frames: int, order: int) -> Matrix:
    """D'D of the difference operator D of this order, its lower bands as `solveh_banded` takes them."""
    row = np.diff(np.eye(order + 1), order, axis=0)[0]
    bands = np.zeros((order + 1, frames))
    for first in range(order + 1):
        for second in range(first, order + 1):
            bands[second - first, first : first + frames - order] += row[first] * row[second]
    return bands
