import numpy as np

from faceplate.align import crop_matrix, crop_window, resample
from faceplate.models import ModelCard
from faceplate.values import Crop, Floats, Matrix, Window


def region_of(alignment: Matrix, card: ModelCard, data: Window) -> Window:
    """The pixels of the plate that a face's crop is made from, as far as the data window holds them."""
    return crop_window(crop_matrix(alignment, card.crop, card.side_px), card.side_px).intersect(data)


def seen_by_model(rgb_model: Floats) -> Floats:
    """The part of a plate in the model's range that the model can see: clipped to 0..1, black where it is NaN."""
    return np.clip(np.nan_to_num(rgb_model, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)


def cut_crop(rgb_model: Floats, region: Window, alignment: Matrix, card: ModelCard) -> Crop:
    """The aligned crop that a model sees.

    `rgb_model` is rows x columns x 3 over `region`, in the model's range but not clipped; what the crop holds is
    clipped to 0..1, and where the plate has NaN the model sees black. Beyond the plate the crop repeats its edge.
    """
    matrix = crop_matrix(alignment, card.crop, card.side_px)
    square = Window(0, 0, card.side_px, card.side_px)
    return Crop(np.clip(resample(seen_by_model(rgb_model), region, matrix, square), 0.0, 1.0), matrix)
