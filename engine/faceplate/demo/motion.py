"""How the demo's camera drifts and its head turns, frame by frame, and the way between portrait and plate."""

from dataclasses import dataclass

import numpy as np

from faceplate.align import invert, transform
from faceplate.demo.portrait import mesh_height_px
from faceplate.demo.turn import Turn, turned, unturned
from faceplate.values import Array, Matrix, Window

# The face mesh takes this share of the plate's height: 950 of 2160 rows.
FACE_SHARE = 0.44
# The point of the portrait at the middle of the plate before the camera drifts.
AIM = (246.0, 126.5)
# Camera: amplitude in portrait pixels across and down, zoom and roll, with their periods in frames.
DRIFT = (3.4, 2.2)
DRIFT_PERIODS = (37.0, 29.0)
ZOOM = 0.015
ZOOM_PERIOD = 96.0
ROLL_DEG = 0.35
ROLL_PERIOD = 43.0
# Head.
YAW_DEG = 9.0
YAW_PERIOD = 30.0
NOD_DEG = 2.2
NOD_PERIOD = 21.0
TILT_DEG = 1.8
TILT_PERIOD = 34.0
FIRST_FRAME = 1001
# What the drift, the zoom, the roll and a turned head may reach beyond the plate's own window, portrait pixels.
MARGIN = 10


@dataclass(frozen=True)
class Motion:
    """Where everything is in each frame, for a plate of this size (columns, rows).

    A frame's motion depends on its number alone. The plate shows the portrait, bent by the head's turn, through a
    similarity: drift, slow zoom and roll of the camera.
    """

    size: tuple[int, int]

    @property
    def scale(self) -> float:
        """Plate pixels to a pixel of the portrait before the camera zooms."""
        return FACE_SHARE * self.size[1] / mesh_height_px

    @property
    def region_portrait(self) -> Window:
        """What the plate can ever show of the portrait's plane."""
        half = np.array(self.size) / (2 * self.scale)
        low, high = np.floor(AIM - half).astype(int), np.ceil(AIM + half).astype(int)
        return Window(int(low[0]), int(low[1]), int(high[0]), int(high[1])).grow(MARGIN)

    def turn(self, frame: int) -> Turn:
        """The head's angles."""
        return Turn(
            -YAW_DEG * _cosine(frame, YAW_PERIOD),
            NOD_DEG * _sine(frame, NOD_PERIOD),
            TILT_DEG * _sine(frame, TILT_PERIOD),
        )

    def camera(self, frame: int) -> Matrix:
        """The 2 x 3 similarity from the portrait (its head turned) to the plate."""
        scale = self.scale * (1 + ZOOM * (1 - _cosine(frame, ZOOM_PERIOD)) / 2)
        roll = np.radians(ROLL_DEG * _sine(frame, ROLL_PERIOD))
        linear = scale * np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
        drift = DRIFT * np.array([_sine(frame, period) for period in DRIFT_PERIODS])
        return np.column_stack([linear, np.array(self.size) / 2 - linear @ (AIM + drift)])

    def portrait_to_plate(self, points_portrait: Array, frame: int) -> Matrix:
        """Where points (... x 2) of the portrait are in the frame's plate space."""
        return transform(self.camera(frame), turned(points_portrait, self.turn(frame)))

    def plate_to_portrait(self, points_plate: Array, frame: int) -> Matrix:
        """The portrait's points that the frame shows at these points (... x 2) of plate space."""
        return unturned(transform(invert(self.camera(frame)), points_plate), self.turn(frame))


def _sine(frame: int, period: float) -> float:
    return float(np.sin(2 * np.pi * (frame - FIRST_FRAME) / period))


def _cosine(frame: int, period: float) -> float:
    return float(np.cos(2 * np.pi * (frame - FIRST_FRAME) / period))
