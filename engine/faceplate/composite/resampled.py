"""What a model makes of the plate, brought back from its crop, and the light that no model can hold."""

import numpy as np

from faceplate.align import invert, sampled
from faceplate.compiled import compiled
from faceplate.values import Crop, Floats, Matrix, Window


def crop_to_plate(picture: Floats, plate_to_crop: Matrix, window: Window, sampling: str = "keys") -> Floats:
    """A crop's picture (side x side x 3) over a window of the plate, through one of `align.sampling_filters`."""
    side = picture.shape[0]
    return sampled(picture, Window(0, 0, side, side), invert(plate_to_crop), window, sampling)


def put_through(
    change: Floats,
    plate_model: Floats,
    crop: Crop,
    window: Window,
    smooth: tuple[float, float],
    sampling: str = "keys",
) -> tuple[Floats, Floats]:
    """The plate as a model of this change gives it back, through its crop; and how much of it never went through.

    The crop holds the plate no further than `smooth`. What goes beyond, highlights and faults of earlier filters, is
    not filtered at all and comes back on the very pixel it stands on: a catch light stays as small and as bright as it
    was, and draws no ring.

    Args:
        change: side x side x 3, what the model changes of the crop.
        plate_model: rows x columns x 3 over `window`, in the model's range, not clipped.
        crop: what the model was shown.
        window: of the plate.
        smooth: black and white in the model's range, as `ModelRange.smooth`.
        sampling: one of `align.sampling_filters`.

    Returns:
        The picture, rows x columns x 3; and rows x columns the share of the channels that stand beyond, 0 to 1, which
        have the plate's own grain.
    """
    picture = crop_to_plate(crop.rgb_plate + change, crop.plate_to_crop, window, sampling)
    beyond = np.zeros(picture.shape[:2], np.float32)
    _add_beyond(picture, plate_model, np.float32(smooth[0]), np.float32(smooth[1]), beyond)
    return picture, beyond


@compiled
def _add_beyond(picture: Floats, plate: Floats, lowest: np.float32, highest: np.float32, beyond: Floats) -> None:
    third = np.float32(1 / 3)
    for row in range(picture.shape[0]):
        line, within = plate[row].reshape(-1), True
        # Most rows hold nothing of the kind, which is soon seen; NaN is neither below nor above.
        for at in range(line.size):
            within &= (line[at] >= lowest) & (line[at] <= highest)
        for column in range(picture.shape[1] if not within else 0):
            for channel in range(3):
                value = plate[row, column, channel]
                over = value - min(max(value, lowest), highest)
                if over != 0 and np.isfinite(over):
                    picture[row, column, channel] += over
                    beyond[row, column] += third
