"""What the rounding of stored samples alone does to a block: no grain."""

from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from faceplate.compiled import compiled
from faceplate.values import Array, Floats

ToLinear = Callable[[Floats], Floats]

LEAST = 3e-6  # of the exposure: what float32 leaves of a still picture after a log curve
AS_MUCH = 2.0  # times the variance of rounding: below it nothing is known of the grain
EIGHT_BITS = 1 / 255
COARSE = EIGHT_BITS / 2  # such files were mostly stored as Y'CbCr, rounded there, and again as RGB
CONVERTED = 5.0  # times the variance of rounding, where steps are coarse
ALONE = 4.0  # times that, in a channel beside one without grain: a step of Cb is two of B
BLACK = 1e-3


class Rounding(NamedTuple):
    """Variances below which the samples of a block hold nothing but their rounding, n x 3, scene-linear.

    `least` is that of each channel by itself, `alone` that where another channel of the block holds nothing, of
    those that are not `empty` (3): of one code in every block.
    """

    least: Floats
    alone: Floats
    empty: npt.NDArray[np.bool_]

    def at(self, places: Array) -> Self:
        """Of these blocks."""
        return type(self)(self.least[places], self.alone[places], self.empty)

    def limit(self, variance: Floats) -> Floats:
        """What variances of blocks (n x 3) have to exceed."""
        beside_none = (~self.empty & (variance < self.least)).any(axis=1, keepdims=True)
        return np.where(beside_none, self.alone, self.least)


def rounding_of(blocks_encoded: Floats, mean_linear: Floats, to_linear: ToLinear) -> Rounding:
    """That of blocks (n x side x side x 3); the step is the least by which two samples of a block differ.

    A block of one code throughout may hide what 8 bits hide: no file has coarser steps.
    """
    if not blocks_encoded.size:
        return Rounding(np.empty((0, 3), np.float32), np.empty((0, 3), np.float32), np.zeros(3, np.bool_))
    steps = np.empty((blocks_encoded.shape[0], 3), np.float32)
    flat = blocks_encoded.reshape(blocks_encoded.shape[0], -1, 3)
    _steps(np.sort(flat, axis=1), steps)
    empty = np.asarray(steps.max(axis=0) == 0)
    steps = np.where(steps > 0, steps, np.float32(EIGHT_BITS))
    middle = flat.mean(axis=1)
    apart = to_linear((middle + steps / 2)[:, None]) - to_linear((middle - steps / 2)[:, None])
    step_linear = np.nan_to_num(np.abs(apart[:, 0]), nan=0.0, posinf=0.0)
    least = np.float32(LEAST) * np.maximum(np.abs(mean_linear), np.float32(BLACK))
    coarse = steps > COARSE
    as_much = np.where(coarse, np.float32(CONVERTED / 12), np.float32(AS_MUCH / 12))
    lowest = np.maximum(as_much * np.square(step_linear), np.square(least))
    return Rounding(lowest, np.where(coarse, np.float32(ALONE), np.float32(1)) * lowest, empty)


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
