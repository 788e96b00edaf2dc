"""Weights that an ONNX file does not hold, but only names: ONNX Runtime would look for them from where it is run."""

from collections.abc import Iterator, Mapping

from faceplate.errors import ModelError
from faceplate.swap.protocol_buffer import counted, fields

# The messages that lead to tensors, each with its fields that hold others, by `onnx.proto3`.
_holds: Mapping[str, Mapping[int, str]] = {
    "model": {7: "graph", 25: "function"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
NAME, EXTERNAL_DATA, DATA_LOCATION = 8, 13, 14


def check_holds_weights(content: bytes, source: str) -> None:
    """Refuses an ONNX file of which any tensor, in subgraphs and functions too, lies in another file.

    Raises:
        ModelError: one does, or these bytes are no protocol buffer.
    """
    for tensor in _tensors(content, source):
        about = dict(fields(tensor, source))
        if about.get(DATA_LOCATION, 0) != 0 or EXTERNAL_DATA in about:
            name = bytes(next(counted(tensor, NAME, source), b"")).decode("utf-8", "replace")
            raise ModelError(
                source,
                expected="an ONNX model with its weights inside",
                came=f"{name or 'a tensor'} in another file",
                next_step="export it with its weights inside the file",
            )


def _tensors(content: bytes, source: str) -> Iterator[memoryview]:
    waiting = [("model", memoryview(content))]
    while waiting:
        kind, message = waiting.pop()
        if kind == "tensor":
            yield message
            continue
        inside = _holds[kind]
        found = ((inside[at], value) for at, value in fields(message, source) if at in inside)
        waiting += [(kind, value) for kind, value in found if isinstance(value, memoryview)]
