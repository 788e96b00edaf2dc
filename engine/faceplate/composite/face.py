from dataclasses import dataclass

import numpy as np

from faceplate.align import invert, resample
from faceplate.colour import Conversion
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
    plate_model: Floats,
    region: Window,
    swap: Swap,
    matte: Matte,
    from_model: Conversion,
    settings: FaceSwapSettings,
) -> Composite:
    """Puts a swap into the plate: in the model's range where the two meet, blended in scene-linear light.

    `plate_model` is the plate over `region` in the model's range, not clipped (rows x columns x 3); `region` holds the
    matte's window; `from_model` leads from the model's range to scene-linear. What the plate has beyond the model's
    black and white comes back on top of the swap. Where the plate is NaN or infinite it stays as it is.
    """
    plate = plate_model[matte.window.slices(region)]
    finite = np.asarray(np.isfinite(plate).all(axis=-1))
    plate = np.where(finite[..., None], plate, np.float32(0))
    covered = Matte(matte.window, matte.coverage * finite)
    weight = covered.coverage * np.float32(settings.mix)
    face = _residual(plate, swap, covered) if settings.mode == "residual" else _replaced(plate, swap, covered, settings)
    face_linear, plate_linear = from_model(face), from_model(plate)
    rgb_linear = plate_linear + weight[..., None] * (face_linear - plate_linear)
    differs = (face != plate).any(axis=-1)
    kept = np.ones_like(weight) if settings.mode == "residual" else 1 - weight
    return Composite(matte.window, rgb_linear, face_linear, weight, kept, (weight > 0) & differs)


def _residual(plate: Floats, swap: Swap, matte: Matte) -> Floats:
    return plate + _to_plate(swap.rgb_model - swap.crop.rgb_model, swap, matte.window)


def _replaced(plate: Floats, swap: Swap, matte: Matte, settings: FaceSwapSettings) -> Floats:
    face = _to_plate(swap.rgb_model, swap, matte.window)
    seen = np.clip(plate, 0, 1)
    face += np.float32(settings.colour_match) * _mean_difference(seen, face, matte.coverage)
    return face + (plate - seen)


def _mean_difference(plate: Floats, face: Floats, coverage: Floats) -> Floats:
    total = max(float(coverage.sum()), 1e-6)
    difference = np.einsum("yx,yxc->c", coverage, plate - face, dtype=np.float64) / total
    return np.asarray(difference, np.float32)


def _to_plate(picture: Floats, swap: Swap, window: Window) -> Floats:
    side = picture.shape[0]
    return resample(picture, Window(0, 0, side, side), invert(swap.crop.plate_to_crop), window)
