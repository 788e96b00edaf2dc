"""Texture that is followed for long drifts; landmarks do not. Far apart, the track is bent back to them, slowly."""

from typing import NamedTuple

import numpy as np

from faceplate.align.template import steady_points
from faceplate.track.solve.estimate import geman_mcclure
from faceplate.track.solve.path import LandmarkPath
from faceplate.track.solve.whittaker import whittaker
from faceplate.track.topology import anchors, mesh_to_68
from faceplate.values import Array, Matrix, Motion

# What swings faster than about half a second is jitter, speech, or a hand that passes before the face.
PERIOD_FRAMES = 14.0
# Landmarks of one place of a face wander so many times further than the face as a whole.
LOCAL_TOLERANCE = 4.0
aligned: Array = np.flatnonzero(np.isin(anchors, np.array(mesh_to_68)[list(steady_points)]))
# How far the face as a whole has drifted is told at the corners of its square.
SQUARE: Matrix = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
ROUNDS = 3
OUTLIER = 3.0
LEAST_DEVIATION = 1e-4


# In sizes of the face: patches of clean HD video are found again so truly in the median. Finer texture is trusted
# further, as the fourth power of that: on a 4K plate (0.0002) landmarks of a head that turns by 30 degrees are wrong by
# 3 percent. Coarser texture, 0.001 to 0.005 in compressed video, is trusted less far, but not less than in a face of
# `SMALL_PX`: what counts in the end are plate pixels.
COARSE, FINER = 0.0006, 4
LEAST_TRUST, MOST_TRUST = 0.25, 30.0
SMALL_PX = 70.0
# In sizes of the face: so far landmarks and texture of compressed video drift apart while nothing is wrong (eight
# clips: 0.006). What is beyond it, and beyond the tolerance, deserves a look.
WANDER = 0.01


class Bent(NamedTuple):
    """Corrections once bent back, and how far the whole face had drifted in each frame, of what it may."""

    corrections: Matrix
    excess: Matrix


def bend_back(corrections: Matrix, path: LandmarkPath, tolerance: float) -> Bent:
    """Corrections (frames x anchors x 2) whose slow part is within a tolerance of 0, in units of the face square.

    Within it nothing changes. The face as a whole, a similarity, is held to the tolerance, each anchor by itself to
    four of it.
    """
    bent, excess = corrections.copy(), np.full(len(corrections), np.nan)
    face = path.face[:, list(anchors)]
    middle = face.mean(axis=1, keepdims=True)
    corners = similarity(SQUARE - middle)
    alike = np.ones((len(corrections), aligned.size))
    for run in path.runs:
        basis = similarity((face - middle)[run])
        motion = fitted(basis[:, aligned], corrections[run][:, aligned], alike[run])
        slow = slow_part(motion, path.worth[run])
        field = np.einsum("fnik,fk->fni", basis, slow)
        size = np.sqrt(((corners[run] @ slow[:, None, :, None])[..., 0] ** 2).sum(axis=-1).mean(axis=-1))
        local = slow_part(corrections[run] - np.einsum("fnik,fk->fni", basis, motion), path.worth[run])
        bent[run] -= field * _beyond(size, tolerance)[:, None, None]
        bent[run] -= local * _beyond(np.linalg.norm(local, axis=-1), LOCAL_TOLERANCE * tolerance)[..., None]
        excess[run] = size / max(tolerance, WANDER * path.size)
    return Bent(bent, excess)


def trust_in(motion: Motion | None, path: LandmarkPath) -> float:
    """How many times as far as texture of clean HD video this texture is trusted beyond the landmarks."""
    if motion is None or not np.isfinite(motion.deviation_px).any():
        return 1.0
    face_px = path.size / np.linalg.norm(path.to_face[motion.pairs[:, 1], 1, :2], axis=-1)
    deviation = motion.deviation_px / face_px[:, None]
    usual = float(np.median(deviation[np.isfinite(deviation)]))
    least = np.clip(SMALL_PX / np.median(face_px), LEAST_TRUST, 1.0)
    return float(np.clip((COARSE / max(usual, 1e-9)) ** FINER, least, MOST_TRUST))


def slow_part(values: Matrix, trust: Matrix) -> Matrix:
    """The low-pass of `values` (frames x ...), with zero phase, that frames off it do not pull on.

    Beyond its ends the values are mirrored: an end that is free to swing would follow the jitter of the last frames.
    """
    margin = min(round(PERIOD_FRAMES), len(values))
    ends = ((margin, margin), (0, 0))
    flat = np.pad(values.reshape(len(values), -1), ends, mode="symmetric")
    trusted = np.pad(trust, margin, mode="symmetric")
    weights = trusted
    for _ in range(ROUNDS):
        slow = whittaker(flat, PERIOD_FRAMES, weights)
        apart = np.linalg.norm(flat - slow, axis=-1)
        usual = max(float(np.median(apart)), LEAST_DEVIATION)
        weights = np.maximum(trusted * geman_mcclure(apart / usual, OUTLIER), LEAST_DEVIATION)
    slow = whittaker(flat, PERIOD_FRAMES, weights)
    return np.asarray(slow[margin : margin + len(values)].reshape(values.shape))


def _beyond(size: Matrix, tolerance: float) -> Matrix:
    """The share of a drift of this size that is taken back: what is beyond the tolerance."""
    share: Matrix = np.maximum(0.0, 1 - tolerance / np.maximum(size, 1e-12))
    return share


def similarity(from_middle: Matrix) -> Matrix:
    """How shift, scale and turn move each point, frames x points x 2 x 4."""
    x, y = np.moveaxis(from_middle, -1, 0)
    one, none = np.ones_like(x), np.zeros_like(x)
    return np.stack([np.stack([one, none, x, -y], axis=-1), np.stack([none, one, y, x], axis=-1)], axis=-2)


def fitted(basis: Matrix, moves: Matrix, weights: Matrix) -> Matrix:
    """The similarity (frames x 4) that moves points most nearly so: `basis` as `similarity` gives it, by weight."""
    rows = (basis * weights[..., None, None]).reshape(len(basis), -1, basis.shape[-1])
    columns, wanted = basis.reshape(rows.shape), moves.reshape(len(moves), -1, 1)
    return np.asarray(np.linalg.solve(rows.swapaxes(1, 2) @ columns, rows.swapaxes(1, 2) @ wanted)[..., 0])
