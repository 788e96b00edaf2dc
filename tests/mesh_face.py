"""A face whose openings are ellipses of known place, in units of its face square."""

import numpy as np

from faceplate.composite import FacePlace
from faceplate.track import face_oval, topology

openings = {
    topology.right_eye: ((0.22, 0.21), (0.08, 0.03)),
    topology.left_eye: ((0.76, 0.21), (0.08, 0.03)),
    topology.lips_inner: ((0.49, 0.78), (0.15, 0.03)),
    (59, 79, 239, 238, 20, 60, 75): ((0.42, 0.6), (0.03, 0.015)),
    (289, 309, 459, 458, 250, 290, 305): ((0.56, 0.6), (0.03, 0.015)),
}
outline = {face_oval: ((0.49, 0.45), (0.65, 0.85))}


def face_place(square_px=100.0, corner=(50.0, 50.0), pixel_aspect=1.0):
    """The square's corner in plate pixels; plate pixels are `pixel_aspect` times as wide as high."""
    unit = np.full((topology.POINTS, 2), 0.5)
    for ring, (middle, radii) in {**openings, **outline}.items():
        angle = np.linspace(0, 2 * np.pi, len(ring), endpoint=False)
        unit[list(ring)] = np.asarray(middle) + np.stack([np.sin(angle), -np.cos(angle)], axis=-1) * radii
    side = np.array([square_px / pixel_aspect, square_px])
    alignment = np.array([[1 / side[0], 0, -corner[0] / side[0]], [0, 1 / side[1], -corner[1] / side[1]]])
    return FacePlace((unit * side + corner).astype(np.float32), alignment)


def at_unit(place, unit, window):
    """Row and column of a window that a point of the face square falls on."""
    linear, shift = place.alignment[:, :2], place.alignment[:, 2]
    x, y = np.linalg.solve(linear, np.asarray(unit) - shift)
    return int(y) - window.top, int(x) - window.left
