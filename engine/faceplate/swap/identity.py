"""Face recognisers of the ArcFace family: who a face is, as a vector; and what turns one's vectors into another's."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from faceplate.errors import ModelError
from faceplate.models import Amount
from faceplate.swap.one_shot import imagenet
from faceplate.swap.sessions import SharedSession, network_content, shared_session
from faceplate.swap.signature import Port, fits
from faceplate.track import Embed
from faceplate.values import Array, Floats

SIDE_PX = 112
LEAST_VALUES = 32

Convert: TypeAlias = Callable[[Floats], Floats]


@dataclass(frozen=True)
class RecogniserInput:
    """What a recogniser is shown: a framing of `models.framings`, then pixels less `mean`, over `spread`, RGB."""

    framing: str
    mean: Amount
    spread: Amount


# InsightFace's `arcface_onnx.py` and `face_align.py`; SimSwap's `test_one_image.py`; Ghost's `inference.py`. The last
# two choose among five templates by the turn of the head: this is the one of a face that looks ahead.
recogniser_inputs = {
    "w600k": RecogniserInput("arcface_112_v2", 0.5, 0.5),
    "simswap": RecogniserInput("arcface_112_v1", *imagenet),
    "ghost": RecogniserInput("arcface_112_v1", 0.5, 0.5),
}


def load_identity_model(path: str | Path, device: str = "cpu", kind: str = "w600k") -> Embed:
    """What gives a vector for a face, 112 x 112 x 3 display-referred sRGB 0 to 1, aligned as the recogniser wants it.

    The file is any ONNX recogniser with one input of 1 x 3 x 112 x 112 or 1 x 112 x 112 x 3 floats, red first, in the
    range of its `kind` (-1 to 1 for all but SimSwap's), and its vector as the first output. The callable may be shared
    by threads.

    Raises:
        ModelError: the file is missing, is no ONNX, or has other inputs and outputs.
    """
    session = _session(path, device)
    planes_first = _planes_first(session)
    about = recogniser_inputs[kind]
    mean, spread = np.asarray(about.mean, np.float32), np.asarray(about.spread, np.float32)

    def embed(rgb_display: Floats) -> Floats:
        ranged = np.asarray((rgb_display - mean) / spread, np.float32)[None]
        pixels = np.ascontiguousarray(ranged.transpose(0, 3, 1, 2) if planes_first else ranged)
        return _vector(session, pixels)

    if embed(np.zeros((SIDE_PX, SIDE_PX, 3), np.float32)).size < LEAST_VALUES:
        raise _refusal(str(path), f"a vector of {LEAST_VALUES} values or more", "a shorter one", _another)
    return embed


def load_identity_converter(path: str | Path, values: int) -> Convert:
    """What turns a recogniser's vector into another's: an ONNX file with one input of 1 x `values` floats.

    Raises:
        ModelError: the file is missing, is no ONNX, or has other inputs.
    """
    session = _session(path, "cpu")
    port = _only_input(session)
    if port is None or not fits(port, (1, values)):
        step = (
            "name the file that turns the recogniser's embeddings into the model's, or leave identity_converter empty"
        )
        raise _refusal(str(path), f"one input of floats, 1 x {values}", str(session.signature), step)
    return lambda vector: _vector(session, np.asarray(vector, np.float32).reshape(1, values))


def _session(path: str | Path, device: str) -> SharedSession:
    return shared_session(network_content(Path(path)), device, 0, str(path))


def _vector(session: SharedSession, given: Array) -> Floats:
    """The network's first output, as one row of floats."""
    found = session.signature
    ((vector,),) = session.run([found.outputs[0].name], found.inputs[0].name, [given], {})
    return np.asarray(vector, np.float32).ravel()


def _only_input(session: SharedSession) -> Port | None:
    inputs = session.signature.inputs
    return inputs[0] if len(inputs) == 1 else None


def _planes_first(session: SharedSession) -> bool:
    port = _only_input(session)
    for wanted, planes_first in (((1, 3, SIDE_PX, SIDE_PX), True), ((1, SIDE_PX, SIDE_PX, 3), False)):
        if port is not None and fits(port, wanted):
            return planes_first
    expected = f"one input of floats, 1 x 3 x {SIDE_PX} x {SIDE_PX}"
    raise _refusal(session.source, expected, str(session.signature), _another)


_another = "take a face recogniser of the ArcFace family as ONNX, or leave identity_model empty"


def _refusal(source: str, expected: str, came: str, next_step: str) -> ModelError:
    return ModelError(source, expected=expected, came=came, next_step=next_step)
