import numpy as np

from faceplate.align import crop_matrix, invert, resample, transform, window_through
from faceplate.matte.outline import signed_distance
from faceplate.matte.settings import FaceMatteSettings
from faceplate.models import CropGeometry
from faceplate.values import Array, Floats, Matrix, Matte, Swap, Window, covered_window

outline_crop = CropGeometry(scale=3.5, centre=(0.5, 0.5))
"""Shows the whole outline, even let out by half a face square."""

outline_side_px = 512

least_coverage = np.float32(2.0**-10)
"""Below a quarter of a ten-bit step a matte is taken for nothing, so that no pixel changes without being seen to."""


def face_matte(
    outline_plate: Array, swap: Swap, geometry: CropGeometry, data: Window, settings: FaceMatteSettings
) -> Matte:
    """Coverage of the face over the tightest window that holds it: the outline times the model's own mattes.

    `outline_plate` is a closed ring of points x 2 in plate pixels. The matte is drawn in the crop, where it is small
    and its edge exact, and brought to the plate once. Its values are those that half float can hold.
    """
    coverage = coverage_in_crop(outline_plate, swap, geometry, settings)
    return _tight(_to_plate(coverage, swap.crop.plate_to_crop, data))


def coverage_in_crop(outline_plate: Array, swap: Swap, geometry: CropGeometry, settings: FaceMatteSettings) -> Floats:
    """What `face_matte` brings to the plate: side x side, 0 to 1, as it is drawn in the crop."""
    matrix, side_px = swap.crop.plate_to_crop, swap.crop.rgb_model.shape[0]
    coverage = _drawn(outline_plate, matrix, side_px, geometry.scale, settings)
    for matte in swap.mattes.values():
        coverage *= 1 - settings.model_matte * (1 - matte)
    return coverage


def outline_matte(outline_plate: Array, alignment: Matrix, data: Window, settings: FaceMatteSettings) -> Matte:
    """Coverage of the face where no model has been asked: the outline alone, as `face_matte` draws it.

    `alignment` is 2 x 3, plate pixels to the unit face square.
    """
    matrix = crop_matrix(alignment, outline_crop, outline_side_px)
    return _tight(_to_plate(_drawn(outline_plate, matrix, outline_side_px, outline_crop.scale, settings), matrix, data))


def _drawn(outline_plate: Array, matrix: Matrix, side_px: int, scale: float, settings: FaceMatteSettings) -> Floats:
    """The outline's coverage in a crop that shows `scale` face squares."""
    square_px = side_px / scale
    distance = signed_distance(transform(matrix, outline_plate), side_px) - settings.erode / 100 * square_px
    return _smoothstep(distance / (settings.feather / 100 * square_px))


def _smoothstep(ramp: Array) -> Floats:
    x = np.clip(ramp, 0, 1)
    return np.asarray(x * x * (3 - 2 * x), np.float32)


def _to_plate(coverage: Floats, plate_to_crop: Matrix, data: Window) -> Matte:
    side = coverage.shape[0]
    window = window_through(invert(plate_to_crop), Window(0, 0, side, side)).intersect(data)
    if window.is_empty:
        return Matte(window, np.zeros((0, 0), np.float32))
    # Beyond the crop nothing is covered, whatever the crop's own edge says.
    coverage[[0, -1]] = coverage[:, [0, -1]] = 0
    return Matte(window, resample(coverage, Window(0, 0, side, side), invert(plate_to_crop), window))


def _tight(matte: Matte) -> Matte:
    coverage = np.clip(matte.coverage, 0, 1)
    coverage[coverage < least_coverage] = 0
    window = covered_window(coverage > 0, matte.window)
    return Matte(window, coverage[window.slices(matte.window)].astype(np.float16).astype(np.float32))
