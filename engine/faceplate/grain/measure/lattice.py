"""Whether a plate went through a codec of blocks eight pixels wide, and its covariance without their lattice."""

import numpy as np

from faceplate.values import Floats, Matrix

STEP_PX = 8
INNER = slice(3, 28)  # of a block's differences between neighbours: near its edge slow modes were taken out otherwise
PLACES = np.arange(INNER.start, INNER.stop) % STEP_PX
SEEN = 1.2  # how much more neighbours differ across the lattice than elsewhere
FEWEST_BLOCKS = 32


class Lattice:
    """How much neighbouring samples of each block differ, by their place within eight pixels; across and down."""

    def __init__(self) -> None:
        self._by_place = np.empty((0, 2, STEP_PX))

    def add(self, residuals: Floats) -> None:
        """Takes in blocks x 3 x side x side whose corners stand on multiples of STEP_PX."""
        across, down = (np.square(np.diff(residuals, axis=axis)) for axis in (3, 2))
        lines = np.stack([across.mean(axis=(1, 2)), down.mean(axis=(1, 3))], axis=1)[..., INNER]
        places = np.stack([lines[..., each == PLACES].mean(axis=-1) for each in range(STEP_PX)], axis=-1)
        strength = places.mean(axis=(1, 2), keepdims=True)
        grainy = strength.ravel() > 0
        self._by_place = np.concatenate([self._by_place, places[grainy] / strength[grainy]])

    @property
    def is_seen(self) -> bool:
        """In the usual block every eighth difference, at one place at least, is larger than the others.

        A mosaic of two pixels makes every second one larger: even and odd places are compared among themselves.
        """
        if self._by_place.shape[0] < FEWEST_BLOCKS:
            return False
        usual = np.median(self._by_place, axis=0)
        return any(_stands_out(line[parity::2]) for line in usual for parity in (0, 1))


def without_lattice(covariances: Matrix) -> Matrix:
    """The autocovariances (... x lags x lags, lag 0 first, wrapped) faded to nothing at STEP_PX.

    What repeats every eight pixels is the codec's. The fade is a triangle, whose spectrum is nowhere below zero, so the
    result is one that noise can have.
    """
    lags = np.fft.fftfreq(covariances.shape[-1], 1 / covariances.shape[-1])
    fade = np.maximum(1 - np.abs(lags) / STEP_PX, 0)
    return np.asarray(covariances * np.outer(fade, fade))


def _stands_out(places: Matrix) -> bool:
    return bool(places.max() > SEEN * np.median(np.delete(places, places.argmax())))
