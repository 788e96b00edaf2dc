"""Knobs of Transform, CornerPin2D and Axis2 that move with a face."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from faceplate.graph.exchange.keyed import Keyed, pair
from faceplate.values import Array, Matrix

Knobs = dict[str, str]

corners = ((0, 1), (1, 1), (1, 0), (0, 0))
"""Of the unit face square in CornerPin2D's order: bottom left, bottom right, top right, top left."""


def corner_pin_knobs(path: Keyed) -> Knobs:
    """Of a CornerPin2D that carries the face square of the reference frame to that of every other."""
    knobs: Knobs = {}
    here = dict(zip(corners, _reference(path, corners), strict=True))
    for place, corner in enumerate(corners, start=1):
        knobs[f"to{place}"] = path.curves(path.of_square(*corner))
        knobs[f"from{place}"] = pair(here[corner])
    return knobs


def transform_knobs(path: Keyed) -> Knobs:
    """Of a Transform that carries the reference frame to every other as the face moves: turn, scale and shift exactly.

    It turns about the middle of the face in the reference frame. Nuke turns and scales pictures as they are seen, their
    pixels' aspect included, and so are these numbers told.
    """
    (centre,) = _reference(path, [(0.5, 0.5)])
    sides, first = _sides_square(path, path.face_to_plate), _sides_square(path, path.reference_to_plate[None])[0]
    angles = np.degrees(np.unwrap(np.angle(sides / first)))
    return {
        "translate": path.curves(path.of_square(0.5, 0.5) - centre),
        "rotate": path.curve(angles),
        "scale": path.curve(np.abs(sides / first)),
        "center": pair(centre),
    }


def axis_knobs(path: Keyed) -> Knobs:
    """Of an Axis2: where the head is before a camera at the origin, in cm; in pixels where its distance is not known.

    Nuke's x points to the right, its y up, and the camera looks along -z. `rotate` x tilts the head down, y turns it to
    the right of the picture, z leans it to the left, in the order ZXY. In pixels the axis stands in the middle of the
    face square, with a `uniform_scale` of 1 in the reference frame.
    """
    yaw, pitch, roll = _unwound(path.person.pose_deg[list(path.rows)]).T
    turn = {"rotate": path.curves(np.column_stack([-pitch, yaw, -roll])), "rot_order": "ZXY"}
    if is_placed(path):
        return {"translate": path.curves(path.person.place_cm[list(path.rows)] * [1, -1, -1]), **turn}
    sides = np.abs(_sides_square(path, path.face_to_plate))
    first = abs(_sides_square(path, path.reference_to_plate[None])[0])
    still = f"{path.curves(path.of_square(0.5, 0.5))} 0"
    return {"translate": still, **turn, "uniform_scale": path.curve(sides / first)}


def is_placed(path: Keyed) -> bool:
    """True where the head's distance from the camera is known in every frame."""
    return bool(np.isfinite(path.person.place_cm[list(path.rows)]).all())


def _reference(path: Keyed, points: Sequence[tuple[float, float]]) -> Matrix:
    """Points of the face square in the reference frame, in Nuke's pixels."""
    matrix = path.reference_to_plate
    return path.to_nuke(np.asarray(points, np.float64) @ matrix[:, :2].T + matrix[:, 2])


def _sides_square(path: Keyed, face_to_plate: Matrix) -> Array:
    """The upper side of each face square as a complex number, in square pixels, y up."""
    across: Array = face_to_plate[:, 0, 0] * path.track.pixel_aspect - 1j * face_to_plate[:, 1, 0]
    return across


def _unwound(angles_deg: Array) -> Matrix:
    """Angles that never jump by a whole turn between two frames."""
    angles = np.asarray(angles_deg, np.float64).copy()
    for before, after in pairwise(range(len(angles))):
        angles[after] -= 360 * np.round((angles[after] - angles[before]) / 360)
    return angles
