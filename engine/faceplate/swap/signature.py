"""What a network's inputs and outputs are called and look like: all that an ONNX file says of itself without a card."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from faceplate.models import side_range_px

FLOATS = "tensor(float)"
HALVES = "tensor(float16)"

largest_batch = 64
"""A network exported for more pictures a run than this is taken for one with another layout."""


class Port(NamedTuple):
    """One input or output of a network; a size of its shape that the file leaves open is a name, or None."""

    name: str
    type: str
    shape: tuple[int | str | None, ...]

    @property
    def stem(self) -> str:
        """The name without the `:0` that TensorFlow leaves behind."""
        return self.name.partition(":")[0]

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """What its values are kept as: float16 for a network in half precision, else float32."""
        return np.dtype(np.float16 if self.type == HALVES else np.float32)

    def __str__(self) -> str:
        sizes = " x ".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.name} ({self.type}, {sizes or 'one number'})"


@dataclass(frozen=True)
class Signature:
    """A network's inputs and outputs, in their order."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

    @property
    def precision(self) -> str:
        """What its values are kept as on their way in and out, in words: what it works in is the file's own affair."""
        kinds = {port.type for port in (*self.inputs, *self.outputs)}
        words = {FLOATS: "float32", HALVES: "float16"}
        return ", ".join(sorted(words.get(kind, kind) for kind in kinds))

    def __str__(self) -> str:
        return f"inputs {', '.join(map(str, self.inputs))}; outputs {', '.join(map(str, self.outputs))}"


def signature_of(session: Any) -> Signature:
    """The signature of an ONNX Runtime session."""
    return Signature(_ports(session.get_inputs()), _ports(session.get_outputs()))


def fits(port: Port, expected: tuple[int, ...]) -> bool:
    """True for floats or halves of this shape; sizes that the file leaves open may be any.

    The first axis of a picture counts pictures: a network may have been exported for several at once.
    """
    shape = port.shape
    if len(expected) == picture_axes and shape and isinstance(shape[0], int) and 1 < shape[0] <= largest_batch:
        shape = (1, *shape[1:])
    return (
        port.type in (FLOATS, HALVES)
        and len(shape) == len(expected)
        and all(not isinstance(size, int) or size == wanted for size, wanted in zip(shape, expected, strict=True))
    )


picture_axes = 4


def square_side(port: Port, layout: str) -> int | None:
    """Side of the square RGB picture that a port holds, if it is one of a size that a model may have."""
    sizes = port.shape[2:] if layout == "NCHW" else port.shape[1:3]
    side = sizes[0] if sizes else None
    if not isinstance(side, int) or not side_range_px[0] <= side <= side_range_px[1]:
        return None
    return side if fits(port, (1, 3, side, side) if layout == "NCHW" else (1, side, side, 3)) else None


def _ports(entries: Any) -> tuple[Port, ...]:
    return tuple(Port(entry.name, entry.type, tuple(entry.shape)) for entry in entries)
