from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np

from faceplate.check.settings import FaceCheckSettings
from faceplate.values import Array, Floats

grain_sigma_px = 1.0
"""What is finer than this is taken for grain, as in DasGrain's own check."""

View: TypeAlias = Callable[[], Array]

margin_px = 4
"""How far beyond a window the pictures have to reach for its grain to be the whole picture's."""


def checked(comp: Floats, plate: Floats, coverage: Floats, settings: FaceCheckSettings) -> Floats:
    """What `settings.show` names, rows x columns x 3, never NaN or infinite.

    Pixels that are the plate's to the bit differ by 0, NaN ones too; where one of the two is no number and the other
    is, or another one, they differ by 1 before the gain.

    Args:
        comp: rows x columns x 3, scene-linear.
        plate: the same of the plate.
        coverage: rows x columns, the matte; 0 is outside.
        settings: what is shown.
    """
    shows: dict[str, View] = {
        "comp": lambda: np.nan_to_num(comp, posinf=0, neginf=0),
        "difference": lambda: settings.gain * _difference(comp, plate),
        "outside": lambda: settings.gain * _difference(comp, plate) * (coverage == 0)[..., None],
        "nan": lambda: ~np.isfinite(comp),
        "clipped": lambda: (comp >= settings.white) | (comp < settings.black),
        "grain": lambda: settings.gain * _grain(comp),
    }
    return np.asarray(shows[settings.show](), np.float32)


def _difference(comp: Floats, plate: Floats) -> Floats:
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(comp - plate)
    apart = np.where(np.isfinite(apart), apart, np.float32(1))
    return np.where(_same_bits(comp, plate), np.float32(0), apart)


def _same_bits(one: Floats, other: Floats) -> Array:
    same: Array = (one == other) | (_bits(one) == _bits(other))
    return same


def _bits(picture: Floats) -> Array:
    bits: Array = np.ascontiguousarray(picture).view(np.uint32)
    return bits


def _grain(comp: Floats) -> Floats:
    finite = np.nan_to_num(comp, posinf=0, neginf=0)
    size = 2 * margin_px + 1
    coarse = cv2.GaussianBlur(finite, (size, size), grain_sigma_px, borderType=cv2.BORDER_REPLICATE)
    grain: Floats = np.abs(finite - coarse)
    return grain
