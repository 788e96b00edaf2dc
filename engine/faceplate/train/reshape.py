"""Small changes of a face's shape: pushes and swellings, each falling off like a Gaussian."""

from typing import NamedTuple

import cv2
import numpy as np

from faceplate.demo.portrait import landmarks68_portrait
from faceplate.train.canvas import TIMES, grid_portrait, spot
from faceplate.values import Floats, Matrix


class Push(NamedTuple):
    """Moves what lies around `centre` by `by`, portrait pixels; `radii` are the sigmas of its reach."""

    centre: tuple[float, float]
    by: tuple[float, float]
    radii: tuple[float, float]


class Swell(NamedTuple):
    """Makes what lies around `centre` larger by these factors across and down."""

    centre: tuple[float, float]
    factors: tuple[float, float]
    radii: tuple[float, float]


def _middle(first: int, last: int) -> tuple[float, float]:
    x, y = landmarks68_portrait[first:last].mean(axis=0)
    return float(x), float(y)


# Larger eyes, higher brows, fuller and higher cheeks, a narrower jaw without jowls, fuller lips, lifted corners.
younger_shape: tuple[Push | Swell, ...] = (
    Swell(_middle(36, 42), (1.06, 1.10), (11.0, 7.0)),
    Swell(_middle(42, 48), (1.06, 1.10), (11.0, 7.0)),
    Push((201.0, 89.5), (0.0, -0.9), (11.0, 4.5)),
    Push((251.0, 93.0), (0.0, -0.9), (11.0, 4.5)),
    Push((184.5, 149.0), (1.5, -0.4), (6.5, 10.5)),
    Push((263.5, 150.0), (-1.5, -0.4), (6.5, 10.5)),
    Push((196.0, 166.0), (0.9, -0.7), (8.0, 7.0)),
    Push((251.0, 168.0), (-0.9, -0.7), (8.0, 7.0)),
    Push((222.0, 176.0), (0.0, -1.0), (11.0, 6.0)),
    Push((202.5, 139.8), (-0.1, -0.6), (5.0, 4.0)),
    Push((245.6, 141.6), (0.1, -0.6), (5.0, 4.0)),
    Push((223.0, 138.2), (0.0, -0.7), (13.0, 2.6)),
    Push((222.5, 155.6), (0.0, 0.8), (11.0, 3.2)),
    Swell((223.4, 127.0), (0.96, 0.97), (9.0, 9.0)),
)


def reshaped(picture: Floats, shape: tuple[Push | Swell, ...] = younger_shape) -> Floats:
    """A canvas picture under all these changes at once."""
    came_from = grid_portrait()
    seen = came_from.copy()
    for change in shape:
        seen -= _move(change, came_from)
    left_top = came_from[0, 0]
    at = ((seen - left_top) * TIMES).astype(np.float32)
    moved: Floats = cv2.remap(picture, at, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return moved


def _move(change: Push | Swell, grid: Matrix) -> Matrix:
    reach = spot(change.centre, change.radii)[..., np.newaxis]
    if isinstance(change, Push):
        moved: Matrix = reach * np.asarray(change.by)
    else:
        moved = reach * (grid - change.centre) * (1 - 1 / np.asarray(change.factors))
    return moved
