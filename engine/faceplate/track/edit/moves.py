"""Landmarks moved, turned and scaled by hand, in the pixels that the artist sees."""

from dataclasses import dataclass

import numpy as np

from faceplate.align import transform
from faceplate.values import Array, Matrix


@dataclass(frozen=True)
class Move:
    """How an artist moves landmarks.

    Attributes:
        by_plate: plate pixels to the right and down.
        turn_deg: clockwise in the picture, about the landmarks' own middle.
        scale: about the same; 1 leaves the size.
    """

    by_plate: tuple[float, float] = (0.0, 0.0)
    turn_deg: float = 0.0
    scale: float = 1.0

    def plate_to_plate(self, points_plate: Array, pixel_aspect: float) -> Matrix:
        """The 2 x 3 transform of plate pixels that moves these landmarks (n x 2); shapes hold in square pixels."""
        middle = np.asarray(points_plate, np.float64).mean(axis=0)
        turn = np.radians(self.turn_deg)
        turned = self.scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        linear = turned * [[1.0, 1.0 / pixel_aspect], [pixel_aspect, 1.0]]
        return np.column_stack([linear, middle + self.by_plate - linear @ middle])

    def moved(self, points_plate: Array, pixel_aspect: float) -> Matrix:
        """The landmarks, n x 2 plate pixels, where the artist wants them."""
        return transform(self.plate_to_plate(points_plate, pixel_aspect), points_plate)
