import numpy as np

from faceplate.align import crop_matrix, decimation_lobes, invert, resample, transform, window_through
from faceplate.compiled import compiled
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
    crop, back = Window(0, 0, *coverage.shape[::-1]), invert(plate_to_crop)
    # Beyond the crop nothing is covered, whatever the crop's own edge says.
    coverage[[0, -1]] = coverage[:, [0, -1]] = 0
    seen = covered_window(coverage > 0, crop).grow(decimation_lobes).intersect(crop)
    reached = window_through(back, seen).grow(decimation_lobes)
    window = reached.intersect(window_through(back, crop)).intersect(data)
    if window.is_empty:
        return Matte(window, np.zeros((0, 0), np.float32))
    return Matte(window, resample(coverage, crop, back, window))


def _tight(matte: Matte) -> Matte:
    coverage = matte.coverage
    _as_halves(coverage.view(np.uint32), coverage, least_coverage)
    window = covered_window(coverage > 0, matte.window)
    return Matte(window, coverage[window.slices(matte.window)])


@compiled
def _as_halves(bits: Array, coverage: Floats, least: np.float32) -> None:
    """Clips coverage, of which `bits` is a view, and rounds it to what a half holds, to the even one of two, in place.

    A half has 13 bits less; what is as small as to lose more of them is nothing before.
    """
    kept, below, one = np.uint32(0xFFFFE000), np.uint32(0xFFF), np.uint32(1)
    for row in range(coverage.shape[0]):
        for column in range(coverage.shape[1]):
            value = coverage[row, column]
            coverage[row, column] = min(value, np.float32(1)) if value >= least else np.float32(0)
            whole = bits[row, column]
            bits[row, column] = (whole + below + ((whole >> np.uint32(13)) & one)) & kept
