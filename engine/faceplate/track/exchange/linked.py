"""Faces of one person joined over the frames, by where they are alone: other programs' files hold no pictures."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from scipy.optimize import linear_sum_assignment

from faceplate.values import Matrix

Chain: TypeAlias = dict[int, Matrix]
"""One person's 68 landmarks by the number of their frame."""

# A face may move by this much of its own size from frame to frame, and stay away for this many frames.
reach = 0.6
longest_gap_frames = 12
_impossible = 1e6


def linked(faces: Mapping[int, Sequence[Matrix]]) -> list[Chain]:
    """Chains of faces (68 x 2 in one square-pixel space) over frames; the largest in size times time first."""
    chains: list[Chain] = []
    for number in sorted(faces):
        near = [chain for chain in chains if number - max(chain) <= longest_gap_frames + 1]
        chains += _taken_up(near, list(faces[number]), number)
    return sorted(chains, key=lambda chain: -sum(size_px(face) for face in chain.values()))


def size_px(face: Matrix) -> float:
    """The side of a square as large as the landmarks' box."""
    return float(np.sqrt(np.prod(np.ptp(face, axis=0))))


def _taken_up(chains: list[Chain], faces: list[Matrix], number: int) -> list[Chain]:
    """Adds each face to the chain it belongs to; those that belong to none start the chains given back."""
    costs = np.array([[_cost(chain, face, number) for face in faces] for chain in chains])
    rows, columns = linear_sum_assignment(costs.reshape(len(chains), len(faces)))
    taken = {
        int(column): int(row) for row, column in zip(rows, columns, strict=True) if costs[row, column] < _impossible
    }
    for column, row in taken.items():
        chains[row][number] = faces[column]
    return [{number: face} for column, face in enumerate(faces) if column not in taken]


def _cost(chain: Chain, face: Matrix, number: int) -> float:
    """How far the landmarks have moved, in sizes of the face, or `_impossible` where that is out of reach."""
    last = max(chain)
    moved = np.linalg.norm(face - chain[last], axis=1).mean()
    sizes = float(moved) / max(min(size_px(face), size_px(chain[last])), 1e-6)
    return sizes if sizes < reach * (1 + (number - last - 1) / longest_gap_frames) else _impossible
