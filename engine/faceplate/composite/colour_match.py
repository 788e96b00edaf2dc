"""The swap's colours brought to the plate's inside the matte, in the model's range.

That range is a curve near to how light is seen, log or gamma, and goes on below black and beyond white without an end:
a change of exposure is an offset there, or nearly. A match moves the model's picture alone. What the model's range
cannot hold of the plate is added after it, so no highlight and no negative is clipped, and outside what was measured a
curve goes on as an offset.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from faceplate.compiled import compiled
from faceplate.composite.colour_statistics import ColourStatistics
from faceplate.swap import FaceSwapSettings
from faceplate.values import Floats, Matrix

noise_deviation = 0.002
"""Half an eight-bit code: what varies less than this is flat, and has no contrast to match."""

largest_contrast = 3.0
"""No match raises or lowers contrast by more."""

fewest_pixels, enough_pixels = 16.0, 256.0
"""Up to so few pixels the mean alone is matched; from so many on contrast is matched in full."""

least_step = 2e-4
"""Added to the steps between levels, so that where there are none their ratio is 1."""


@dataclass(frozen=True)
class LinearMatch:
    """A swap's colours turned about its mean and brought to the plate's.

    Attributes:
        matrix: 3 x 3.
        swap_mean: 3, in the model's range.
        plate_mean: 3, in the model's range.
    """

    matrix: Matrix
    swap_mean: Matrix
    plate_mean: Matrix

    def moved(self, rgb_model: Floats) -> Floats:
        """What is to be added to a picture (rows x columns x 3) so that it matches."""
        offset = self.plate_mean - self.matrix @ self.swap_mean
        turned = rgb_model @ (self.matrix - np.eye(3)).T.astype(np.float32)
        return np.asarray(turned + offset.astype(np.float32), np.float32)


@dataclass(frozen=True)
class CurveMatch:
    """A monotone curve for each channel.

    Attributes:
        knots: 3 x knots, ascending, in the model's range.
        offsets: 3 x knots, what is added there; between two of them in proportion, beyond the ends as there.
    """

    knots: Matrix
    offsets: Matrix

    def moved(self, rgb_model: Floats) -> Floats:
        """What is to be added to a picture (rows x columns x 3) so that it matches."""
        return _along(np.ascontiguousarray(rgb_model), self.knots, self.offsets)


@compiled
def _along(rgb_model: Floats, knots: Matrix, offsets: Matrix) -> Floats:
    moved = np.empty_like(rgb_model)
    last = knots.shape[1] - 1
    for row in range(rgb_model.shape[0]):
        for column in range(rgb_model.shape[1]):
            for channel in range(3):
                low, high, at = 0, last, knots[channel]
                value = min(max(rgb_model[row, column, channel], at[0]), at[last])
                while high - low > 1:
                    middle = (low + high) // 2
                    if value < at[middle]:
                        high = middle
                    else:
                        low = middle
                share = (value - at[low]) / (at[high] - at[low])
                moved[row, column, channel] = offsets[channel, low] * (1 - share) + offsets[channel, high] * share
    return moved


ColourMatch: TypeAlias = LinearMatch | CurveMatch


def needs_statistics(settings: FaceSwapSettings) -> bool:
    """True where the match hangs on more than the mean of the frame itself, which the composite takes by itself."""
    if settings.mode != "replace" or settings.colour_match == 0:
        return False
    return settings.colour_match_method != "mean" or settings.colour_smooth > 0


def fit_match(colours: ColourStatistics, method: str) -> ColourMatch:
    """The match that a method makes of statistics; one that changes nothing where they are of no pixel.

    Args:
        colours: of one frame, or smoothed over several; with levels where the method is `histogram`.
        method: `mean`; `mean_variance`, each channel by itself (Reinhard et al., "Color Transfer between Images",
            2001, eq. 10 and 11); `covariance`, the linear Monge-Kantorovich map (Pitie and Kokaram, "The Linear
            Monge-Kantorovitch Linear Colour Mapping", 2007, eq. 18); `histogram`, each channel's quantiles upon the
            plate's.
    """
    if method == "histogram" and colours.weight:
        return _curves(colours)
    matrix = np.eye(3) + _share(colours) * (_matrices[method](colours) - np.eye(3))
    return LinearMatch(matrix, colours.plate_mean + colours.swap_offset, colours.plate_mean)


def matched_picture(rgb_model: Floats, match: ColourMatch, strength: float) -> Floats:
    """A model's picture so far on its way to the match: each colour goes straight there.

    For the transport maps these are the distributions in between (McCann, "A Convexity Principle for Interacting
    Gases", 1997).
    """
    # A model may give what no float holds once it is turned: the composite leaves the plate there.
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(rgb_model + np.float32(strength) * match.moved(rgb_model), np.float32)


def _share(colours: ColourStatistics) -> float:
    return float(np.clip((colours.weight - fewest_pixels) / (enough_pixels - fewest_pixels), 0, 1))


def _none(_colours: ColourStatistics) -> Matrix:
    return np.eye(3)


def _diagonal(colours: ColourStatistics) -> Matrix:
    plate, swap = (np.diag(each) + noise_deviation**2 for each in (colours.plate_covariance, colours.swap_covariance))
    return np.diag(np.clip(np.sqrt(plate / swap), 1 / largest_contrast, largest_contrast))


def _transport(colours: ColourStatistics) -> Matrix:
    """Symmetric and positive: of all matrices that give the swap the plate's covariance the one that moves it least."""
    floor = noise_deviation**2 * np.eye(3)
    root = _of_values(colours.swap_covariance + floor, np.sqrt)
    back = np.linalg.inv(root)
    matrix = back @ _of_values(root @ (colours.plate_covariance + floor) @ root, np.sqrt) @ back
    return _of_values(matrix, lambda values: np.clip(values, 1 / largest_contrast, largest_contrast))


def _of_values(matrix: Matrix, change: Callable[[Matrix], Matrix]) -> Matrix:
    """A symmetric matrix with its eigenvalues changed."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * change(np.maximum(values, 0))) @ vectors.T)


_matrices: dict[str, Callable[[ColourStatistics], Matrix]] = {
    "mean": _none, "mean_variance": _diagonal, "covariance": _transport, "histogram": _none
}  # fmt: skip


def _curves(colours: ColourStatistics) -> CurveMatch:
    swap, plate = colours.swap_levels, colours.plate_levels
    steps = np.maximum(np.diff(swap, axis=1), least_step / 10)
    slopes = (np.diff(plate, axis=1) + least_step) / (steps + least_step)
    slopes = 1 + _share(colours) * (np.clip(slopes, 1 / largest_contrast, largest_contrast) - 1)
    return CurveMatch(
        _about_middle(swap, steps) + colours.plate_mean[:, None],
        _about_middle(plate, steps * slopes) - _about_middle(swap, steps),
    )


def _about_middle(levels: Matrix, steps: Matrix) -> Matrix:
    """Levels with these steps between them, the middle one where it was."""
    middle = levels.shape[1] // 2
    climbed = np.pad(np.cumsum(steps, axis=1), ((0, 0), (1, 0)))
    return np.asarray(levels[:, [middle]] + climbed - climbed[:, [middle]])
