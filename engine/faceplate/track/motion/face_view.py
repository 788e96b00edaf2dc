from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from faceplate.samples import normalised
from faceplate.track.topology import anchors
from faceplate.values import Array, Floats, Frame, Matrix, Window

ToLog: TypeAlias = Callable[[Floats], Floats]
"""Maps rows x columns x 3 of a plate's encoding, normalised, to rows x columns of log-encoded grey."""

FOREHEAD, CHIN = 10, 152
# Faces beyond this are halved: their texture is told well enough from fewer pixels.
LARGEST_PX = 1600
# Blur before anything is compared: linear reading between the pixels then moves nothing by more than 0.005 px.
PREFILTER_PX = 1.0
# The coarsest picture of a face is about so large.
COARSEST_PX = 120
# The crop reaches beyond the anchors by this part of the face, which a coarse patch needs.
MARGIN = 0.12


@dataclass(frozen=True)
class FaceView:
    """The log grey of one face in one frame, from fine to coarse.

    Attributes:
        pictures: the finest is at full resolution or, for very large faces, half of it; each further one is half the
            one before.
        corner: left and top edge of the finest in plate pixels.
        step: plate pixels to a pixel of the finest.
        aspect: the plate's pixel aspect.
        landmarks_plate: 478 x 2, where the face was measured.
        size_px: forehead to chin in square plate pixels.
    """

    pictures: tuple[Floats, ...]
    corner: tuple[int, int]
    step: int
    aspect: float
    landmarks_plate: Matrix
    size_px: float

    @property
    def anchors_plate(self) -> Matrix:
        """The points whose texture is followed."""
        return self.landmarks_plate[list(anchors)]

    def to_picture(self, points_plate: Matrix, level: int = 0) -> Matrix:
        """Plate pixels to pixels of a picture, whose first pixel has its centre at 0."""
        finest = (points_plate - self.corner) / self.step - 0.5
        picture: Matrix = finest / 2**level
        return picture

    def to_plate(self, points: Matrix, level: int = 0) -> Matrix:
        """The way back of `to_picture`."""
        plate: Matrix = (points * 2**level + 0.5) * self.step + self.corner
        return plate


def face_size_px(landmarks_plate: Array, depth_px: Array, aspect: float) -> float:
    """From forehead to chin in square plate pixels, turned or not."""
    across, down = (landmarks_plate[CHIN] - landmarks_plate[FOREHEAD]) * [aspect, 1.0]
    return float(np.sqrt(across**2 + down**2 + (depth_px[CHIN] - depth_px[FOREHEAD]) ** 2))


def face_view(frame: Frame, landmarks_plate: Array, depth_px: Array, to_log: ToLog) -> FaceView | None:
    """The face in the frame; None where too little of it lies inside the data window.

    Only its crop is converted.
    """
    aspect, landmarks = frame.header.pixel_aspect, np.asarray(landmarks_plate, np.float64)
    size = face_size_px(landmarks, np.asarray(depth_px, np.float64), aspect)
    step = 2 if size > LARGEST_PX else 1
    window = _crop(landmarks[list(anchors)], size, aspect, step).intersect(frame.header.data)
    if min(window.width, window.height) < 16 * step or not np.isfinite(size):
        return None
    grey = to_log(normalised(frame.stored(window), frame.sample))
    if step > 1:
        grey = cv2.resize(grey[: window.height // 2 * 2, : window.width // 2 * 2], None, fx=0.5, fy=0.5,
                          interpolation=cv2.INTER_AREA)  # fmt: skip
    finest = cv2.GaussianBlur(grey, (0, 0), PREFILTER_PX, borderType=cv2.BORDER_REPLICATE)
    pictures = [finest]
    for _ in range(coarse_levels(size / step)):
        pictures.append(cv2.pyrDown(pictures[-1], borderType=cv2.BORDER_REPLICATE))
    return FaceView(tuple(pictures), (window.left, window.top), step, aspect, landmarks, size)


def coarse_levels(size_px: float) -> int:
    """How often a face of this size is halved until it is about `COARSEST_PX`."""
    return max(0, round(float(np.log2(size_px / COARSEST_PX))))


def _crop(points_plate: Matrix, size_px: float, aspect: float, step: int) -> Window:
    margin = (MARGIN * size_px + 8 * step) / np.array([aspect, 1.0])
    (left, top), (right, bottom) = points_plate.min(axis=0) - margin, points_plate.max(axis=0) + margin
    return Window(int(left) // step * step, int(top) // step * step, int(right) + 1, int(bottom) + 1)
