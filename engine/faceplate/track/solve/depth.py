"""The person's own shape in depth, as the texture tells it: what stands out passes what does not when a head turns."""

import numpy as np

from faceplate.track.solve.estimate import geman_mcclure
from faceplate.track.solve.fields import OUTLIER, Pairs, length, whole_field
from faceplate.track.solve.path import LandmarkPath
from faceplate.track.solve.smooth import scale_of
from faceplate.track.topology import anchors
from faceplate.values import Matrix

# In sizes of the face: the landmarks' depth is so far off, and at most so far. Texture decides within that once a head
# has turned a little.
DOUBT, MOST = 0.05, 0.2
ROUNDS = 4


def fitted_depth(pairs: Pairs, path: LandmarkPath) -> Matrix:
    """Anchors, depth in units of the face square, beside an affine function of the place.

    Motion and depth are fitted in turn to the moves of all pairs, outliers weighed down (factorisation: Tomasi and
    Kanade, "Shape and motion from image streams under orthography", IJCV 9(2), 1992).
    """
    guess = depth = _landmark_depth(path)
    for _ in range(ROUNDS if len(pairs.move) else 0):
        whole = whole_field(pairs, depth)
        away = pairs.move - whole.move
        variance = pairs.told**2 + whole.usual[:, None] ** 2
        weight = np.where(pairs.known, geman_mcclure(length(away) / np.sqrt(variance), OUTLIER) / variance, 0.0)
        told = (weight * (whole.parallax**2).sum(axis=-1)[:, None]).sum(axis=0)
        more = (weight * np.matmul(away, whole.parallax[..., None])[..., 0]).sum(axis=0)
        lean = (DOUBT * path.size) ** -2
        depth = (told * depth + more + lean * guess) / (told + lean)
        depth = np.clip(depth, guess - MOST * path.size, guess + MOST * path.size)
    return depth


def _landmark_depth(path: LandmarkPath) -> Matrix:
    columns = list(anchors)
    depth = path.points[path.seen][:, columns, 2] / scale_of(path.to_face[path.seen])[:, None]
    usual: Matrix = np.median(depth, axis=0) if len(depth) else np.zeros(len(columns))
    return np.asarray(usual - usual.mean())
