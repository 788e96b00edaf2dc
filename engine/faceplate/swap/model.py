import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from faceplate.errors import ModelError
from faceplate.models import ModelCard, card_from_json, card_key
from faceplate.swap.devices import check_device, providers
from faceplate.swap.foreign_errors import foreign_errors
from faceplate.values import Array, Crop, Floats, Swap


@dataclass(frozen=True)
class SwapModel:
    """A swap model ready to run; one is shared by all threads.

    Attributes:
        source: the file it came from.
        digest: SHA-256 of that file.
        device: `cpu` or `cuda`.
        card: what it wants and gives.
    """

    source: str
    digest: str
    device: str
    card: ModelCard
    session: Any

    def run(self, crop: Crop) -> Swap:
        """What the model makes of one crop, in its own range.

        Raises:
            ModelError: the run failed, or an output holds NaN or has another shape than the card says.
        """
        names = [self.card.image, *self.card.mattes.values()]
        try:
            outputs = self.session.run(names, {self.card.input: _to_network(crop.rgb_model, self.card)})
        except foreign_errors as fault:
            step = "try device cpu, or export it again"
            raise _refusal(self.source, "a run", _first_line(fault), step) from fault
        image = _from_network(outputs[0], self.card, channels=3, source=self.source)
        mattes = [_from_network(output, self.card, channels=1, source=self.source) for output in outputs[1:]]
        named = {name: np.clip(matte[..., 0], 0, 1) for name, matte in zip(self.card.mattes, mattes, strict=True)}
        rgb = image[..., ::-1] if self.card.order == "BGR" else image
        spread, mean = np.asarray(self.card.spread, np.float32), np.asarray(self.card.mean, np.float32)
        return Swap(np.ascontiguousarray(rgb * spread + mean), named, crop)


def load_model(path: str | Path, device: str = "cpu") -> SwapModel:
    """The swap model in an ONNX file, checked against the card in its metadata.

    Weights outside the file are refused: the network is loaded from the very bytes that the digest is taken of.

    Raises:
        DeviceError: the device's own libraries are missing.
        ModelError: the file is missing, is no ONNX, carries no card, or has other inputs and outputs than the card
            says.
    """
    content = _content(Path(path))
    options = ort.SessionOptions()
    options.log_severity_level = 4
    # One thread a run: frames are what runs side by side, and sums are always taken in the same order.
    options.intra_op_num_threads = 1
    options.use_deterministic_compute = True
    try:
        session = ort.InferenceSession(content, options, providers=providers(device))
    except foreign_errors as fault:
        step = "export it as ONNX, weights inside the file"
        raise _refusal(str(path), "an ONNX model", _first_line(fault), step) from fault
    check_device(session, device, str(path))
    card = _card(session, str(path))
    _check_shapes(session, card, str(path))
    return SwapModel(str(path), hashlib.sha256(content).hexdigest(), device, card, session)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise _refusal(str(path), "a model file", fault.strerror or str(fault), "check the path") from fault


def _card(session: Any, source: str) -> ModelCard:
    try:
        text = session.get_modelmeta().custom_metadata_map.get(card_key)
    except UnicodeDecodeError as fault:
        raise _refusal(source, "metadata in UTF-8", str(fault), "export it with `faceplate export`") from fault
    if text is None:
        raise _refusal(
            source, f"a model card in its metadata ({card_key})", "none", "export it with `faceplate export`"
        )
    return card_from_json(text, source)


def _check_shapes(session: Any, card: ModelCard, source: str) -> None:
    inputs = {entry.name: entry for entry in session.get_inputs()}
    outputs = {entry.name: entry for entry in session.get_outputs()}
    wanted = [("input", card.input, inputs, 3), ("image output", card.image, outputs, 3)]
    wanted += [(f"matte output {name}", output, outputs, 1) for name, output in card.mattes.items()]
    for role, name, there, channels in wanted:
        expected = _shape(card, channels)
        if name not in there:
            came = "only " + ", ".join(there)
            raise _refusal(source, f"{role} named {name}", came, "correct the card, or export it again")
        entry = there[name]
        if not _fits(entry.shape, expected) or entry.type != "tensor(float)":
            came = f"{entry.type} {entry.shape}"
            raise _refusal(source, f"{role} of floats {expected}", came, "correct the card, or export it again")
    if set(inputs) != {card.input}:
        raise _refusal(
            source, f"the one input {card.input}", ", ".join(inputs), "export it with its crop alone as input"
        )


def _shape(card: ModelCard, channels: int) -> tuple[int, ...]:
    side = card.side_px
    return (1, channels, side, side) if card.layout == "NCHW" else (1, side, side, channels)


def _fits(stated: Any, expected: tuple[int, ...]) -> bool:
    return len(stated) == len(expected) and all(
        isinstance(size, str) or size is None or size == wanted for size, wanted in zip(stated, expected, strict=True)
    )


def _to_network(rgb_model: Floats, card: ModelCard) -> Floats:
    scaled = (rgb_model - np.asarray(card.mean, np.float32)) / np.asarray(card.spread, np.float32)
    pixels = scaled[..., ::-1] if card.order == "BGR" else scaled
    planes = pixels.transpose(2, 0, 1) if card.layout == "NCHW" else pixels
    return np.ascontiguousarray(planes[None], np.float32)


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
