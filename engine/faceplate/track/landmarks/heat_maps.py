import numpy as np

from faceplate.values import Array, Matrix

# Cells beside the peak that its place is read from, and the share of the peak below which a cell tells nothing.
REACH = 2
FAINTEST = 1e-3
RIDGE = 1e-10


def peaks(heat: Array) -> tuple[Matrix, Matrix]:
    """Where each heat map (maps x rows x columns) has its peak, to a part of a cell, and how high it is.

    Places are maps x 2, x and y, in cells from the map's top left corner: the middle of the first cell is (0.5, 0.5).
    The peak is that of the Gaussian through the cells about the highest, a paraboloid fitted to their logarithms with
    the cells weighted by their height (after Zhang et al., "Distribution-Aware Coordinate Representation for Human Pose
    Estimation", 2020, which takes the derivatives at the highest cell alone). Where they show no hill, the middle of
    the highest cell. A map without anything above 0 has height 0.
    """
    count, _, columns = heat.shape
    highest = heat.reshape(count, -1).argmax(axis=1)
    row, column = np.divmod(highest, columns)
    height = np.maximum(heat.reshape(count, -1)[np.arange(count), highest].astype(np.float64), 0.0)
    offset = _summit(_about(heat, row, column), height)
    places: Matrix = np.column_stack([column, row]) + 0.5 + offset
    return places, height


def _about(heat: Array, row: Array, column: Array) -> Matrix:
    """The cells about each peak, maps x side x side; 0 outside the map."""
    padded = np.pad(heat.astype(np.float64), ((0, 0), (REACH, REACH), (REACH, REACH)))
    steps = np.arange(2 * REACH + 1)
    window: Matrix = padded[
        np.arange(len(heat))[:, None, None], row[:, None, None] + steps[:, None], column[:, None, None] + steps
    ]
    return window


def _summit(window: Matrix, height: Matrix) -> Matrix:
    """Offset of the summit from the middle cell, maps x 2; 0 where there is none within a cell."""
    share = window.reshape(len(window), -1) / np.where(height > 0, height, 1.0)[:, np.newaxis]
    told = share > FAINTEST
    weight = np.where(told, share, 0.0)
    steps = np.arange(-REACH, REACH + 1, dtype=np.float64)
    y, x = (axis.ravel() for axis in np.meshgrid(steps, steps, indexing="ij"))
    terms = np.column_stack([np.ones_like(x), x, y, x * x, x * y, y * y])
    normal = np.einsum("mk,ki,kj->mij", weight, terms, terms) + RIDGE * np.eye(terms.shape[1])
    right = np.einsum("mk,ki->mi", weight * np.log(np.where(told, share, 1.0)), terms)
    _, bx, by, cxx, cxy, cyy = np.linalg.solve(normal, right[..., np.newaxis])[..., 0].T
    curvature = 4 * cxx * cyy - cxy**2
    hill = (cxx < 0) & (curvature > RIDGE)
    safe = np.where(hill, curvature, 1.0)
    offset = np.column_stack([cxy * by - 2 * cyy * bx, cxy * bx - 2 * cxx * by]) / safe[:, np.newaxis]
    near = hill & (np.abs(offset).max(axis=1) <= 1.0)
    summit: Matrix = np.where(near[:, np.newaxis], offset, 0.0)
    return summit
