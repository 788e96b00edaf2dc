"""What is found of the face's texture, made consistent in space: skin moves with the skin around it."""

import numpy as np

from faceplate.track.solve.depth import fitted_depth
from faceplate.track.solve.estimate import geman_mcclure
from faceplate.track.solve.fields import (
    LEAST_AGREEMENT,
    Pairs,
    beside_landmarks,
    brows,
    length,
    moved_apart,
    near_field,
    neighbours_of,
    on_their_own,
    whole_field,
)
from faceplate.track.solve.links import Links
from faceplate.track.solve.path import LandmarkPath
from faceplate.track.solve.smooth import carry, scale_of
from faceplate.track.topology import anchors
from faceplate.values import Array, Matrix, Motion

# In sizes of the face. What skin does beside an affine of its neighbourhood from one frame to the next: speech, a
# smile.
SKIN = 0.0008
SKIN_ON_ITS_OWN = 0.0015
# A texture cannot be told to better than a hundredth of a pixel of a 1000 px face.
LEAST_DEVIATION = 1e-5
# Texture was found with care: it takes more to call it wrong.
DISAGREEMENT = 3.5


def texture_links(motion: Motion, path: LandmarkPath, cuts: tuple[int, ...]) -> Links:
    """The pairs' texture as links: outliers let go, and what was not found taken from its neighbours where they were.

    Pairs across a cut, and with frames in which the person was not seen, say nothing.
    """
    first, second = motion.pairs.T.astype(np.int64)
    shot = np.searchsorted(np.array(cuts, np.int64), np.arange(len(path.trust)), side="right")
    usable = path.seen[first] & path.seen[second] & (shot[first] == shot[second])
    first, second = first[usable], second[usable]
    source = carry(path.to_face[first], motion.taken_plate[usable].astype(np.float64))
    target = carry(path.to_face[second], motion.found_plate[usable].astype(np.float64))
    deviation = motion.deviation_px[usable] / scale_of(path.to_face[second])[:, None]
    deviation = np.where(np.isfinite(target).all(axis=-1), deviation, np.inf)
    deviation = np.maximum(deviation, LEAST_DEVIATION * path.size)
    told = np.hypot(deviation, np.where(on_their_own, SKIN_ON_ITS_OWN, SKIN) * path.size)
    face = path.face[:, list(anchors)]
    move, landmark_move = np.nan_to_num(target - source), face[second] - face[first]
    pairs = Pairs(source, move, landmark_move, deviation, told, path.size, neighbours_of(source))
    move, turn, deviation = _agreed(pairs, fitted_depth(pairs, path), neighbouring=second == first + 1)
    # The anchor is wanted at `correction` from the calm path, the texture was taken somewhere near it.
    step = source + move - face[second] + np.matmul(turn, (face[first] - source)[..., None])[..., 0]
    step = np.where(np.isfinite(deviation)[..., None], step, 0.0)
    return Links(first, second, step, turn, deviation)


def _agreed(pairs: Pairs, depth: Matrix, *, neighbouring: Array) -> tuple[Matrix, Matrix, Matrix]:
    """Move, turn and deviation of each anchor of each pair, with outliers and gaps filled by the neighbours.

    Lids, brows and lips agree with their neighbours where they move like them, or like their landmarks beside them.
    """
    whole = whole_field(pairs, depth)
    near = near_field(pairs, whole, depth)
    apart = np.minimum(length(pairs.move - near.move), length(pairs.move - near.skin))
    agreement = geman_mcclure(apart / np.hypot(pairs.told, near.spread), DISAGREEMENT)
    agreement = np.minimum(agreement, beside_landmarks(pairs))
    found = pairs.known & (agreement >= LEAST_AGREEMENT)
    own = np.where(found, pairs.deviation / np.sqrt(np.maximum(agreement, LEAST_AGREEMENT)), np.inf)
    pooled, deviation = _pooled(
        (pairs.move, own),
        (near.skin, np.hypot(near.deviation, moved_apart(pairs, near.skin))),
        (whole.move, np.hypot(whole.deviation, moved_apart(pairs, whole.move))),
    )
    moved = np.where(found[..., None], pooled, np.where(brows[:, None], near.skin, near.move))
    # Between far frames neighbours would tell what each of the two has wrong.
    return moved, near.turn, np.where(found, deviation, np.where(neighbouring[:, None], near.spread, np.inf))


def _pooled(*tellings: tuple[Matrix, Matrix]) -> tuple[Matrix, Matrix]:
    """The mean of several moves, by their deviations, and its own."""
    weights = [1 / deviation**2 for _, deviation in tellings]
    total = np.maximum(sum(weights), np.finfo(np.float64).tiny)
    mean = sum(weight[..., None] * move for weight, (move, _) in zip(weights, tellings, strict=True))
    return mean / total[..., None], 1 / np.sqrt(total)
