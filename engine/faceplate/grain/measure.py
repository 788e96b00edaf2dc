"""A plate's grain, measured: how strong at each exposure, how coarse, and how alike in the three channels."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from faceplate.errors import PlateError
from faceplate.grain.blocks import BLOCK_PX, Survey, bin_middle, choose, cut, exposure_bin, survey
from faceplate.grain.kernel import kernel_of
from faceplate.grain.response import Line, fit_response, typical_variance
from faceplate.grain.spectrum import (
    CrossSpectrum,
    correlation_of,
    free_samples,
    kept_share,
    without_slow_modes,
)
from faceplate.spec import Settings, knob
from faceplate.values import Array, Floats, GrainProfile, Matrix

BATCH = 128  # blocks in hand at a time, so that memory does not grow with the frame
ROUNDING = 3e-6  # of the exposure: what float32 leaves of a still picture after a log curve; below it there is no grain
FREE_SAMPLES = 100.0  # in a block of usual grain, until its spectrum is known
AGREEING = 1.7  # a block whose variance is further from its bin's usual one than this factor has no say in the spectrum
MOST_WEIGHT = 100  # blocks: beyond it a bin's variance is better known than a straight line can follow

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


class Blocks(NamedTuple):
    """Flat blocks of one frame in scene-linear: means and residual variances (each blocks x 3), residuals, bins."""

    mean_linear: Floats
    variance: Floats
    residuals: Floats
    bins: npt.NDArray[np.int64]


@dataclass
class Gathered:
    """What has been measured so far; a few numbers for each block, whatever the size of the frame."""

    numbers: list[int] = field(default_factory=list)
    means: list[Floats] = field(default_factory=list)
    variances: list[Floats] = field(default_factory=list)
    spectrum: CrossSpectrum = field(default_factory=CrossSpectrum)

    def add(self, number: int, blocks: Blocks) -> None:
        """Takes in one frame."""
        self.numbers.append(number)
        self.means.append(blocks.mean_linear)
        self.variances.append(blocks.variance)
        _add_spectrum(self.spectrum, blocks)


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
    parts = [_linear_blocks(cut(frame_encoded, some), to_linear) for some in _batches(chosen)]
    means = np.concatenate([np.empty((0, 3), np.float32), *(mean for mean, _ in parts)])
    residuals = np.concatenate([np.empty((0, 3, BLOCK_PX, BLOCK_PX), np.float32), *(rest for _, rest in parts)])
    variance = np.mean(residuals**2, axis=(2, 3))
    variance[variance < (ROUNDING * np.maximum(np.abs(means), 1e-3)) ** 2] = 0
    return Blocks(means, variance, residuals, exposure_bin(luminance[chosen], settings.bins_per_stop))


def _linear_blocks(blocks_encoded: Floats, to_linear: ToLinear) -> tuple[Floats, Floats]:
    linear = to_linear(blocks_encoded.reshape(-1, BLOCK_PX, 3)).reshape(blocks_encoded.shape)
    planes = np.ascontiguousarray(np.moveaxis(linear, -1, 1), np.float32)
    return planes.mean(axis=(2, 3)), without_slow_modes(planes)


def _batches(indexes: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    return [indexes[start : start + BATCH] for start in range(0, indexes.size, BATCH)]


def _add_spectrum(spectrum: CrossSpectrum, blocks: Blocks) -> None:
    """Adds the blocks that agree with their bin, each channel brought to unit variance by the bin's usual one."""
    usual = np.zeros_like(blocks.variance)
    for number in np.unique(blocks.bins):
        members = blocks.bins == number
        usual[members] = [typical_variance(blocks.variance[members, each], FREE_SAMPLES) for each in range(3)]
    grainy = usual > 0
    scale = np.where(grainy, usual, 1)
    ratio = np.where(grainy, blocks.variance / scale, 1)
    agreeing = ((ratio < AGREEING) & (ratio > 1 / AGREEING)).all(axis=1)
    whole = agreeing & grainy.all(axis=1)
    members = np.flatnonzero(whole if whole.any() else agreeing & grainy.any(axis=1))
    gain = (grainy / np.sqrt(scale)).astype(np.float32)[:, :, None, None]
    for some in _batches(members):
        spectrum.add(blocks.residuals[some] * gain[some])


def _profile(gathered: Gathered, encoding: str, settings: GrainMeasureSettings) -> GrainProfile:
    means, variances = np.concatenate(gathered.means), np.concatenate(gathered.variances)
    covariances = gathered.spectrum.autocovariance()
    true = np.stack([variances[:, each] / kept_share(covariances[each]) for each in range(3)])
    bins = exposure_bin(means, settings.bins_per_stop)
    numbers = np.arange(bins.min(), bins.max() + 1) if bins.size else np.empty(0, np.int64)
    channels = [
        _channel(means[:, each], true[each], bins[:, each], numbers, free_samples(covariances[each]), settings)
        for each in range(3)
    ]
    return GrainProfile(
        encoding=encoding,
        exposure=bin_middle(numbers, settings.bins_per_stop).astype(np.float32),
        sigma=np.stack([sigma for sigma, _ in channels]).astype(np.float32),
        response=np.array([line for _, line in channels], np.float32),
        kernel=np.stack([kernel_of(covariance) for covariance in covariances[:3]]),
        correlation=correlation_of(covariances),
        frames=tuple(gathered.numbers),
    )


def _channel(
    mean: Floats,
    variance: Matrix,
    bins: npt.NDArray[np.int64],
    numbers: npt.NDArray[np.int64],
    free: float,
    settings: GrainMeasureSettings,
) -> tuple[Matrix, Line]:
    """Sigma in the middle of each bin, NaN where blocks are too few, and the response.

    A bin's blocks lie anywhere in it: the line gives the way to its middle, not the level.
    """
    counts = np.array([np.count_nonzero(bins == number) for number in numbers])
    held = numbers[counts > 0]
    exposure = np.array([np.median(mean[bins == number]) for number in held], np.float64)
    usual = np.array([typical_variance(variance[bins == number], free) for number in held], np.float64)
    line = fit_response(exposure, usual, np.minimum(counts[counts > 0], MOST_WEIGHT).astype(np.float64))
    sigma = np.full(numbers.size, np.nan)
    for index in np.flatnonzero(counts >= settings.fewest_blocks):
        members = bins == numbers[index]
        expected = line.variance(np.asarray(mean[members], np.float64))
        there = line.variance(bin_middle(numbers[index], settings.bins_per_stop))
        level = variance[members] / expected * there if (expected > 0).all() else variance[members]
        sigma[index] = np.sqrt(typical_variance(level, free))
    return sigma, line


def _no_frames(encoding: str) -> PlateError:
    return PlateError(
        f"grain of a plate in {encoding}",
        expected="at least one frame",
        came="none",
        next_step="check the range that grain is measured over",
    )
