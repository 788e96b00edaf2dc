"""What has been measured of a plate so far, frame after frame, in a few numbers for each block."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from faceplate.grain.bins import response_of
from faceplate.grain.response import Response, typical_variance
from faceplate.grain.spectrum import CrossSpectrum, combined
from faceplate.values import Array, Floats, Matrix

BATCH = 128  # blocks in hand at a time, so that memory does not grow with the frame
FREE_SAMPLES = 100.0  # in a block of usual grain, until its spectrum is known
AGREEING = 1.7  # a block whose variance is further from its bin's usual one than this factor has no say in the spectrum
EXPLAINED = 1.3  # nor has a bin whose usual variance is further from the response than this factor


class Blocks(NamedTuple):
    """Flat blocks of one frame in scene-linear: means and residual variances (each blocks x 3), residuals, bins."""

    mean_linear: Floats
    variance: Floats
    residuals: Floats
    bins: npt.NDArray[np.int64]


@dataclass
class Gathered:
    """Every block's mean, variance and bin of luminance, and the sum of the spectra in each bin."""

    numbers: list[int] = field(default_factory=list)
    means: list[Floats] = field(default_factory=list)
    variances: list[Floats] = field(default_factory=list)
    bins: list[npt.NDArray[np.int64]] = field(default_factory=list)
    spectra: dict[int, CrossSpectrum] = field(default_factory=dict)

    def add(self, number: int, blocks: Blocks) -> None:
        """Takes in one frame."""
        self.numbers.append(number)
        self.means.append(blocks.mean_linear)
        self.variances.append(blocks.variance)
        self.bins.append(blocks.bins)
        for each in np.unique(blocks.bins):
            _add_bin(self.spectra.setdefault(int(each), CrossSpectrum()), blocks, np.flatnonzero(blocks.bins == each))

    def spectrum(self) -> CrossSpectrum:
        """The sum over the bins whose variance the response explains in every channel: grain, not picture.

        A bin that texture fills looks like grain of its own strength; only the other bins give it away. Where the
        response explains none, all count.
        """
        means, bins = np.concatenate(self.means), np.concatenate(self.bins)
        variances = np.concatenate(self.variances).astype(np.float64)
        responses = [response_of(means[:, each], variances[:, each], bins, FREE_SAMPLES) for each in range(3)]
        explained = [
            spectrum
            for number, spectrum in self.spectra.items()
            if _explained(means[bins == number], variances[bins == number], responses)
        ]
        return combined(explained or list(self.spectra.values()))


def batches(indexes: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """The indexes, BATCH at a time."""
    return [indexes[start : start + BATCH] for start in range(0, indexes.size, BATCH)]


def _explained(means: Floats, variances: Matrix, responses: list[Response]) -> bool:
    usual = np.array([typical_variance(variances[:, each], FREE_SAMPLES) for each in range(3)])
    exposure = np.median(means, axis=0).astype(np.float64)
    expected = np.array([float(response.variance(each)) for response, each in zip(responses, exposure, strict=True)])
    return bool(((usual <= EXPLAINED * expected) & (expected <= EXPLAINED * usual)).all())


def _add_bin(spectrum: CrossSpectrum, blocks: Blocks, members: npt.NDArray[np.int64]) -> None:
    """Adds the blocks that agree with their bin, each channel brought to unit variance by the bin's usual one."""
    variance = blocks.variance[members].astype(np.float64)
    usual = np.array([typical_variance(variance[:, each], FREE_SAMPLES) for each in range(3)])
    if not usual.any():
        return
    ratio = np.divide(variance, usual, out=np.ones_like(variance), where=usual > 0)
    agreeing = ((ratio < AGREEING) & (ratio > 1 / AGREEING)).all(axis=1)
    gain: Array = np.divide(1, np.sqrt(usual), out=np.zeros(3), where=usual > 0).astype(np.float32)
    for some in batches(members[agreeing]):
        spectrum.add(blocks.residuals[some] * gain[:, None, None])
