"""A training run on disk: one safetensors file with its settings, its digest and nothing that executes."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from faceplate.errors import ModelError
from faceplate.models import ModelCard, card_from_json, card_to_json
from faceplate.storage import whole_or_absent
from faceplate.train.recipe import Recipe

checkpoint_format = "1"


@dataclass(frozen=True)
class Checkpoint:
    """A run after `step` steps.

    Attributes:
        step: steps done.
        recipe_digest: SHA-256 of the recipe's settings.
        card: of the model to export.
        widths: of the network.
        tensors: `weight.*`, their averages `mean.*`, and the optimiser's moments `first.*` and `second.*`.
    """

    step: int
    recipe_digest: str
    card: ModelCard
    widths: tuple[int, ...]
    tensors: dict[str, Tensor]

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors of one part (`weight`, `mean`, `first`, `second`) by their names in the network."""
        return {key.removeprefix(f"{name}."): each for key, each in self.tensors.items() if key.startswith(f"{name}.")}


def checkpoint_of(recipe: Recipe, step: int, tensors: dict[str, Tensor]) -> Checkpoint:
    """The state of a run of this recipe."""
    return Checkpoint(step, recipe.digest, recipe.card, recipe.widths, tensors)


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Writes the checkpoint beside its name, then renames it: a killed run leaves the last whole one.

    Raises:
        StorageError: the folder cannot be written, or the disk is full.
    """
    about = {
        "format": checkpoint_format,
        "step": str(checkpoint.step),
        "recipe": checkpoint.recipe_digest,
        "card": card_to_json(checkpoint.card),
        "widths": json.dumps(checkpoint.widths),
        "sha256": _digest(checkpoint.tensors),
    }
    with whole_or_absent(path) as beside:
        beside.write_bytes(safetensors.torch.save(checkpoint.tensors, about))


def load_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint at `path`, verified.

    Raises:
        ModelError: it cannot be read, is not one of ours, or its tensors are not those that were saved.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
        step, widths = int(about["step"]), tuple(int(width) for width in json.loads(about["widths"]))
        recipe, card, digest, kind = about["recipe"], about["card"], about["sha256"], about["format"]
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as fault:
        raise _refusal(path, str(fault)) from fault
    if kind != checkpoint_format:
        raise _refusal(path, f"format {kind}")
    if _digest(tensors) != digest:
        raise _refusal(path, "tensors that are not those that were saved")
    return Checkpoint(step, recipe, card_from_json(card, str(path)), widths, tensors)


def _digest(tensors: dict[str, Tensor]) -> str:
    total = sha256()
    for name in sorted(tensors):
        total.update(name.encode() + tensors[name].detach().contiguous().numpy().tobytes())
    return total.hexdigest()


def _refusal(path: Path, came: str) -> ModelError:
    return ModelError(
        str(path),
        expected=f"a whole Faceplate checkpoint of format {checkpoint_format}",
        came=came,
        next_step="remove it and train again, or name another checkpoint",
    )
