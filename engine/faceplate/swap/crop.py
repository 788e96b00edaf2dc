import numpy as np
from numba import njit

from faceplate.align import crop_matrix, crop_window, resample
from faceplate.models import ModelCard
from faceplate.values import Crop, Floats, Matrix, Window


def region_of(alignment: Matrix, card: ModelCard, data: Window) -> Window:
    """The pixels of the plate that a face's crop is made from, as far as the data window holds them."""
    return crop_window(crop_matrix(alignment, card.crop, card.side_px), card.side_px).intersect(data)


def cut_crop(rgb_model: Floats, region: Window, alignment: Matrix, card: ModelCard, lowest: float = 0.0) -> Crop:
    """The aligned crop that a model sees.

    `rgb_model` is rows x columns x 3 over `region`, in the model's range but not clipped; what the model sees is
    clipped to 0..1, and where the plate has NaN it sees black. What the plate has down to `lowest`, noise round black,
    is filtered with it. Beyond the plate the crop repeats its edge.
    """
    return crop_through(crop_matrix(alignment, card.crop, card.side_px), card.side_px, rgb_model, region, lowest)


def crop_through(matrix: Matrix, side_px: int, rgb_model: Floats, region: Window, lowest: float = 0.0) -> Crop:
    """The crop of so many pixels a side that a transform from the plate leads to."""
    shown = np.empty(rgb_model.shape, np.float32)
    _show(rgb_model, np.float32(lowest), shown)
    rgb_plate = resample(shown, region, matrix, Window(0, 0, side_px, side_px))
    return Crop(np.clip(rgb_plate, 0.0, 1.0), matrix, rgb_plate)


@njit(cache=True, nogil=True)
def _show(rgb_model: Floats, lowest: np.float32, shown: Floats) -> None:
    """A plate in the model's range as far as it can be shown: `lowest` to 1, black where it is NaN or -inf."""
    rows, columns, channels = rgb_model.shape
    for row in range(rows):
        for column in range(columns):
            for channel in range(channels):
                value = rgb_model[row, column, channel]
                held = min(max(value, lowest), np.float32(1))
                shown[row, column, channel] = held if value > -np.inf else np.float32(0)
