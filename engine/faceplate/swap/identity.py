"""A face recogniser of the ArcFace family: who a face is, as a vector."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from faceplate.errors import ModelError
from faceplate.swap.devices import providers
from faceplate.swap.foreign_errors import foreign_errors
from faceplate.track import Embed
from faceplate.values import Floats

SIDE_PX = 112
# Recognisers of this family see -1 to 1: InsightFace, `arcface_onnx.py`.
MIDDLE, HALF_RANGE = 0.5, 0.5
LEAST_VALUES = 32


def load_identity_model(path: str | Path, device: str = "cpu") -> Embed:
    """What gives a vector for a face, 112 x 112 x 3 display-referred sRGB 0 to 1, aligned as ArcFace wants it.

    The file is any ONNX recogniser with one input of 1 x 3 x 112 x 112 or 1 x 112 x 112 x 3 floats, red first, -1 to 1,
    and its vector as the first output. The callable may be shared by threads.

    Raises:
        ModelError: the file is missing, is no ONNX, or has other inputs and outputs.
    """
    session = _session(Path(path), device)
    planes_first = _planes_first(session, str(path))
    name, output = session.get_inputs()[0].name, session.get_outputs()[0].name

    def embed(rgb_display: Floats) -> Floats:
        ranged = np.asarray((rgb_display - MIDDLE) / HALF_RANGE, np.float32)[None]
        pixels = np.ascontiguousarray(ranged.transpose(0, 3, 1, 2) if planes_first else ranged)
        try:
            (vector,) = session.run([output], {name: pixels})
        except foreign_errors as fault:
            raise _refusal(str(path), "a run", str(fault).splitlines()[0]) from fault
        return np.asarray(vector, np.float32).ravel()

    if embed(np.zeros((SIDE_PX, SIDE_PX, 3), np.float32)).size < LEAST_VALUES:
        raise _refusal(str(path), f"a vector of {LEAST_VALUES} values or more", "a shorter one")
    return embed


def _session(path: Path, device: str) -> Any:
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.use_deterministic_compute = True
    try:
        return ort.InferenceSession(path.read_bytes(), options, providers=providers(device))
    except OSError as fault:
        raise _refusal(str(path), "a model file", fault.strerror or str(fault)) from fault
    except foreign_errors as fault:
        raise _refusal(str(path), "an ONNX model", str(fault).splitlines()[0]) from fault


def _planes_first(session: Any, source: str) -> bool:
    entries = session.get_inputs()
    shape = entries[0].shape[1:] if len(entries) == 1 and entries[0].type == "tensor(float)" else None
    for wanted, planes_first in (((3, SIDE_PX, SIDE_PX), True), ((SIDE_PX, SIDE_PX, 3), False)):
        if shape is not None and len(shape) == len(wanted) and all(map(_fits, shape, wanted)):
            return planes_first
    came = ", ".join(f"{entry.type} {entry.shape}" for entry in entries)
    raise _refusal(source, f"one input of floats, 1 x 3 x {SIDE_PX} x {SIDE_PX}", came)


def _fits(size: Any, wanted: int) -> bool:
    return isinstance(size, str) or size is None or size == wanted


def _refusal(source: str, expected: str, came: str) -> ModelError:
    next_step = "take a face recogniser of the ArcFace family as ONNX, or leave identity_model empty"
    return ModelError(source, expected=expected, came=came, next_step=next_step)
