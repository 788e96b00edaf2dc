"""How far a prediction is from the retouch, in the places and at the sizes of detail that the eye looks at."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from faceplate.train.pairs import Pair
from faceplate.train.recipe import Recipe
from faceplate.train.student import Prediction

FACE_WEIGHT = 1.0
DETAIL_WEIGHT = 3.0
SURROUNDINGS_WEIGHT = 0.3
COARSE_PX = 4


class Batch(NamedTuple):
    """Pairs stacked as n x channels x side x side."""

    before: Tensor
    after: Tensor
    matte: Tensor
    detail: Tensor


def stacked(pairs: list[Pair]) -> Batch:
    """The pairs as one batch."""
    fields = (np.stack([getattr(pair, name) for pair in pairs]) for name in Batch._fields)
    return Batch(*(torch.from_numpy(np.moveaxis(field, -1, 1)) for field in fields))


def loss_of(prediction: Prediction, batch: Batch, recipe: Recipe) -> Tensor:
    """Mean absolute differences of pixels, of coarse pixels and of edges, weighted to face, eyes and mouth."""
    weight = SURROUNDINGS_WEIGHT + FACE_WEIGHT * batch.matte + DETAIL_WEIGHT * batch.detail
    error = prediction.image.float() - batch.after
    fine = (weight * error.abs()).mean()
    coarse = (functional.avg_pool2d(weight, COARSE_PX) * functional.avg_pool2d(error, COARSE_PX).abs()).mean()
    across, down = error.diff(dim=-1), error.diff(dim=-2)
    edges = (weight[..., 1:] * across.abs()).mean() + (weight[..., 1:, :] * down.abs()).mean()
    matte = (prediction.matte.float() - batch.matte).abs().mean()
    return fine + coarse + recipe.edge_weight * edges + recipe.matte_weight * matte
