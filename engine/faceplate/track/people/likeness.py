"""Whether two faces, or two stretches of faces, look like one person."""

from collections.abc import Sequence

import numpy as np

from faceplate.track.find.signature import CHROMA_SIDE, LUMA_SIDE
from faceplate.track.landmarks.face import Face
from faceplate.values import Floats, Matrix

SURE = 1.0
"""Stretches of faces at most this unlike are one person.

Measured on 2 391 faces of 27 people (nine clips, twelve stills), stretches of 24 frames against each other: one person,
through speech, gestures, head turns and a hand before the face, nine in ten below 0.99 and none above 1.55; two people
never below 1.68, in one photograph or one room either. On grey pictures: six in ten below 1.0; two people never below
1.65.
"""

DOUBTFUL = 1.6
"""What is more unlike than this is two people: a face against the frames before it stays below 1.09 in those clips."""

LUMA_SCALE, CHROMA_SCALE = 0.4, 0.025
# Without colour, luma alone has to tell people apart: two of them may then be as near as 0.55 in its scale.
GREY_LUMA_SCALE = LUMA_SCALE / 3
LEAST_CHROMA_SPREAD = 0.02
# A hand, hair in the wind, the background beside the cheek: this part of the cells, those that fit worst, is left out.
LEFT_OUT = 1 / 4
# Embeddings of the ArcFace family: two people are seldom above a cosine of 0.3; this much is sure.
SURE_COSINE = 0.5
COSINE_SLOPE = 3.0
# A stretch is known by so many of its faces, spread over it.
SAMPLES = 12


def unlikeness(one: Sequence[Face], other: Sequence[Face]) -> float:
    """How unlike two stretches of faces are: at most `SURE` for one person; NaN where their looks are not known.

    Each face of the shorter stretch is held against the one of the other that it is most like, and the median counts:
    poses that only one stretch shows, and a few covered faces, do no harm. Of two as long the worse direction counts.
    Embeddings go before signatures.
    """
    apart = _apart(_spread(one), _spread(other))
    if not apart.size:
        return float("nan")
    shorter = min(apart.shape)
    return float(max(np.median(apart.min(axis=1 - axis)) for axis in range(2) if apart.shape[axis] == shorter))


def _spread(faces: Sequence[Face]) -> list[Face]:
    places = np.unique(np.linspace(0, len(faces) - 1, min(SAMPLES, len(faces))).round().astype(int))
    return [faces[place] for place in places]


def _apart(one: Sequence[Face], other: Sequence[Face]) -> Matrix:
    """Each face of the one against each of the other; empty where either is not known."""
    embedded = [_stacked([face.embedding for face in faces]) for faces in (one, other)]
    if all(each.size for each in embedded):
        cosine: Matrix = embedded[0] @ embedded[1].T
        return np.maximum(SURE + COSINE_SLOPE * (SURE_COSINE - cosine), 0.0)
    signatures = [_stacked([face.signature for face in faces]) for faces in (one, other)]
    if all(each.size for each in signatures):
        return _signatures_apart(*signatures)
    return np.empty((0, 0))


def _stacked(known: Sequence[Floats | None]) -> Matrix:
    return np.array([each for each in known if each is not None], np.float64)


def _signatures_apart(one: Matrix, other: Matrix) -> Matrix:
    (luma, chroma), (other_luma, other_chroma) = _parts(one), _parts(other)
    luma_apart = _fitting(np.abs(luma[:, None] - other_luma[None]))
    if max(_chroma_spread(chroma), _chroma_spread(other_chroma)) < LEAST_CHROMA_SPREAD:
        return luma_apart / GREY_LUMA_SCALE
    chroma_apart = _fitting(np.abs(chroma[:, None] - other_chroma[None]).mean(axis=-1))
    return np.hypot(luma_apart / LUMA_SCALE, chroma_apart / CHROMA_SCALE)


def _parts(signatures: Matrix) -> tuple[Matrix, Matrix]:
    cells = LUMA_SIDE * LUMA_SIDE
    return signatures[:, :cells], signatures[:, cells:].reshape(len(signatures), CHROMA_SIDE * CHROMA_SIDE, 2)


def _fitting(apart: Matrix) -> Matrix:
    """The mean over the cells (the last axis) that fit best."""
    kept = round(apart.shape[-1] * (1 - LEFT_OUT))
    mean: Matrix = np.sort(apart, axis=-1)[..., :kept].mean(axis=-1)
    return mean


def _chroma_spread(chroma: Matrix) -> float:
    return float(np.median(chroma.std(axis=1).max(axis=-1)))
