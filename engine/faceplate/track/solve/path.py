from typing import NamedTuple

import numpy as np

from faceplate.align import fit_alignment, invert
from faceplate.track.solve.expression import keep_expression
from faceplate.track.solve.smooth import carry, runs, smooth_run, trust
from faceplate.track.topology import mesh_to_68
from faceplate.values import Array, Matrix, Measured, Track

# A clear face has a confidence of 0.95; less than a hundredth is not told apart.
CLEAR = 0.05
LEAST_CONFIDENCE = 0.01


class LandmarkPath(NamedTuple):
    """What the landmarks alone say of one person, over the frames of the track; NaN where they were not seen.

    Attributes:
        points: frames x points x 3, plate pixels and depth, without jitter.
        measured: the same as they were measured.
        to_face: frames x 2 x 3, plate pixels to the unit face square, of the calm points.
        runs: the unbroken runs of frames.
        trust: frames, 1, and near 0 where the landmarks slipped.
        worth: frames, the trust, and less where the views of the face disagree more than they usually do.
        size: of the face in units of the face square: the side of a square as large as its landmarks' box.
    """

    points: Matrix
    measured: Matrix
    to_face: Matrix
    runs: tuple[slice, ...]
    trust: Matrix
    worth: Matrix
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
    calm, weights, sure = points.copy(), np.full(len(points), np.nan), sureness(measured.confidence)
    to_face = np.full((len(points), 2, 3), np.nan)
    parts = tuple(runs(track.frames, np.flatnonzero(measured.seen).tolist(), track.cuts))
    for run in parts:
        square = points[run] * aspect
        raw = alignments_of(square, 1.0)
        weights[run] = trust(np.array([invert(each) for each in raw]))
        smooth = smooth_run(square, raw, sure[run], period_frames)
        to_face[run] = alignments_of(smooth, 1.0)
        if period_frames > 0:
            calm[run] = keep_expression(square, smooth, to_face[run], (weights * sure)[run]) / aspect
    to_face *= aspect
    return LandmarkPath(calm, points, to_face, parts, weights, weights * sure, _size(carry(to_face, calm[..., :2])))


def sureness(confidence: Array) -> Matrix:
    """What one frame's landmarks are worth beside those of other frames, 0 to 1; NaN where the face was not seen.

    One over the variance between the views of the face, whose negative is the logarithm of confidence: a hand before
    a part of the face moves all of the mesh. Views that agree as well as this person's usually do, or as those of any
    clear face, are worth 1.
    """
    varied = disagreement(confidence)
    if not np.isfinite(varied).any():
        return varied
    usual = max(float(np.nanmedian(varied)), CLEAR)
    return np.asarray(usual / np.maximum(usual, varied))


def disagreement(confidence: Array) -> Matrix:
    """Frames, the variance between the views of the face, over the variance that leaves a confidence of 1/e."""
    varied: Matrix = -np.log(np.maximum(confidence.astype(np.float64), LEAST_CONFIDENCE)).mean(axis=1)
    return varied


def alignments_of(points: Array, pixel_aspect: float) -> Matrix:
    """The alignment of each frame's points (frames x points x 2 or more, plate pixels), frames x 2 x 3."""
    fitted = [fit_alignment(each[list(mesh_to_68), :2], pixel_aspect) for each in points]
    return np.array(fitted).reshape(-1, 2, 3)


def _size(face: Matrix) -> float:
    seen = face[np.isfinite(face[:, 0, 0])]
    boxes = seen.max(axis=1) - seen.min(axis=1) if len(seen) else np.ones((1, 2))
    return float(np.median(np.sqrt(boxes.prod(axis=-1))))
