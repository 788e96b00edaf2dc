"""Square regions of a frame and the pictures of them that the models see.

Square-pixel space is plate space with x multiplied by the pixel aspect. A frame is never converted as a whole: a region
is cut from the stored pixels, averaged down, and only then mapped to display.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from faceplate.track.cells import cell_means, covered, lattice_between
from faceplate.values import Array, Floats, Frame, Matrix, Window

ToDisplay: TypeAlias = Callable[[Floats], Floats]

# Large cells are averaged from a lattice of at least this many samples a side instead of from every pixel.
SAMPLES_A_SIDE = 3
# Rows lie far apart in memory, and to fetch one costs more than to add it up: cells of two such steps or more are
# averaged from every third row. The landmarks jitter no more for it on a plate with grain.
ROW_STEP = 3
# Bilinear samples further apart than this, in picture pixels, would alias.
FINEST_STEP = 2.2


@dataclass(frozen=True)
class Region:
    """A turned square in square-pixel space: its centre, its side in pixels, and its turn, clockwise in the picture."""

    x: float
    y: float
    side: float
    turn_rad: float = 0.0

    def grown(self, factor: float) -> "Region":
        """The region about the same centre, `factor` times as wide."""
        return Region(self.x, self.y, self.side * factor, self.turn_rad)

    def unit_to_square(self, points: Array) -> Matrix:
        """Points (... x 2) given in units of the side from the region's top left corner, in square-pixel space."""
        sine, cosine = self.side * math.sin(self.turn_rad), self.side * math.cos(self.turn_rad)
        from_middle = np.asarray(points, np.float64) - 0.5
        across, down = from_middle[..., 0], from_middle[..., 1]
        moved: Matrix = np.empty_like(from_middle)
        moved[..., 0] = across * cosine - down * sine + self.x
        moved[..., 1] = across * sine + down * cosine + self.y
        return moved


@dataclass(frozen=True)
class Picture:
    """A reduced piece of a frame: rows x columns x 3, display-referred 0 to 1, black outside the data window.

    Attributes:
        rgb_display: the pixels.
        origin: left and top edge of the picture in square-pixel space.
        pixel: width and height of one of its pixels in square-pixel space.
    """

    rgb_display: Floats
    origin: tuple[float, float]
    pixel: tuple[float, float]

    def crop(self, region: Region, side_px: int) -> Floats:
        """The region as side x side x 3, bilinear; black outside the picture.

        A region much finer than the crop is sampled two by two a pixel and averaged.
        """
        (width, height), step = self.pixel, region.side / side_px
        sine, cosine = step * math.sin(region.turn_rad), step * math.cos(region.turn_rad)
        across, down = (cosine / width, sine / height), (-sine / width, cosine / height)
        finer = 2 if max(math.hypot(*across), math.hypot(*down)) > FINEST_STEP else 1
        middle = ((region.x - self.origin[0]) / width, (region.y - self.origin[1]) / height)
        to_first = (1 / finer - side_px) / 2
        matrix = np.array(
            [
                [a / finer, d / finer, m + (a + d) * to_first - 0.5]  # OpenCV counts from pixel centres
                for a, d, m in zip(across, down, middle, strict=True)
            ]
        )
        size = (finer * side_px, finer * side_px)
        crop: Floats = cv2.warpAffine(self.rgb_display, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return cv2.resize(crop, (side_px, side_px), interpolation=cv2.INTER_AREA) if finer > 1 else crop


def picture_of(frame: Frame, region: Region, to_display: ToDisplay, side_px: int) -> Picture:
    """The upright box around `region`, averaged down so that its side keeps about `side_px` pixels, in display.

    Cells of the reduced picture lie on a grid that is fixed to the plate, so a box that moves a little between frames
    sees the same cells.
    """
    aspect = frame.header.pixel_aspect
    cell = _cell(region.side / aspect / side_px, region.side / side_px)
    inside = _box_plate(region, aspect).intersect(frame.header.data)
    if inside.is_empty:
        return Picture(np.zeros((1, 1, 3), np.float32), (region.x, region.y), (1.0, 1.0))
    window = _on_grid(inside, cell)
    rgb = _averaged(frame, window, inside, cell, to_display)
    return Picture(rgb, (window.left * aspect, float(window.top)), (cell[0] * aspect, float(cell[1])))


def _cell(across: float, down: float) -> tuple[int, int]:
    """Whole numbers of plate pixels to a picture pixel, divisible by the strides at which they are sampled."""
    width, height = max(1, round(across)), max(1, round(down))
    column_stride, row_stride = _strides((width, height))
    return width - width % column_stride, height - height % row_stride


def _strides(cell: tuple[int, int]) -> tuple[int, int]:
    """Odd strides across and down, so that the sample taken stands at the middle of the pixels it stands for."""
    across, down = (max(1, (pixels // SAMPLES_A_SIDE - 1) | 1) for pixels in cell)
    return across, max(down, ROW_STEP) if cell[1] >= 2 * ROW_STEP else down


def _box_plate(region: Region, aspect: float) -> Window:
    corners = region.unit_to_square(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])) / [aspect, 1.0]
    (left, top), (right, bottom) = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    return Window(int(left), int(top), int(right), int(bottom))


def _on_grid(box: Window, cell: tuple[int, int]) -> Window:
    across, down = cell
    left, top = box.left // across * across, box.top // down * down
    return Window(left, top, -(-box.right // across) * across, -(-box.bottom // down) * down)


def _averaged(frame: Frame, window: Window, inside: Window, cell: tuple[int, int], to_display: ToDisplay) -> Floats:
    """The mean of each cell of `window` in display; what is not `inside` is black."""
    across, down = _strides(cell)
    columns = lattice_between(window.left, window.right, inside.left, inside.right, across)
    rows = lattice_between(window.top, window.bottom, inside.top, inside.bottom, down)
    size = (window.height // cell[1], window.width // cell[0])
    if not rows.count or not columns.count:
        return np.zeros((*size, 3), np.float32)
    reduced = cell_means(frame.planes(inside), frame.sample, rows, columns, size)
    return covered(np.asarray(to_display(reduced), np.float32), rows, columns)
