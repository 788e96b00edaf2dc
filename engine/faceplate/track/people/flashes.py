"""Flash frames: a picture that is there again after a few frames of other light."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from faceplate.values import Floats, Matrix

IsCut: TypeAlias = Callable[[Floats, Floats], bool]

LONGEST_FLASH_FRAMES = 4
# The mean light of the picture jumps by so much of display white.
LEAST_JUMP = 0.1
# What is left of a picture's contrast that a tone curve of the other does not explain; strangers leave more than half.
UNEXPLAINED = 0.4


def flash_length(before: Floats, following: Sequence[Floats], is_cut: IsCut) -> int:
    """How many of the thumbnails that follow `before` are a flash, 0 where they are another shot.

    A flash is over after at most four frames, with the picture that was there before; each of its frames is much
    brighter or darker, or the same picture through some tone curve, clipped to white as it may be.
    """
    for length in range(1, min(LONGEST_FLASH_FRAMES, len(following) - 1) + 1):
        if not is_cut(before, following[length]):
            return length if all(_is_other_light(before, frame) for frame in following[:length]) else 0
    return 0


def _is_other_light(before: Floats, frame: Floats) -> bool:
    jump = abs(float(frame.mean() - before.mean()))
    return jump > LEAST_JUMP or _unexplained(before, frame) < UNEXPLAINED


def _unexplained(before: Floats, frame: Floats) -> float:
    """The part of the frame's contrast that no tone curve makes of the picture before it."""
    target = frame.reshape(-1, frame.shape[-1]).astype(np.float64)
    left = target - np.column_stack(
        [_toned(*each) for each in zip(before.reshape(target.shape).T, target.T, strict=True)]
    )
    return float(np.abs(left).mean() / max(np.abs(target - target.mean(axis=0)).mean(), 1e-3))


def _toned(values: Floats, target: Matrix) -> Matrix:
    """Values given the tones of `target`, in their own order: the best rising curve there is."""
    toned = np.empty(len(values))
    toned[np.argsort(values, kind="stable")] = np.sort(target)
    return toned
