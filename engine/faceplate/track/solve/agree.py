"""What is found of the face's texture, made consistent in space: skin moves with the skin around it."""

from typing import NamedTuple

import numpy as np

from faceplate.track.solve.estimate import geman_mcclure
from faceplate.track.solve.links import Links
from faceplate.track.solve.path import LandmarkPath
from faceplate.track.solve.smooth import carry, scale_of
from faceplate.track.topology import anchors, left_eye, lips_outer, right_eye
from faceplate.values import Array, Matrix, Motion

eye_corners = (right_eye[0], right_eye[8], left_eye[0], left_eye[8])
# Anchors on lids and lips move on their own: where their texture is lost, as in a blink, they do what their landmarks
# do beside the landmarks of the skin around them.
on_their_own: Array = np.isin(anchors, (*right_eye, *left_eye, *lips_outer)) & ~np.isin(anchors, eye_corners)
# In sizes of the face. So far texture may be from the step of the landmarks before the first guess doubts it: between
# neighbouring frames of a hand-held clip of 472 frames 99 % are within 0.012, between far ones 0.024.
LANDMARK_STEP = 0.02
# What skin does beside an affine of its neighbourhood from one frame to the next: speech, a smile.
SKIN = 0.0008
SKIN_ON_ITS_OWN = 0.0015
# A texture cannot be told to better than a hundredth of a pixel of a 1000 px face.
LEAST_DEVIATION = 1e-5
# Stand-ins are no better than what skin does, at its worst; far from any neighbour that was found, much worse.
STAND_IN = 0.0002
STAND_IN_FAR = 0.0005
# A turning or speaking face departs so far from one affine of the whole of it.
WARP = 0.0015
NEIGHBOURS = 14
LEAST_NEIGHBOURS = 5
LEAST_ANCHORS = 8
# Neighbours lend each other what they measured: a field is no truer than this, near an anchor and over the whole face,
# however well it fits, for what it has wrong it has wrong in many frames alike.
NEAR_MISFIT = 0.00005
WHOLE_MISFIT = 0.00003
AFFINE = 3
OUTLIER = 3.0
# Texture was found with care: it takes more to call it wrong.
DISAGREEMENT = 3.5
# Texture that keeps less than this weight beside its neighbours is held to be not found.
LEAST_AGREEMENT = 0.1
ROUNDS = 3
# In squares of the face square's side.
FLATNESS = 1e-4


class _Pairs(NamedTuple):
    """What is known of pairs of frames, pairs x anchors, in the face square.

    Attributes:
        source: x 2, where texture was taken.
        move: x 2, how far it was found from there; 0 where it was not found.
        landmark_move: x 2, how far the landmark moved.
        deviation: of `move`; infinite where it was not found.
        told: the same, with what skin does by itself.
        size: of the face.
    """

    source: Matrix
    move: Matrix
    landmark_move: Matrix
    deviation: Matrix
    told: Matrix
    size: float

    @property
    def known(self) -> Array:
        """True where texture was found."""
        return np.isfinite(self.deviation)


class _Field(NamedTuple):
    """How anchors move in the face square as the others have it, pairs x anchors.

    Attributes:
        move: x 2, to where.
        turn: x 2 x 2, how turned, scaled and sheared.
        spread: how far an anchor may be from it that was not found.
        deviation: how true it is as far as what was found tells.
        trust: weight of what was found in it; for a neighbourhood the number of neighbours.
    """

    move: Matrix
    turn: Matrix
    spread: Matrix
    deviation: Matrix
    trust: Matrix


def texture_links(motion: Motion, path: LandmarkPath, cuts: tuple[int, ...]) -> Links:
    """The pairs' texture as links: outliers let go, and what was not found taken from its neighbours where they were.

    Pairs across a cut, and with frames in which the person was not seen, say nothing.
    """
    first, second = motion.pairs.T.astype(np.int64)
    shot = np.searchsorted(np.array(cuts, np.int64), np.arange(len(path.trust)), side="right")
    usable = path.seen[first] & path.seen[second] & (shot[first] == shot[second])
    first, second = first[usable], second[usable]
    columns = list(anchors)
    source = carry(path.to_face[first], motion.taken_plate[usable].astype(np.float64))
    target = carry(path.to_face[second], motion.found_plate[usable].astype(np.float64))
    deviation = motion.deviation_px[usable] / scale_of(path.to_face[second])[:, None]
    deviation = np.where(np.isfinite(target).all(axis=-1), deviation, np.inf)
    face = path.face[:, columns]
    move, turn, deviation = _agreed(source, target - source, deviation, face[second] - face[first], path.size)
    # The anchor is wanted at `correction` from the calm path, the texture was taken somewhere near it.
    step = source + move - face[second] + np.matmul(turn, (face[first] - source)[..., None])[..., 0]
    step = np.where(np.isfinite(deviation)[..., None], step, 0.0)
    return Links(first, second, step, turn, deviation)


def _agreed(
    source: Matrix, move: Matrix, deviation: Matrix, landmark_move: Matrix, size: float
) -> tuple[Matrix, Matrix, Matrix]:
    """Move, turn and deviation of each anchor of each pair, with outliers and gaps filled by the neighbours."""
    deviation = np.maximum(deviation, LEAST_DEVIATION * size)
    told = np.hypot(deviation, np.where(on_their_own, SKIN_ON_ITS_OWN, SKIN) * size)
    pairs = _Pairs(source, np.nan_to_num(move), landmark_move, deviation, told, size)
    base = _base(pairs)
    whole = _whole_field(pairs, base)
    near = _near_field(pairs, base, whole)
    agreement = geman_mcclure(_length(pairs.move - near.move) / np.hypot(told, near.spread), DISAGREEMENT)
    found = pairs.known & (agreement >= LEAST_AGREEMENT)
    own = np.where(found, deviation / np.sqrt(np.maximum(agreement, LEAST_AGREEMENT)), np.inf)
    pooled, pooled_deviation = _pooled((pairs.move, own), (near.move, near.deviation), (whole.move, whole.deviation))
    moved = np.where(found[..., None], np.where(on_their_own[:, None], pairs.move, pooled), near.move)
    sure = np.where(on_their_own, own, pooled_deviation)
    return moved, near.turn, np.where(found, sure, near.spread)


def _pooled(*tellings: tuple[Matrix, Matrix]) -> tuple[Matrix, Matrix]:
    """The mean of several moves, by their deviations, and its own."""
    weights = [1 / deviation**2 for _, deviation in tellings]
    total = np.maximum(sum(weights), np.finfo(np.float64).tiny)
    mean = sum(weight[..., None] * move for weight, (move, _) in zip(weights, tellings, strict=True))
    return mean / total[..., None], 1 / np.sqrt(total)


def _base(pairs: _Pairs) -> Matrix:
    """What the moves of each pair are looked at beside: the landmarks' where the head turned, else nothing.

    Landmarks know how a nose passes before a cheek; between frames that are alike they would only add their jitter.
    """
    bases = (np.zeros_like(pairs.move), pairs.landmark_move)
    left = [_middle_one(_length(pairs.move - _whole_field(pairs, base).move), pairs.known) for base in bases]
    return np.where((left[1] < left[0])[..., None], bases[1], bases[0])


def _middle_one(values: Matrix, known: Array) -> Matrix:
    """The median over the last axis, kept, of the values that are known; the lower middle one, 0 where none is."""
    ordered = np.sort(np.where(known, values, np.inf), axis=-1)
    count = known.sum(axis=-1, keepdims=True)
    middle = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    return np.where(count > 0, middle, 0.0)


def _whole_field(pairs: _Pairs, base: Matrix) -> _Field:
    """One affine of the whole face for each pair, beside `base`, on the moves that most anchors agree on."""
    source, move, size = pairs.source, pairs.move - base, pairs.size
    robust = pairs.known * geman_mcclure(_length(pairs.move - pairs.landmark_move), LANDMARK_STEP * size)
    for _ in range(ROUNDS):
        constant, slope = _affine(source, move, robust / pairs.told**2)
        fitted = constant[:, None] + np.matmul(source, slope.swapaxes(1, 2))
        apart = _length(move - fitted)
        usual = _middle_one(apart, robust > 0)
        robust = pairs.known * geman_mcclure(apart / np.hypot(pairs.told, np.maximum(WARP * size, usual)), OUTLIER)
    count = (robust > LEAST_AGREEMENT).sum(axis=1)[:, None]
    reach, many = _reach(source, robust), count >= LEAST_ANCHORS
    noise = _middle_one(pairs.deviation, pairs.known)
    deviation = np.hypot(
        _misfit(usual, noise, WHOLE_MISFIT * size), noise * reach * np.sqrt(AFFINE / np.maximum(count, 1))
    )
    return _Field(
        base + fitted,
        np.eye(2) + np.repeat(slope[:, None], source.shape[1], axis=1),
        np.where(many, np.hypot(STAND_IN_FAR * size, usual) * reach, np.inf),
        np.where(many, deviation, np.inf),
        robust,
    )


def _misfit(usual: Matrix, noise: Matrix, least: float) -> Matrix:
    """How far a field is from the truth: what its residuals have more than the noise of what it was fitted to.

    `usual` is the median of residuals' lengths, 1.18 deviations of either axis.
    """
    return np.asarray(np.sqrt(np.maximum(usual**2 / np.log(4) - noise**2, least**2)))


def _reach(source: Matrix, weight: Matrix) -> Matrix:
    """How much less an affine tells of each anchor than of the middle of those it was fitted to: 1 there."""
    total = np.maximum(weight.sum(axis=1), LEAST_AGREEMENT)[:, None]
    middle = np.matmul(weight[:, None], source)[:, 0] / total
    squared = ((source - middle[:, None]) ** 2).sum(axis=-1)
    width = (weight * squared).sum(axis=1)[:, None] / total
    return np.asarray(np.sqrt(1 + squared / (width + FLATNESS)))


def _near_field(pairs: _Pairs, base: Matrix, whole: _Field) -> _Field:
    """An affine of each anchor's neighbours, itself left out, about the whole face's; that one where they are few."""
    around, size = _neighbours(pairs.source), pairs.size
    offsets = pairs.source[:, around] - pairs.source[:, :, None]
    rest, trusted = (pairs.move - whole.move)[:, around], whole.trust[:, around]
    variance = np.where(pairs.known, pairs.told, size)[:, around] ** 2
    robust = trusted
    for _ in range(ROUNDS):
        constant, slope = _affine(offsets, rest, robust / variance)
        apart = _length(rest - constant[..., None, :] - np.matmul(offsets, slope.swapaxes(-1, -2)))
        usual = _middle_one(apart, trusted > 0)
        robust = trusted * geman_mcclure(apart / np.sqrt(variance + usual**2), OUTLIER)
    count, usual = robust.sum(axis=-1), usual[..., 0]
    near = count >= LEAST_NEIGHBOURS
    beside, _ = _affine(offsets, (pairs.move - pairs.landmark_move)[:, around], robust / variance)
    _, base_slope = _affine(offsets, base[:, around], robust / variance)
    fitted = np.where(on_their_own[:, None], pairs.landmark_move + beside, whole.move + constant)
    noise = _middle_one(pairs.deviation[:, around], pairs.known[:, around])[..., 0]
    deviation = np.hypot(_misfit(usual, noise, NEAR_MISFIT * size), noise * np.sqrt(AFFINE / np.maximum(count, 1)))
    return _Field(
        np.where(near[..., None], fitted, whole.move),
        np.where(near[..., None, None], whole.turn + slope + base_slope, whole.turn),
        np.where(near, np.hypot(STAND_IN * size, usual), np.where(on_their_own, np.inf, whole.spread)),
        np.where(near, deviation, np.inf),
        count,
    )


def _affine(places: Matrix, values: Matrix, weight: Matrix) -> tuple[Matrix, Matrix]:
    """Constant (... x 2) and slope (... x 2 x 2) of the weighted fit values = constant + slope @ places.

    A little is held against the slope, so that points on a line, or none, give one that is flat across it.
    """
    total = np.maximum(weight.sum(axis=-1), 1e-300)[..., None]
    middle = np.matmul(weight[..., None, :], places)[..., 0, :] / total
    mean = np.matmul(weight[..., None, :], values)[..., 0, :] / total
    around, away = places - middle[..., None, :], values - mean[..., None, :]
    weighted = np.swapaxes(around * (weight / total)[..., None], -1, -2)
    square = np.matmul(weighted, around) + FLATNESS * np.eye(2)
    slope = np.linalg.solve(square, np.matmul(weighted, away)).swapaxes(-1, -2)
    return mean - np.matmul(slope, middle[..., None])[..., 0], slope


def _neighbours(source: Matrix) -> Array:
    """Anchors x `NEIGHBOURS`: those nearest to each on this person's face, without those that move on their own."""
    mean = np.median(source, axis=0) if len(source) else np.zeros(source.shape[1:])
    apart = np.linalg.norm(mean[:, None] - mean, axis=-1)
    apart[:, on_their_own] = np.inf
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBOURS]


def _length(moves: Matrix) -> Matrix:
    length: Matrix = np.linalg.norm(moves, axis=-1)
    return length
