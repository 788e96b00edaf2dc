"""What ONNX Runtime raises for models that it cannot load or run."""

import re

from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

_places = re.compile(r"^\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : |^Error in execution: |/onnxruntime_src/\S+:\d+ .*?\) ")

foreign_errors = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoModel,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
    ort_errors.EPFail,
    RuntimeError,
)
"""A run whose inputs and outputs are bound, and a provider that cannot be set up, raise Python's own RuntimeError."""

_memory_words = (
    "Failed to allocate memory",
    "smaller than requested bytes",
    "out of memory",
    "bad_alloc",
    "ALLOC_FAILED",
    "MemoryAllocation",
)
"""What its allocators, CUDA, cuBLAS and the C++ library say; all share one exception with every other failure."""


def is_out_of_memory(fault: Exception) -> bool:
    """True where a run failed for want of memory."""
    return isinstance(fault, MemoryError) or any(words in str(fault) for words in _memory_words)


def first_line(fault: Exception) -> str:
    """What a fault says, short, without its number and without the places in ONNX Runtime's source."""
    return _places.sub("", str(fault).partition("\n")[0])[:300]


def last_words(fault: Exception) -> str:
    """What a fault of an allocator says behind the place in ONNX Runtime's source that it names first."""
    return str(fault).partition("\n")[0].rpartition(") ")[2][:200]
