"""The formulas of Merge as Nuke's documentation states them: A and B are one channel of each input, a and b the alphas.

Source: Foundry, "Merge Operations" (learn.foundry.com, comp_environment/merging/merge_operations.html). Where that page
gives words only (color-burn, color-dodge) these are the usual formulas. A quotient whose divisor is 0 is 0.
"""

# ruff: noqa: N803 -- the letters of the documentation

from collections.abc import Callable
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from faceplate.values import Floats

Formula: TypeAlias = Callable[[Floats, Floats, Floats, Floats], Floats]
"""A, B, a and b, planes of one shape, to a new plane or one of them."""


def atop(A: Floats, B: Floats, a: Floats, b: Floats) -> Floats:
    """Ab + B(1-a)."""
    return A * b + B * (1 - a)


def average(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """(A+B)/2."""
    return (A + B) / np.float32(2)


def color_burn(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """B darkened towards A: 1-(1-B)/A, no less than 0; B where it is 1 or more, 0 where A is 0 or less."""
    burnt = np.maximum(1 - _quotient(1 - B, A), np.float32(0))
    return np.where(B >= 1, B, np.where(A <= 0, A * 0, burnt))


def color_dodge(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """B brightened towards A: B/(1-A), no more than 1; 1 where A is 1 or more, B where it is 0 or less."""
    dodged = np.minimum(_quotient(B, 1 - A), np.float32(1))
    return np.where(B <= 0, B, np.where(A >= 1, np.maximum(A, np.float32(1)), dodged))


def conjoint_over(A: Floats, B: Floats, a: Floats, b: Floats) -> Floats:
    """A+B(1-a/b), A if a>b."""
    return np.where(a > b, A, A + B * (1 - _quotient(a, b)))


def copy(A: Floats, _B: Floats, _a: Floats, _b: Floats) -> Floats:
    """A."""
    return A


def difference(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """abs(A-B)."""
    made: Floats = np.abs(A - B)
    return made


def disjoint_over(A: Floats, B: Floats, a: Floats, b: Floats) -> Floats:
    """A+B(1-a)/b, A+B if a+b<1."""
    return A + np.where(a + b < 1, B, _quotient(B * (1 - a), b))


def divide(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """A/B, 0 if A<0 and B<0."""
    return np.where((A < 0) & (B < 0), np.float32(0), _quotient(A, B))


def exclusion(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """A+B-2AB."""
    return A + B - 2 * A * B


def from_(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """B-A."""
    return B - A


def geometric(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """2AB/(A+B)."""
    return _quotient(2 * A * B, A + B)


def hard_light(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """2AB if A<0.5, else 1-2(1-A)(1-B)."""
    return np.where(A < 0.5, 2 * A * B, 1 - 2 * (1 - A) * (1 - B))  # noqa: PLR2004 -- the formula's


def hypot(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """sqrt(A*A+B*B)."""
    return np.hypot(A, B)


def in_(A: Floats, _B: Floats, _a: Floats, b: Floats) -> Floats:
    """Ab."""
    return A * b


def mask(_A: Floats, B: Floats, a: Floats, _b: Floats) -> Floats:
    """Ba."""
    return B * a


def matte(A: Floats, B: Floats, a: Floats, _b: Floats) -> Floats:
    """Aa+B(1-a): A is not premultiplied."""
    return A * a + B * (1 - a)


def max_(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """max(A,B)."""
    return np.maximum(A, B)


def min_(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """min(A,B)."""
    return np.minimum(A, B)


def minus(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """A-B."""
    return A - B


def multiply(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """AB, A if A<0 and B<0."""
    product = A * B
    np.copyto(product, A, where=(A < 0) & (B < 0))
    return product


def out(A: Floats, _B: Floats, _a: Floats, b: Floats) -> Floats:
    """A(1-b)."""
    return A * (1 - b)


def over(A: Floats, B: Floats, a: Floats, _b: Floats) -> Floats:
    """A+B(1-a)."""
    seen = 1 - a
    seen *= B
    seen += A
    return seen


def overlay(A: Floats, B: Floats, a: Floats, b: Floats) -> Floats:
    """2AB if B<0.5, else 1-2(1-A)(1-B)."""
    return hard_light(B, A, b, a)


def plus(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """A+B."""
    return A + B


def screen(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """A+B-AB if A and B lie in 0..1, else the greater."""
    both = (A >= 0) & (A <= 1) & (B >= 0) & (B <= 1)
    return np.where(both, A + B - A * B, np.maximum(A, B))


def soft_light(A: Floats, B: Floats, _a: Floats, _b: Floats) -> Floats:
    """B(2A+(B(1-AB))) if AB<1, else 2AB."""
    product = A * B
    return np.where(product < 1, B * (2 * A + B * (1 - product)), 2 * product)


def stencil(_A: Floats, B: Floats, a: Floats, _b: Floats) -> Floats:
    """B(1-a)."""
    return B * (1 - a)


def under(A: Floats, B: Floats, _a: Floats, b: Floats) -> Floats:
    """A(1-b)+B."""
    return A * (1 - b) + B


def xor(A: Floats, B: Floats, a: Floats, b: Floats) -> Floats:
    """A(1-b)+B(1-a)."""
    return A * (1 - b) + B * (1 - a)


def _quotient(above: Floats, below: Floats) -> Floats:
    return np.where(below == 0, np.float32(0), above / below)


operations: MappingProxyType[str, Formula] = MappingProxyType(
    {
        "atop": atop,
        "average": average,
        "color-burn": color_burn,
        "color-dodge": color_dodge,
        "conjoint-over": conjoint_over,
        "copy": copy,
        "difference": difference,
        "disjoint-over": disjoint_over,
        "divide": divide,
        "exclusion": exclusion,
        "from": from_,
        "geometric": geometric,
        "hard-light": hard_light,
        "hypot": hypot,
        "in": in_,
        "mask": mask,
        "matte": matte,
        "max": max_,
        "min": min_,
        "minus": minus,
        "multiply": multiply,
        "out": out,
        "over": over,
        "overlay": overlay,
        "plus": plus,
        "screen": screen,
        "soft-light": soft_light,
        "stencil": stencil,
        "under": under,
        "xor": xor,
    }
)
"""By the words of Merge's menu, in its order: expressions choose by number."""

clear = frozenset(
    {"atop", "conjoint-over", "disjoint-over", "from", "matte", "over", "plus", "stencil", "under", "xor"}
)
"""Operations that leave B as it is where A and its alpha are 0; it keeps its very bits there."""

alpha_reads = MappingProxyType(
    {
        "atop": "ab",
        "conjoint-over": "ab",
        "disjoint-over": "ab",
        "in": "b",
        "mask": "a",
        "matte": "a",
        "out": "b",
        "over": "a",
        "stencil": "a",
        "under": "b",
        "xor": "ab",
    }
)
"""Which of the alphas an operation reads; the others read none."""
