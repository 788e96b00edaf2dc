"""The last initialiser of an ONNX file, read from its bytes: what some models keep beside their graph.

ONNX Runtime hands no initialisers out. Nothing but the one asked for is looked into; field numbers by `onnx.proto3`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from faceplate.errors import ModelError
from faceplate.swap.protocol_buffer import Value, counted, fields, varints
from faceplate.values import Floats

GRAPH, INITIALISER = 7, 5
DIMS, DATA_TYPE, FLOAT_DATA, NAME, RAW_DATA, DATA_LOCATION = 1, 2, 4, 8, 9, 14
# Data types of TensorProto that hold what an embedding can be multiplied with.
stored_as: Mapping[int, np.dtype[np.floating[Any]]] = {1: np.dtype("<f4"), 10: np.dtype("<f2")}


@dataclass(frozen=True)
class Initialiser:
    """A constant of a network: its name, its sizes, and the bytes of its message."""

    name: str
    shape: tuple[int, ...]
    message: memoryview

    def values(self, source: str) -> Floats:
        """The numbers, in the initialiser's shape.

        Raises:
            ModelError: they are no floats, lie outside the file, are not as many as the shape says, or not finite.
        """
        values = _values(self.message, self, source)
        if values.size != int(np.prod(self.shape)) or not np.isfinite(values).all():
            came = f"{values.size} values, {np.count_nonzero(~np.isfinite(values))} of them NaN or infinite"
            raise _refusal(source, f"{self} of finite values", came)
        return values.reshape(self.shape)

    def __str__(self) -> str:
        return f"initialiser {self.name} ({' x '.join(map(str, self.shape)) or 'one number'})"


def last_initialiser(content: bytes, source: str) -> Initialiser | None:
    """The last initialiser of the graph in an ONNX file, or None where it has none.

    Raises:
        ModelError: these bytes are no protocol buffer.
    """
    last: memoryview | None = None
    for graph in counted(memoryview(content), GRAPH, source):
        for initialiser in counted(graph, INITIALISER, source):
            last = initialiser
    return None if last is None else Initialiser(_name(last, source), _shape(last, source), last)


def _name(message: memoryview, source: str) -> str:
    return bytes(next(counted(message, NAME, source), b"")).decode("utf-8", "replace")


def _shape(message: memoryview, source: str) -> tuple[int, ...]:
    sizes: list[int] = []
    for number, value in fields(message, source):
        if number == DIMS:
            sizes += [value] if isinstance(value, int) else varints(value, source)
    return tuple(sizes)


def _values(message: memoryview, about: Initialiser, source: str) -> Floats:
    found = dict(fields(message, source))
    kind = stored_as.get(_whole(found.get(DATA_TYPE, 0)))
    if kind is None or found.get(DATA_LOCATION, 0) != 0:
        raise _refusal(source, f"{about} of floats inside the file", "another type, or data elsewhere")
    raw: Value | bytes | None = found.get(RAW_DATA)
    if raw is None and kind.itemsize == np.dtype(np.float32).itemsize:
        raw = b"".join(counted(message, FLOAT_DATA, source))
    if raw is None or isinstance(raw, int) or len(raw) % kind.itemsize:
        raise _refusal(source, f"{about} as plain numbers", "none that can be read")
    return np.frombuffer(raw, kind).astype(np.float32)


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _refusal(source: str, expected: str, came: str) -> ModelError:
    return ModelError(source, expected=expected, came=came, next_step="take the file as its authors publish it")
