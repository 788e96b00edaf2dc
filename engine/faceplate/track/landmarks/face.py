import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from faceplate.values import Floats, Matrix


@dataclass(frozen=True)
class Face:
    """One face of one frame: points x 2, points, points and two numbers; see `values.Person` for their spaces.

    `signature` says what it looks like (`find.signature`), `embedding` is a vector of length 1 that says whose it is;
    None where nobody looked. `best_confidence` is what this landmarker gives where nothing is amiss.
    """

    landmarks_plate: Matrix
    depth_px: Matrix
    confidence: Matrix
    presence: float
    exposure: float = math.nan
    signature: Floats | None = None
    embedding: Floats | None = None
    best_confidence: float = 1.0

    @property
    def sureness(self) -> float:
        """The median of the points' confidence, as a share of the best: presence, less where the views disagree.

        MediaPipe's have 0.66 and more, in profile, behind a hand and under a hat too; hands, leaves, furniture, and a
        face upside down, some with a presence of 1, stay below 0.6 (nine clips, twelve stills).
        """
        return float(np.median(self.confidence)) / self.best_confidence

    @cached_property
    def middle(self) -> Matrix:
        """The middle of the landmarks, plate pixels."""
        middle: Matrix = self.landmarks_plate.mean(axis=0)
        return middle

    @cached_property
    def box(self) -> Matrix:
        """Top left and bottom right corner of the landmarks, 2 x 2, plate pixels."""
        return np.array([self.landmarks_plate.min(axis=0), self.landmarks_plate.max(axis=0)])

    @property
    def size(self) -> float:
        """The side of a square as large as the box, in plate pixels."""
        return float(np.sqrt(np.prod(self.box[1] - self.box[0])))
