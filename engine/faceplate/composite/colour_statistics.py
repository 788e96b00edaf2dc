from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from faceplate.align import sampled_in_passes, seen_window
from faceplate.colour import ModelRange
from faceplate.compiled import compiled
from faceplate.values import Array, Crop, Floats, Matrix, Swap, Window, covered_window

quantiles = np.linspace(0.01, 0.99, 25)
"""Where curves are measured. Beyond the ends stand eyes, teeth and glints: a few pixels, which bend no curve."""

largest_level = 16.0
"""Nothing a model means as a picture lies further from its black; what does is not counted."""

most_sorted = 2**14
"""Pixels that curves are measured on; of more every second, third and so on is taken."""

widest_stops = 0.5
"""Frames whose plate is this much brighter or darker are lit otherwise, and say nothing about this one."""

least_light = 1e-6
wholly_seen = 0.999


@dataclass(frozen=True)
class ColourStatistics:
    """The colours of a swap and of the plate under it inside the matte, in the model's range, in one frame or several.

    All but `plate_mean` counts from the plate's mean: so frames under other light may be held against each other.

    Attributes:
        weight: how many pixels of the crop they are of; 0 where there are none, and nothing else is known.
        stops: the light of the plate's mean, log2 of scene-linear.
        plate_mean: 3.
        swap_offset: 3, the swap's mean.
        plate_covariance: 3 x 3.
        swap_covariance: 3 x 3.
        plate_levels: 3 x levels, each channel's values at `quantiles`; 3 x 0 where no curve is wanted.
        swap_levels: the swap's.
    """

    weight: float
    stops: float
    plate_mean: Matrix
    swap_offset: Matrix
    plate_covariance: Matrix
    swap_covariance: Matrix
    plate_levels: Matrix
    swap_levels: Matrix

    @property
    def size_bytes(self) -> int:
        """What keeping them costs."""
        return 1024 + self.plate_levels.nbytes + self.swap_levels.nbytes


def measure_colours(swap: Swap, coverage: Floats, light: ModelRange, *, levels: bool) -> ColourStatistics:
    """The statistics of one frame, of the pixels of its crop.

    Args:
        swap: with the crop it was made of.
        coverage: side x side, 0 to 1, how much each pixel counts.
        light: the range of the swap.
        levels: True where curves are wanted.
    """
    plate, made = swap.crop.rgb_model, swap.rgb_model
    with np.errstate(invalid="ignore"):
        sound = (np.abs(plate) <= largest_level).all(axis=-1) & (np.abs(made) <= largest_level).all(axis=-1)
    counted = sound & (coverage > 0)
    weights = coverage[counted].astype(np.float64)
    if not weights.size:
        return no_colours
    plate_mean, plate_covariance, plate_levels = _distribution(plate[counted], weights, levels=levels)
    swap_mean, swap_covariance, swap_levels = _distribution(made[counted], weights, levels=levels)
    return ColourStatistics(
        float(weights.sum()), _stops(plate_mean, light), plate_mean, swap_mean - plate_mean, plate_covariance,
        swap_covariance, plate_levels - plate_mean[:, None], swap_levels - plate_mean[:, None],
    )  # fmt: skip


no_colours = ColourStatistics(
    0.0, 0.0, np.zeros(3), np.zeros(3), np.zeros((3, 3)), np.zeros((3, 3)), np.zeros((3, 0)), np.zeros((3, 0))
)
"""Those of no pixel."""


def _distribution(pixels: Floats, weights: Matrix, *, levels: bool) -> tuple[Matrix, Matrix, Matrix]:
    """Mean, covariance and levels of pixels x 3."""
    mean, covariance = _moments(pixels, weights)
    if not levels:
        return mean, covariance, np.zeros((3, 0))
    some = slice(None, None, -(-len(weights) // most_sorted))
    found = [_levels(channel, weights[some]) for channel in pixels[some].T.astype(np.float64)]
    return mean, covariance, np.array(found)


@compiled
def _moments(pixels: Floats, weights: Matrix) -> tuple[Matrix, Matrix]:
    total, mean, products = 0.0, np.zeros(3), np.zeros((3, 3))
    for at in range(len(weights)):
        total += weights[at]
        for channel in range(3):
            mean[channel] += weights[at] * pixels[at, channel]
    mean /= total
    for at in range(len(weights)):
        for one in range(3):
            for other in range(3):
                apart = (pixels[at, one] - mean[one]) * (pixels[at, other] - mean[other])
                products[one, other] += weights[at] * apart
    return mean, products / total


def _levels(values: Matrix, weights: Matrix) -> Matrix:
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    return np.interp(quantiles, (below - weights[order] / 2) / below[-1], values[order])


def _stops(plate_mean: Matrix, light: ModelRange) -> float:
    linear = light.decode(plate_mean.astype(np.float32).reshape(1, 1, 3))
    return float(np.log2(max(float(linear.mean()), least_light)))


def coverage_seen(
    coverage: Floats, crop: Crop, region: Window, sound_over: Callable[[Window], Array], passes: int = 1
) -> Floats:
    """The coverage of a crop (side x side) without what is not the plate's: beyond its edge, or not a number there.

    `region` is what the crop was made from, in `passes` x `passes` samplings; `sound_over` tells over a window inside
    it which pixels are numbers. Only where the coverage looks is it asked.
    """
    side, matrix = coverage.shape[0] // passes, crop.plate_to_crop
    covered = covered_window(coverage > 0, Window(0, 0, *coverage.shape))
    if covered.is_empty:
        return coverage
    # In the pixels of one pass, which are what the plate was filtered for.
    looked_at = Window(*(edge // passes for edge in covered[:2]), *(-(-edge // passes) for edge in covered[2:]))
    wanted = seen_window(looked_at, matrix / passes)
    there = wanted.intersect(region)
    if there.is_empty:
        return np.zeros_like(coverage)
    sound = sound_over(there)
    if there == wanted and sound.all():
        return coverage
    around, known = there.grow(1), np.pad(sound.astype(np.float32), 1)
    seen = sampled_in_passes(known, around, matrix, side, passes)
    return coverage * (np.abs(1 - seen) < 1 - wholly_seen)


def smoothed_colours(
    own: ColourStatistics, around: Sequence[tuple[int, ColourStatistics]], reach: int
) -> ColourStatistics:
    """A frame's statistics taken together with those of the frames around it, about its own plate's mean.

    The weights are a raised cosine over time, the same to either side, which ends beyond `reach` frames, times the
    pixels of each frame, times Tukey's biweight of how many stops its plate differs: a flash is matched by itself, and
    its neighbours without it.

    Args:
        own: of the frame.
        around: those around it, each with how many frames it lies away; the frame itself is not among them.
        reach: frames to either side.
    """
    parts = [(own.weight, own)] if own.weight else []
    for offset, other in sorted(around, key=lambda each: each[0]):
        weight = other.weight * _near_in_time(offset, reach) * _near_in_light(own.stops - other.stops)
        parts += [(weight, other)] if own.weight and weight else []
    if not parts:
        return own
    total = sum(weight for weight, _ in parts)

    def mean(name: str) -> Matrix:
        return np.asarray(sum(weight / total * getattr(each, name) for weight, each in parts))

    return ColourStatistics(
        total, own.stops, own.plate_mean, mean("swap_offset"), mean("plate_covariance"), mean("swap_covariance"),
        mean("plate_levels"), mean("swap_levels"),
    )  # fmt: skip


def _near_in_time(offset: int, reach: int) -> float:
    return float(np.cos(np.pi / 2 * offset / (reach + 1)) ** 2)


def _near_in_light(stops: float) -> float:
    return max(0.0, 1 - (stops / widest_stops) ** 2) ** 2
