"""The part of the portrait that training sees, enlarged, and shapes drawn on it.

Canvas space: pixels of that enlargement. Shapes are given in portrait pixels.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from faceplate.align import transform
from faceplate.values import Array, Floats, Matrix, Window

region_portrait = Window(112, 10, 336, 234)
TIMES = 4
CANVAS_PX = TIMES * 224

portrait_to_canvas: Matrix = np.array(
    [[TIMES, 0.0, -TIMES * region_portrait.left], [0.0, TIMES, -TIMES * region_portrait.top]]
)

Points = Sequence[tuple[float, float]] | Array
# OpenCV draws at fractions of a pixel when told how many bits stand behind the point.
FRACTION_BITS = 4


def blurred(picture: Floats, sigma_portrait: float) -> Floats:
    """A Gaussian blur of a canvas picture, its sigma in portrait pixels."""
    soft: Floats = cv2.GaussianBlur(picture, (0, 0), sigma_portrait * TIMES, borderType=cv2.BORDER_REPLICATE)
    return soft


def polygon(points_portrait: Points, soft_portrait: float, grow_portrait: float = 0.0) -> Floats:
    """Coverage of a closed shape over the canvas, 0 to 1, grown and then blurred."""
    mask = np.zeros((CANVAS_PX, CANVAS_PX), np.float32)
    corners = _fixed(points_portrait)
    cv2.fillPoly(mask, [corners], 1.0, cv2.LINE_8, FRACTION_BITS)
    if grow_portrait > 0:
        _outline(mask, corners, grow_portrait, closed=True)
    return blurred(mask, soft_portrait)


def stroke(points_portrait: Points, width_portrait: float, soft_portrait: float) -> Floats:
    """Coverage of an open line over the canvas, 0 to 1: its width, and how softly it ends, in portrait pixels."""
    mask = np.zeros((CANVAS_PX, CANVAS_PX), np.float32)
    _outline(mask, _fixed(points_portrait), width_portrait / 2, closed=False)
    return blurred(mask, soft_portrait)


def spot(centre_portrait: tuple[float, float], radii_portrait: tuple[float, float]) -> Floats:
    """A Gaussian spot over the canvas, 1 at its centre; the radii are its sigmas in portrait pixels."""
    at = grid_portrait() - np.asarray(centre_portrait)
    falling = np.exp(-((at / radii_portrait) ** 2).sum(axis=-1) / 2)
    return np.asarray(falling, np.float32)


def grid_portrait() -> Matrix:
    """The centre of every canvas pixel in portrait space, rows x columns x 2."""
    at = (np.arange(CANVAS_PX) + 0.5) / TIMES
    grid: Matrix = np.stack(np.meshgrid(at + region_portrait.left, at + region_portrait.top), axis=-1)
    return grid


def _fixed(points_portrait: Points) -> Array:
    centres = transform(portrait_to_canvas, np.asarray(points_portrait)) - 0.5
    fixed: Array = np.rint(centres * 2**FRACTION_BITS).astype(np.int32)
    return fixed


def _outline(mask: Floats, corners: Array, half_portrait: float, *, closed: bool) -> None:
    width = max(1, round(2 * half_portrait * TIMES))
    cv2.polylines(mask, [corners], closed, 1.0, width, cv2.LINE_8, FRACTION_BITS)
