"""Where the portrait's skin, eyes, brows, lips and folds lie: the 68 landmarks and what was read off the picture."""

import numpy as np

from faceplate.demo.portrait import face_outline, landmarks68_portrait
from faceplate.train.canvas import polygon, spot, stroke
from faceplate.values import Floats

landmarks = landmarks68_portrait

# The part of the outline that the retouch moves: from one lobe of the ear round the chin to the other.
jaw_line = face_outline[13:23]
brows = (
    ((189.8, 91.2), (194.0, 89.4), (199.4, 88.6), (206.0, 89.9), (213.5, 92.8)),
    ((238.4, 93.9), (244.0, 92.7), (250.5, 92.2), (257.0, 93.0), (262.6, 94.9)),
)
eyes = (landmarks[36:42], landmarks[42:48])
lips_outer = landmarks[48:60]
lips_inner = landmarks[60:68]
nostrils = ((217.5, 133.0), (229.6, 133.4))
smile_folds = (
    ((209.6, 125.0), (203.5, 130.3), (199.0, 134.6), (197.0, 139.5), (197.4, 144.5)),
    ((239.6, 124.6), (245.3, 128.4), (249.3, 133.5), (251.0, 139.0), (250.4, 145.0)),
)
eye_bags = (
    ((194.5, 106.0), (199.0, 109.0), (205.0, 110.0), (211.0, 108.5)),
    ((238.5, 109.5), (244.5, 111.2), (251.0, 110.8), (257.0, 107.8)),
)
crows_feet = ((187.8, 103.0), (262.5, 106.0))
cheeks = ((195.5, 121.0), (255.5, 124.5))


def skin() -> Floats:
    """Coverage of the face's skin over the canvas: the outline without eyes, brows, lips and nostrils."""
    covered = polygon(face_outline, 0.8)
    for feature in (*(around_eye(side) for side in (0, 1)), mouth(1.0), *(brow(side) for side in (0, 1))):
        covered = covered * (1 - feature)
    for nostril in nostrils:
        covered = covered * (1 - np.clip(1.5 * spot(nostril, (2.6, 1.5)), 0, 1))
    return covered


def around_eye(side: int, grow_portrait: float = 2.2) -> Floats:
    """An eye with its lashes and the crease of its lid; side 0 stands on the picture's left."""
    return polygon(eyes[side], 0.5, grow_portrait)


def brow(side: int) -> Floats:
    """The hair of a brow."""
    return (1.2 * stroke(brows[side], 2.2, 0.6)).clip(0, 1)


def mouth(grow_portrait: float) -> Floats:
    """Lips and teeth."""
    return polygon(lips_outer, 0.5, grow_portrait)


def lips() -> Floats:
    """The red of the lips without the teeth."""
    return (polygon(lips_outer, 0.4) - polygon(lips_inner, 0.4, 0.3)).clip(0, 1)
