import numpy as np

from faceplate.align import crop_matrix, crop_window, resample
from faceplate.models import ModelCard
from faceplate.values import Crop, Floats, Matrix, Window


def region_of(alignment: Matrix, card: ModelCard, data: Window) -> Window:
    """The pixels of the plate that a face's crop is made from, as far as the data window holds them."""
    return crop_window(crop_matrix(alignment, card.crop, card.side_px), card.side_px).intersect(data)


def _shown(rgb_model: Floats, lowest: float) -> Floats:
    """A plate in the model's range as far as it can be shown: `lowest` to 1, black where it is NaN."""
    return np.clip(np.nan_to_num(rgb_model, nan=0.0, posinf=1.0, neginf=0.0), lowest, 1.0)


def cut_crop(rgb_model: Floats, region: Window, alignment: Matrix, card: ModelCard, lowest: float = 0.0) -> Crop:
    """The aligned crop that a model sees.

    `rgb_model` is rows x columns x 3 over `region`, in the model's range but not clipped; what the model sees is
    clipped to 0..1, and where the plate has NaN it sees black. What the plate has down to `lowest`, noise round black,
    is filtered with it. Beyond the plate the crop repeats its edge.
    """
    return crop_through(crop_matrix(alignment, card.crop, card.side_px), card.side_px, rgb_model, region, lowest)


def crop_through(matrix: Matrix, side_px: int, rgb_model: Floats, region: Window, lowest: float = 0.0) -> Crop:
    """The crop of so many pixels a side that a transform from the plate leads to."""
    rgb_plate = resample(_shown(rgb_model, lowest), region, matrix, Window(0, 0, side_px, side_px))
    return Crop(np.clip(rgb_plate, 0.0, 1.0), matrix, rgb_plate)
