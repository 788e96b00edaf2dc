"""How well a trained network does on views that training never saw, against doing nothing."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from faceplate.train.checkpoint import load_checkpoint
from faceplate.train.loss import stacked
from faceplate.train.pairs import VALIDATION, Pair, PairSource
from faceplate.train.recipe import load_recipe
from faceplate.train.student import Prediction, Student
from faceplate.values import Floats, Matrix


@dataclass(frozen=True)
class Score:
    """Differences from the retouch inside the face's matte, display-encoded, over all held-out views.

    Attributes:
        l1: mean absolute difference of the prediction.
        l1_identity: that of the untouched picture.
        psnr_db: of the prediction.
        psnr_identity_db: of the untouched picture.
        outside_l1: mean absolute change where there is no face, grain included.
        matte_l1: mean absolute difference of the matte over the whole crop.
    """

    l1: float
    l1_identity: float
    psnr_db: float
    psnr_identity_db: float
    outside_l1: float
    matte_l1: float


def score(checkpoint: Path, recipe_path: Path, views: int = 64) -> Score:
    """The score of a checkpoint on so many held-out views of its recipe.

    Raises:
        CallError: the file holds no recipe.
        ModelError: the checkpoint is damaged or not one of ours.
    """
    saved, source = load_checkpoint(checkpoint), PairSource(load_recipe(recipe_path))
    student = Student(saved.widths)
    student.load_state_dict(saved.part("mean"))
    rows = []
    for index in range(views):
        pair = source.pair(VALIDATION + index)
        with torch.no_grad():
            rows.append(_row(pair, student(stacked([pair]).before)))
    return _summed(np.array(rows))


def _row(pair: Pair, prediction: Prediction) -> list[float]:
    image, matte = (np.moveaxis(each[0].numpy(), 0, -1) for each in prediction)
    error, untouched = image - pair.after, pair.before - pair.after
    face, outside = pair.matte, 1 - pair.matte
    return [
        _mean(np.abs(error), face),
        _mean(np.abs(untouched), face),
        _mean(error**2, face),
        _mean(untouched**2, face),
        _mean(np.abs(image - pair.before), outside),
        float(np.abs(matte - pair.matte).mean()),
    ]


def _mean(values: Floats, weight: Floats) -> float:
    return float((values * weight).sum() / (3 * weight.sum()))


def _summed(rows: Matrix) -> Score:
    l1, l1_identity, square, square_identity, outside, matte = (float(each) for each in rows.mean(axis=0))
    psnr, psnr_identity = (float(-10 * np.log10(each)) for each in (square, square_identity))
    return Score(l1, l1_identity, psnr, psnr_identity, outside, matte)
