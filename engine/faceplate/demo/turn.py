"""A head that turns: the portrait bent by its depth, and the exact way back."""

from typing import NamedTuple

import numpy as np

from faceplate.demo.portrait import depth_portrait
from faceplate.values import Array, Matrix

# The neck, about which the head nods and tilts; the turn ends smoothly at WEIGHT_REACH from the head's middle.
PIVOT = (225.6, 168.0)
WEIGHT_CENTRE = (225.6, 100.0)
WEIGHT_REACH = (150.0, 150.0)
# A round of the way back leaves 0.3 of the error at 9 degrees, 0.45 at 15: these end below 0.001 and 0.01 px.
ROUNDS = 10


class Turn(NamedTuple):
    """Angles of the head in degrees: yaw to the picture's right, pitch down, roll clockwise in the picture."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0


def turned(points_portrait: Array, turn: Turn) -> Matrix:
    """Where points (... x 2) of the still portrait lie once the head has turned, portrait space.

    Parallel projection: the depth swings sideways with the yaw and down with the pitch. The body does not move.
    """
    points = np.asarray(points_portrait, np.float64)
    return points + _offset(points, turn)


def unturned(points_turned: Array, turn: Turn) -> Matrix:
    """The still portrait's points that a turned head shows at these points; the inverse of `turned`."""
    seen = np.asarray(points_turned, np.float64)
    points = seen
    for _ in range(ROUNDS):
        points = seen - _offset(points, turn)
    return points


def _offset(points: Matrix, turn: Turn) -> Matrix:
    arm = points - PIVOT
    depth = depth_portrait(points)
    rotation = _rotation(turn)
    swung = np.einsum("ij,...j->...i", rotation[:, :2] - np.eye(2), arm) + depth[..., np.newaxis] * rotation[:, 2]
    moved: Matrix = _weight(points)[..., np.newaxis] * swung
    return moved


def _rotation(turn: Turn) -> Matrix:
    """The first two rows of roll times pitch times yaw, for x right, y down, z towards the camera."""
    yaw, pitch, roll = np.radians(turn)
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), np.sin(pitch)], [0, -np.sin(pitch), np.cos(pitch)]])
    about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    rows: Matrix = (about_z @ about_x @ about_y)[:2]
    return rows


def _weight(points: Matrix) -> Matrix:
    fourth = np.square(np.square((points - WEIGHT_CENTRE) / WEIGHT_REACH))
    weight: Matrix = np.square(np.clip(1 - fourth, 0, None)).prod(axis=-1)
    return weight
