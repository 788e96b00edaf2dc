from dataclasses import dataclass

import numpy as np

from faceplate.colour import ModelRange
from faceplate.composite.resampled import PlateRegion, crop_to_plate, resampled_plate
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
    plate: PlateRegion, swap: Swap, matte: Matte, light: ModelRange, settings: FaceSwapSettings
) -> Composite:
    """Puts a swap into the plate: in the model's range where the two meet, blended in scene-linear light.

    What reaches the plate is the model's change, its picture less its crop: in residual mode on the plate itself, in
    replace mode on the plate as it comes back from the crop. What the model's range cannot hold comes back from the
    plate. Where the plate is NaN or infinite, or the picture would be, it stays as it is.
    """
    window, inside = matte.window, matte.window.slices(plate.window)
    finite = np.asarray((np.isfinite(plate.rgb_model[inside]) & np.isfinite(plate.rgb_linear[inside])).all(axis=-1))
    plate_model, plate_linear = (
        np.where(finite[..., None], each[inside], np.float32(0)) for each in (plate.rgb_model, plate.rgb_linear)
    )
    covered = Matte(window, matte.coverage * finite)
    weight = covered.coverage * np.float32(settings.mix)
    change = crop_to_plate(swap.rgb_model - swap.crop.rgb_model, swap.crop.plate_to_crop, window)
    if settings.mode == "residual":
        face, kept = plate_model + change, np.ones_like(weight)
    else:
        there = resampled_plate(plate, swap.crop, window, light)
        face, kept = there + _matched(change, covered.coverage, settings.colour_match), 1 - weight
    # A model may give what no light decodes to; such pixels are told below, and stay the plate's.
    with np.errstate(over="ignore", invalid="ignore"):
        difference = light.decode(face) - light.decode(plate_model)
        rgb_linear = plate_linear + weight[..., None] * difference
    changed = (weight > 0) & (face != plate_model).any(axis=-1) & np.isfinite(rgb_linear).all(axis=-1)
    return Composite(window, rgb_linear, plate_linear + difference, weight, kept, changed)


def _matched(change: Floats, coverage: Floats, match: float) -> Floats:
    """The change without so much of its mean inside the matte."""
    total = max(float(coverage.sum()), 1e-6)
    mean = np.einsum("yx,yxc->c", coverage, change, dtype=np.float64) / total
    return change - np.asarray(match * mean, np.float32)
