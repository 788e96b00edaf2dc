"""A generic face in depth: where the 478 points of the topology lie on a head at rest, seen from the front.

Face space: x to the right of the picture (the person's left), y down, z away from the camera; the origin is the mean of
the points, the unit their root mean square distance from it.
"""

import json
from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares, linear_sum_assignment

from faceplate.track.topology import POINTS, left_eye, left_iris, lips_inner, right_eye, right_iris, symmetric_pairs
from faceplate.values import Array, Matrix

Indices: TypeAlias = npt.NDArray[np.intp]

FILE = Path(__file__).with_name("mean_face.json")
DIGITS = 5
# What the detectors call eyes, tip of the nose, mouth and ears, as means of points; see `head.Head`.
KEYPOINTS = ((right_iris[0],), (left_iris[0],), (1, 4), (lips_inner[5], lips_inner[15]), (127, 234), (356, 454))
# Detectors guess ears that hair and turn of the head hide; they are off by several times as much as the others.
KEYPOINT_WEIGHTS = np.array([1.0, 1.0, 1.0, 1.0, 0.3, 0.3])


@cache
def mean_face() -> Matrix:
    """The 478 points, x 3, face space: a public-domain portrait as measured, symmetrised. Read-only."""
    points: Matrix = np.array(json.loads(FILE.read_text(encoding="ascii"))["points"], np.float64)
    points.flags.writeable = False
    return points


def mean_face_of(points_square: Array) -> Matrix:
    """The face that was measured (478 x 3, square-pixel space) brought to face space and made symmetric.

    This is how `mean_face.json` was made: from the mesh and irises of the portrait that the demo uses, at four times
    its size and 32 views.
    """
    points = points_square - points_square.mean(axis=0)
    points = points @ _frontal(points).T
    points /= np.sqrt(np.square(points).sum(axis=1).mean())
    for _ in range(2):
        partner = _partners(points)
        points = (points + points[partner] * [-1, 1, 1]) / 2
    even: Matrix = points - points.mean(axis=0)
    return even


def write_mean_face(points_square: Array, path: Path = FILE) -> None:
    """Keeps `mean_face_of` these points as JSON."""
    rows = [[round(float(number), DIGITS) for number in point] for point in mean_face_of(points_square)]
    path.write_text(json.dumps({"points": rows}, separators=(",", ":")) + "\n", encoding="ascii")


def posed(keypoints_square: Array) -> Matrix:
    """The mean face as it lies over a detector's six keypoints (x 2, square-pixel space): 478 x 3, depth likewise.

    A scaled orthographic camera (scale, turn of the head in three angles, place) fitted by robust least squares.
    """
    model = np.array([mean_face()[list(group)].mean(axis=0) for group in KEYPOINTS])
    eyes: Matrix = keypoints_square[1] - keypoints_square[0]
    scale = float(np.linalg.norm(eyes) / np.linalg.norm(model[1, :2] - model[0, :2]))
    start = np.array([0.0, 0.0, np.arctan2(eyes[1], eyes[0]), 0.0, *(keypoints_square[:4].mean(axis=0))])

    def project(pose: Array, points: Array) -> Matrix:
        turned: Matrix = points @ rotation(*pose[:3]).T * scale * np.exp(pose[3]) + np.append(pose[4:], 0.0)
        return turned

    def off(pose: Array) -> Matrix:
        apart = (project(pose, model)[:, :2] - keypoints_square) / scale
        weighed: Matrix = apart * KEYPOINT_WEIGHTS[:, np.newaxis]
        return weighed.ravel()

    steps = np.array([1.0, 1.0, 1.0, 1.0, scale, scale])
    found = least_squares(off, start, x_scale=steps, loss="soft_l1", f_scale=0.1)
    over: Matrix = project(found.x, mean_face())
    return over


def rotation(pitch_rad: float, yaw_rad: float, roll_rad: float) -> Matrix:
    """Pitch about x, then yaw about y, then roll about z, clockwise in the picture."""
    (sx, sy, sz), (cx, cy, cz) = np.sin([pitch_rad, yaw_rad, roll_rad]), np.cos([pitch_rad, yaw_rad, roll_rad])
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    turned: Matrix = about_z @ about_y @ about_x
    return turned


def _frontal(points: Matrix) -> Matrix:
    """The rotation that lays pairs of the skull along x and the line between the brows' middle and the chin along y."""
    right, left = (points[[pair[side] for pair in symmetric_pairs]] for side in (0, 1))
    across = (left - right).mean(axis=0)
    across /= np.linalg.norm(across)
    down = points[152] - points[10]
    down -= across * (down @ across)
    down /= np.linalg.norm(down)
    return np.array([across, down, np.cross(across, down)])


def _partners(points: Matrix) -> Indices:
    """Which point mirrors each: pairs so that the mirrored face differs least; lids and irises keep to their kind."""
    mirrored = points * [-1, 1, 1]
    costs = np.square(points[:, np.newaxis] - mirrored).sum(axis=-1)
    for right, left in (*symmetric_pairs, *zip(right_eye, left_eye, strict=True)):
        costs[right, left] = costs[left, right] = -1.0
    for right, left in zip(right_iris, np.array(left_iris)[[0, 3, 2, 1, 4]], strict=True):
        costs[right, left] = costs[left, right] = -1.0
    rows, columns = linear_sum_assignment(costs + costs.T)
    partner: Indices = np.empty(POINTS, np.intp)
    partner[rows] = columns
    return partner
