import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from faceplate.errors import ModelError
from faceplate.models import KnobInput, ModelCard, card_beside, network_knobs
from faceplate.swap.devices import check_device, providers, runtime_version
from faceplate.swap.foreign_errors import foreign_errors
from faceplate.swap.recognise import Recognised, beside_kind, recognise
from faceplate.swap.settings import FaceSwapSettings
from faceplate.swap.signature import FLOATS, Port, fits
from faceplate.values import Array, Crop, Floats, Swap

largest_bytes = 2**31 - 1
"""What an ONNX file may hold: it is one protocol buffer."""


@dataclass(frozen=True)
class SwapModel:
    """A swap model ready to run; one is shared by all threads.

    Attributes:
        source: the file it came from.
        digest: SHA-256 of that file, and of the card beside it where it has one.
        device: `cpu` or `cuda`.
        card: what it wants and gives.
        session: ONNX Runtime's.
        recognised: what it was taken for, and why.
        knobs: what its inputs are given that knobs set, by the knob's name.
    """

    source: str
    digest: str
    device: str
    card: ModelCard
    session: Any
    recognised: Recognised
    knobs: Mapping[str, float]

    def run(self, crop: Crop) -> Swap:
        """What the model makes of one crop, in its own range.

        Raises:
            ModelError: the run failed, or an output holds NaN or has another shape than the card says.
        """
        names = [self.card.image, *self.card.mattes.values()]
        try:
            outputs = self.session.run(names, self._inputs(crop))
        except foreign_errors as fault:
            step = "try device cpu, or export it again"
            raise _refusal(self.source, "a run", _first_line(fault), step) from fault
        image = _from_network(outputs[0], self.card, channels=3, source=self.source)
        mattes = [_from_network(output, self.card, channels=1, source=self.source) for output in outputs[1:]]
        named = {name: np.clip(matte[..., 0], 0, 1) for name, matte in zip(self.card.mattes, mattes, strict=True)}
        rgb = image[..., ::-1] if self.card.order == "BGR" else image
        spread, mean = np.asarray(self.card.spread, np.float32), np.asarray(self.card.mean, np.float32)
        return Swap(np.ascontiguousarray(rgb * spread + mean), named, crop)

    def _inputs(self, crop: Crop) -> dict[str, Floats]:
        given = {name: self._values(about) for name, about in self.card.knobs.items()}
        planes = given.pop(self.card.input, np.zeros(0, np.float32))
        ports = {port.name: port for port in self.recognised.signature.inputs}
        shaped = {name: values.reshape(_sizes(ports[name], values.size)) for name, values in given.items()}
        return {self.card.input: _to_network(crop.rgb_model, self.card, planes), **shaped}

    def _values(self, about: KnobInput) -> Floats:
        return np.array([self.knobs[name] * about.scale for name in about.names], np.float32)


def load_model(path: str | Path, device: str = "cpu") -> SwapModel:
    """The swap model in an ONNX file: with a card in its metadata or beside it, or of a family known by its signature.

    Weights outside the file are refused: the network is loaded from the very bytes that the digest is taken of.

    Raises:
        DeviceError: the device's own libraries are missing.
        ModelError: the file is missing, is no ONNX, is of no known kind, or has other inputs and outputs than its card
            says.
    """
    session, recognised, digest = _opened(path, device)
    if recognised.card is None:
        step = f"write its card beside it, {card_beside(path).name}, or export it with `faceplate export`"
        raise _refusal(str(path), "a model of a known kind", "; ".join(recognised.why), step)
    knobs = {name: getattr(FaceSwapSettings(), name) for name in network_knobs}
    return SwapModel(str(path), digest, device, recognised.card, session, recognised, knobs)


def recognised_model(path: str | Path) -> tuple[Recognised, str]:
    """What the network in a file is, known or not, and its digest as `SwapModel` has it.

    Raises:
        ModelError: the file is missing, is no ONNX, its card is damaged, or the network is not as the card says.
    """
    _, recognised, digest = _opened(path, "cpu")
    return recognised, digest


def _opened(path: str | Path, device: str) -> tuple[Any, Recognised, str]:
    content = _content(Path(path))
    session = _session(content, device, str(path))
    recognised = recognise(session, str(path))
    if recognised.card is not None:
        _check_shapes(recognised, recognised.card, str(path))
    digest = hashlib.sha256(content)
    if recognised.kind == beside_kind:
        digest.update(recognised.written.encode())
    return session, recognised, digest.hexdigest()


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > largest_bytes:
            step = "export it in half precision, or as a smaller network"
            raise _refusal(str(path), f"an ONNX file of at most {largest_bytes} bytes", f"{size} bytes", step)
        return path.read_bytes()
    except OSError as fault:
        raise _refusal(str(path), "a model file", fault.strerror or str(fault), "check the path") from fault


def _session(content: bytes, device: str, source: str) -> Any:
    options = ort.SessionOptions()
    options.log_severity_level = 4
    # One thread a run: frames are what runs side by side, and sums are always taken in the same order.
    options.intra_op_num_threads = 1
    options.use_deterministic_compute = True
    try:
        session = ort.InferenceSession(content, options, providers=providers(device))
    except foreign_errors as fault:
        step = f"export it as ONNX of operators that ONNX Runtime {runtime_version} has, weights inside the file"
        raise _refusal(source, "an ONNX model", _first_line(fault), step) from fault
    check_device(session, device, source)
    return session


def _check_shapes(recognised: Recognised, card: ModelCard, source: str) -> None:
    inputs = {port.name: port for port in recognised.signature.inputs}
    outputs = {port.name: port for port in recognised.signature.outputs}
    planes = len(card.knobs[card.input].names) if card.input in card.knobs else 0
    wanted = [("input", card.input, inputs, 3 + planes), ("image output", card.image, outputs, 3)]
    wanted += [(f"matte output {name}", output, outputs, 1) for name, output in card.mattes.items()]
    for role, name, there, channels in wanted:
        expected = _shape(card, channels)
        if not fits(_port(name, there, role, source), expected):
            raise _refusal(source, f"{role} of floats {expected}", str(there[name]), _mend)
    _check_knobs(inputs, card, source)


def _check_knobs(inputs: Mapping[str, Port], card: ModelCard, source: str) -> None:
    for name in card.knobs.keys() - {card.input}:
        port, count = _port(name, inputs, "knob input", source), len(card.knobs[name].names)
        if port.type != FLOATS or np.prod(_sizes(port, count)) != count:
            raise _refusal(source, f"knob input of {count} floats", str(port), _mend)
    if set(inputs) != {card.input, *card.knobs}:
        expected_inputs = f"inputs {', '.join(sorted({card.input, *card.knobs}))} alone"
        raise _refusal(source, expected_inputs, ", ".join(inputs), "name the others in the card's knobs")


_mend = "correct the card, or export it again"


def _port(name: str, there: Mapping[str, Port], role: str, source: str) -> Port:
    if name not in there:
        raise _refusal(source, f"{role} named {name}", "only " + ", ".join(there), _mend)
    return there[name]


def _sizes(port: Port, count: int) -> tuple[int, ...]:
    """The shape that so many values have as this input; where sizes are left open, the last one takes them all."""
    open_sizes = [at for at, size in enumerate(port.shape) if not isinstance(size, int)]
    last = open_sizes[-1:] if count > 1 else []
    return tuple(size if isinstance(size, int) else count if at in last else 1 for at, size in enumerate(port.shape))


def _shape(card: ModelCard, channels: int) -> tuple[int, ...]:
    side = card.side_px
    return (1, channels, side, side) if card.layout == "NCHW" else (1, side, side, channels)


def _to_network(rgb_model: Floats, card: ModelCard, planes: Floats) -> Floats:
    scaled = (rgb_model - np.asarray(card.mean, np.float32)) / np.asarray(card.spread, np.float32)
    pixels = scaled[..., ::-1] if card.order == "BGR" else scaled
    if planes.size:
        pixels = np.concatenate([pixels, np.broadcast_to(planes, (*pixels.shape[:2], planes.size))], axis=-1)
    planar = pixels.transpose(2, 0, 1) if card.layout == "NCHW" else pixels
    return np.ascontiguousarray(planar[None], np.float32)


def _from_network(output: Array, card: ModelCard, *, channels: int, source: str) -> Floats:
    if output.shape != _shape(card, channels) or not np.isfinite(output).all():
        came = f"{output.shape}, {np.count_nonzero(~np.isfinite(output))} values NaN or infinite"
        raise _refusal(source, f"finite output {_shape(card, channels)}", came, "train or export the model again")
    planes = output[0].transpose(1, 2, 0) if card.layout == "NCHW" else output[0]
    return np.asarray(planes, np.float32)


def _first_line(fault: Exception) -> str:
    return str(fault).splitlines()[0][:200]


def _refusal(source: str, expected: str, came: str, next_step: str) -> ModelError:
    return ModelError(source, expected=expected, came=came, next_step=next_step)
