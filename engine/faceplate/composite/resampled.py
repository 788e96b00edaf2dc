from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from faceplate.align import decimation_lobes, invert, sampled, window_through
from faceplate.colour import ModelRange
from faceplate.compiled import compiled
from faceplate.composite.beyond import parts_beyond
from faceplate.values import Array, Crop, Floats, Matrix, Window

faint = np.float32(0.002)
"""Half an eight-bit code of the model's range: a ring no higher than this is not seen, and is left."""

filter_reach_px = 2 * decimation_lobes + 3
"""How far, in pixels of the crop, a pixel of the plate is seen in it."""


@dataclass(frozen=True)
class PlateRegion:
    """The plate where the face comes, and around it as far as that is seen there through the crop: `seen_around`.

    Attributes:
        window: where it lies; it holds the matte's window.
        rgb_linear: rows x columns x 3, scene-linear in the working space.
        rgb_model: the same in the model's range, exposed for it, not clipped.
    """

    window: Window
    rgb_linear: Floats
    rgb_model: Floats


def put_through(
    change: Floats, plate: PlateRegion, crop: Crop, window: Window, light: ModelRange, sampling: str = "keys"
) -> Floats:
    """The plate over `window` as a model of this change (side x side x 3) gives it back, through its crop.

    What is not `light.filtered` comes back on the very pixel it stands on. The filter would draw black rings round
    small highlights many times as bright as the model's white: what is not `light.smooth` takes the picture no further
    than the plate's own pixels go within a pixel of the crop. Highlights that the crop resolves do not feel this. A
    pixel that is not finite stands here as the model sees it: black where it is NaN, white where it is infinite.
    """
    picture = crop_to_plate(crop.rgb_plate + change, crop.plate_to_crop, window, sampling)
    for part in parts_beyond(plate.rgb_model, plate.window, light.smooth, lambda part: reached(part, crop)[1]):
        _add_filtered(picture, window, plate, part, crop, light, sampling)
        _add_unfiltered(picture, window, plate, part, light)
    return picture


def crop_to_plate(picture: Floats, plate_to_crop: Matrix, window: Window, sampling: str = "keys") -> Floats:
    """A crop's picture (side x side x 3) over a window of the plate, through one of `align.sampling_filters`."""
    side = picture.shape[0]
    return sampled(picture, Window(0, 0, side, side), invert(plate_to_crop), window, sampling)


def reached(part: Window, crop: Crop) -> tuple[Window, Window]:
    """The pixels of the crop that a part of the plate is seen in, and those of the plate that they are seen in."""
    side = crop.rgb_plate.shape[0]
    seen = window_through(crop.plate_to_crop, part).grow(filter_reach_px).intersect(Window(0, 0, side, side))
    return seen, window_through(invert(crop.plate_to_crop), seen)


def seen_around(window: Window, plate_to_crop: Matrix) -> Window:
    """The plate's pixels that are seen in a window of it once it has been through the crop."""
    return window.grow(filter_reach_px * max(_footprint(plate_to_crop)) // 2)


def _add_filtered(
    picture: Floats, window: Window, plate: PlateRegion, part: Window, crop: Crop, light: ModelRange, sampling: str
) -> None:
    plate_to_crop = crop.plate_to_crop
    seen, touched = reached(part, crop)
    touched = touched.intersect(window)
    if seen.is_empty or touched.is_empty:
        return
    # As far around as the filter carries it: beyond its edge a picture goes on as it ends.
    wide = part.grow(decimation_lobes * max(_footprint(plate_to_crop))).intersect(plate.window)
    beyond = _beyond(plate.rgb_model[wide.slices(plate.window)], *map(np.float32, (*light.filtered, *light.smooth)))
    small = sampled(beyond, wide, plate_to_crop, seen, sampling)
    lowest, highest = _neighbours(plate, touched, plate_to_crop, light)
    filtered = sampled(small, seen, invert(plate_to_crop), touched, sampling)
    unchanged = crop_to_plate(crop.rgb_plate, plate_to_crop, touched, sampling)
    _add_within(picture[touched.slices(window)], unchanged, filtered, lowest, highest, faint)


def _add_unfiltered(picture: Floats, window: Window, plate: PlateRegion, part: Window, light: ModelRange) -> None:
    inside = part.intersect(window)
    if not inside.is_empty:
        _add_rest(
            picture[inside.slices(window)],
            plate.rgb_model[inside.slices(plate.window)],
            *map(np.float32, light.filtered),
        )


@compiled
def _shown(value: np.float32) -> np.float32:
    """A pixel as the model sees it, where it is not finite."""
    if np.isfinite(value):
        return value
    return np.float32(1) if value > 0 else np.float32(0)


@compiled
def _held(picture: Floats, lowest: np.float32, highest: np.float32) -> Floats:
    held = np.empty(picture.shape, np.float32)
    for row in range(picture.shape[0]):
        for column in range(picture.shape[1]):
            for channel in range(picture.shape[2]):
                held[row, column, channel] = min(max(_shown(picture[row, column, channel]), lowest), highest)
    return held


@compiled
def _beyond(picture: Floats, lowest: np.float32, highest: np.float32, black: np.float32, white: np.float32) -> Floats:
    """What of a picture goes beyond black and white, as far as it is filtered at all."""
    beyond = np.empty(picture.shape, np.float32)
    for row in range(picture.shape[0]):
        for column in range(picture.shape[1]):
            for channel in range(picture.shape[2]):
                held = min(max(_shown(picture[row, column, channel]), lowest), highest)
                beyond[row, column, channel] = held - min(max(held, black), white)
    return beyond


@compiled
def _add_rest(there: Floats, picture: Floats, lowest: np.float32, highest: np.float32) -> None:
    for row in range(picture.shape[0]):
        for column in range(picture.shape[1]):
            for channel in range(picture.shape[2]):
                shown = _shown(picture[row, column, channel])
                there[row, column, channel] += shown - min(max(shown, lowest), highest)


@compiled
def _add_within(
    there: Floats, unchanged: Floats, added: Floats, lowest: Floats, highest: Floats, faint: np.float32
) -> None:
    """Adds to a picture what takes the unchanged one no further than lowest and highest, or something faint."""
    for row in range(there.shape[0]):
        for column in range(there.shape[1]):
            for channel in range(3):
                here = unchanged[row, column, channel]
                least = min(lowest[row, column, channel] - here, -faint)
                most = max(highest[row, column, channel] - here, faint)
                there[row, column, channel] += min(max(added[row, column, channel], least), most)


def _neighbours(plate: PlateRegion, window: Window, plate_to_crop: Matrix, light: ModelRange) -> tuple[Array, Array]:
    """The lowest and the highest value within a pixel of the crop around each pixel of a window."""
    footprint = _footprint(plate_to_crop)
    wide = window.grow(max(footprint)).intersect(plate.window)
    held = _held(plate.rgb_model[wide.slices(plate.window)], *map(np.float32, light.filtered))
    around = np.ones(footprint, np.uint8)
    inside = window.slices(wide)
    return cv2.erode(held, around)[inside], cv2.dilate(held, around)[inside]


def _footprint(plate_to_crop: Matrix) -> Sequence[int]:
    """Rows and columns of plate pixels that lie within a pixel of the crop, whichever way it is turned."""
    reach = np.abs(invert(plate_to_crop)[:, :2]).sum(axis=1)
    return [2 * int(np.ceil(extent)) + 1 for extent in reach[::-1]]
