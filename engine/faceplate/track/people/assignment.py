"""Who goes with whom, where it is sure."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from faceplate.values import Matrix

Places: TypeAlias = npt.NDArray[np.intp]

IMPOSSIBLE = 1e6


def sure_pairs(costs: Matrix, limit: float, margin: float) -> list[tuple[int, int]]:
    """The pairs of rows and columns of the best assignment that every other assignment lacks to its cost.

    To leave a row or a column alone costs `limit` a pair. A pair is sure where the best assignment without it costs at
    least `margin` more, or where neither could go with anybody else; the others stay alone, for a wrong pair is worse
    than none.
    """
    gains = np.minimum(costs - limit, 0.0)
    pairs: list[tuple[int, int]] = []
    for rows, columns in _islands(gains < 0):
        found = _sure(gains[np.ix_(rows, columns)], margin)
        pairs += [(int(rows[row]), int(columns[column])) for row, column in found]
    return sorted(pairs)


def _islands(possible: npt.NDArray[np.bool_]) -> list[tuple[Places, Places]]:
    """The rows and columns that hang together through possible pairs; those without one are left out."""
    height, width = possible.shape
    rows, columns = np.nonzero(possible)
    size = height + width
    graph = csr_array((np.ones(rows.size), (rows, columns + height)), shape=(size, size))
    count, island = connected_components(graph, directed=False)
    found = [
        (np.flatnonzero(island[:height] == each), np.flatnonzero(island[height:] == each)) for each in range(count)
    ]
    return [(rows, columns) for rows, columns in found if rows.size and columns.size]


def _sure(gains: Matrix, margin: float) -> list[tuple[int, int]]:
    rows, columns = linear_sum_assignment(gains)
    best = gains[rows, columns].sum()
    taken = [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if gains[row, column] < 0]
    is_alone = gains.size == 1
    return [pair for pair in taken if is_alone or _best_without(gains, pair) >= best + margin]


def _best_without(gains: Matrix, pair: tuple[int, int]) -> float:
    without = gains.copy()
    without[pair] = 0.0
    rows, columns = linear_sum_assignment(without)
    return float(without[rows, columns].sum())
