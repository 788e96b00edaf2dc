"""Smooth fields over a plate, kept on a lattice of square cells and read at every pixel."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from faceplate.values import Array, Floats, Matrix, Window

_margin_cells = 2


@dataclass(frozen=True)
class Lattice:
    """Square cells over a plate of `size` and two beyond each of its edges; values stand at their middles."""

    size: tuple[int, int]
    cell_px: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        across, down = (math.ceil(extent / self.cell_px) + 2 * _margin_cells for extent in self.size)
        return down, across

    @property
    def points(self) -> Matrix:
        """The middles of the cells, rows x columns x 2, plate pixels."""
        rows, columns = self.shape
        x, y = ((np.arange(count) - _margin_cells + 0.5) * self.cell_px for count in (columns, rows))
        return np.stack(np.meshgrid(x, y), axis=-1)

    def moved_window(self, field: Matrix) -> Window:
        """The pixels at which a field (rows x columns x any number) is not 0, those around them included."""
        there = np.abs(field).max(axis=-1) > 0
        rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
        if rows.size == 0:
            return Window(0, 0, 0, 0)
        reach, first = _margin_cells + 1, _margin_cells
        left, top = (self.cell_px * (int(each[0]) - first - reach) for each in (columns, rows))
        right, bottom = (self.cell_px * (int(each[-1]) - first + 1 + reach) for each in (columns, rows))
        return Window(left, top, right, bottom).intersect(Window(0, 0, *self.size))

    def read(self, field: Matrix, window: Window) -> Floats:
        """The field (rows x columns x n) at the centres of a window's pixels, by Catmull and Rom's spline."""
        down = _taps(np.arange(window.top, window.bottom), self.cell_px, self.shape[0])
        across = _taps(np.arange(window.left, window.right), self.cell_px, self.shape[1])
        layers = [across @ (down @ np.asarray(layer, np.float32)).T for layer in np.moveaxis(field, -1, 0)]
        return np.stack([layer.T for layer in layers], axis=-1)


def _taps(pixels: Array, cell_px: int, cells: int) -> "csr_array":
    """The weights of four cells at each pixel's centre (Keys, "Cubic Convolution Interpolation", 1981, a = -1/2)."""
    at = (pixels + 0.5) / cell_px + _margin_cells - 0.5
    first = np.floor(at).astype(int)
    t = at - first
    weights = [
        (-t + 2 * t**2 - t**3) / 2,
        (2 - 5 * t**2 + 3 * t**3) / 2,
        (t + 4 * t**2 - 3 * t**3) / 2,
        (t**3 - t**2) / 2,
    ]
    columns = np.clip(first[:, None] + np.arange(-1, 3), 0, cells - 1)
    rows = np.repeat(np.arange(len(pixels)), 4)
    values = np.stack(weights, axis=-1).astype(np.float32)
    return csr_array((values.ravel(), (rows, columns.ravel())), shape=(len(pixels), cells))
