import math

import numpy as np

from faceplate.align.template import mean_face, steady_points
from faceplate.errors import TrackError
from faceplate.models.framing import CropGeometry
from faceplate.values import Array, Matrix, Window


def fit_similarity(source: Array, target: Array) -> Matrix:
    """The turn, uniform scale and shift, 2 x 3, that bring points x 2 `source` nearest to `target`.

    Never a mirror image. Least squares in closed form: Umeyama, "Least-Squares Estimation of Transformation Parameters
    Between Two Point Patterns", PAMI 13(4), 1991, equations 38 to 42.

    Raises:
        TrackError: all source points coincide, so no scale can be told.
    """
    source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
    mean_source, mean_target = source.mean(axis=0), target.mean(axis=0)
    spread = float(((source - mean_source) ** 2).sum(axis=1).mean())
    if not spread > 0:
        raise TrackError(
            "alignment",
            expected="landmarks that lie apart",
            came=f"{len(source)} points on one spot",
            next_step="track the frame again, or set its landmarks by hand",
        )
    u, d, vt = np.linalg.svd((target - mean_target).T @ (source - mean_source) / len(source))
    sign = np.array([1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    turn = u @ np.diag(sign) @ vt
    scaled = float(d @ sign) / spread * turn
    return np.column_stack([scaled, mean_target - scaled @ mean_source])


def fit_alignment(landmarks68_plate: Array, pixel_aspect: float = 1.0) -> Matrix:
    """The 2 x 3 transform from plate pixels to the unit face square, from 68 iBUG points (68 x 2, plate pixels).

    The fit is a similarity in square-pixel space (x times the pixel aspect) on the points that hold still.

    Raises:
        TrackError: the points coincide.
    """
    square = np.asarray(landmarks68_plate, np.float64)[list(steady_points)] * [pixel_aspect, 1.0]
    return fit_similarity(square, mean_face) * [pixel_aspect, 1.0, 1.0]


def crop_matrix(alignment: Matrix, geometry: CropGeometry, side_px: int) -> Matrix:
    """The 2 x 3 transform from plate pixels to the pixels of a square crop of `side_px`, from an alignment."""
    matrix = np.asarray(alignment, np.float64).copy()
    matrix[:, 2] -= geometry.centre
    if geometry.turn_deg:
        matrix = _turn(geometry.turn_deg) @ matrix
    matrix *= side_px / geometry.scale
    matrix[:, 2] += side_px / 2
    return matrix


def _turn(angle_deg: float) -> Matrix:
    sine, cosine = math.sin(math.radians(angle_deg)), math.cos(math.radians(angle_deg))
    return np.array([[cosine, -sine], [sine, cosine]])


def invert(matrix: Matrix) -> Matrix:
    """The 2 x 3 transform that leads back."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def steps(matrix: Matrix) -> list[float]:
    """How far, in pixels of the target, one pixel along x and one along y of the source lead."""
    return [float(length) for length in np.linalg.norm(matrix[:, :2], axis=0)]


def transform(matrix: Matrix, points: Array) -> Matrix:
    """Points (... x 2) carried through a 2 x 3 transform."""
    return np.asarray(points, np.float64) @ matrix[:, :2].T + matrix[:, 2]


def window_through(matrix: Matrix, window: Window) -> Window:
    """The whole pixels that a window covers on the other side of a 2 x 3 transform."""
    left, top, right, bottom = window
    corners = transform(matrix, np.array([[left, top], [right, top], [right, bottom], [left, bottom]]))
    first, last = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
    return Window(int(first[0]), int(first[1]), int(last[0]), int(last[1]))
