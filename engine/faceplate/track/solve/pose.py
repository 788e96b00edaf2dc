from typing import NamedTuple

import numpy as np

from faceplate.track.solve.estimate import geman_mcclure
from faceplate.track.topology import (
    POINTS,
    irises,
    left_brow,
    left_eye,
    lips_inner,
    lips_outer,
    right_brow,
    right_eye,
    symmetric_pairs,
)
from faceplate.values import Array, Matrix

FOREHEAD, CHIN = 10, 152
# What a face can move without turning the head is left out; the robust fit lets go of the jaw.
RIGID: Array = np.setdiff1d(
    np.arange(POINTS), (*irises, *left_brow, *right_brow, *left_eye, *right_eye, *lips_inner, *lips_outer)
)
SHAPE_ROUNDS = 3
FIT_ROUNDS = 3
OUTLIER = 2.0
# Where landmarks lie as exactly as in a drawing, outliers are still told in parts of the shape's own size.
LEAST_APART = 1e-6


class Fit(NamedTuple):
    """How a shape stands in each frame: `scale * rotation @ shape + shift`, square pixels, depth away from the camera.

    Attributes:
        rotation: frames x 3 x 3.
        scale: frames, square pixels in a unit of the shape.
        shift: frames x 3.
    """

    rotation: Matrix
    scale: Matrix
    shift: Matrix


def pose_deg(points_square: Array) -> Matrix:
    """Yaw, pitch and roll in degrees of a face from its 478 x 3 points (square pixels, depth away from the camera).

    Yaw is positive where the face turns to the right of the picture, pitch where it looks up, roll where it leans
    clockwise in the picture; all are 0 for an upright face that looks straight along the view axis. The axes come from
    the mesh's own symmetry: across from pairs of points that mirror each other, down from forehead to chin.
    """
    return angles_deg(head_axes(points_square))


def head_axes(points: Array) -> Matrix:
    """The head's axes in the columns of 3 x 3: across to its left, down, and away from where it looks."""
    points = np.asarray(points, np.float64)
    right, left = np.array(symmetric_pairs).T
    across = _unit((points[left] - points[right]).sum(axis=0))
    down = points[CHIN] - points[FOREHEAD]
    down = _unit(down - (down @ across) * across)
    return np.column_stack([across, down, np.cross(across, down)])


def angles_deg(axes: Matrix) -> Matrix:
    """Yaw, pitch and roll of the axes of a head (3 x 3, as `head_axes` gives them); see `pose_deg`."""
    across, _, away = axes.T
    yaw = np.arctan2(-away[0], away[2])
    pitch = np.arcsin(np.clip(away[1], -1.0, 1.0))
    level = np.array([np.cos(yaw), 0.0, np.sin(yaw)])
    roll = np.arctan2(across @ np.cross(away, level), across @ level)
    return np.degrees([yaw, pitch, roll])


def mean_shape(points_square: Matrix) -> Matrix:
    """The person's own mean face from all their frames (frames x 478 x 3): upright, looking along the view axis.

    Generalised Procrustes analysis (Gower, Psychometrika 40, 1975) on the points that a face cannot move; unit: the RMS
    distance of these from their middle, which is the origin.
    """
    shape = points_square[len(points_square) // 2]
    for _ in range(SHAPE_ROUNDS):
        fit = fit_shape(shape, points_square)
        unturned = (points_square - fit.shift[:, None]) @ fit.rotation
        shape = np.median(unturned / fit.scale[:, None, None], axis=0)
    shape = shape - shape[RIGID].mean(axis=0)
    upright: Matrix = shape @ head_axes(shape) / np.sqrt((shape[RIGID] ** 2).sum(axis=1).mean())
    return upright


def fit_shape(shape: Matrix, points_square: Matrix) -> Fit:
    """The similarity that brings a shape (478 x 3) nearest to the points of each frame, letting go of what moved.

    Umeyama, "Least-Squares Estimation of Transformation Parameters Between Two Point Patterns", PAMI 13(4), 1991, with
    weights after Geman and McClure.
    """
    source, target = shape[RIGID], points_square[:, RIGID]
    weights = np.full(target.shape[:2], 1 / target.shape[1])
    for _ in range(FIT_ROUNDS):
        fit = _weighted_fit(source, target, weights)
        placed = _placed(fit, source)
        apart = np.linalg.norm(target - placed, axis=-1)
        usual = np.maximum(np.median(apart, axis=1), LEAST_APART * fit.scale)
        weights = geman_mcclure(apart / usual[:, None], OUTLIER)
        weights /= weights.sum(axis=1, keepdims=True)
    return _weighted_fit(source, target, weights)


def _placed(fit: Fit, shape: Matrix) -> Matrix:
    turned = shape @ fit.rotation.swapaxes(1, 2)
    placed: Matrix = turned * fit.scale[:, None, None] + fit.shift[:, None]
    return placed


def _weighted_fit(source: Matrix, target: Matrix, weights: Matrix) -> Fit:
    middle = weights @ source
    goal = (weights[:, None] @ target)[:, 0]
    around, away = source - middle[:, None], target - goal[:, None]
    weighted = around * weights[..., None]
    u, d, vt = np.linalg.svd(away.swapaxes(1, 2) @ weighted)
    sign = np.ones_like(d)
    sign[:, 2] = np.linalg.det(u) * np.linalg.det(vt)
    rotation = (u * sign[:, None]) @ vt
    spread = np.maximum((weighted * around).sum(axis=(1, 2)), np.finfo(np.float64).tiny)
    scale = (d * sign).sum(axis=1) / spread
    return Fit(rotation, scale, goal - scale[:, None] * np.einsum("fij,fj->fi", rotation, middle))


def _unit(vector: Matrix) -> Matrix:
    unit: Matrix = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return unit
