"""How numpy's arrays and numbers, and DeepFaceLab's enumerations, stand in pickles: under which names, as what values.

numpy writes an array as `_reconstruct(ndarray, (0,), b'b')` whose state is version, shape, type, order and bytes; with
protocol 5 as `_frombuffer(bytes, type, shape, order)`. numpy 2 has moved both to `numpy._core`.
"""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np

most_dimensions = 8
largest_extent = 2**31
largest_enumeration = 1000
most_of_nothing = 2**20
_kind = re.compile(r"[biuf][1248]")
_type_state = 2


class Refused(Exception):  # noqa: N818 -- never leaves the reader
    """Something that a pickle of plain data does not hold."""


class PendingArray:
    """An array whose state has not come yet."""

    array: np.ndarray[Any, Any] | None = None


class PendingType:
    """The type of an array's elements."""

    def __init__(self, code: str) -> None:
        self.code, self.order = code, "="

    @property
    def dtype(self) -> np.dtype[Any]:
        """As numpy has it."""
        try:
            return np.dtype(self.order + self.code)
        except TypeError as fault:
            raise Refused(f"an array of {self.code}") from fault


def build(target: Any, state: Any) -> Any:
    """What an object becomes with its state."""
    if type(target) is PendingType and type(state) is tuple and len(state) >= _type_state and state[1] in tuple("<>=|"):
        target.order = "=" if state[1] == "|" else state[1]
        return target
    if type(target) is PendingArray and type(state) is tuple and len(state) == 5:  # noqa: PLR2004 -- as numpy writes it
        _, shape, kind, is_fortran, data = state
        target.array = _array(data, kind, shape, "F" if is_fortran is True else "C")
        return target.array
    raise Refused("a state for something that has none")


def _array(data: Any, kind: Any, shape: Any, order: str) -> np.ndarray[Any, Any]:
    """Without a copy, so that no file makes more of itself than it holds."""
    if type(data) is not bytes or type(kind) is not PendingType or not _is_shape(shape):
        raise Refused("an array of objects, or a damaged one")
    dtype, count = kind.dtype, math.prod(shape)
    if count * dtype.itemsize != len(data) or (count == 0 and max(shape) > most_of_nothing):
        raise Refused(f"an array of {shape} in {len(data)} bytes")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if order == "F" else "C")


def _is_shape(shape: Any) -> bool:
    if type(shape) is not tuple or len(shape) > most_dimensions:
        return False
    return all(type(extent) is int and 0 <= extent <= largest_extent for extent in shape)


def _reconstruct(arguments: tuple[Any, ...]) -> PendingArray:
    if arguments[:1] != (_ndarray,):
        raise Refused("an array of a class of its own")
    return PendingArray()


def _ndarray(_: tuple[Any, ...]) -> None:
    raise Refused("a call of numpy.ndarray")


def _dtype(arguments: tuple[Any, ...]) -> PendingType:
    code = arguments[0] if arguments else None
    if type(code) is not str or not _kind.fullmatch(code):
        raise Refused("an array of objects, text or another kind")
    return PendingType(code)


def _scalar(arguments: tuple[Any, ...]) -> Any:
    if len(arguments) != 2:  # noqa: PLR2004 -- type and bytes
        raise Refused("a damaged number")
    return _array(arguments[1], arguments[0], (), "C").item()


def _from_buffer(arguments: tuple[Any, ...]) -> np.ndarray[Any, Any]:
    if len(arguments) != 4:  # noqa: PLR2004 -- bytes, type, shape, order
        raise Refused("a damaged array")
    return _array(*arguments)


def _encode(arguments: tuple[Any, ...]) -> bytes:
    """Bytes as protocols 0 to 2 write them: text in Latin-1."""
    if len(arguments) != 2 or type(arguments[0]) is not str or arguments[1] != "latin1":  # noqa: PLR2004 -- a text and its encoding
        raise Refused("a call of codecs.encode")
    return arguments[0].encode("latin-1")


def _no_bytes(arguments: tuple[Any, ...]) -> bytes:
    """How protocols 0 to 2 write bytes where there are none."""
    if arguments != ():
        raise Refused("a call of bytes")
    return b""


def _enumeration(arguments: tuple[Any, ...]) -> int:
    if len(arguments) != 1 or type(arguments[0]) is not int or not 0 <= arguments[0] <= largest_enumeration:
        raise Refused("a damaged enumeration")
    return arguments[0]


allowed: dict[tuple[str, str], Callable[[tuple[Any, ...]], Any]] = {
    ("numpy", "ndarray"): _ndarray,
    ("numpy", "dtype"): _dtype,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): _reconstruct for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _scalar for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _from_buffer for core in ("core", "_core")},
    ("_codecs", "encode"): _encode,
    **{(module, "bytes"): _no_bytes for module in ("__builtin__", "builtins")},
    **{(module, "FaceType"): _enumeration for module in ("facelib", "facelib.FaceType")},
    **{(module, "SampleType"): _enumeration for module in ("samplelib", "samplelib.Sample")},
}
"""What a pickle may name, by exact module and name, and what stands for it here."""
