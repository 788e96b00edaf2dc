import math

import numpy as np

from faceplate.align.similarity import transform
from faceplate.models.framing import CropGeometry, framed_crop
from faceplate.values import Array, Matrix


def frame_face(framing: str, side_px: int, alignment: Matrix, landmarks68_plate: Array) -> CropGeometry:
    """The crop that a framing of `faceplate.models.framings` asks for on one face.

    `alignment` is 2 x 3, plate pixels to the unit face square; `landmarks68_plate` are the 68 iBUG points on the plate.
    DeepFaceLab's crops hang on the alignment alone, but for `head`, which moves with the head's turn; templates are
    fitted to the face's own eyes, nose and corners of the mouth.
    """
    points_square = transform(alignment, landmarks68_plate)
    eyes = [points_square[36:42].mean(axis=0), points_square[42:48].mean(axis=0)]
    return framed_crop(framing, side_px, np.array([*eyes, *points_square[[30, 48, 54]]]), _damped_yaw(points_square))


def _damped_yaw(points_square: Matrix) -> float:
    """How far the nose stands off the middle between the jaw's ends, damped near 0, in face squares.

    DeepFaceLab, `estimate_averaged_yaw` and the crop of `head`.
    """
    x = points_square[:, 0]
    left, right = (x[27:30] - x[0:3]).mean(), (x[[16, 15, 14]] - x[27:30]).mean()
    return float((right - left) * abs(math.tanh(2 * (right - left))))
