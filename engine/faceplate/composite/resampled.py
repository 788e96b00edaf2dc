from collections.abc import Sequence

import cv2
import numpy as np

from faceplate.align import invert, resample
from faceplate.colour import ModelRange
from faceplate.swap import seen_by_model
from faceplate.values import Array, Crop, Floats, Matrix, Window

faint = np.float32(0.002)
"""Half an eight-bit code of the model's range: a ring no higher than this is not seen, and is left."""


def resampled_plate(plate_model: Floats, region: Window, crop: Crop, window: Window, light: ModelRange) -> Floats:
    """The plate as a model that changes nothing would give it back, over `window`: through its crop and out again.

    `plate_model` (rows x columns x 3 over `region`) is in the model's range and not clipped. What is not
    `light.filtered` comes back on the very pixel it stands on. The filter would draw black rings round small highlights
    many times as bright as the model's white: what is not `light.smooth` takes the picture no further than the plate's
    own pixels go within a pixel of the crop. Highlights that the crop resolves do not feel this. A pixel that is not
    finite stands here as `seen_by_model` says.
    """
    plate = np.where(np.isfinite(plate_model), plate_model, seen_by_model(plate_model))
    smooth, held = np.clip(plate, *light.smooth), np.clip(plate, *light.filtered)
    picture = _there_and_back(smooth, region, crop, window)
    beyond = held - smooth
    if beyond.any():
        lowest, highest = (each[window.slices(region)] for each in _neighbours(held, crop.plate_to_crop))
        filtered = _there_and_back(beyond, region, crop, window)
        picture += filtered.clip(np.minimum(lowest - picture, -faint), np.maximum(highest - picture, faint))
    return np.asarray(picture + (plate - held)[window.slices(region)])


def crop_to_plate(picture: Floats, plate_to_crop: Matrix, window: Window) -> Floats:
    """A crop's picture (side x side x 3) over a window of the plate."""
    side = picture.shape[0]
    return resample(picture, Window(0, 0, side, side), invert(plate_to_crop), window)


def _there_and_back(picture: Floats, region: Window, crop: Crop, window: Window) -> Floats:
    side = crop.rgb_model.shape[0]
    small = resample(picture, region, crop.plate_to_crop, Window(0, 0, side, side))
    return crop_to_plate(small, crop.plate_to_crop, window)


def _neighbours(picture: Floats, plate_to_crop: Matrix) -> tuple[Array, Array]:
    """The lowest and the highest value within a pixel of the crop around each pixel of the plate."""
    around = np.ones(_footprint(plate_to_crop), np.uint8)
    return cv2.erode(picture, around), cv2.dilate(picture, around)


def _footprint(plate_to_crop: Matrix) -> Sequence[int]:
    """Rows and columns of plate pixels that lie within a pixel of the crop, whichever way it is turned."""
    reach = np.abs(invert(plate_to_crop)[:, :2]).sum(axis=1)
    return [2 * int(np.ceil(extent)) + 1 for extent in reach[::-1]]
