"""The grain of two frames of one picture, compared: what is alike in both is the picture, what differs is grain."""

from typing import NamedTuple

import numpy as np

from faceplate.grain.measure.blocks import BLOCK_PX, cut_inside
from faceplate.grain.measure.displacement import Places
from faceplate.values import Array, Floats, Matrix

TAPS = 16
BEFORE = TAPS // 2 - 1  # pixels that the interpolation reads before the block; TAPS // 2 behind it
KAISER = 5.0
EXPOSURE_OFF = 0.15  # of the exposure: blocks that differ by more are of two exposures, or of two pictures
BLACK = np.float32(0.01)  # exposures below it are alike
VARIED = 0.35  # of the exposure: a block whose picture varies by more holds grain of many strengths


class Differences(NamedTuple):
    """What differs between blocks of two frames, as strong as one frame's grain; n of the blocks asked for.

    Attributes:
        used: n, which of them.
        mean_linear: n x 3.
        planes: n x 3 x BLOCK_PX x BLOCK_PX, slow variation still in them.
        part: n x 2, by what part of a pixel (across, down) the other frame's block was moved; 0 where it was not.
    """

    used: Places
    mean_linear: Floats
    planes: Floats
    part: Matrix


def cut_there(frame_encoded: Array, corners: Places, moved: Matrix) -> tuple[Places, Floats]:
    """Which of the blocks, moved by `moved` (n x 2, pixels), lie in the frame with what interpolation reads about
    them, and those, n x side x side x 3.
    """
    at = corners + np.floor(moved).astype(np.int64) - BEFORE
    return cut_inside(frame_encoded, at, BLOCK_PX + TAPS - 1)


def differences(here: Floats, there: Floats, moved: Matrix) -> Differences:
    """The blocks of one frame less those of another.

    A change of exposure is made good; blocks that do not fit are left out.

    Args:
        here: n x 3 x BLOCK_PX x BLOCK_PX, scene-linear.
        there: n x 3 x side x side as `cut_there` gives them, scene-linear.
        moved: n x 2, of which only the fractions matter here.
    """
    other = interpolated(there, moved - np.floor(moved))
    means, means_there = here.mean(axis=(2, 3)), other.mean(axis=(2, 3))
    ratio = np.divide(means, means_there, out=np.ones_like(means), where=np.abs(means_there) > 0)
    shared = np.mean((here - means[..., None, None]) * (other - means_there[..., None, None]), axis=(2, 3))
    room = np.abs(means) + BLACK
    fits = (np.abs(means - means_there) <= EXPOSURE_OFF * room).all(axis=1)
    fits &= (shared <= np.square(VARIED * room)).all(axis=1)
    gain = np.where(np.abs(ratio - 1) <= EXPOSURE_OFF, ratio, np.float32(1))
    kept = np.flatnonzero(fits)
    gain = gain[kept][..., None, None]
    planes = (here[kept] - gain * other[kept]) / np.sqrt(1 + np.square(gain))
    return Differences(kept, (means[kept] + means_there[kept]) / 2, planes, (moved - np.floor(moved))[kept])


def kept_by_interpolation(covariance: Matrix, part: Matrix) -> Matrix:
    """The share of the variance of grain with this autocovariance (lag (0, 0) first) that is left in the difference of
    two blocks, one of which was moved by these parts of a pixel (n x 2); n.
    """
    across, down = (_lag_products(_taps(part[:, each])) for each in (0, 1))
    lags = np.arange(1 - TAPS, TAPS)
    left = np.einsum("ni,nj,ij->n", down, across, covariance[np.ix_(lags, lags)], optimize=True)
    return (1 + left / covariance[0, 0]) / 2 if covariance[0, 0] > 0 else np.ones(part.shape[0])


def _lag_products(weights: Matrix) -> Matrix:
    """Of n x TAPS weights, n x (2 * TAPS - 1), lag 0 in the middle."""
    waves = np.fft.rfft(weights, 2 * TAPS)
    return np.roll(np.fft.irfft(np.square(np.abs(waves)), 2 * TAPS), TAPS - 1, axis=1)[:, : 2 * TAPS - 1]


def interpolated(blocks: Floats, part: Matrix) -> Floats:
    """The blocks (n x 3 x side x side) moved by a part of a pixel (n x 2, across and down), less the margin.

    A windowed sinc of TAPS: grain that is finer than 0.4 cycles a pixel is smoothed, coarser grain keeps its strength.
    """
    across, down = (_taps(part[:, each]).astype(np.float32)[:, :, None, None, None] for each in (0, 1))
    if not part.any():
        return np.ascontiguousarray(blocks[:, :, BEFORE : BEFORE + BLOCK_PX, BEFORE : BEFORE + BLOCK_PX])
    rows = np.zeros((*blocks.shape[:3], BLOCK_PX), np.float32)
    for tap in range(TAPS):
        rows += across[:, tap] * blocks[..., tap : tap + BLOCK_PX]
    moved = np.zeros((*blocks.shape[:2], BLOCK_PX, BLOCK_PX), np.float32)
    for tap in range(TAPS):
        moved += down[:, tap] * rows[:, :, tap : tap + BLOCK_PX]
    return moved


def _taps(part: Matrix) -> Matrix:
    """The weights of TAPS samples for each of these parts of a pixel; they sum to 1."""
    at = np.arange(TAPS) - BEFORE - part[:, None]
    window = np.i0(KAISER * np.sqrt(np.maximum(1 - np.square(at / (TAPS / 2)), 0)))
    weights = np.sinc(at) * window
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
