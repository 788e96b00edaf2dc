import numpy as np

from faceplate.align import fit_similarity
from faceplate.align.template import steady_points
from faceplate.track.solve.smooth import carry, scale_of
from faceplate.track.topology import left_eye, left_iris, lips_inner, lips_outer, mesh_to_68, right_eye, right_iris
from faceplate.values import Array, Matrix

# What moves on its own, and fast: lids blink, irises jump, lips speak.
parts = (right_eye, left_eye, right_iris, left_iris, lips_outer + lips_inner)
eye_corners = (right_eye[0], right_eye[8], left_eye[0], left_eye[8])
# Beside what the face as a whole is seen to move: its steady points but those of these parts.
on_the_whole: Array = np.array(
    sorted(set(np.array(mesh_to_68)[list(steady_points)].tolist()).difference(*parts).union(eye_corners))
)
# As a part jitters in its quieter frames, so much and twice as much counts for nothing.
JITTER_QUANTILE = 0.25
BEYOND_JITTER = 2.0
LEAST_FRAMES = 5


def keep_expression(measured: Matrix, calm: Matrix, to_face: Matrix, trust: Matrix) -> Matrix:
    """The calm points (frames x points x 3) with lids, irises and lips put back where they truly moved.

    A part that departs as one from its calm place in the face, by more than it jitters, is where it was measured beside
    the rest of the face; what is less is shrunk to nothing, without a step in between (the non-negative garrote:
    Breiman, "Better Subset Regression Using the Nonnegative Garrote", Technometrics 37(4), 1995). How the whole face
    was measured to move does not come back. Frames that are not trusted stay calm.
    """
    if len(measured) < LEAST_FRAMES:
        return calm
    kept = calm.copy()
    away = _onto(calm, measured) - calm
    distances = np.linalg.norm(away[..., :2], axis=-1) / scale_of(to_face)[:, None]
    for part in parts:
        columns = list(part)
        apart = np.sqrt((distances[:, columns] ** 2).mean(axis=1))
        share = garrote(apart, BEYOND_JITTER * float(np.quantile(apart, JITTER_QUANTILE))) * trust
        kept[:, columns] += share[:, None, None] * away[:, columns]
    return kept


def garrote(size: Matrix, threshold: float) -> Matrix:
    """The share of a departure of this size that is kept: none up to the threshold, nearly all far above it."""
    share: Matrix = np.maximum(0.0, 1 - (threshold / np.maximum(size, 1e-12)) ** 2)
    return share


def _onto(calm: Matrix, measured: Matrix) -> Matrix:
    """The measured points moved, scaled and turned in each frame so that the face as a whole stands on the calm one."""
    pairs = zip(measured[:, on_the_whole, :2], calm[:, on_the_whole, :2], strict=True)
    motion = np.array([fit_similarity(*pair) for pair in pairs])
    scale = np.linalg.norm(motion[:, 1, :2], axis=-1)[:, None, None]
    return np.concatenate([carry(motion, measured[..., :2]), measured[..., 2:] * scale], axis=-1)
