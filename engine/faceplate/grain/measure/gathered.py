"""What has been measured of a plate so far, frame after frame, in a few numbers for each block."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from faceplate.grain.measure.displacement import Places
from faceplate.grain.measure.pairs import kept_by_interpolation
from faceplate.grain.measure.sampled import Blocks, batches
from faceplate.grain.measure.spectrum import CrossSpectrum, autocovariance, kept_share
from faceplate.grain.response.bins import exposure_bin, responses_of
from faceplate.grain.response.levels import typical_variance
from faceplate.grain.threads import side_by_side
from faceplate.values import Array, Floats, Matrix

FREE_SAMPLES = 100.0  # in a block of usual grain, until its spectrum is known
AGREEING = 1.7  # a block whose variance is further from its bin's usual one than this factor has no say in the spectrum
EXPLAINED = 1.3  # nor has a bin whose usual variance is further from the response than this factor
APART = 3.0  # deviations: what two ways may differ by chance
ROOM = 0.02  # in natural log of variance: and by what else is no matter
TINY = 1e-16
WEAK = 0.5  # of the usual variance: independent grain of a block is hardly ever so weak
DEAD = 0.1  # of the variance that a quarter of the bin's blocks exceed: so much less is no grain, or another's
WHOLE_BLOCKS = 16  # so many that were not interpolated are enough for a spectrum


@dataclass
class Gathered:
    """Every block's mean, variance (also of what no slow mode holds, and of rounding), bin of luminance and part of a
    pixel, and the sum of the spectra in each bin.

    `removed` slow modes were taken out of the blocks.
    """

    removed: int
    means: Floats = field(default_factory=lambda: np.empty((0, 3), np.float32))
    variances: Floats = field(default_factory=lambda: np.empty((0, 3), np.float32))
    rounding: Floats = field(default_factory=lambda: np.empty((0, 3), np.float32))
    fast: Floats = field(default_factory=lambda: np.empty((0, 3), np.float32))
    bins: Places = field(default_factory=lambda: np.empty(0, np.int64))
    parts: Matrix = field(default_factory=lambda: np.empty((0, 2)))
    spectra: dict[int, CrossSpectrum] = field(default_factory=dict)

    def add(self, blocks: Blocks) -> None:
        """Takes in one frame."""
        self.means = np.concatenate([self.means, blocks.mean_linear])
        self.variances = np.concatenate([self.variances, blocks.variance])
        self.rounding = np.concatenate([self.rounding, blocks.rounding])
        self.fast = np.concatenate([self.fast, blocks.fast])
        self.bins = np.concatenate([self.bins, blocks.bins])
        self.parts = np.concatenate([self.parts, blocks.part])
        numbers = np.unique(blocks.bins).tolist()
        spectra = [self.spectra.setdefault(number, CrossSpectrum(self.removed)) for number in numbers]
        parts = [np.flatnonzero(blocks.bins == number) for number in numbers]
        side_by_side(lambda at: _add_bin(spectra[at], blocks, parts[at]), range(len(parts)))

    def part(self, numbers: set[int]) -> Self:
        """Of these bins alone."""
        inside = np.isin(self.bins, list(numbers))
        spectra = {number: spectrum for number, spectrum in self.spectra.items() if number in numbers}
        return replace(
            self,
            means=self.means[inside],
            variances=self.variances[inside],
            rounding=self.rounding[inside],
            fast=self.fast[inside],
            bins=self.bins[inside],
            parts=self.parts[inside],
            spectra=spectra,
        )

    @property
    def weak_share(self) -> float:
        """The share of the blocks that are far weaker than others of their bin."""
        weak = 0
        for _, variance in _by_bin(self.bins, self.variances):
            grainy = variance[variance > 0]
            weak += variance.size - grainy.size
            weak += int(np.count_nonzero(grainy < WEAK * np.median(grainy))) if grainy.size else 0
        return weak / max(self.bins.size, 1)

    @property
    def dead_share(self) -> float:
        """The share of the blocks that have hardly any grain where others of their exposure have some."""
        dead = sum(int(np.count_nonzero(_is_dead(variance))) for _, variance in _by_bin(self.bins, self.variances))
        return dead / max(self.bins.size, 1)

    def grain_variances(self, covariances: Matrix) -> Matrix:
        """The variances, blocks x 3, with what the slow modes and interpolation took put back, for grain of these
        autocovariances.
        """
        shares = [
            kept_share(covariance, self.removed) * kept_by_interpolation(covariance, self.parts)
            for covariance in covariances[:3]
        ]
        return self.variances / np.stack(shares, axis=1)


class Sample(NamedTuple):
    """All blocks that grain is told from: means and variances of it, what rounding leaves (each blocks x 3), bins of
    luminance.
    """

    means: Floats
    variances: Matrix
    rounding: Floats
    bins: Places


def sample_of(gathered: Iterable[Gathered], covariances: Matrix) -> Sample:
    """What all of them hold together, of grain of these autocovariances."""
    parts = [(each.means, each.grain_variances(covariances), each.rounding, each.bins) for each in gathered]
    return Sample(*(np.concatenate(some) for some in zip(*parts, strict=True)))


def spectra_in(gathered: Sequence[Gathered], bins_per_stop: int) -> dict[int, list[CrossSpectrum]]:
    """The spectra, by bin, of the bins whose variance the response explains in every channel: grain, not picture.

    A bin that texture fills looks like grain of its own strength; only the other bins give it away. Where the
    response explains none, all count.
    """
    every = [(number, spectrum) for each in gathered for number, spectrum in each.spectra.items() if spectrum.blocks]
    found = explained(sample_of(gathered, autocovariance(spectrum for _, spectrum in every)), bins_per_stop)
    by_bin: dict[int, list[CrossSpectrum]] = {}
    for number, spectrum in [pair for pair in every if pair[0] in found] or every:
        by_bin.setdefault(number, []).append(spectrum)
    return by_bin


def explained(sample: Sample, bins_per_stop: int) -> set[int]:
    """The numbers of these bins."""
    bins = exposure_bin(sample.means, bins_per_stop)
    responses = responses_of(sample.means, sample.variances, bins, [FREE_SAMPLES] * 3)
    means = sample.means.astype(np.float64)
    expected = np.stack([response.variance(mean) for response, mean in zip(responses, means.T, strict=True)], axis=1)
    ratio = np.divide(sample.variances, expected, out=np.zeros_like(expected), where=expected > 0)
    usual = {number: _usual(ratio[sample.bins == number]) for number in np.unique(sample.bins).tolist()}
    return {number for number, each in usual.items() if each.max() <= EXPLAINED and each.min() >= 1 / EXPLAINED}


def better_supported(alone: Gathered, beside: Gathered) -> tuple[Gathered, Gathered]:
    """In each bin what frames say alone, or beside one another, or both where they agree.

    Texture adds to what a frame says alone, movement and flicker to what two say: the lower of the two is grain.
    """
    lower: dict[bool, set[int]] = {True: set(), False: set()}
    for number in np.unique(np.concatenate([alone.bins, beside.bins])).tolist():
        apart = _apart(alone.fast[alone.bins == number], beside.fast[beside.bins == number])
        if apart <= 0:
            lower[True].add(number)
        if apart >= 0:
            lower[False].add(number)
    return alone.part(lower[True]), beside.part(lower[False])


def _apart(alone: Floats, beside: Floats) -> float:
    """By how much one is above the other beyond chance, natural log of variance; 0 where they agree."""
    if not (alone.shape[0] and beside.shape[0]):
        return np.inf if beside.shape[0] else -np.inf
    ratio = float(np.mean(np.log(_usual(alone) + TINY) - np.log(_usual(beside) + TINY)))
    chance = np.sqrt(2 / FREE_SAMPLES * (1 / alone.shape[0] + 1 / beside.shape[0]))
    return ratio if abs(ratio) > APART * chance + ROOM else 0.0


def _usual(variances: Array) -> Matrix:
    columns = variances.astype(np.float64).T
    return np.array([typical_variance(column, FREE_SAMPLES) for column in columns])


def without_copies(blocks: Blocks) -> Blocks:
    """Without those that a codec copied; where most of a bin are alike, there is no grain to copy."""
    kept = [np.empty(0, np.int64)]
    for members, variance in _by_bin(blocks.bins, blocks.variance):
        dead = _is_dead(variance)
        kept.append(members[~dead] if 2 * np.count_nonzero(dead) < dead.size else members)
    return blocks.at(np.sort(np.concatenate(kept)))


def _by_bin(bins: Places, variances: Floats) -> Iterator[tuple[Places, Floats]]:
    """The blocks of each bin, and their variances, those of the channels added up."""
    for number in np.unique(bins):
        members = np.flatnonzero(bins == number)
        yield members, variances[members].sum(axis=1)


def _is_dead(variance: Floats) -> npt.NDArray[np.bool_]:
    """Which blocks of a bin have hardly any grain beside a good part of the others."""
    return np.asarray(variance < DEAD * np.percentile(variance, 75))


def _add_bin(spectrum: CrossSpectrum, blocks: Blocks, members: Places) -> None:
    """Adds the blocks that agree with their bin, each channel brought to unit variance by the bin's usual one."""
    whole = members[~blocks.part[members].any(axis=1)]
    members = whole if whole.size >= WHOLE_BLOCKS else members
    variance = blocks.variance[members].astype(np.float64)
    usual = _usual(variance)
    if not usual.any():
        return
    ratio = np.divide(variance, usual, out=np.ones_like(variance), where=usual > 0)
    agreeing = ((ratio < AGREEING) & (ratio > 1 / AGREEING)).all(axis=1)
    gain: Array = np.divide(1, np.sqrt(usual), out=np.zeros(3), where=usual > 0).astype(np.float32)
    for some in batches(members[agreeing]):
        spectrum.add(blocks.residuals[some] * gain[:, None, None])
