"""What the rounding of stored samples alone does to a block: no grain."""

from collections.abc import Callable

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Floats

ToLinear = Callable[[Floats], Floats]

LEAST = 3e-6  # of the exposure: what float32 leaves of a still picture after a log curve
AS_MUCH = 5.0  # times the variance of rounding, 0.65 of a step: below it smooth pictures and converted codes lie too
BLACK = 1e-3


def rounding_variance(blocks_encoded: Floats, mean_linear: Floats, to_linear: ToLinear) -> Floats:
    """The variance below which the samples of blocks (n x side x side x 3) hold nothing but their rounding, n x 3,
    scene-linear; the step is the least by which two samples of a block differ.
    """
    if not blocks_encoded.size:
        return np.empty((0, 3), np.float32)
    steps = np.empty((blocks_encoded.shape[0], 3), np.float32)
    flat = blocks_encoded.reshape(blocks_encoded.shape[0], -1, 3)
    _steps(np.sort(flat, axis=1), steps)
    middle = flat.mean(axis=1)
    apart = to_linear((middle + steps / 2)[:, None]) - to_linear((middle - steps / 2)[:, None])
    step_linear = np.nan_to_num(np.abs(apart[:, 0]), nan=0.0, posinf=0.0)
    least = np.float32(LEAST) * np.maximum(np.abs(mean_linear), np.float32(BLACK))
    return np.asarray(np.maximum(np.float32(AS_MUCH / 12) * np.square(step_linear), np.square(least)))


@compiled
def _steps(ordered: Floats, steps: Floats) -> None:
    for block in range(ordered.shape[0]):
        for channel in range(3):
            least = np.float32(np.inf)
            for at in range(1, ordered.shape[1]):
                apart = ordered[block, at, channel] - ordered[block, at - 1, channel]
                if apart > 0:
                    least = min(least, apart)
            steps[block, channel] = least if np.isfinite(least) else np.float32(0)
