from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from faceplate.colour.codes import Ranks, every_number, ranks
from faceplate.colour.kernels import Three, mark_level, worst_class
from faceplate.colour.steps import places
from faceplate.colour.table_path import Tables
from faceplate.values import Array, Floats, Sample

fine, beyond, infinite, not_a_number = range(4)
"""What becomes of a sample, by rising weight: a pixel is as bad as its worst sample."""


@dataclass(frozen=True)
class Unprocessable:
    """Pixels without scene-linear light that could be worked on: they stay the plate's own samples.

    Attributes:
        pixels: rows x columns, True where a pixel is one of them.
        nan: how many hold a NaN.
        infinite: how many hold an infinity and no NaN.
        beyond: how many hold neither, but a sample that the encoding does not give back: its light is more than a
            float holds, or the conversion is level there.
    """

    pixels: npt.NDArray[np.bool_]
    nan: int
    infinite: int
    beyond: int

    @property
    def counts(self) -> dict[str, int]:
        """The three counts by name."""
        return {"nan": self.nan, "infinite": self.infinite, "beyond": self.beyond}


def code_classes(tables: Tables, sample: Sample) -> Three:
    """For each channel the class of every code. A code is beyond if its own curve does not lead back to it."""
    numbers = every_number(sample)
    with np.errstate(invalid="ignore"):
        own = ranks(np.nan_to_num(numbers), sample)
    gain = _gain(tables.near) * (_gain(tables.far) if tables.bend[0].size else 1)
    largest = float(np.finfo(np.float32).max) / gain
    shared = tables.table[0] is tables.table[1] and tables.steps.steps[0] is tables.steps.steps[1]
    pairs = list(zip(tables.table, tables.steps.steps, strict=True))[: 1 if shared else 3]
    classes = [_classes(numbers, own, light, steps, largest) for light, steps in pairs]
    return (classes * 3)[0], (classes * 3)[1], (classes * 3)[2]


def unprocessable_codes(tables: Tables, classes: Three, codes: Array) -> Unprocessable:
    """The pixels of codes (rows x columns x 3) that must stay as they are."""
    worst = np.zeros(codes.shape[:2], np.uint8)
    if any(each.any() for each in classes):
        worst_class(codes, classes, worst)
    if tables.bend[0].size:
        marked = np.zeros_like(worst)
        mark_level(codes, tables.table, tables.near, tables.level, marked)
        worst = np.maximum(worst, marked * np.uint8(beyond))
    return _counted(worst)


def unprocessable_numbers(numbers: Floats, lowest: Floats, highest: Floats) -> Unprocessable:
    """The pixels of numbers (rows x columns x 3) that must stay as they are; a channel's ends are its curve's."""
    classes = np.where((numbers < lowest) | (numbers > highest), beyond, fine)
    classes = np.where(np.isinf(numbers), infinite, np.where(np.isnan(numbers), not_a_number, classes))
    return _counted(classes.max(axis=2).astype(np.uint8))


def ends_of(classes: Three) -> tuple[Floats, Floats]:
    """The lowest and highest number of each channel that its curve gives back, told by the classes of all halves.

    Infinite where the last half itself comes back: the curve then ends past what halves can say.
    """
    numbers = every_number(Sample.HALF)
    within = np.stack([np.where(each == fine, numbers, np.nan) for each in classes])
    low, high = np.nanmin(within, axis=1), np.nanmax(within, axis=1)
    top = np.finfo(np.float16).max
    return np.where(low == -top, -np.inf, low), np.where(high == top, np.inf, high)


def _classes(numbers: Floats, own: Ranks, light: Floats, steps: Array, largest: float) -> Array:
    back = np.searchsorted(steps, places(light), side="right")
    with np.errstate(invalid="ignore"):
        lost = (back != own) | (np.abs(light) > largest)
    classes = np.where(lost, beyond, fine)
    return np.where(np.isinf(numbers), infinite, np.where(np.isnan(numbers), not_a_number, classes)).astype(np.uint8)


def _gain(matrix: npt.NDArray[np.float64]) -> float:
    return max(1.0, float(np.abs(matrix[:, :3]).sum(axis=1).max()))


def _counted(worst: Array) -> Unprocessable:
    pixels = worst > fine
    # Counting takes longer than looking, and mostly there are none.
    counts = np.bincount(worst[pixels] if pixels.any() else [], minlength=not_a_number + 1)
    return Unprocessable(pixels, int(counts[not_a_number]), int(counts[infinite]), int(counts[beyond]))
