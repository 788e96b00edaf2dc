"""The plate's own skin over the swap: pores, stubble and fine wrinkles, by scale."""

import math

import numpy as np

from faceplate.compiled import compiled
from faceplate.composite.cells import cells_of, largest_change
from faceplate.composite.place import FacePlace
from faceplate.composite.skin import skin_of
from faceplate.values import Array, Floats, Window, covered_window


def return_detail(
    face: Floats,
    plate: Floats,
    window: Window,
    place: FacePlace,
    sound: Array,
    amount: float,
    size: float,
) -> Floats:
    """Puts the plate's fine detail in the place of the face's own; returns how much of its grain came with it.

    What lies between the picture and its low-pass is detail. The low-pass is made of skin alone, so that nothing of the
    eyes or of what is beyond the face takes part.

    Args:
        face: rows x columns x 3 over `window`, in the model's range; changed in place.
        plate: the plate there, the same shape and range, held to black and white.
        window: of the plate.
        place: of the face.
        sound: rows x columns, True where the plate is a number.
        amount: 0 keeps the face's own detail, 1 puts the plate's in its place.
        size: standard deviation of the low-pass in hundredths of the face square.

    Returns:
        rows x columns, 0 to 1, the amplitude of the plate's grain that is now in the face.
    """
    if amount == 0:
        return np.zeros(face.shape[:2], np.float32)
    across, down = (size / 100 * side for side in place.square_px)
    skin = skin_of(place, window)
    if not sound.all():
        skin *= sound
    inner = covered_window(skin > 0, window)
    if not inner.is_empty:
        part = inner.slices(window)
        lacks, there = plate[part] - face[part], skin[part]
        cells = cells_of(lacks, there, inner, (across, down))
        low, _ = cells.low((across, down))
        _add(face[part], lacks, cells.spread(low, inner), there, np.float32(amount), np.float32(largest_change))
    skin *= np.float32(amount * passed_grain(across * down))
    return skin


def passed_grain(sigma_squared_px: float) -> float:
    """The share of white grain's amplitude that is left once its Gaussian low-pass is taken off.

    By Parseval, of 1 - G: 1 - 2 G's middle tap + the sum of its squares.
    """
    low = 1 / (math.pi * sigma_squared_px)
    return math.sqrt(max(1 - low + low / 4, 0.0))


@compiled
def _add(face: Floats, lacks: Floats, low: Floats, skin: Floats, amount: np.float32, largest: np.float32) -> None:
    for row in range(face.shape[0]):
        for column in range(face.shape[1]):
            share = amount * skin[row, column]
            if share > 0:
                for channel in range(3):
                    missing = lacks[row, column, channel]
                    if abs(missing) < largest:
                        face[row, column, channel] += share * (missing - low[row, column, channel])
