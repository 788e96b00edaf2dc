"""What a recogniser says of a face, on its way into a one-shot model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from faceplate.errors import ModelError
from faceplate.swap.model import SwapModel
from faceplate.swap.source_identity import Identity
from faceplate.values import Floats, Matrix


def mean_embedding(embeddings: Sequence[Floats]) -> Floats:
    """One embedding of several pictures of a person: the mean direction, at the mean length; of one, itself.

    Each picture counts alike, however long its embedding is.
    """
    if len(embeddings) == 1:
        return embeddings[0]
    lengths = [np.linalg.norm(each.astype(np.float64)) for each in embeddings]
    direction = np.mean([each / length for each, length in zip(embeddings, lengths, strict=True)], axis=0)
    return np.asarray(direction / np.linalg.norm(direction) * np.mean(lengths), np.float32)


def check_embedding(embedding: Floats, values: int | None, source: str) -> None:
    """Refuses an embedding that says nothing, or is of another length.

    Raises:
        ModelError: it is not finite, all 0, or has another number of values.
    """
    length = float(np.linalg.norm(embedding.astype(np.float64)))
    if not np.isfinite(length) or length <= 0 or values not in (None, embedding.size):
        raise ModelError(
            source,
            expected="a finite embedding" if values is None else f"a finite embedding of {values} values",
            came=f"{embedding.size} values of length {length:g}",
            next_step="take the recogniser that the one-shot model was made for",
        )


def with_identity(
    model: SwapModel, embedding: Floats, inputs: Mapping[str, Mapping[str, str]], faces: tuple[str, ...] = ()
) -> SwapModel:
    """The one-shot model set to show the person of an embedding, brought to the form that its identity input takes.

    `inputs` and `faces` tell of them as `Identity` has it.

    Raises:
        ModelError: the embedding is not one for this model, or the model takes none.
    """
    about, found = model.card.identity, model.recognised.identity_map
    if about is None:
        step = "take the source away, or take a one-shot model"
        raise ModelError(model.source, expected="a one-shot model", came=model.card.name, next_step=step)
    check_embedding(embedding, about.values, model.source)
    vector = np.asarray(embedding, np.float64)
    if about.length == "unit":
        vector = _unit(vector)
    if about.mapped and found is not None:
        vector = _unit(vector @ found.astype(np.float64))
    given = np.asarray(vector, np.float32)
    check_embedding(given, about.values, model.source)
    return replace(model, identity=Identity(given, inputs, faces))


def _unit(vector: Matrix) -> Matrix:
    unit: Matrix = vector / np.linalg.norm(vector)
    return unit
