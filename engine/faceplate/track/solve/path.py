from typing import NamedTuple

import numpy as np

from faceplate.align import fit_alignment, invert
from faceplate.track.solve.expression import keep_expression
from faceplate.track.solve.smooth import carry, runs, smooth_run, trust
from faceplate.track.topology import mesh_to_68
from faceplate.values import Array, Matrix, Measured, Track


class LandmarkPath(NamedTuple):
    """What the landmarks alone say of one person, over the frames of the track; NaN where they were not seen.

    Attributes:
        points: frames x points x 3, plate pixels and depth, without jitter.
        measured: the same as they were measured.
        to_face: frames x 2 x 3, plate pixels to the unit face square, of the calm points.
        runs: the unbroken runs of frames.
        trust: frames, 1, and near 0 where the landmarks slipped.
        size: of the face in units of the face square: the side of a square as large as its landmarks' box.
    """

    points: Matrix
    measured: Matrix
    to_face: Matrix
    runs: tuple[slice, ...]
    trust: Matrix
    size: float

    @property
    def face(self) -> Matrix:
        """The calm points in the face square, frames x points x 2."""
        return carry(self.to_face, self.points[..., :2])

    @property
    def seen(self) -> Array:
        """Frames, True where the person was seen."""
        return np.isfinite(self.to_face[:, 0, 0])


def landmark_path(track: Track, measured: Measured, period_frames: float) -> LandmarkPath:
    """The person's landmarks over each unbroken run, smoothed with zero phase; expressions stay."""
    aspect = np.array([track.pixel_aspect, 1.0, 1.0])
    points = np.concatenate([measured.landmarks_plate, measured.depth_px[..., None]], axis=-1).astype(np.float64)
    calm, weights = points.copy(), np.full(len(points), np.nan)
    to_face = np.full((len(points), 2, 3), np.nan)
    parts = tuple(runs(track.frames, np.flatnonzero(measured.seen).tolist(), track.cuts))
    for run in parts:
        square = points[run] * aspect
        raw = alignments_of(square, 1.0)
        weights[run] = trust(np.array([invert(each) for each in raw]))
        smooth = smooth_run(square, raw, period_frames)
        to_face[run] = alignments_of(smooth, 1.0)
        if period_frames > 0:
            calm[run] = keep_expression(square, smooth, to_face[run], weights[run]) / aspect
    to_face *= aspect
    return LandmarkPath(calm, points, to_face, parts, weights, _size(carry(to_face, calm[..., :2])))


def alignments_of(points: Array, pixel_aspect: float) -> Matrix:
    """The alignment of each frame's points (frames x points x 2 or more, plate pixels), frames x 2 x 3."""
    fitted = [fit_alignment(each[list(mesh_to_68), :2], pixel_aspect) for each in points]
    return np.array(fitted).reshape(-1, 2, 3)


def _size(face: Matrix) -> float:
    seen = face[np.isfinite(face[:, 0, 0])]
    boxes = seen.max(axis=1) - seen.min(axis=1) if len(seen) else np.ones((1, 2))
    return float(np.median(np.sqrt(boxes.prod(axis=-1))))
