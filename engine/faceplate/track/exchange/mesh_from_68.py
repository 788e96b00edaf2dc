import numpy as np

from faceplate.track.landmarks.bend import bent
from faceplate.track.landmarks.mean_face import mean_face
from faceplate.track.topology import mesh_to_68
from faceplate.values import Array, Matrix


def mesh_from_68(points68_square: Array) -> Matrix:
    """All 478 points of the face with these 68 (68 x 2, square-pixel space): x, y and depth away from the camera.

    The mean face is turned, scaled and shifted to lie nearest to them as it is seen from afar; what is left is bent
    away, so the mesh meets the 68 exactly. Depth is the mean face's.
    """
    mesh = _posed(mean_face(), np.asarray(points68_square, np.float64))
    return np.column_stack([bent(mesh[:, :2], points68_square), mesh[:, 2]])


def _posed(face: Matrix, points: Matrix) -> Matrix:
    """By scaled orthography: the best affine view of the 68, its two axes made square to each other and as long."""
    known = face[list(mesh_to_68)]
    middle, target = known.mean(axis=0), points.mean(axis=0)
    view = np.linalg.lstsq(known - middle, points - target, rcond=None)[0].T
    u, scales, vt = np.linalg.svd(view, full_matrices=False)
    across, down = u @ vt
    turn = np.stack([across, down, np.cross(across, down)])
    posed: Matrix = scales.mean() * (face - middle) @ turn.T
    posed[:, :2] += target
    return posed
