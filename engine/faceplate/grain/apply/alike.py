"""Where a comp still is the clean plate, graded or mixed with something else: there the plate's detail is no ghost."""

from functools import partial

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.cells import CELL_PX, cells_window, spread, strips_of
from faceplate.grain.apply.detail import fine_planes
from faceplate.grain.apply.projection import LEAST
from faceplate.grain.threads import side_by_side
from faceplate.values import Floats, Matrix, Window

CLOSE = (1.0, 2.0, 1.0)
THIRD, ZERO = np.float32(1 / 3), np.float32(0)


def alike(comp: Floats, clean: Floats, sigma: tuple[Floats, Floats], window: Window) -> Floats:
    """How much of the clean plate's fine structure a comp shows, on the cells that the window touches, 0 to 1.

    The slope of a regression of the comp's on the clean plate's, each in units of its grain and of all channels, 1 at
    most; times the share of the comp's that it explains. So a comp over which the plate shows by a tenth is a tenth
    alike, and another picture with as much detail not at all.

    Args:
        comp: rows x columns x 3, scene-linear.
        clean: the same.
        sigma: of the grain at the comp's and at the clean plate's exposure, the same shape each.
        window: where they lie on the plate.
    """
    cells = cells_window(window)
    sums = np.zeros((cells.height // CELL_PX, cells.width // CELL_PX, 3), np.float32)
    means, strengths = (_mean(comp), _mean(clean)), (_mean(sigma[0]), _mean(sigma[1]))
    side_by_side(partial(_gather, means, strengths, window, sums), strips_of(cells))
    of_comp, of_clean, shared = np.moveaxis(spread(sums, CLOSE), -1, 0)
    slope, explained = _ratio(shared, of_clean), _ratio(shared, of_comp)
    return np.asarray(np.clip(slope, 0, 1) * np.clip(slope * explained, 0, 1), np.float32)


def _ratio(one: Matrix, other: Matrix) -> Matrix:
    return np.divide(one, other, out=np.zeros_like(one), where=other > 0)


def _gather(
    pictures: tuple[Floats, Floats], sigma: tuple[Floats, Floats], window: Window, sums: Floats, strip: Window
) -> None:
    cells = cells_window(window)
    rows = slice((strip.top - cells.top) // CELL_PX, (strip.bottom - cells.top) // CELL_PX)
    fine = np.zeros((2, strip.height, strip.width), np.float32)
    for picture, strength, plane in zip(pictures, sigma, fine, strict=True):
        fine_planes(picture, (strip.top - window.top, strip.left - window.left), plane)
        _normalise(strength, strip.top - window.top, strip.left - window.left, plane)
    _sum(fine[0], fine[1], sums[rows])


@compiled
def _mean(rgb: Floats) -> Floats:
    mean = np.empty(rgb.shape[:2], np.float32)
    for row in range(rgb.shape[0]):
        for column in range(rgb.shape[1]):
            mean[row, column] = (rgb[row, column, 0] + rgb[row, column, 1] + rgb[row, column, 2]) * THIRD
    return mean


@compiled
def _normalise(sigma: Floats, top: int, left: int, plane: Floats) -> None:
    """Divides by sigma in a window that begins at `top`, `left`; 0 beyond the picture and where there is no grain."""
    for row in range(plane.shape[0]):
        for column in range(plane.shape[1]):
            down, across = row + top, column + left
            inside = 0 <= down < sigma.shape[0] and 0 <= across < sigma.shape[1]
            strength = sigma[down, across] if inside else ZERO
            plane[row, column] = np.divide(plane[row, column], strength) if strength > LEAST else ZERO


@compiled
def _sum(comp: Floats, clean: Floats, sums: Floats) -> None:
    for row in range(comp.shape[0]):
        for column in range(comp.shape[1]):
            one, other = comp[row, column], clean[row, column]
            total = sums[row // CELL_PX, column // CELL_PX]
            total[0] += one * one
            total[1] += other * other
            total[2] += one * other
