"""How much neighbouring samples differ in the flat places of a plate, by where in the frame they stand."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from faceplate.grain.measure.blocks import BLOCK_PX, cut_inside
from faceplate.grain.measure.comb import Differences, comb_in
from faceplate.grain.measure.displacement import Places
from faceplate.grain.measure.lattice import Lattice
from faceplate.grain.measure.subsampled import ColourSteps
from faceplate.values import Array, Floats, Matrix

BATCH = 128  # blocks in hand at a time, in colour
LUMINANCE = np.array([0.25, 0.5, 0.25], np.float32)  # codecs keep more of it than of colour
IN_COLOUR = 4  # one block in so many is enough to tell of colour
MOST = 4.0  # times the mean of a block: an edge of the picture counts no more
SAMPLED = slice(4, None, 8)  # the rows of a block that tell whether a pattern is the picture's
REACH_PX = 200  # the furthest that is asked how alike differences are


@dataclass
class Axis:
    """How much neighbours differ along one axis of the frames: summed at each place, the samples there, and the sums
    of products of differences so many pixels apart, and how many these are.
    """

    energy: Matrix = field(default_factory=lambda: np.zeros((2, 0)))
    counts: Matrix = field(default_factory=lambda: np.zeros((2, 0)))
    products: Matrix = field(default_factory=lambda: np.zeros(REACH_PX))
    pairs: Matrix = field(default_factory=lambda: np.zeros(REACH_PX))

    def add(self, differences: Floats, first: Places, strip: Places, size: tuple[int, int]) -> None:
        """Takes in blocks of one frame (blocks x rows x differences along the axis), the place of each one's first
        difference and the number of its strip; the frame is `size` pixels along the axis and across it.
        """
        energy = np.square(differences).mean(axis=1)
        strength = energy.mean(axis=1)
        grainy = np.flatnonzero(strength > 0)
        strength = strength[grainy]
        places = first[grainy, None] + np.arange(BLOCK_PX)
        bounded = np.minimum(energy[grainy] / strength[:, None], MOST)
        length = size[0]
        at = places + length * (2 * BLOCK_PX * strip[grainy, None] >= size[1])
        self.energy = _summed(self.energy, np.bincount(at.ravel(), bounded.ravel(), 2 * length).reshape(2, length))
        self.counts = _summed(self.counts, np.bincount(at.ravel(), minlength=2 * length).reshape(2, length))
        sampled = differences[grainy, SAMPLED] / np.sqrt(strength)[:, None, None]
        self._add_products(sampled, places, strip[grainy], length)

    def _add_products(self, sampled: Floats, places: Places, strip: Places, length: int) -> None:
        if not strip.size:
            return
        rows = np.zeros((int(strip.max()) + 1, sampled.shape[1], length), np.float32)
        known = np.zeros((rows.shape[0], length), np.float32)
        known[strip[:, None], places] = 1
        for row in range(sampled.shape[1]):
            rows[strip[:, None], row, places] = sampled[:, row]
        self.products += _lag_products(rows.reshape(-1, length))
        self.pairs += np.rint(_lag_products(known)) * sampled.shape[1]

    def differences(self) -> Differences:
        """What is known of all frames."""
        alike = np.divide(self.products, self.pairs, out=np.zeros(REACH_PX), where=self.pairs >= 1)
        return Differences(self.energy, self.counts, alike / max(alike[0], np.finfo(np.float64).tiny))


@dataclass
class Neighbours:
    """How much neighbouring samples differ in flat blocks, frame after frame, across and down."""

    across: Axis = field(default_factory=Axis)
    down: Axis = field(default_factory=Axis)
    colour: ColourSteps = field(default_factory=ColourSteps)

    def add(self, frame_encoded: Array, corners: Places) -> None:
        """Takes in these blocks of a frame (left and top, blocks x 2), each with the samples before it."""
        height, width = frame_encoded.shape[:2]
        if min(height, width) <= BLOCK_PX or not corners.size:
            return
        starts = np.maximum(corners - 1, 0)
        inside, luminance = self._taken(frame_encoded, starts)
        first, strip = starts[inside] + 1, corners[inside] // BLOCK_PX
        self.across.add(np.diff(luminance[:, 1:], axis=2), first[:, 0], strip[:, 1], (width, height))
        turned = luminance[:, :, 1:].transpose(0, 2, 1)
        self.down.add(np.diff(turned, axis=2), first[:, 1], strip[:, 0], (height, width))

    def _taken(self, frame_encoded: Array, starts: Places) -> tuple[Places, Floats]:
        """Which blocks are finite and inside, and their luminance, a pixel wider and higher than a block."""
        which, luminance = [], []
        for first in range(0, starts.shape[0], BATCH):
            inside, blocks = cut_inside(frame_encoded, starts[first : first + BATCH], BLOCK_PX + 1)
            on_grid = np.flatnonzero((starts[first + inside] % 2 == 1).all(axis=1))
            self.colour.add(blocks[on_grid[::IN_COLOUR], 1:, 1:])
            which.append(first + inside)
            luminance.append(blocks @ LUMINANCE)
        return np.concatenate(which), np.concatenate(luminance)

    def lattice(self) -> Lattice:
        """The combs that they form."""
        combs = (comb_in(axis.differences()) if axis.counts.any() else None for axis in (self.across, self.down))
        return Lattice(*combs)


def _lag_products(rows: Floats) -> Matrix:
    """The sum over all rows of the products of samples 0 to REACH_PX - 1 apart."""
    size = 1 << int(np.ceil(np.log2(rows.shape[1] + REACH_PX)))
    power = np.square(np.abs(np.fft.rfft(rows, size))).sum(axis=0, dtype=np.float64)
    return np.asarray(np.fft.irfft(power, size)[:REACH_PX])


def _summed(one: Matrix, other: npt.NDArray[np.float64 | np.int64]) -> Matrix:
    """The sum of both (2 x places), the shorter one with zeros behind."""
    longer = np.zeros((2, max(one.shape[1], other.shape[1])))
    longer[:, : one.shape[1]] += one
    longer[:, : other.shape[1]] += other
    return longer
