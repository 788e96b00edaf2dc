import numpy as np

from faceplate.align import crop_matrix, crop_window, sampled_in_passes
from faceplate.models import ModelCard
from faceplate.values import Crop, Floats, Matrix, Window


def region_of(alignment: Matrix, card: ModelCard, data: Window) -> Window:
    """The pixels of the plate that a face's crop is made from, as far as the data window holds them."""
    return crop_window(crop_matrix(alignment, card.crop, card.side_px), card.side_px).intersect(data)


def cut_crop(
    shown: Floats, region: Window, alignment: Matrix, card: ModelCard, sampling: str = "keys", passes: int = 1
) -> Crop:
    """The aligned crop that a model sees, `passes` times as fine as its own pixels for one that takes it in passes.

    `shown` is rows x columns x 3 over `region`, in the model's range and finite, noise below black and all. What the
    model sees of it is clipped to 0..1. Beyond the plate the crop repeats its edge. `sampling` is one of
    `align.sampling_filters`.
    """
    matrix = crop_matrix(alignment, card.crop, card.side_px * passes)
    return crop_through(matrix, card.side_px, shown, region, sampling, passes)


def crop_through(
    matrix: Matrix, side_px: int, shown: Floats, region: Window, sampling: str = "keys", passes: int = 1
) -> Crop:
    """The crop of so many pixels a side and pass that a transform from the plate leads to."""
    rgb_plate = sampled_in_passes(shown, region, matrix, side_px, passes, sampling)
    return Crop(np.clip(rgb_plate, 0.0, 1.0), matrix, rgb_plate)
