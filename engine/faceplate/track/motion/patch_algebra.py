"""Sums over a patch, shapes of two by two, and small symmetric systems, compiled for the search of patches."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Floats, Matrix


@compiled
def sum_of_products(one: Floats, other: Floats) -> float:
    """Summed column by column, so that processors work on many at once."""
    sums = np.zeros(one.shape[1], np.float32)
    for y in range(one.shape[0]):
        for x in range(one.shape[1]):
            sums[x] += one[y, x] * other[y, x]
    total = 0.0
    for x in range(sums.size):
        total += sums[x]
    return total


@compiled
def sum_of_three(one: Floats, other: Floats, third: Floats) -> float:
    """As `sum_of_products`, of three."""
    sums = np.zeros(one.shape[1], np.float32)
    for y in range(one.shape[0]):
        for x in range(one.shape[1]):
            sums[x] += one[y, x] * other[y, x] * third[y, x]
    total = 0.0
    for x in range(sums.size):
        total += sums[x]
    return total


@compiled
def reshape(first: Matrix, bend: Matrix, shape: Matrix) -> None:
    """The first shape after the inverse of 1 + bend."""
    a, b, c, d = 1 + bend[0], bend[1], bend[2], 1 + bend[3]
    size = a * d - b * c
    for row in range(2):
        left, right = first[row, 0], first[row, 1]
        shape[row, 0] = (left * d - right * c) / size
        shape[row, 1] = (right * a - left * b) / size


@compiled
def through(shape: Matrix, offset: Matrix) -> Matrix:
    """An offset (x, y) turned, scaled and sheared by the shape."""
    x = shape[0, 0] * offset[0] + shape[0, 1] * offset[1]
    return np.array([x, shape[1, 0] * offset[0] + shape[1, 1] * offset[1]])


@compiled
def area(shape: Matrix) -> float:
    """How many times as large the shape makes an area; negative where it mirrors."""
    return float(shape[0, 0] * shape[1, 1] - shape[0, 1] * shape[1, 0])


@compiled
def solve(system: Matrix, right: Matrix) -> bool:
    """Puts the solution of a symmetric system into `right` by Cholesky; False where it is not positive."""
    order = right.size
    for one in range(order):
        for other in range(one + 1):
            total = system[one, other]
            for k in range(other):
                total -= system[one, k] * system[other, k]
            if one > other:
                system[one, other] = total / system[other, other]
            elif total > 1e-9 * abs(system[one, one]):
                system[one, one] = np.sqrt(total)
            else:
                return False
    for one in range(order):
        for k in range(one):
            right[one] -= system[one, k] * right[k]
        right[one] /= system[one, one]
    for one in range(order - 1, -1, -1):
        for k in range(one + 1, order):
            right[one] -= system[k, one] * right[k]
        right[one] /= system[one, one]
    return True
