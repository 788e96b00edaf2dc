"""Grain taken out by shrinking the cosine coefficients of overlapping blocks, twice; of one frame or several."""

from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from faceplate.grain.remove.cosines import SIDE_PX, cosine_basis
from faceplate.grain.remove.sweep import HOP_PX, TINY, Noise, swept
from faceplate.grain.threads import side_by_side
from faceplate.values import Floats, Matrix

THRESHOLD = 2.7  # sigmas; Dabov et al. (2007), the same constant for blocks of this kind
PLAIN = np.array([[SIDE_PX]] + [[SIDE_PX / 2]] * (SIDE_PX - 1), np.float32)  # squares of plain cosine sums over ours
BETWEEN_FRAMES = 2.0  # variances of noise, in the difference of two frames
TO_PILOT = 1.3  # and in that of a frame to the first result
PARTS = 2  # of each plane, for the threads


class _Pass(NamedTuple):
    """One pass over a plane of `frames` (frames x rows x columns); `clean` (rows x columns) is filled."""

    frames: Floats
    pilot: Floats | None
    noise: Noise
    clean: Floats


def coefficient_variance(covariance: Matrix) -> Floats:
    """The variance of each cosine coefficient of a block of noise, whose autocovariance has lag 0 in its middle."""
    lags = np.arange(covariance.shape[0]) - covariance.shape[0] // 2
    waves = cosine_basis(SIDE_PX)
    overlaps = np.zeros((SIDE_PX, lags.size))
    for column, lag in enumerate(np.abs(lags)):
        if lag < SIDE_PX:
            overlaps[:, column] = np.sum(waves[:, lag:] * waves[:, : SIDE_PX - lag], axis=1)
    return np.maximum(overlaps @ covariance @ overlaps.T, 0).astype(np.float32)


def shrunk(planes: Floats, variances: list[Floats], corner: tuple[int, int]) -> list[Floats]:
    """Each plane without noise of its coefficient variance.

    Frames that lie on each other are merged block by block as far as they agree. First small coefficients are dropped;
    then those of the untouched frames are weighed by what the first result says of signal and noise (Wiener). Blocks
    stand on a grid of the plate.

    Args:
        planes: planes x frames x rows x columns; the frame that is cleaned comes first.
        variances: of each plane that of its noise, SIDE_PX square. One without noise comes back as it is.
        corner: the planes' top and left on the plate.

    Source: Yu and Sapiro, "DCT image denoising" (IPOL 2011); two steps and weights of Dabov et al., "Image denoising by
    sparse 3-D transform-domain collaborative filtering" (2007), without the search for alike blocks.
    """
    clean = [plane[0] for plane in planes]
    noisy = [each for each, variance in enumerate(variances) if variance.any()]
    padded = [_pad(planes[each], corner) for each in noisy]
    first = [_first(plane, variances[each]) for plane, each in zip(padded, noisy, strict=True)]
    _run(first)
    second = [_second(done, variances[each]) for done, each in zip(first, noisy, strict=True)]
    _run(second)
    for each, done in zip(noisy, second, strict=True):
        clean[each] = done.clean[_inner(planes[each].shape[1:], corner)]
    return clean


def _first(frames: Floats, variance: Floats) -> _Pass:
    noise = (variance * PLAIN).ravel()
    bound, odds = np.float32(THRESHOLD**2) * noise, _odds(noise, BETWEEN_FRAMES)
    return _Pass(frames, None, Noise(bound, variance.ravel(), odds), np.empty_like(frames[0]))


def _second(first: _Pass, variance: Floats) -> _Pass:
    noise = (variance * PLAIN).ravel()
    told = Noise(noise, variance.ravel(), _odds(noise, TO_PILOT))
    return _Pass(first.frames, first.clean, told, np.empty_like(first.clean))


def _odds(noise: Floats, times: float) -> Floats:
    return np.asarray(1 / np.maximum(np.float32(times) * noise, TINY), np.float32)


def _run(passes: list[_Pass]) -> None:
    side_by_side(lambda part: part(), [partial(_sweep, *each) for each in product(passes, range(PARTS))])


def _sweep(each: _Pass, part: int) -> None:
    columns = each.clean.shape[1] // HOP_PX
    start, stop = (HOP_PX * (columns * end // PARTS) for end in (part, part + 1))
    swept(each.frames, each.pilot, each.noise, start, each.clean[:, start:stop])


def _pad(frames: Floats, corner: tuple[int, int]) -> Floats:
    """With a margin on all sides such that every pixel lies under as many blocks, on the plate's own grid."""
    margins = [(0, 0)]
    for start, length in zip(corner, frames.shape[1:], strict=True):
        before = SIDE_PX + start % HOP_PX
        margins.append((before, SIDE_PX + -(before + length) % HOP_PX))
    return np.pad(frames, margins, mode="symmetric")


def _inner(shape: tuple[int, ...], corner: tuple[int, int]) -> tuple[slice, ...]:
    starts = [SIDE_PX + start % HOP_PX for start in corner]
    return tuple(slice(start, start + length) for start, length in zip(starts, shape, strict=True))
