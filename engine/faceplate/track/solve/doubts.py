from typing import NamedTuple

import numpy as np
from scipy.ndimage import median_filter

from faceplate.track.solve.path import LandmarkPath, disagreement
from faceplate.values import Array, Doubt, Matrix, Measured, Track

# Beyond it the mesh model has never seen the far side of a face, and the near side hides it.
PROFILE_DEG = 60.0
EDGE_ON_DEG = 90.0
# Weight under which a frame's landmarks were thrown out; and, in sizes of the face, how far the steady landmarks of any
# frame may be from where they were solved: eight times what landmarks and texture differ by as a rule.
THROWN_OUT = 0.5
SLIP = 0.03
# Of the anchors: less than half a face, for a turn and a blink hide some of them too.
LEAST_FOUND = 0.35
# A hand whose own texture is found from frame to frame is told by the views of the face, which then disagree; for the
# most of so many frames, as a hand stays. So do those of a head that is turned. (Clear faces of five clips: 0.10.)
COVERED_VIEWS, COVERED_FRAMES = 0.13, 5
TURNED_DEG = 30.0
# Of the fine detail that the frames of a second have as a rule.
SOFT = 0.5
SHARPNESS_FRAMES = 25
# Half a stop from the median of these frames: a light that stays on for more than half of them is no flash.
FLASH_EV = 0.5
FLASH_FRAMES = 7
# Faces have 0.72 and more, in profile and behind a hand too (nine clips); `min_presence` asks for 0.6.
LEAST_CONFIDENCE = 0.7
# A box with this part of the landmarks outside the picture is cut by its edge, not jittering on it.
OUTSIDE = 0.02
SMALL_PX = 80.0
# With so many of the points set by hand, what was wrong with the measurement no longer matters.
MENDED = 0.5


class Findings(NamedTuple):
    """What the solve found out about each frame: `residual_px`, the share of texture found, drift over tolerance."""

    residual_px: Matrix
    found: Matrix
    drifted: Matrix


def doubts_of(
    track: Track,
    measured: Measured,
    path: LandmarkPath,
    points_plate: Matrix,
    yaw_deg: Matrix,
    by: Findings,
    by_hand: Array,
) -> Array:
    """Why each frame deserves a look, as sums of `Doubt`; 0 in frames without the person."""  # fmt: skip
    size_px = face_size_px(points_plate, track.pixel_aspect)
    blurred = _blurred(measured.sharpness)
    with np.errstate(invalid="ignore"):
        flags = {
            Doubt.PROFILE: np.abs(yaw_deg) > PROFILE_DEG,
            Doubt.SLIPPED: (path.trust < THROWN_OUT) | (by.residual_px > SLIP * size_px),
            Doubt.COVERED: ((by.found < LEAST_FOUND) | _at_odds(measured, yaw_deg)) & ~blurred,
            Doubt.BLURRED: blurred,
            Doubt.FLASH: _flash(measured.exposure),
            Doubt.ADRIFT: by.drifted > 1,
            Doubt.AT_EDGE: _outside(points_plate, track.size) > OUTSIDE,
            Doubt.UNSURE: np.median(measured.confidence, axis=1) < LEAST_CONFIDENCE,
            Doubt.SMALL: size_px < SMALL_PX,
        }
    mended = by_hand.mean(axis=1) > MENDED
    for doubt in (Doubt.SLIPPED, Doubt.COVERED, Doubt.ADRIFT, Doubt.UNSURE):
        flags[doubt] = flags[doubt] & ~mended
    seen = np.isfinite(points_plate[:, 0, 0])
    sums = sum(np.where(flag & seen, int(doubt), 0) for doubt, flag in flags.items())
    return np.asarray(sums, np.uint16)


def face_size_px(points_plate: Matrix, pixel_aspect: float) -> Matrix:
    """The side of a square as large as the landmarks' box in each frame, square pixels."""
    boxes = (points_plate.max(axis=1) - points_plate.min(axis=1)) * [pixel_aspect, 1.0]
    size: Matrix = np.sqrt(boxes.prod(axis=-1))
    return size


def far_side_confidence(confidence: Matrix, shape: Matrix, yaw_deg: Matrix, by_hand: Array) -> Matrix:
    """The confidence (frames x points), less on the side of the face that a profile hides: none where it is edge-on.

    `shape` is the person's upright mean shape, points x 3; points set by hand are certain.
    """
    hidden = shape[:, 0] * yaw_deg[:, None] > 0
    shown = np.clip((EDGE_ON_DEG - np.abs(yaw_deg)) / (EDGE_ON_DEG - PROFILE_DEG), 0.0, 1.0)
    return np.where(by_hand, 1.0, np.where(hidden, confidence * shown[:, None], confidence))


def _at_odds(measured: Measured, yaw_deg: Matrix) -> Array:
    """Frames about which the views of a face that is seen from the front are at odds, as are most of those around."""
    at_odds = (disagreement(measured.confidence) > COVERED_VIEWS) & (np.abs(yaw_deg) < TURNED_DEG)
    return np.asarray(median_filter(at_odds, size=COVERED_FRAMES, mode="nearest"))


def _blurred(sharpness: Array) -> Array:
    return np.asarray(sharpness < SOFT * _usual(sharpness, SHARPNESS_FRAMES))


def _flash(exposure: Array) -> Array:
    """Frames whose light is unlike the median of those around: a lasting change of light is not."""
    with np.errstate(invalid="ignore", divide="ignore"):
        stops = np.log2(np.where(exposure > 0, exposure, np.nan))
    return np.asarray(np.abs(stops - _usual(stops, FLASH_FRAMES)) > FLASH_EV)


def _usual(values: Array, frames: int) -> Matrix:
    """The median over a window of those frames that have a value, NaN where none has."""
    known = np.flatnonzero(np.isfinite(values))
    usual = np.full(len(values), np.nan)
    if len(known):
        usual[known] = median_filter(values[known].astype(np.float64), size=frames, mode="nearest")
    return usual


def _outside(points_plate: Matrix, size: tuple[int, int]) -> Matrix:
    """The share of the points that lie outside the picture."""
    with np.errstate(invalid="ignore"):
        outside = (points_plate < 0) | (points_plate > np.array(size))
    share: Matrix = outside.any(axis=-1).mean(axis=1)
    return share
