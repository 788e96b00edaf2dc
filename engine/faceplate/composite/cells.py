"""Low-passes of a picture over what a mask covers: nothing from beyond it takes part.

Knutsson and Westin, "Normalized and Differential Convolution", CVPR 1993: the filtered picture is divided by the
filtered mask. The picture is first added up in cells, so that a wide filter costs no more than a narrow one.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from faceplate.compiled import compiled
from faceplate.values import Floats, Window

sigma_cells = 2.0
"""Standard deviation of the low-pass in cells: read linearly between them, it is true to 3 % of its height."""

largest_change = 1e3
"""In the model's range; what lies further off is a fault of the network, and stands alone."""

least_share = np.float32(1e-6)


@dataclass(frozen=True)
class Cells:
    """A picture added up in cells of whole pixels that hang on the plate.

    Attributes:
        sums: rows x columns x 4, each channel times the coverage, and the coverage, added up in each cell.
        width_px: of a cell.
        height_px: of a cell.
        window: the pixels that the cells take, those of the picture among them.
    """

    sums: Floats
    width_px: int
    height_px: int
    window: Window

    def doubled(self) -> "Cells":
        """Cells twice as wide and high over the same pixels."""
        rows = self.sums[::2] + self.sums[1::2]
        return Cells(rows[:, ::2] + rows[:, 1::2], 2 * self.width_px, 2 * self.height_px, self.window)

    def low(self, sigma_px: tuple[float, float]) -> tuple[Floats, Floats]:
        """The picture's low-pass in the middle of each cell, and how much of the filter meets what is covered (0..1).

        0 where it meets nothing.
        """
        across, down = _within(sigma_px[0], self.width_px), _within(sigma_px[1], self.height_px)
        filtered = cv2.GaussianBlur(self.sums, (0, 0), across, sigmaY=down, borderType=cv2.BORDER_CONSTANT)
        covered = filtered[..., 3] / np.float32(self.width_px * self.height_px)
        found = np.where(covered > least_share, filtered[..., 3], np.inf)
        return filtered[..., :3] / found[..., np.newaxis], covered

    def spread(self, picture: Floats, window: Window) -> Floats:
        """A picture of the cells (rows x columns x 3), read linearly between their middles, over a window of these."""
        # What numpy itself allocates comes in large pages, where the system has them.
        wide = np.empty((self.window.height, self.window.width, picture.shape[2]), np.float32)
        size = (self.window.width, self.window.height)
        cv2.resize(np.ascontiguousarray(picture), size, dst=wide, interpolation=cv2.INTER_LINEAR)
        return wide[window.slices(self.window)]


def cells_of(
    picture: Floats,
    coverage: Floats,
    window: Window,
    sigma_px: tuple[float, float],
    doublings: int = 0,
) -> Cells:
    """A picture (rows x columns x 3) over a window in the cells that a low-pass of this width wants.

    Pixels that are no number, or no change that a network means, do not take part. The cells can be `doubled` so often.
    """
    width, height = (max(1, math.floor(sigma / sigma_cells)) for sigma in sigma_px)
    # A cell more on every side, for between two of them the low-pass is read.
    around = _whole(window.grow(max(width, height)), width << doublings, height << doublings)
    sums = np.zeros((around.height // height, around.width // width, 4), np.float32)
    corner = (window.top - around.top, window.left - around.left)
    _add_up(sums, picture, coverage, corner, (height, width), np.float32(largest_change))
    return Cells(sums, width, height, around)


def _whole(window: Window, width: int, height: int) -> Window:
    """The window grown to whole blocks of so many pixels."""
    return Window(
        window.left // width * width,
        window.top // height * height,
        -(-window.right // width) * width,
        -(-window.bottom // height) * height,
    )


def _within(sigma_px: float, cell_px: int) -> float:
    """In cells, what is left to be filtered once cells have averaged and a linear reading spreads them again."""
    spread = (cell_px**2 - 1) / 12 + (cell_px**2 - 1) / 6
    return max(math.sqrt(max(sigma_px**2 - spread, 0.0)) / cell_px, 1e-3)


@compiled
def _add_up(
    sums: Floats,
    picture: Floats,
    coverage: Floats,
    corner: tuple[int, int],
    cell: tuple[int, int],
    largest: np.float32,
) -> None:
    columns = picture.shape[1]
    for row in range(picture.shape[0]):
        into = sums[(row + corner[0]) // cell[0]]
        first, at = 0, corner[1] // cell[1]
        while first < columns:
            last = min((at + 1) * cell[1] - corner[1], columns)
            total_red, total_green, total_blue, total = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
            for column in range(first, last):
                red, green, blue = picture[row, column, 0], picture[row, column, 1], picture[row, column, 2]
                weight = coverage[row, column]
                # A comparison with NaN is false.
                if weight > 0 and abs(red) < largest and abs(green) < largest and abs(blue) < largest:
                    total_red += weight * red
                    total_green += weight * green
                    total_blue += weight * blue
                    total += weight
            into[at, 0] += total_red
            into[at, 1] += total_green
            into[at, 2] += total_blue
            into[at, 3] += total
            first, at = last, at + 1
