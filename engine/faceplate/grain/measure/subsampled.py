"""Whether the colour of grain is coarser than its brightness: the mark of files that keep colour at half the size.

What three channels have beyond the band of their colour is brightness alone: there they are one signal, whatever was
done to each of them since, while below they are not.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from faceplate.grain.measure.spectrum import CHANNEL_PAIRS
from faceplate.values import Floats, Matrix

FINE = (0.32, 0.47)  # cycles a pixel along one axis: what half the samples cannot hold
COARSE = (0.04, 0.2)  # along both
ONE_SIGNAL = 0.85  # likeness of all channels where there is no colour; colour-difference mosaics nearly reach it
NEARLY = 0.6  # what a mosaic makes of it at least, both ways
REPEATED = 0.97  # that of differences within two pixels of one colour sample
OF_COLOUR = 0.3  # of what sets channels apart in coarse grain, at most
SOME_COLOUR = 0.1  # has to set them apart in coarse grain
HEARD = 1e-3  # of the strongest power: fine grain that can be told from the estimate's error
SITES = 1.5  # how much rougher a channel is where the mosaic has its samples
FIRST, SECOND = np.array(CHANNEL_PAIRS[3:]).T


class Coarser(NamedTuple):
    """Along which axes colour is coarser than brightness."""

    across: bool = False
    down: bool = False

    @property
    def along(self) -> str:
        """In words; nothing where it is not."""
        return " and ".join(name for name, is_so in zip(("across", "down"), self, strict=True) if is_so)


def colour_is_coarser(covariances: Matrix, least: float = ONE_SIGNAL) -> Coarser:
    """Told by the grain's autocovariances (in the order of CHANNEL_PAIRS): of colour that was interpolated."""
    power = np.fft.fft2(covariances).real
    across = np.abs(np.fft.fftfreq(covariances.shape[-1]))
    fine, coarse = ((across > low) & (across < high) for low, high in (FINE, (-1, COARSE[1])))
    low = np.outer(coarse, coarse) & (np.hypot(across[:, None], across) > COARSE[0])
    apart = 1 - _alike(power[:, low])
    heard = HEARD * power[:3].max()
    bands = (power[:, np.outer(coarse, fine)], power[:, np.outer(fine, coarse)])
    return Coarser(
        *(bool(band[:3].mean(axis=1).min() > heard and _is_one(_alike(band), apart, least)) for band in bands)
    )


def _alike(band: Matrix) -> Matrix:
    """Correlation of each pair of channels within a band of the spectrum (pairs x frequencies)."""
    mean = band.mean(axis=1)
    strength = np.sqrt(np.maximum(mean[FIRST] * mean[SECOND], np.finfo(np.float64).tiny))
    return np.asarray(mean[3:] / strength)


def _is_one(alike: Matrix, apart: Matrix, least: float) -> bool:
    return bool((alike > least).all() and (apart > SOME_COLOUR).any() and (1 - alike).max() < OF_COLOUR * apart.max())


@dataclass
class ColourSteps:
    """Sums of products of the three channels: of neighbours' differences, for even and odd places (axes x places x 3 x
    3), and of how far samples stand from the mean of their four neighbours, for the four sites of a mosaic (4 x 3 x 3).
    """

    steps: Matrix = field(default_factory=lambda: np.zeros((2, 2, 3, 3)))
    sites: Matrix = field(default_factory=lambda: np.zeros((4, 3, 3)))

    def add(self, blocks_encoded: Floats) -> None:
        """Takes in blocks (blocks x side x side x 3) whose corners stand on even pixels."""
        strength = blocks_encoded.std(axis=(1, 2, 3), keepdims=True)
        even = np.asarray(blocks_encoded / np.where(strength > 0, strength, np.inf), np.float32)
        for axis, turned in enumerate((even, even.transpose(0, 2, 1, 3))):
            steps: Floats = np.diff(turned, axis=2)
            for place in range(2):
                self.steps[axis, place] += _products(steps[:, :, place::2])
        about = even[:, :-2, 1:-1] + even[:, 2:, 1:-1] + even[:, 1:-1, :-2] + even[:, 1:-1, 2:]
        rough: Floats = even[:, 1:-1, 1:-1] - about / np.float32(4)
        for site in range(4):
            self.sites[site] += _products(rough[:, site // 2 :: 2, site % 2 :: 2])

    @property
    def is_mosaic(self) -> bool:
        """Whether red and blue stand out, each at its own site of a sensor's mosaic: colour is coarse by nature."""
        green = np.maximum(self.sites[:, 1, 1], np.finfo(np.float64).tiny)
        red, blue = (self.sites[:, each, each] - np.square(self.sites[:, each, 1]) / green for each in (0, 2))
        is_clear = all(kind.max() > SITES * np.median(kind) for kind in (red, blue))
        return bool(is_clear and red.argmax() + blue.argmax() == len(self.sites) - 1)

    def coarser(self, covariances: Matrix) -> Coarser:
        """Of grain of these autocovariances; not where a mosaic is the reason."""
        smooth, repeated = colour_is_coarser(covariances), self.repeated()
        both = Coarser(smooth.across or repeated.across, smooth.down or repeated.down)
        is_natural = self.is_mosaic and all(colour_is_coarser(covariances, NEARLY))
        return Coarser() if is_natural else both

    def repeated(self) -> Coarser:
        """Told by differences that hold no colour at every second place: of colour that was repeated."""
        return Coarser(*(_is_repeated(places) for places in self.steps))


def _products(samples: Floats) -> Matrix:
    rows = samples.reshape(-1, 3)
    return np.asarray(rows.T @ rows, np.float64)


def _is_repeated(places: Matrix) -> bool:
    alike = [_alike(np.array([*np.diag(each), *each[FIRST, SECOND]])[:, None]) for each in places]
    one, other = sorted(alike, key=lambda each: float(each.min()))
    return _is_one(other, 1 - one, REPEATED)
