"""How a face moves in itself, for `moving_face`: smooth, invertible, and the same for every pixel and landmark."""

import numpy as np

from faceplate.demo.portrait import NOSE_DEPTH_PX, NOSE_REACH, NOSE_TIP, depth_portrait
from faceplate.demo.turn import PIVOT, WEIGHT_CENTRE, WEIGHT_REACH
from faceplate.values import Array, Matrix

# The nose of the demo's head hides the cheek behind it at 30 degrees; this one, of so much of its height, does not.
NOSE_SHARE = 0.55
# Portrait pixels: where the skin is drawn, how wide the pull reaches, and in which direction it goes at full strength.
PULLS = {
    "mouth": (((222.0, 154.0), (20.0, 9.0), (0.0, 5.0)), ((222.0, 172.0), (26.0, 10.0), (0.0, 3.0))),
    "smile": (((200.0, 139.0), (9.0, 8.0), (-2.5, -2.5)), ((246.5, 142.0), (9.0, 8.0), (2.5, -2.5))),
    "brows": (((201.0, 87.0), (15.0, 7.0), (0.0, -3.0)), ((246.0, 89.0), (15.0, 7.0), (0.0, -3.0))),
}


class HeadTurn:
    """The demo's head (`faceplate.demo.turn`) in parallel projection, turned as far as 30 degrees without a fold."""

    def __init__(self, yaw_deg: float) -> None:
        """A turn about the upright axis, in degrees."""
        self.cosine, self.sine = np.cos(np.radians(yaw_deg)), np.sin(np.radians(yaw_deg))

    def __call__(self, points: Array) -> Matrix:
        """Where points of the portrait lie once the head has turned."""
        points = np.asarray(points, np.float64)
        arm = points[..., 0] - PIVOT[0]
        fourth = np.square(np.square((points - WEIGHT_CENTRE) / WEIGHT_REACH))
        weight = np.square(np.clip(1 - fourth, 0, None)).prod(axis=-1)
        moved = points.copy()
        moved[..., 0] += weight * ((self.cosine - 1) * arm + self.sine * head_depth(points))
        return moved


def head_depth(points: Array) -> Matrix:
    """How far the head stands towards the camera at points (... x 2) of the portrait, portrait pixels."""
    nose = np.exp(-np.square((points - np.array(NOSE_TIP)) / NOSE_REACH).sum(axis=-1) / 2)
    return depth_portrait(points) - (1 - NOSE_SHARE) * NOSE_DEPTH_PX * nose


class Expression:
    """Skin drawn by Gaussian pulls: a mouth that opens, corners that smile, brows that rise; each 0 to 1."""

    def __init__(self, **strength: float) -> None:
        """Strength by the name of the pull."""
        self.pulls = [(pull, strength[name]) for name in strength for pull in PULLS[name]]

    def __call__(self, points: Array) -> Matrix:
        """Where points of the portrait lie under this expression."""
        points = np.asarray(points, np.float64)
        moved = points.copy()
        for (centre, reach, direction), strength in self.pulls:
            near = np.exp(-np.square((points - centre) / np.array(reach)).sum(axis=-1) / 2)
            moved += strength * near[..., np.newaxis] * direction
        return moved
