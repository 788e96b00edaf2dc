from dataclasses import dataclass

import numpy as np

from faceplate.track.people.edited import Cast
from faceplate.track.settings import FaceTrackSettings
from faceplate.track.solve.corrections import Corrections, corrections_of
from faceplate.track.solve.doubts import Findings, doubts_of, far_side_confidence
from faceplate.track.solve.hand import HandSet, aligning, follow, hand_set, in_plate
from faceplate.track.solve.path import LandmarkPath, alignments_of, landmark_path
from faceplate.track.solve.place import place_cm
from faceplate.track.solve.pose import Fit, angles_deg, fit_shape, mean_shape
from faceplate.track.solve.spread import spread_weights
from faceplate.values import Array, Matrix, Person, Track


def solve_person(track: Track, cast: Cast, settings: FaceTrackSettings) -> Person:
    """One person of a track over its frames: landmarks that hold still, alignment, pose, and what is doubtful.

    Landmarks of each frame and the motion of the face's texture are joined in one estimate over each shot, with zero
    phase; what the artist set by hand is met exactly. `track` says frames, cuts, size, pixel aspect and focal length.
    """
    path = landmark_path(track, cast.measured, settings.smoothing)
    if not path.seen.any():
        return _nobody(track, cast)
    by = corrections_of(path, cast.measured, track.cuts, settings.drift, refine=settings.refine)
    weights = spread_weights(path)
    points = path.points.copy()
    points[..., :2] += in_plate(path, np.einsum("pn,fni->fpi", weights, by.anchors))
    asked = hand_set(cast.by_hand, track.frames, points[..., :2], track.pixel_aspect)
    if asked.points:
        points[..., :2] = follow(points[..., :2], asked, path, cast.measured, by, weights)
    points[list(asked.faces), :, 2] = points[list(asked.faces.values()), :, 2]
    return _person(track, cast, _Solved(points, path, by, asked))


@dataclass(frozen=True)
class _Solved:
    """Points (frames x points x 3, plate pixels and depth), and what they were made of."""

    points: Matrix
    path: LandmarkPath
    by: Corrections
    asked: HandSet


def _person(track: Track, cast: Cast, solved: _Solved) -> Person:
    measured, points, aspect = cast.measured, solved.points, track.pixel_aspect
    seen = np.flatnonzero(np.isfinite(points[:, 0, 0]))
    alignment = np.full((len(points), 2, 3), np.nan)
    alignment[seen] = alignments_of(points[seen], aspect)
    for row, given in solved.asked.alignments.items():
        alignment[row] = given
    square = points[seen] * [aspect, 1.0, 1.0]
    shape = mean_shape(square)
    fit = fit_shape(shape, square)
    pose = _over_all(np.array([angles_deg(each) for each in fit.rotation]), seen, len(points))
    by_hand = _by_hand(solved.asked, points.shape[:2])
    residual_px = _residual_px(solved.path.measured, points, aspect)
    findings = Findings(residual_px, solved.by.found, solved.by.drifted)
    confidence, presence = _sureness(cast, solved.asked)
    return Person(
        name=cast.name,
        landmarks_plate=points[..., :2].astype(np.float32),
        depth_px=points[..., 2].astype(np.float32),
        confidence=far_side_confidence(confidence, shape, pose[:, 0], by_hand).astype(np.float32),
        presence=presence,
        pose_deg=pose,
        place_cm=_over_all(_place(track, shape, fit), seen, len(points)),
        alignment=alignment,
        by_hand=by_hand,
        exposure=measured.exposure,
        residual_px=residual_px.astype(np.float32),
        doubts=doubts_of(track, measured, solved.path, points[..., :2], pose[:, 0], findings, by_hand),
    )


def _place(track: Track, shape: Matrix, fit: Fit) -> Matrix:
    columns, rows = track.size
    return place_cm(shape, fit, track.focal_px, (columns * track.pixel_aspect / 2, rows / 2))


def _over_all(rows: Matrix, seen: Array, frames: int) -> Array:
    """One row for every frame of the track, NaN where the person was not seen."""
    every = np.full((frames, 3), np.nan, np.float32)
    every[seen] = rows
    return every


def _by_hand(asked: HandSet, shape: tuple[int, int]) -> Array:
    by_hand = np.zeros(shape, np.bool_)
    for row, points in asked.points.items():
        by_hand[row] = np.isfinite(points[:, 0])
    return by_hand


def _residual_px(measured: Matrix, points: Matrix, aspect: float) -> Matrix:
    """How far the steady landmarks are from where they were measured: RMS in each frame, square pixels."""
    away = (points - measured)[:, aligning, :2] * [aspect, 1.0]
    residual: Matrix = np.sqrt((away**2).sum(axis=-1).mean(axis=1))
    return residual


def _sureness(cast: Cast, asked: HandSet) -> tuple[Array, Array]:
    """Confidence and presence; an artist who sets a face where none was seen is sure of it."""
    confidence, presence = cast.measured.confidence.copy(), cast.measured.presence.copy()
    for row in asked.faces:
        confidence[row], presence[row] = 1.0, 1.0
    return confidence, presence


def _nobody(track: Track, cast: Cast) -> Person:
    """Somebody who is seen in no frame."""
    measured, frames = cast.measured, len(track.frames)

    def unknown(*shape: int) -> Array:
        return np.full((frames, *shape), np.nan, np.float32)

    return Person(
        cast.name, measured.landmarks_plate, measured.depth_px, measured.confidence, measured.presence, unknown(3),
        unknown(3), unknown(2, 3).astype(np.float64), np.zeros(measured.confidence.shape, np.bool_), measured.exposure,
        unknown(), np.zeros(frames, np.uint16),
    )  # fmt: skip
