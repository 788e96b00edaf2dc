"""How skin moves with the skin around it: affine fields, of a whole face and of each anchor's neighbourhood."""

from typing import NamedTuple

import numpy as np

from faceplate.track.solve.estimate import geman_mcclure
from faceplate.track.topology import anchors, left_brow, left_eye, lips_outer, right_brow, right_eye
from faceplate.values import Array, Matrix

eye_corners = (right_eye[0], right_eye[8], left_eye[0], left_eye[8])
# Anchors on lids, brows and lips move on their own. Where their texture is lost, lids and lips do what their landmarks
# do beside the landmarks of the skin around them, as in a blink; brows, which turn away from sight, what the skin does.
movers: tuple[Array, ...] = tuple(
    np.flatnonzero(np.isin(anchors, part) & ~np.isin(anchors, eye_corners))
    for part in (right_eye, left_eye, right_brow, left_brow, lips_outer)
)
brows: Array = np.isin(anchors, (*right_brow, *left_brow))
on_their_own: Array = np.isin(np.arange(len(anchors)), np.concatenate(movers))
# In sizes of the face. Stand-ins are no better than what skin does, at its worst; far from any neighbour that was
# found, much worse.
STAND_IN = 0.0002
STAND_IN_FAR = 0.0005
# A speaking face departs so far from one affine of the whole of it.
WARP = 0.0015
NEIGHBOURS = 14
LEAST_NEIGHBOURS = 5
KIN = 6
LEAST_ANCHORS = 8
# Neighbours lend each other what they measured: a field is no truer than this, near an anchor and over the whole face,
# however well it fits, for what it has wrong it has wrong in many frames alike.
NEAR_MISFIT = 0.00005
WHOLE_MISFIT = 0.00003
AFFINE = 3
OUTLIER = 3.0
# Texture that is so many times as far from its landmark's move as most of the face is, is of something else.
AWAY = 4.0
# Anchors that keep less than this weight count as none.
LEAST_AGREEMENT = 0.1
ROUNDS = 3
# Landmarks know how far a head turned from one frame to another to within as much again, and this angle in radians.
PARALLAX, LEAST_PARALLAX = 1.0, 0.005
# In squares of the face square's side: held against the slope of a neighbourhood, and of the whole face.
NEAR_FLATNESS, WHOLE_FLATNESS = 1e-4, 1e-7


class Pairs(NamedTuple):
    """What is known of pairs of frames, pairs x anchors, in the face square.

    Attributes:
        source: x 2, where texture was taken.
        move: x 2, how far it was found from there; 0 where it was not found.
        landmark_move: x 2, how far the landmark moved.
        deviation: of `move`; infinite where it was not found.
        told: the same, with what skin does by itself.
        size: of the face.
        neighbours: anchors x `NEIGHBOURS`, those nearest to each, as `neighbours_of` has them.
    """

    source: Matrix
    move: Matrix
    landmark_move: Matrix
    deviation: Matrix
    told: Matrix
    size: float
    neighbours: Array

    @property
    def known(self) -> Array:
        """True where texture was found."""
        return np.isfinite(self.deviation)


class Whole(NamedTuple):
    """How a face moves as one, pairs x anchors.

    Attributes:
        move: x 2, to where.
        turn: x 2 x 2, how turned, scaled and sheared.
        spread: how far an anchor may be from it that was not found.
        deviation: how true it is as far as what was found tells.
        trust: weight of what was found in it.
        usual: pairs, how far anchors are from it in the middle.
        parallax: pairs x 2, the move of what stands out by one unit of depth.
    """

    move: Matrix
    turn: Matrix
    spread: Matrix
    deviation: Matrix
    trust: Matrix
    usual: Matrix
    parallax: Matrix


class Near(NamedTuple):
    """How anchors move as their neighbours have it, pairs x anchors.

    Attributes:
        move: x 2, to where; of lids, brows and lips that which their landmarks do beside the neighbours'.
        skin: x 2, the same of all as though they were skin like their neighbours.
        turn: x 2 x 2, how turned, scaled and sheared.
        spread: how far an anchor may be from `move` that was not found.
        deviation: how true `skin` is as far as what was found tells.
    """

    move: Matrix
    skin: Matrix
    turn: Matrix
    spread: Matrix
    deviation: Matrix


def whole_field(pairs: Pairs, depth: Matrix) -> Whole:
    """One affine motion of a face in depth for each pair, on the moves that most anchors agree on.

    `depth` is that of each anchor, in units of the face square. Seen from afar, a rigid head that turns moves each of
    its points by an affine function of its place and its depth: Koenderink and van Doorn, "Affine structure from
    motion", JOSA A 8(2), 1991.
    """
    size, seen = pairs.size, _parallax(pairs.landmark_move, pairs.source, depth, np.ones(pairs.deviation.shape))
    most = np.maximum(PARALLAX * length(seen), LEAST_PARALLAX)[:, None]
    robust = beside_landmarks(pairs)
    noise, misfit = _middle_one(pairs.deviation, pairs.known), np.full((len(seen), 1), WARP * size)
    for _ in range(ROUNDS):
        weight = robust / (pairs.deviation**2 + misfit**2)
        more = _parallax(pairs.move, pairs.source, depth, weight) - seen
        parallax = seen + more * np.minimum(1.0, most / np.maximum(length(more)[:, None], 1e-12))
        by_depth = depth[:, None] * parallax[:, None]
        constant, slope = _affine(pairs.source, pairs.move - by_depth, weight, WHOLE_FLATNESS)
        fitted = constant[:, None] + np.matmul(pairs.source, slope.swapaxes(1, 2)) + by_depth
        apart = length(pairs.move - fitted)
        usual = _middle_one(apart, robust > 0)
        misfit = _misfit(usual, noise, WHOLE_MISFIT * size)
        robust = pairs.known * geman_mcclure(apart / np.hypot(pairs.told, np.maximum(WARP * size, usual)), OUTLIER)
    count = (robust > LEAST_AGREEMENT).sum(axis=1)[:, None]
    reach, many = _reach(pairs.source, robust), count >= LEAST_ANCHORS
    deviation = np.hypot(misfit, noise * reach * np.sqrt(AFFINE / np.maximum(count, 1)))
    return Whole(
        fitted,
        np.eye(2) + np.repeat(slope[:, None], len(depth), axis=1),
        np.where(many, np.hypot(STAND_IN_FAR * size, usual) * reach, np.inf),
        np.where(many, deviation, np.inf),
        robust,
        usual[:, 0],
        parallax,
    )


def beside_landmarks(pairs: Pairs) -> Matrix:
    """A weight of what was found by itself: how far it is from its landmark's move, beside how far most are."""
    away = length(pairs.move - pairs.landmark_move)
    usual = AWAY * _middle_one(away, pairs.known)
    return np.asarray(pairs.known * geman_mcclure(away / np.hypot(pairs.told, usual), 1.0))


def _parallax(move: Matrix, source: Matrix, depth: Matrix, weight: Matrix) -> Matrix:
    """Pairs x 2, how moves go with the depth, beside an affine function of the place."""
    places = np.concatenate([source, np.broadcast_to(depth[:, None], (*weight.shape, 1))], axis=-1)
    return np.asarray(_affine(places, move, weight, WHOLE_FLATNESS)[1][..., 2])


def near_field(pairs: Pairs, whole: Whole, depth: Matrix) -> Near:
    """An affine of each anchor's neighbours, itself left out, about the whole face's; that one where they are few."""
    around, size = pairs.neighbours, pairs.size
    offsets = pairs.source[:, around] - pairs.source[:, :, None]
    rest, trusted = (pairs.move - whole.move)[:, around], whole.trust[:, around]
    variance = np.where(pairs.known, pairs.told, size)[:, around] ** 2
    robust = trusted
    for _ in range(ROUNDS):
        constant, slope = _affine(offsets, rest, robust / variance, NEAR_FLATNESS)
        apart = length(rest - constant[..., None, :] - np.matmul(offsets, slope.swapaxes(-1, -2)))
        usual = _middle_one(apart, trusted > 0)
        robust = trusted * geman_mcclure(apart / np.sqrt(variance + usual**2), OUTLIER)
    count, usual = robust.sum(axis=-1), usual[..., 0]
    near = count >= LEAST_NEIGHBOURS
    beside, _ = _affine(offsets, (pairs.move - pairs.landmark_move)[:, around], robust / variance, NEAR_FLATNESS)
    by_depth = depth[:, None] * whole.parallax[:, None]
    _, steepness = _affine(offsets, by_depth[:, around], robust / variance, NEAR_FLATNESS)
    skin = np.where(near[..., None], whole.move + constant, whole.move)
    noise = _middle_one(pairs.deviation[:, around], pairs.known[:, around])[..., 0]
    deviation = np.hypot(_misfit(usual, noise, NEAR_MISFIT * size), noise * np.sqrt(AFFINE / np.maximum(count, 1)))
    return Near(
        np.where((near & on_their_own)[..., None], pairs.landmark_move + beside, skin),
        skin,
        np.where(near[..., None, None], whole.turn + slope + steepness, whole.turn),
        np.where(near, np.hypot(STAND_IN * size, usual), np.where(on_their_own, np.inf, whole.spread)),
        np.where(near, deviation, np.inf),
    )


def moved_apart(pairs: Pairs, field: Matrix) -> Matrix:
    """How far the anchors that each moves with, itself among them, are from a field, beside what noise would have them.

    `field` is pairs x anchors x 2, to where it moves each. Infinite where no two of them were found.
    """
    kin = _kin(pairs.neighbours).T
    away = np.where(pairs.known, length(pairs.move - field) ** 2 / 2 - pairs.deviation**2, 0.0)
    count = pairs.known @ kin
    apart: Matrix = np.sqrt(np.maximum(away @ kin, 0.0) / np.maximum(count, 1))
    return np.where(count > 1, apart, np.inf)


def _kin(neighbours: Array) -> Matrix:
    """Anchors x anchors, 1 for those that one moves with: its lid, brow or lips, or the skin next to it; and itself."""
    every = np.arange(len(neighbours))
    kin = np.eye(len(every))
    kin[every[:, None], neighbours[:, :KIN]] = 1
    for part in movers:
        kin[part] = np.isin(every, part)
    return kin


def length(moves: Matrix) -> Matrix:
    """The lengths of moves (... x 2)."""
    long: Matrix = np.linalg.norm(moves, axis=-1)
    return long


def _middle_one(values: Matrix, known: Array) -> Matrix:
    """The median over the last axis, kept, of the values that are known; the lower middle one, 0 where none is."""
    ordered = np.sort(np.where(known, values, np.inf), axis=-1)
    count = known.sum(axis=-1, keepdims=True)
    middle = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    return np.where(count > 0, middle, 0.0)


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
    return np.asarray(np.sqrt(1 + squared / (width + NEAR_FLATNESS)))


def _affine(places: Matrix, values: Matrix, weight: Matrix, flatness: float) -> tuple[Matrix, Matrix]:
    """Constant (... x 2) and slope (... x 2 x n) of the weighted fit values = constant + slope @ places (... x n).

    A little is held against the slope, so that points on a line, or none, give one that is flat across it.
    """
    total = np.maximum(weight.sum(axis=-1), 1e-300)[..., None]
    middle = np.matmul(weight[..., None, :], places)[..., 0, :] / total
    mean = np.matmul(weight[..., None, :], values)[..., 0, :] / total
    around, away = places - middle[..., None, :], values - mean[..., None, :]
    weighted = np.swapaxes(around * (weight / total)[..., None], -1, -2)
    square = np.matmul(weighted, around) + flatness * np.eye(places.shape[-1])
    slope = np.linalg.solve(square, np.matmul(weighted, away)).swapaxes(-1, -2)
    return mean - np.matmul(slope, middle[..., None])[..., 0], slope


def neighbours_of(source: Matrix) -> Array:
    """Anchors x `NEIGHBOURS`: those nearest to each on this person's face, without those that move on their own."""
    mean = np.median(source, axis=0) if len(source) else np.zeros(source.shape[1:])
    apart = np.linalg.norm(mean[:, None] - mean, axis=-1)
    apart[:, on_their_own] = np.inf
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBOURS]
