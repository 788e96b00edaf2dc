"""Arithmetic as doubles do it in C: infinities and not-a-number instead of errors."""

import math
from math import copysign, inf, isnan, nan


def divide(dividend: float, divisor: float) -> float:
    """The quotient; over zero an infinity, and not a number for zero over zero."""
    if divisor != 0:
        return dividend / divisor
    if dividend == 0 or isnan(dividend) or isnan(divisor):
        return nan
    return copysign(inf, dividend) * copysign(1.0, divisor)


def power(base: float, exponent: float) -> float:
    """The power; infinite where it is too large, not a number for a root of a negative number."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -inf if base < 0 and exponent % 2 == 1 else inf
    except ValueError:
        if base != 0:
            return nan
        return copysign(inf, base) if exponent % 2 == 1 else inf


def remainder(dividend: float, divisor: float) -> float:
    """The remainder of whole numbers, its sign that of the dividend; fractions are cut off first."""
    if not (math.isfinite(dividend) and math.isfinite(divisor)) or int(divisor) == 0:
        return nan
    return math.fmod(math.trunc(dividend), math.trunc(divisor))
