import numpy as np

from faceplate.track.topology import symmetric_pairs
from faceplate.values import Array, Matrix

FOREHEAD, CHIN = 10, 152


def pose_deg(points_square: Array) -> Matrix:
    """Yaw, pitch and roll in degrees of a face from its 478 x 3 points (square pixels, depth away from the camera).

    Yaw is positive where the face turns to the right of the picture, pitch where it looks up, roll where it leans
    clockwise in the picture; all are 0 for an upright face that looks straight along the view axis. The axes come from
    the mesh's own symmetry: across from pairs of points that mirror each other, down from forehead to chin.
    """
    points = np.asarray(points_square, np.float64)
    right, left = np.array(symmetric_pairs).T
    across = _unit((points[left] - points[right]).sum(axis=0))
    down = points[CHIN] - points[FOREHEAD]
    down = _unit(down - (down @ across) * across)
    away = np.cross(across, down)
    yaw = np.arctan2(-away[0], away[2])
    pitch = np.arcsin(np.clip(away[1], -1.0, 1.0))
    level = np.array([np.cos(yaw), 0.0, np.sin(yaw)])
    roll = np.arctan2(across @ np.cross(away, level), across @ level)
    return np.degrees([yaw, pitch, roll])


def _unit(vector: Matrix) -> Matrix:
    unit: Matrix = vector / max(float(np.linalg.norm(vector)), 1e-12)
    return unit
