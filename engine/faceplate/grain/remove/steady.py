"""Motion over several frames at once: as even as the picture lets it be."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.remove.flow import DOUBT
from faceplate.values import Floats

ROUNDS = 3
DOUBTED = np.float32(4) * DOUBT  # in pixels of the plate; gradients are of a picture half as large
ONE = np.float32(1)
TINY = np.float32(1e-6)


def steadied(motions: Floats, tensors: Floats, offsets: tuple[int, ...]) -> Floats:
    """The motions (frames x nodes x nodes x 2) drawn to one velocity a node, where its gradients do not contradict.

    A weak edge under grain is placed wrongly in every frame alone, and blurred by their mean. What a node's gradients
    know of its motion (`known_of`) says whether an even motion fits too; `offsets` are the frames' numbers less ours.
    """
    even = np.empty_like(motions)
    _steady(motions, tensors, np.array(offsets, np.float32), even)
    return even


@compiled
def _steady(motions: Floats, tensors: Floats, offsets: Floats, even: Floats) -> None:
    count, rows, columns, _ = motions.shape
    trust = np.empty(count, np.float32)
    for row in range(rows):
        for column in range(columns):
            tensor = tensors[row, column]
            trust[:] = ONE
            v, u = np.float32(0), np.float32(0)
            for _ in range(ROUNDS):
                v, u = _velocity(motions[:, row, column], offsets, trust)
                for frame in range(count):
                    y = offsets[frame] * v - motions[frame, row, column, 0]
                    x = offsets[frame] * u - motions[frame, row, column, 1]
                    odds = np.divide(tensor[0] * y * y + 2 * tensor[1] * y * x + tensor[2] * x * x, DOUBTED)
                    trust[frame] = np.divide(ONE, ONE + odds * odds)
            for frame in range(count):
                down, across = motions[frame, row, column]
                even[frame, row, column, 0] = down + trust[frame] * (offsets[frame] * v - down)
                even[frame, row, column, 1] = across + trust[frame] * (offsets[frame] * u - across)


@compiled
def _velocity(motions: Floats, offsets: Floats, trust: Floats) -> tuple[np.float32, np.float32]:
    """Pixels a frame, down and across, by least squares."""
    down, across, squares = np.float32(0), np.float32(0), TINY
    for frame in range(offsets.size):
        share = trust[frame] * offsets[frame]
        down += share * motions[frame, 0]
        across += share * motions[frame, 1]
        squares += share * offsets[frame]
    return np.float32(np.divide(down, squares)), np.float32(np.divide(across, squares))
