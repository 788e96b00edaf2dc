"""The functions of Nuke's expressions (Foundry user guide, "Adding Mathematical Functions to Expressions").

They work on doubles as C's do: outside its range a function gives not-a-number or an infinity, never an error.
`noise`, `fBm`, `turbulence` and `random` are named there, but the numbers they give are documented nowhere; they are
refused rather than guessed.
"""

import math
from collections.abc import Callable, Sequence
from math import inf, isnan, nan
from typing import NamedTuple

from faceplate.graph.knobs.arithmetic import divide, power


class Function(NamedTuple):
    """A function, and how few and how many arguments it takes."""

    fewest: int
    most: int
    call: Callable[..., float]


unrendered = frozenset({"fBm", "noise", "random", "turbulence"})
"""Functions whose exact numbers are not published."""


def _as_c(function: Callable[..., float]) -> Callable[..., float]:
    """Python's function with C's answers outside its range."""

    def call(*arguments: float) -> float:
        try:
            return function(*arguments)
        except OverflowError:
            return inf
        except ValueError:
            return nan

    return call


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: float(function(x)) if math.isfinite(x) else x


def _log(x: float) -> float:
    return -inf if x == 0 else math.log(x)


def _log10(x: float) -> float:
    return -inf if x == 0 else math.log10(x)


def _sinh(x: float) -> float:
    return math.sinh(x) if abs(x) < 710 else math.copysign(inf, x)  # noqa: PLR2004 -- past all doubles


def _fmod(x: float, y: float) -> float:
    return nan if y == 0 else math.fmod(x, y)


def _least(*values: float) -> float:
    found = values[0]
    for value in values[1:]:
        found = min(found, value)
    return found


def _greatest(*values: float) -> float:
    found = values[0]
    for value in values[1:]:
        found = max(found, value)
    return found


def _clamp(x: float, low: float = 0.0, high: float = 1.0) -> float:
    return low if x < low else min(x, high)


def _lerp(a: float, b: float, x: float) -> float:
    return a + (b - a) * x


def _invert_lerp(a: float, b: float, x: float) -> float:
    return divide(x - a, b - a)


def _step(a: float, x: float) -> float:
    return 0.0 if x < a else 1.0


def _smoothstep(a: float, b: float, x: float) -> float:
    if x < a:
        return 0.0
    if x >= b:
        return 1.0
    t = divide(x - a, b - a)
    return t * t * (3 - 2 * t)


def _exponent(x: float) -> float:
    return float(math.frexp(x)[1]) if math.isfinite(x) else abs(x)


def _mantissa(x: float) -> float:
    return math.frexp(x)[0] if math.isfinite(x) else x


def _ldexp(x: float, exponent: float) -> float:
    if not math.isfinite(exponent):
        return x * power(2.0, exponent)
    return math.ldexp(x, math.trunc(exponent))


_srgb_toe = 0.0031308


def _srgb_encoded(x: float) -> float:
    """IEC 61966-2-1, on the scale of 8-bit codes, neither rounded nor clamped."""
    return 255 * (12.92 * x if x <= _srgb_toe else 1.055 * power(x, 1 / 2.4) - 0.055)


def _srgb_decoded(code: float) -> float:
    x = code / 255
    return x / 12.92 if x <= 0.04045 else power((x + 0.055) / 1.055, 2.4)  # noqa: PLR2004 -- IEC 61966-2-1


def _rec709_encoded(x: float) -> float:
    """ITU-R BT.709, on the scale of 8-bit codes from 0 to 255."""
    return 255 * (4.5 * x if x < 0.018 else 1.099 * power(x, 0.45) - 0.099)  # noqa: PLR2004 -- BT.709


def _rec709_decoded(code: float) -> float:
    x = code / 255
    return x / 4.5 if x < 0.081 else power((x + 0.099) / 1.099, 1 / 0.45)  # noqa: PLR2004 -- BT.709


_trigonometry: Sequence[Callable[[float], float]] = (
    math.acos,
    math.asin,
    math.atan,
    math.cos,
    math.cosh,
    math.degrees,
    math.exp,
    math.radians,
    math.sin,
    math.sqrt,
    math.tan,
    math.tanh,
)

functions: dict[str, Function] = {
    **{each.__name__: Function(1, 1, _as_c(each)) for each in _trigonometry},
    "abs": Function(1, 1, abs),
    "atan2": Function(2, 2, math.atan2),
    "ceil": Function(1, 1, _whole(math.ceil)),
    "clamp": Function(1, 3, _clamp),
    "exponent": Function(1, 1, _exponent),
    "fabs": Function(1, 1, abs),
    "false": Function(0, 0, lambda: 0.0),
    "floor": Function(1, 1, _whole(math.floor)),
    "fmod": Function(2, 2, _as_c(_fmod)),
    "from_byte": Function(1, 1, _srgb_decoded),
    "from_rec709F": Function(1, 1, _rec709_decoded),
    "from_rec709f": Function(1, 1, _rec709_decoded),
    "from_sRGB": Function(1, 1, _srgb_decoded),
    "hypot": Function(2, 2, math.hypot),
    "int": Function(1, 1, _whole(math.trunc)),
    "invert_lerp": Function(3, 3, _invert_lerp),
    "isnan": Function(1, 1, lambda x: float(isnan(x))),
    "ldexp": Function(2, 2, _as_c(_ldexp)),
    "lerp": Function(3, 3, _lerp),
    "ln": Function(1, 1, _as_c(_log)),
    "log": Function(1, 1, _as_c(_log)),
    "log10": Function(1, 1, _as_c(_log10)),
    "logb": Function(1, 1, _exponent),
    "mantissa": Function(1, 1, _mantissa),
    "max": Function(1, 1000, _greatest),
    "min": Function(1, 1000, _least),
    "mix": Function(3, 3, _lerp),
    "pi": Function(0, 0, lambda: math.pi),
    "pow": Function(2, 2, power),
    "pow2": Function(1, 1, lambda x: x * x),
    "rint": Function(1, 1, _whole(round)),
    "sinh": Function(1, 1, _sinh),
    "smoothstep": Function(3, 3, _smoothstep),
    "step": Function(2, 2, _step),
    "to_byte": Function(1, 1, _srgb_encoded),
    "to_rec709F": Function(1, 1, _rec709_encoded),
    "to_rec709f": Function(1, 1, _rec709_encoded),
    "to_sRGB": Function(1, 1, _srgb_encoded),
    "true": Function(0, 0, lambda: 1.0),
    "trunc": Function(1, 1, _whole(math.trunc)),
}
"""The functions by name; not `frame`, `x`, `y`, `value`, `curve` and `integrate`, which depend on where they stand."""
