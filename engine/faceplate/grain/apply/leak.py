"""Where a plate's grain holds some of the plate's picture: found by itself, from plate and clean plate alone.

A denoiser takes some picture with the grain. What it takes is alike to the detail that it leaves, in bands or, where it
has shifted something, in slopes; grain is not. So the grain is projected on the clean plate's detail, all around each
place. What is louder than grain can be after that is picture of another kind; where it is too quiet, the denoiser has
left some of it. Statistics are gathered in cells that stand on the plate: no decision depends on the window asked for.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from faceplate.grain.apply.cells import CELL_PX, spread
from faceplate.grain.apply.detail import KINDS, detail_reach_px, fine_shares
from faceplate.grain.apply.projection import COUNT, ENERGY, FINE, SHARED, leak_sums, project
from faceplate.values import Array, Floats, GrainProfile, Matrix, Window

CLOSE, AROUND = (1.0, 2.0, 1.0), (1.0, 2.0, 3.0, 2.0, 1.0)  # weights of the cells about a cell, down and across
FAR = (1.0, 0.0, 2.0, 0.0, 3.0, 0.0, 2.0, 0.0, 1.0)  # after AROUND
leak_reach_px = 10 * CELL_PX + detail_reach_px
"""What pictures have to hold around a window for its leaks to be, bit for bit, those of the whole picture."""

FAINT = 0.25  # detail of so many sigmas counts half: weaker may be grain that the denoiser left
STRONG = 4.0  # of the grain's variance: a leak so strong cannot be told well enough to be taken out alone
LOUD_HERE, LOUD_AROUND = (2.0, 3.5), (1.4, 2.0)  # variance over the profile's: grain below, picture above
QUIET = np.array(
    [0.4, 0.15]
)  # of the variance of coarse and fine grain: so much less, and all that is missing is meant


class Leak(NamedTuple):
    """What of a plate's grain is the plate's picture, on the cells that a window touches (`cells_window`).

    Attributes:
        shares: cells down x across x 3 x KINDS, how much of each kind of the clean plate's detail is in the grain.
        missing: cells x 3 x 2, how much of the variance of coarse and of fine grain is missing, 0 to 1.
        carried: cells, the amplitude with which grain may be carried over: 1 where it is grain, 0 where it is picture.
        taken: cells, the energy of the picture that is taken out of the grain, over the profile's variance; the worst
            channel's.
    """

    shares: Floats
    missing: Floats
    carried: Floats
    taken: Floats


def leak_of(
    plate: Floats, clean: Floats, sigma: Floats, profile: GrainProfile, window: Window, sensitivity: float
) -> Leak:
    """What of the grain that a denoiser took out is picture, and what it has left.

    Args:
        plate: rows x columns x 3 over `window`, scene-linear.
        clean: the same without its grain.
        sigma: the same shape, the deviation that the profile expects of grain at the clean plate's exposure.
        profile: the plate's grain.
        window: where the pictures lie on the plate.
        sensitivity: 1 as measured on known leaks; at 2 fainter leaks are taken out and less excess is allowed for, at 0
            everything is taken for grain.
    """
    sums = leak_sums(plate, clean, sigma, window)
    shape = sums.shape[:2]
    shares, left, taken = np.zeros((*shape, 3, KINDS)), sums[..., ENERGY].astype(np.float64), np.zeros((*shape, 3))
    if sensitivity:
        project(sums, spread(sums, AROUND), (FAINT / sensitivity) ** 2, shares, left, taken)
    carried = _carried(left, taken, sums[..., COUNT], sensitivity)
    found = (shares, _missing(sums, left, profile), carried, _mean(taken, sums[..., COUNT], CLOSE).max(axis=-1))
    return Leak(*(each.astype(np.float32) for each in found))


def _carried(left: Matrix, taken: Matrix, count: Floats, sensitivity: float) -> Matrix:
    """Of all channels as of the worst of them."""
    if not sensitivity:
        return np.ones(count.shape[:2])
    here, around = (_mean(left, count, weights).max(axis=-1) for weights in (CLOSE, AROUND))
    strong = _mean(taken, count, CLOSE).max(axis=-1) * sensitivity**2 / STRONG
    heard = [1 - _step(loud, *span, sensitivity) for loud, span in ((here, LOUD_HERE), (around, LOUD_AROUND))]
    return np.asarray(heard[0] * heard[1] / (1 + np.square(strong)))


def _missing(sums: Floats, left: Matrix, profile: GrainProfile) -> Matrix:
    """Of coarse and fine grain, together no more than is missing in all. Small gaps are chance, and count for less.

    Picture that was taken out is fine.
    """
    picture = sums[..., ENERGY] - left
    coarse = sums[..., ENERGY] - 2 * sums[..., SHARED] + sums[..., FINE]
    energy = np.stack([coarse, np.maximum(sums[..., FINE] - picture, 0), left], axis=-1)
    parts = np.concatenate([fine_shares(profile.kernel), np.ones((3, 1))], axis=-1)
    count = spread(spread(sums[..., COUNT], AROUND), FAR)[..., None] * parts
    found = spread(spread(energy, AROUND), FAR)
    gap = np.maximum(1 - np.divide(found, count, out=np.ones_like(found), where=count > 0), 0)
    level = np.minimum(gap[..., :2] / QUIET, 1)
    wanted = gap[..., :2] * level * level * (3 - 2 * level)
    needed = np.sum(wanted * parts[:, :2], axis=-1, keepdims=True)
    return np.asarray(
        wanted * np.minimum(np.divide(gap[..., 2:], needed, out=np.ones_like(needed), where=needed > 0), 1)
    )


def _mean(total: Array, count: Array, weights: Sequence[float]) -> Matrix:
    """Around each cell; 0 where nothing was counted."""
    energy, samples = spread(total, weights), spread(count, weights)
    return np.divide(energy, samples, out=np.zeros_like(energy), where=samples > 0)


def _step(loud: Matrix, low: float, high: float, sensitivity: float) -> Matrix:
    """From 0 at `low` to 1 at `high`, level at both; nearer to 1 for a higher sensitivity."""
    t = np.clip(((loud - 1) * sensitivity + 1 - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
