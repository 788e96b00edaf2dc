"""What a model's crop shows, where it lies on the plate: its answer, its mattes, and the maps there and back."""

from functools import reduce

import numpy as np

from faceplate.align import invert, resample, window_through
from faceplate.colour import ModelRange
from faceplate.composite import crop_to_plate
from faceplate.graph.exchange.stabilise import fractions, places
from faceplate.values import Floats, Swap, Window

brightest = 65504.0
"""The largest half float; a layer holds no infinity."""


def square_of(swap: Swap) -> Window:
    """The crop's own pixels."""
    side = swap.crop.rgb_model.shape[0]
    return Window(0, 0, side, side)


def footprint_of(swap: Swap, data: Window) -> Window:
    """Where the crop lies on the plate."""
    return window_through(invert(swap.crop.plate_to_crop), square_of(swap)).intersect(data)


def raw_answer(swap: Swap, window: Window, light: ModelRange, sampling: str) -> Floats:
    """The model's answer over a window of the plate, rows x columns x 3, scene-linear; what is no light is 0."""
    picture = light.decode(crop_to_plate(swap.rgb_model, swap.crop.plate_to_crop, window, sampling))
    return np.asarray(np.nan_to_num(picture, nan=0.0, posinf=brightest, neginf=-brightest), np.float32)


def model_matte(swap: Swap, window: Window) -> Floats:
    """What the model's own mattes let through together, rows x columns, 0 to 1; 1 where it has none."""
    through = reduce(np.multiply, swap.mattes.values(), np.ones(swap.crop.rgb_model.shape[:2], np.float32))
    there = resample(through, square_of(swap), invert(swap.crop.plate_to_crop), window)
    return np.clip(there, np.float32(0), np.float32(1))


def map_to_plate(swap: Swap, window: Window) -> Floats:
    """An STMap that reads the crop and gives the plate: u, v and what is covered, rows x columns x 3."""
    x, y = places(swap.crop.plate_to_crop, window)
    side = square_of(swap).width
    inside = (x >= 0) & (x <= side) & (y >= 0) & (y <= side)
    return np.ascontiguousarray(fractions(x, y, (side, side), inside)[..., [0, 1, 3]])


def map_to_crop(swap: Swap, size: tuple[int, int]) -> Floats:
    """An STMap that reads a plate of this size and gives the crop: u, v and what is covered, side x side x 3."""
    x, y = places(invert(swap.crop.plate_to_crop), square_of(swap))
    inside = (x >= 0) & (x <= size[0]) & (y >= 0) & (y <= size[1])
    return np.ascontiguousarray(fractions(x, y, size, inside)[..., [0, 1, 3]])
