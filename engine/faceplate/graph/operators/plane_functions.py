"""The functions of Nuke's expressions over planes of single precision, as its documentation asks of pixel maths.

What numpy has is taken from there; the rest goes pixel by pixel through the functions that knobs use.
"""

from collections.abc import Callable
from functools import reduce
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from faceplate.graph.knobs.faults import TextError
from faceplate.graph.knobs.functions import functions, unrendered
from faceplate.values import Floats

Values: TypeAlias = Floats | np.float32
"""A plane, or one number for all of it."""


_zero, _one = np.float32(0), np.float32(1)


def _least(*values: Values) -> Values:
    return reduce(lambda found, value: np.where(value < found, value, found), values)


def _greatest(*values: Values) -> Values:
    return reduce(lambda found, value: np.where(value > found, value, found), values)


def _clamp(x: Values, low: Values = _zero, high: Values = _one) -> Values:
    return np.where(x < low, low, np.where(x > high, high, x))


def _smoothstep(a: Values, b: Values, x: Values) -> Values:
    t = (x - a) / (b - a)
    return np.where(x < a, np.float32(0), np.where(x >= b, np.float32(1), t * t * (3 - 2 * t)))


_over_planes: MappingProxyType[str, Callable[..., Values]] = MappingProxyType(
    {
        "abs": np.abs,
        "acos": np.arccos,
        "asin": np.arcsin,
        "atan": np.arctan,
        "atan2": np.arctan2,
        "ceil": np.ceil,
        "clamp": _clamp,
        "cos": np.cos,
        "cosh": np.cosh,
        "degrees": np.degrees,
        "exp": np.exp,
        "fabs": np.abs,
        "floor": np.floor,
        "fmod": np.fmod,
        "hypot": np.hypot,
        "int": np.trunc,
        "isinf": lambda x: np.isinf(x).astype(np.float32),
        "isnan": lambda x: np.isnan(x).astype(np.float32),
        "lerp": lambda a, b, x: a + (b - a) * x,
        "ln": np.log,
        "log": np.log,
        "log10": np.log10,
        "max": _greatest,
        "min": _least,
        "mix": lambda a, b, x: a + (b - a) * x,
        "pow": np.power,
        "pow2": lambda x: x * x,
        "radians": np.radians,
        "rint": np.rint,
        "sin": np.sin,
        "sinh": np.sinh,
        "smoothstep": _smoothstep,
        "sqrt": np.sqrt,
        "step": lambda a, x: np.where(x < a, np.float32(0), np.float32(1)),
        "tan": np.tan,
        "tanh": np.tanh,
        "trunc": np.trunc,
    }
)


def called(name: str, arguments: list[Values]) -> Values:
    """A function over planes.

    Raises:
        ScriptError: there is none of the name, or it takes other arguments.
    """
    known = functions.get(name)
    if name not in _over_planes and known is None:
        mend = "replace it: what it gives is not published" if name in unrendered else "mend the expression"
        raise TextError(f"{name}()", expected="a function that is known over pixels", came=name, next_step=mend)
    if known is not None and not known.fewest <= len(arguments) <= known.most:
        expected = f"{known.fewest} to {known.most} arguments"
        raise TextError(f"{name}()", expected=expected, came=str(len(arguments)), next_step="mend the expression")
    function = _over_planes.get(name) or _one_by_one(name)
    return np.asarray(function(*arguments), np.float32)


def _one_by_one(name: str) -> Callable[..., Values]:
    """The function of knobs, pixel after pixel."""
    function = functions[name].call
    return np.vectorize(lambda *numbers: function(*map(float, numbers)), otypes=[np.float32])
