"""Where a face is skin: not its eyes, not the inside of its mouth, not its nostrils."""

import cv2
import numpy as np

from faceplate.align import crop_matrix, invert, transform
from faceplate.composite.place import FacePlace
from faceplate.models import CropGeometry
from faceplate.track import face_oval, topology
from faceplate.values import Array, Floats, Window

skin_crop = CropGeometry(scale=2.0, centre=(0.5, 0.5))
"""Shows the whole outline."""

skin_side_px = 512

margin = 0.03
"""Face squares from the edge of what is no skin to where all is: lashes and the edge of the lips stand in it."""

right_nostril = (59, 79, 239, 238, 20, 60, 75)
left_nostril = (289, 309, 459, 458, 250, 290, 305)

openings = (topology.right_eye, topology.left_eye, topology.lips_inner, right_nostril, left_nostril)

_fraction_bits = 4


def skin_of(place: FacePlace, window: Window) -> Floats:
    """How far each pixel of a window is skin: rows x columns, 0 in the openings and beyond the outline, to 1.

    Between the two it rises smoothly over `margin`. Drawn in a crop of its own, where it is small.
    """
    matrix = crop_matrix(place.alignment, skin_crop, skin_side_px)
    points = transform(matrix, place.landmarks_plate)
    inside = _distance(_filled(points, (face_oval,)) == 0)
    outside = _distance(_filled(points, openings) != 0)
    return _over(_smoothstep(np.minimum(inside, outside)), invert(matrix), window)


def _filled(points: Array, rings: tuple[tuple[int, ...], ...]) -> Array:
    picture = np.zeros((skin_side_px, skin_side_px), np.uint8)
    for ring in rings:
        corners = np.round((points[list(ring)] - 0.5) * 2**_fraction_bits).astype(np.int32)
        cv2.fillPoly(picture, [corners], 255, shift=_fraction_bits)
    return picture


def _distance(barred: Array) -> Array:
    """Of each pixel to the nearest that is barred, in face squares."""
    away: Array = cv2.distanceTransform((~barred).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return away * (skin_crop.scale / skin_side_px)


def _smoothstep(distance: Array) -> Floats:
    x = np.clip(distance / margin, 0, 1)
    return np.asarray(x * x * (3 - 2 * x), np.float32)


def _over(skin: Floats, crop_to_plate: Array, window: Window) -> Floats:
    """The crop's picture over a window of the plate; nothing beyond the crop is skin."""
    # OpenCV counts from the middle of the first pixel.
    matrix = crop_to_plate.copy()
    matrix[:, 2] += crop_to_plate[:, :2] @ (0.5, 0.5) - (window.left + 0.5, window.top + 0.5)
    size = (window.width, window.height)
    seen: Floats = cv2.warpAffine(skin, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return seen
