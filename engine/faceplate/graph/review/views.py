from typing import NamedTuple

import numpy as np

from faceplate.align import crop_matrix, crop_window, resample
from faceplate.colour import Conversion
from faceplate.models import CropGeometry
from faceplate.plate import normalised
from faceplate.values import Floats, Frame, Matrix, Person, Window

# The unit face square with room for hair, chin and what is around them.
close_up = CropGeometry(scale=2.2, centre=(0.5, 0.4))


class View(NamedTuple):
    """A display picture, rows x columns x 3, and the 2 x 3 transform from plate pixels to its pixels."""

    rgb_display: Floats
    plate_to_picture: Matrix


def whole(frame: Frame, to_display: Conversion, size_px: tuple[int, int]) -> View:
    """The display window fitted into columns x rows, its pixels square; black around it."""
    display, aspect = frame.header.display, frame.header.pixel_aspect
    scale = min(size_px[0] / (display.width * aspect), size_px[1] / display.height)
    matrix = np.array([[scale * aspect, 0.0, 0.0], [0.0, scale, 0.0]])
    matrix[:, 2] = np.array(size_px) / 2 - matrix[:, :2] @ [display.width / 2, display.height / 2]
    return View(_seen(frame, to_display, matrix, size_px), matrix)


def stabilised(frame: Frame, to_display: Conversion, person: Person, row: int, side_px: int) -> View:
    """The face held still by its alignment: what moves in it is what the track leaves. Black where nobody is seen."""
    if not person.seen[row]:
        return View(np.zeros((side_px, side_px, 3), np.float32), np.eye(2, 3))
    matrix = crop_matrix(person.alignment[row], close_up, side_px)
    return View(_seen(frame, to_display, matrix, (side_px, side_px)), matrix)


def _seen(frame: Frame, to_display: Conversion, matrix: Matrix, size_px: tuple[int, int]) -> Floats:
    """The plate through a transform, in display; black outside its data window."""
    target = Window(0, 0, *size_px)
    region = crop_window(matrix, max(size_px)).intersect(frame.header.data)
    if region.is_empty:
        return np.zeros((size_px[1], size_px[0], 3), np.float32)
    stored = normalised(frame.stored(region), frame.sample)
    seen = to_display(np.nan_to_num(resample(np.ascontiguousarray(stored), region, matrix, target)))
    return np.clip(np.nan_to_num(seen), 0, 1) * _inside(matrix, region, target)[..., None]


def _inside(matrix: Matrix, region: Window, target: Window) -> Floats:
    """1 where a pixel's centre comes from the region, rows x columns."""
    columns, rows = np.meshgrid(np.arange(target.width) + 0.5, np.arange(target.height) + 0.5)
    linear = np.linalg.inv(matrix[:, :2])
    at = (np.stack([columns, rows], axis=-1) - matrix[:, 2]) @ linear.T
    low, high = np.array(region[:2]), np.array(region[2:])
    return np.asarray(((at >= low) & (at < high)).all(axis=-1), np.float32)
