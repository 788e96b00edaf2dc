"""Whether a plate carries the lattice of a codec's blocks, of any spacing, and its covariance without their mark.

Neighbouring samples of one block differ otherwise than those of two. In flat places, summed over all rows, that is a
comb over the columns of the frame (and over its rows), whose lines stand out of chance in a transform of its length.
"""

from typing import NamedTuple

import numpy as np

from faceplate.grain.measure.comb import Comb
from faceplate.values import Matrix

STRONG = 1.5  # a comb of less contrast has left most of the grain
MARKED = 1.2  # and of less, no mark in the covariance
NARROWEST_FADE_PX = 8.0
USUAL_PX = 8.0  # of nearly all codecs; what is a little more was enlarged
ALIKE_PX = 0.03


class Lattice(NamedTuple):
    """The combs across and down, as far as there are any."""

    across: Comb | None = None
    down: Comb | None = None

    @property
    def is_seen(self) -> bool:
        """Whether there is any."""
        return self.across is not None or self.down is not None

    @property
    def is_strong(self) -> bool:
        """Whether the codec has changed the grain besides."""
        return self.contrast > STRONG

    @property
    def contrast(self) -> float:
        """The higher of both; 1 where there is none."""
        return max(comb.contrast if comb else 1.0 for comb in self)

    @property
    def spacing(self) -> str:
        """In words, such as "8 pixels", "10.67 x 8 pixels", "16 pixels down"."""
        across, down = (comb.step_px if comb else 0.0 for comb in self)
        if not (across and down):
            along = "across" if across else "down"
            return f"{across or down:.4g} pixels {along}{_enlarged(across or down)}"
        if abs(across - down) <= ALIKE_PX:
            return f"{across:.4g} pixels{_enlarged(across)}"
        return f"{across:.4g} x {down:.4g} pixels"


def without_lattice(covariances: Matrix, lattice: Lattice) -> Matrix:
    """The autocovariances (... x lags x lags, lag 0 first, wrapped) faded to nothing at the spacing of a clear lattice.

    What repeats every so many pixels is the codec's. The fade is a triangle, whose spectrum is nowhere below zero, so
    the result is one that noise can have. Blocks wider than the lags that are known leave no mark.
    """
    if lattice.contrast <= MARKED:
        return covariances
    steps = [comb.step_px if comb else max(each.step_px for each in lattice if each) for comb in lattice]
    lags = np.abs(np.fft.fftfreq(covariances.shape[-1], 1 / covariances.shape[-1]))
    across, down = (np.maximum(1 - lags / max(step, NARROWEST_FADE_PX), 0) for step in steps)
    return np.asarray(covariances * np.outer(down, across))


def _enlarged(step_px: float) -> str:
    is_more = USUAL_PX < step_px < 2 * USUAL_PX
    return f" (of {USUAL_PX:g}, enlarged {step_px / USUAL_PX:.3g} times)" if is_more else ""
