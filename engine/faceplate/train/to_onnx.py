"""A trained network as an ONNX file that any of our hosts can run, its card inside."""

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from faceplate.models import ModelCard, card_key, card_to_json
from faceplate.storage import whole_or_absent
from faceplate.train.checkpoint import load_checkpoint
from faceplate.train.student import Student

OPSET = 17


def export(checkpoint: Path, out: Path) -> Path:
    """Writes the checkpoint's averaged weights as ONNX with the recipe's card in its metadata, and gives the path.

    One file without external data, float32, n x 3 x side x side in; written beside its name, then renamed.

    Raises:
        ModelError: the checkpoint is damaged or not one of ours.
        StorageError: the file cannot be written.
    """
    saved = load_checkpoint(checkpoint)
    student = Student(saved.widths)
    student.load_state_dict(saved.part("mean"))
    content = _graph(student.eval(), saved.card)
    with whole_or_absent(out) as beside:
        beside.write_bytes(content)
    return out


class _Named(nn.Module):
    """The network with its outputs in the order of the card's names."""

    def __init__(self, student: Student) -> None:
        super().__init__()
        self._student = student

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        prediction = self._student(image)
        return prediction.image, prediction.matte


def _graph(student: Student, card: ModelCard) -> bytes:
    names = [card.image, *card.mattes.values()]
    example = torch.zeros(1, 3, card.side_px, card.side_px)
    traced: Any = BytesIO()  # torch writes to a stream as well, though its annotation knows paths alone
    with warnings.catch_warnings():
        # torch would rather have its new exporter used, which needs a package that nothing else here does.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            _Named(student), (example,), traced, dynamo=False, opset_version=OPSET,
            input_names=[card.input], output_names=names,
            dynamic_axes={name: {0: "batch"} for name in (card.input, *names)},
        )  # fmt: skip
    model = onnx.load_from_string(traced.getvalue())
    onnx.helper.set_model_props(model, {card_key: card_to_json(card)})
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())
