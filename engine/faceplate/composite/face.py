from dataclasses import dataclass

import numpy as np

from faceplate.colour import ModelRange
from faceplate.compiled import compiled
from faceplate.composite.bands import banded
from faceplate.composite.cells import largest_change
from faceplate.composite.colour_match import needs_statistics
from faceplate.composite.detail import return_detail
from faceplate.composite.place import FacePlace
from faceplate.composite.resampled import PlateRegion, crop_to_plate, resampled_plate
from faceplate.composite.sharpness import matched_sharpness
from faceplate.swap import FaceSwapSettings
from faceplate.values import Array, Floats, Matte, Swap, Window


@dataclass(frozen=True)
class Composite:
    """A face put into the plate, over the matte's window.

    Attributes:
        window: the matte's.
        rgb_linear: rows x columns x 3, the finished picture in the scene-linear working space, without new grain.
        face_linear: rows x columns x 3, the face alone as it stands there before the matte.
        weight: rows x columns, 0 to 1, how far the face covers the plate: the matte times the mix.
        kept: rows x columns, 0 to 1, how much of the plate's own grain is still in the picture.
        changed: rows x columns, True where the picture differs from the plate.
    """

    window: Window
    rgb_linear: Floats
    face_linear: Floats
    weight: Floats
    kept: Floats
    changed: Array


def composite_face(
    plate: PlateRegion,
    swap: Swap,
    matte: Matte,
    light: ModelRange,
    settings: FaceSwapSettings,
    place: FacePlace,
) -> Composite:
    """Puts a swap into the plate: in the model's range where the two meet, blended in scene-linear light.

    What reaches the plate is the model's change, its picture less its crop: in residual mode on the plate itself, in
    replace mode on the plate as it comes back from the crop, less its own mean as far as the colour match says: a swap
    whose match `needs_statistics` comes matched. Of that change the coarsest bands may be left to the plate, and in
    replace mode the plate's own detail may come back over it. What the model's range cannot hold comes back from the
    plate. Where the plate is NaN or infinite, or the picture would be, it stays as it is.
    """
    window, inside = matte.window, matte.window.slices(plate.window)
    plate_model, plate_linear = plate.rgb_model[inside], plate.rgb_linear[inside]
    finite = _finite(plate_model, plate_linear)
    coverage = matte.coverage * finite
    weight = coverage * np.float32(settings.mix)
    picture = matched_sharpness(swap, place, settings.sharpness_match)
    change = crop_to_plate(picture - swap.crop.rgb_model, swap.crop.plate_to_crop, window, settings.filter)
    if settings.mode == "residual":
        face = plate_model + banded(change, coverage, window, place, settings.blend_bands)
        own = np.ones_like(weight)
    else:
        if not needs_statistics(settings):
            change = _matched(change, coverage, settings.colour_match)
        there = resampled_plate(plate, swap.crop, window, light, settings.filter)
        face = there + banded(change, coverage, window, place, settings.blend_bands)
        own = return_detail(face, plate_model, window, place, finite, settings.detail, settings.detail_size)
    face_linear, changed = light.decode(face), weight > 0
    rgb_linear = light.decode(plate_model)
    _blend(rgb_linear, face_linear, changed, plate_linear, weight, face != plate_model, finite)
    return Composite(window, rgb_linear, face_linear, weight, 1 - weight * (1 - own), changed)


@compiled
def _finite(plate_model: Floats, plate_linear: Floats) -> Array:
    rows, columns, channels = plate_model.shape
    finite = np.ones((rows, columns), np.bool_)
    for row in range(rows):
        for column in range(columns):
            for channel in range(channels):
                light = np.isfinite(plate_linear[row, column, channel])
                if not (light and np.isfinite(plate_model[row, column, channel])):
                    finite[row, column] = False
    return finite


@compiled
def _blend(
    rgb_linear: Floats,
    face_linear: Floats,
    changed: Array,
    plate_linear: Floats,
    weight: Floats,
    differs: Array,
    finite: Array,
) -> None:
    """Turns what plate and face decode to into the picture and the face, in place.

    The face is the plate's own light and what the face differs from it, as both come out of the model's range: so what
    that range cannot hold is still the plate's. A model may give what no light decodes to; such pixels are the plate's
    in both, 0 where that is not finite, and weigh nothing.
    """
    rows, columns, channels = rgb_linear.shape
    for row in range(rows):
        for column in range(columns):
            sound, other = finite[row, column], False
            for channel in range(channels):
                light = plate_linear[row, column, channel]
                difference = face_linear[row, column, channel] - rgb_linear[row, column, channel]
                picture, face = light + weight[row, column] * difference, light + difference
                rgb_linear[row, column, channel], face_linear[row, column, channel] = picture, face
                other = other or differs[row, column, channel]
                sound = sound and np.isfinite(picture) and np.isfinite(face)
            if not sound:
                weight[row, column] = 0
                for channel in range(channels):
                    light = plate_linear[row, column, channel]
                    light = light if np.isfinite(light) else np.float32(0)
                    rgb_linear[row, column, channel], face_linear[row, column, channel] = light, light
            changed[row, column] = changed[row, column] and sound and other


def _matched(change: Floats, coverage: Floats, match: float) -> Floats:
    """The change without so much of its mean inside the matte."""
    total = max(float(coverage.sum()), 1e-6)
    mean = np.einsum("yx,yxc->c", coverage, change, dtype=np.float64) / total
    if not (np.abs(mean) < largest_change).all():
        # A fault of the network, which is to stay where it is.
        sound = np.where(np.abs(change) < largest_change, change, 0)
        mean = np.einsum("yx,yxc->c", coverage, sound, dtype=np.float64) / total
    return change - np.asarray(match * mean, np.float32)
