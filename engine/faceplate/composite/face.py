from dataclasses import dataclass

import cv2
import numpy as np

from faceplate.align import read
from faceplate.colour import ModelRange
from faceplate.compiled import compiled
from faceplate.composite.bands import banded
from faceplate.composite.cells import largest_change
from faceplate.composite.colour_match import needs_statistics
from faceplate.composite.detail import return_detail
from faceplate.composite.place import FacePlace
from faceplate.composite.resampled import crop_to_plate, hold
from faceplate.composite.sharpness import matched_sharpness
from faceplate.swap import FaceSwapSettings
from faceplate.values import Array, Crop, Floats, Matte, Swap, Window


@dataclass(frozen=True)
class Composite:
    """A face put into the plate, over the matte's window.

    Attributes:
        window: the matte's.
        rgb_linear: rows x columns x 3, the finished picture in the scene-linear working space, without new grain.
        face_linear: rows x columns x 3, the face alone as it stands there before the matte.
        weight: rows x columns, 0 to 1, how far the face covers the plate: the matte times the mix.
        own_grain: how much of the plate's own grain is in the face alone, 0 to 1: rows x columns, or one number.
        changed: rows x columns, True where the picture differs from the plate.
    """

    window: Window
    rgb_linear: Floats
    face_linear: Floats
    weight: Floats
    own_grain: Floats | np.float32
    changed: Array

    @property
    def kept(self) -> Floats:
        """How much of the plate's own grain is still in the picture: rows x columns, 0 to 1."""
        lost = np.subtract(1, self.own_grain, dtype=np.float32) * self.weight
        return np.subtract(1, lost, out=lost)


def composite_face(
    plate_linear: Floats,
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
    replace mode the plate's own detail may come back over it. The change is worked on in the crop, which holds all of
    it, and brought to the plate once. What the model's range cannot hold comes back from the plate; in replace mode so
    does all light above the model's white, on the very pixels it stands on: of a catch light only what is below white
    goes through the crop. Where the plate is NaN or infinite, or the picture would be, it stays as it is.

    `plate_linear` is the plate over the matte's window, rows x columns x 3, scene-linear in the working space.
    """
    window, crop = matte.window, swap.crop
    plate_linear = np.ascontiguousarray(plate_linear)
    plate_model = light.encode(plate_linear)
    finite = _finite(plate_model, plate_linear)
    weight = matte.coverage * finite
    change = _change(swap, matte_in_crop(Matte(window, weight), crop), settings, place)
    weight *= np.float32(settings.mix)
    own: Floats | np.float32
    if settings.mode == "residual":
        face = crop_to_plate(change, crop.plate_to_crop, window, settings.filter)
        face += plate_model
        own = np.float32(1)
    else:
        beyond = hold(plate_model, light.smooth)
        face = crop_to_plate(crop.rgb_plate + change, crop.plate_to_crop, window, settings.filter)
        own = return_detail(face, plate_model, window, place, finite, settings.detail, settings.detail_size)
        if beyond.any():
            np.maximum(own, beyond, out=own)
    changed = _differing(face, plate_model, weight)
    face_linear = light.decode(face)
    # A face may fill the frame: each picture is let go of as soon as it is read.
    del face
    rgb_linear = light.decode(plate_model)
    del plate_model
    _blend(rgb_linear, face_linear, plate_linear, weight, finite, changed)
    return Composite(window, rgb_linear, face_linear, weight, own, changed)


def matte_in_crop(matte: Matte, crop: Crop) -> Floats:
    """The matte at the middle of each pixel of the crop: it was drawn no finer than that, so nothing folds."""
    side = crop.rgb_plate.shape[0]
    square = Window(0, 0, side, side)
    return read(matte.coverage, matte.window, crop.plate_to_crop, square, border=cv2.BORDER_CONSTANT)


def _change(swap: Swap, coverage: Floats, settings: FaceSwapSettings, place: FacePlace) -> Floats:
    """What the model changes of its crop, side x side x 3, as it is to reach the plate."""
    change = matched_sharpness(swap, place, settings.sharpness_match) - swap.crop.rgb_model
    if settings.mode == "replace" and not needs_statistics(settings):
        change = _matched(change, coverage, settings.colour_match)
    window = Window(0, 0, *coverage.shape[::-1])
    return banded(change, coverage, window, place.seen_through(swap.crop.plate_to_crop), settings.blend_bands)


@compiled
def _finite(plate_model: Floats, plate_linear: Floats) -> Array:
    rows, columns, _ = plate_model.shape
    finite = np.ones((rows, columns), np.bool_)
    for row in range(rows):
        model, linear, sound = plate_model[row].reshape(-1), plate_linear[row].reshape(-1), True
        # Whole rows are soon looked through, and mostly nothing is found.
        for at in range(model.size):
            sound &= np.isfinite(model[at]) & np.isfinite(linear[at])
        for column in range(columns if sound else 0, columns):
            for at in range(3 * column, 3 * column + 3):
                finite[row, column] &= np.isfinite(model[at]) & np.isfinite(linear[at])
    return finite


@compiled
def _differing(face_model: Floats, plate_model: Floats, weight: Floats) -> Array:
    """Where a face that weighs anything is not the plate, both in the model's range."""
    rows, columns, _ = face_model.shape
    changed, differs = np.empty((rows, columns), np.bool_), np.empty((columns, 3), np.bool_)
    for row in range(rows):
        there, here, apart = face_model[row].reshape(-1), plate_model[row].reshape(-1), differs.reshape(-1)
        for at in range(there.size):
            apart[at] = there[at] != here[at]
        for column in range(columns):
            other = differs[column, 0] | differs[column, 1] | differs[column, 2]
            changed[row, column] = other and weight[row, column] > 0
    return changed


@compiled
def _blend(
    rgb_linear: Floats,
    face_linear: Floats,
    plate_linear: Floats,
    weight: Floats,
    finite: Array,
    changed: Array,
) -> None:
    """Turns what plate and face decode to into the picture and the face, in place.

    The face is the plate's own light and what the face differs from it, as both come out of the model's range: so what
    that range cannot hold, or was taken off the plate before, is still the plate's. A model may give what no light
    decodes to; such pixels are the plate's in both, 0 where that is not finite, weigh nothing, and are not changed.
    """
    rows, columns, _ = rgb_linear.shape
    shares = np.empty((columns, 3), np.float32)
    for row in range(rows):
        for column in range(columns):
            share = weight[row, column]
            shares[column, 0], shares[column, 1], shares[column, 2] = share, share, share
        light, picture, face = plate_linear[row].reshape(-1), rgb_linear[row].reshape(-1), face_linear[row].reshape(-1)
        by, sound = shares.reshape(-1), True
        for at in range(light.size):
            difference = face[at] - picture[at]
            picture[at], face[at] = light[at] + by[at] * difference, light[at] + difference
            sound &= np.isfinite(picture[at]) and np.isfinite(face[at])
        for column in range(columns):
            sound &= finite[row, column]
        if not sound:
            lines = rgb_linear[row], face_linear[row], plate_linear[row]
            _leave_to_plate(lines, finite[row], weight[row], changed[row])


@compiled
def _leave_to_plate(lines: tuple[Floats, Floats, Floats], finite: Array, weight: Floats, changed: Array) -> None:
    """Makes the pixels of a row (picture, face, plate) that are no light the plate's in both."""
    picture, face, plate = lines
    for column in range(picture.shape[0]):
        sound = finite[column]
        for channel in range(3):
            sound &= np.isfinite(picture[column, channel]) and np.isfinite(face[column, channel])
        if not sound:
            weight[column], changed[column] = 0, False
            for channel in range(3):
                light = plate[column, channel]
                light = light if np.isfinite(light) else np.float32(0)
                picture[column, channel], face[column, channel] = light, light


def _matched(change: Floats, coverage: Floats, match: float) -> Floats:
    """The change without so much of its mean inside the matte."""
    total = max(float(coverage.sum()), 1e-6)
    mean = np.einsum("yx,yxc->c", coverage, change, dtype=np.float64) / total
    if not (np.abs(mean) < largest_change).all():
        # A fault of the network, which is to stay where it is.
        sound = np.where(np.abs(change) < largest_change, change, 0)
        mean = np.einsum("yx,yxc->c", coverage, sound, dtype=np.float64) / total
    return change - np.asarray(match * mean, np.float32)
