"""What a model makes of the plate, brought back from its crop, and how much of the plate went through it."""

import numpy as np

from faceplate.align import invert, sampled
from faceplate.compiled import compiled
from faceplate.values import Floats, Matrix, Window


def crop_to_plate(picture: Floats, plate_to_crop: Matrix, window: Window, sampling: str = "keys") -> Floats:
    """A crop's picture (side x side x 3) over a window of the plate, through one of `align.sampling_filters`."""
    side = picture.shape[0]
    return sampled(picture, Window(0, 0, side, side), invert(plate_to_crop), window, sampling)


def hold(plate_model: Floats, smooth: tuple[float, float]) -> Floats:
    """Holds the plate (rows x columns x 3, changed in place) as far as its crop does: `ModelRange.smooth`.

    What is taken off never goes through the crop. Returns the share of each pixel's channels that lay beyond, rows x
    columns, 0 to 1. NaN stays.
    """
    beyond = np.zeros(plate_model.shape[:2], np.float32)
    _hold(plate_model, np.float32(smooth[0]), np.float32(smooth[1]), beyond)
    return beyond


@compiled
def _hold(plate: Floats, lowest: np.float32, highest: np.float32, beyond: Floats) -> None:
    third = np.float32(1 / 3)
    for row in range(plate.shape[0]):
        line, within = plate[row].reshape(-1), True
        # Most rows hold nothing of the kind, which is soon seen; NaN is neither below nor above.
        for at in range(line.size):
            within &= (line[at] >= lowest) & (line[at] <= highest)
        for column in range(plate.shape[1] if not within else 0):
            for channel in range(3):
                value = plate[row, column, channel]
                if value < lowest or value > highest:
                    plate[row, column, channel] = min(max(value, lowest), highest)
                    beyond[row, column] += third
