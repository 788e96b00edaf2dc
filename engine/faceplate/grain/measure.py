"""A plate's grain, measured: how strong at each exposure, how coarse, and how alike in the three channels."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from faceplate.errors import PlateError
from faceplate.grain.bins import bin_middle, exposure_bin, response_of, sigma_in
from faceplate.grain.blocks import BLOCK_PX, Survey, choose, cut, survey
from faceplate.grain.gathered import Blocks, Gathered, batches
from faceplate.grain.kernel import kernel_of
from faceplate.grain.response import Response
from faceplate.grain.spectrum import correlation_of, free_samples, kept_share, without_slow_modes
from faceplate.spec import Settings, knob
from faceplate.values import Array, Floats, GrainProfile, Matrix

ROUNDING = 3e-6  # of the exposure: what float32 leaves of a still picture after a log curve; below it there is no grain
FLAT_EXCESS = 1.5  # times the variance of the response: blocks of a bin with more are not flat, whatever they look

ToLinear = Callable[[Floats], Floats]


@dataclass(frozen=True, kw_only=True)
class GrainMeasureSettings(Settings):
    """How finely grain is measured; the defaults suit a 2K to 6K plate."""

    bins_per_stop: int = knob(2, help="Exposure bins in one stop.", group="Measure", minimum=1, maximum=8)
    blocks_per_bin: int = knob(
        96, help="Flat blocks taken from one frame in one exposure bin.", group="Measure", minimum=4, maximum=1024
    )
    fewest_blocks: int = knob(
        8, help="A bin with fewer flat blocks is reported as unmeasured.", group="Measure", minimum=1, maximum=1024
    )


class Channel(NamedTuple):
    """One channel of every block: mean, variance of the grain, bin; independent samples in a block; the response."""

    mean: Floats
    variance: Matrix
    bins: npt.NDArray[np.int64]
    free: float
    response: Response


def measure_grain(
    frames: Iterable[tuple[int, Array]],
    to_linear: ToLinear,
    encoding: str,
    settings: GrainMeasureSettings | None = None,
) -> GrainProfile:
    """How the grain of these frames behaves in scene-linear.

    A plate without grain, or without a flat place, gives a profile of zero response that adds nothing; `profile_notes`
    says so in words. One frame is held at a time, and only its flat blocks are converted.

    Args:
        frames: number and picture, rows x columns x 3, float16 or float32, as the plate encodes it.
        to_linear: encoded RGB (rows x columns x 3) to scene-linear.
        encoding: the name of that encoding; it is kept in the profile.
        settings: bins and block counts.

    Raises:
        PlateError: no frames, a frame that is not rows x columns x 3, or one smaller than a block of 32 pixels.
    """
    settings = settings or GrainMeasureSettings()
    gathered = Gathered()
    for number, frame_encoded in frames:
        found = survey(frame_encoded, f"frame {number}")
        gathered.add(number, _flat_blocks(frame_encoded, found, to_linear, settings))
    if not gathered.numbers:
        raise _no_frames(encoding)
    return _profile(gathered, encoding, settings)


def _flat_blocks(frame_encoded: Array, found: Survey, to_linear: ToLinear, settings: GrainMeasureSettings) -> Blocks:
    luminance = to_linear(found.mean_encoded[:, None]).mean(axis=(1, 2))
    chosen = choose(found, luminance, per_bin=settings.blocks_per_bin, bins_per_stop=settings.bins_per_stop)
    parts = [_linear_blocks(cut(frame_encoded, some), to_linear) for some in batches(chosen)]
    means = np.concatenate([np.empty((0, 3), np.float32), *(mean for mean, _ in parts)])
    residuals = np.concatenate([np.empty((0, 3, BLOCK_PX, BLOCK_PX), np.float32), *(rest for _, rest in parts)])
    variance = np.mean(residuals**2, axis=(2, 3))
    variance[variance < (ROUNDING * np.maximum(np.abs(means), 1e-3)) ** 2] = 0
    return Blocks(means, variance, residuals, exposure_bin(luminance[chosen], settings.bins_per_stop))


def _linear_blocks(blocks_encoded: Floats, to_linear: ToLinear) -> tuple[Floats, Floats]:
    linear = to_linear(blocks_encoded.reshape(-1, BLOCK_PX, 3)).reshape(blocks_encoded.shape)
    planes = np.ascontiguousarray(np.moveaxis(linear, -1, 1), np.float32)
    return planes.mean(axis=(2, 3)), without_slow_modes(planes)


def _profile(gathered: Gathered, encoding: str, settings: GrainMeasureSettings) -> GrainProfile:
    covariances = gathered.spectrum().autocovariance()
    channels = [_channel(gathered, each, covariances[each], settings.bins_per_stop) for each in range(3)]
    occupied = np.concatenate([channel.bins for channel in channels])
    numbers = np.arange(occupied.min(), occupied.max() + 1) if occupied.size else np.empty(0, np.int64)
    return GrainProfile(
        encoding=encoding,
        exposure=bin_middle(numbers, settings.bins_per_stop).astype(np.float32),
        sigma=np.stack([_sigma(channel, numbers, settings) for channel in channels]).astype(np.float32),
        response=np.array([channel.response for channel in channels], np.float32),
        kernel=np.stack([kernel_of(covariance) for covariance in covariances[:3]]),
        correlation=correlation_of(covariances),
        frames=tuple(gathered.numbers),
    )


def _channel(gathered: Gathered, index: int, covariance: Matrix, bins_per_stop: int) -> Channel:
    mean = np.concatenate(gathered.means)[:, index]
    variance = np.concatenate(gathered.variances)[:, index].astype(np.float64) / kept_share(covariance)
    bins, free = exposure_bin(mean, bins_per_stop), free_samples(covariance)
    return Channel(mean, variance, bins, free, response_of(mean, variance, bins, free))


def _sigma(channel: Channel, numbers: npt.NDArray[np.int64], settings: GrainMeasureSettings) -> Matrix:
    """Sigma in the middle of each of these bins, NaN where blocks are too few or hold more than the plate's grain."""
    sigma = np.full(numbers.size, np.nan)
    for place, middle in enumerate(bin_middle(numbers, settings.bins_per_stop)):
        members = channel.bins == numbers[place]
        if np.count_nonzero(members) >= settings.fewest_blocks:
            variance, mean = channel.variance[members], channel.mean[members]
            sigma[place] = sigma_in(variance, mean, float(middle), channel.response, channel.free)
    most = FLAT_EXCESS * channel.response.variance(bin_middle(numbers, settings.bins_per_stop))
    return np.where(np.square(sigma) > most, np.nan, sigma)


def _no_frames(encoding: str) -> PlateError:
    return PlateError(
        f"grain of a plate in {encoding}",
        expected="at least one frame",
        came="none",
        next_step="check the range that grain is measured over",
    )
