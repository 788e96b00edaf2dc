"""Grain taken out by shrinking the cosine coefficients of overlapping blocks, twice; of one frame or several."""

from collections.abc import Sequence
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


def noise_variances(covariances: Matrix, luminance: float, colour: float) -> list[Floats]:
    """That of the grain in luminance and two colours, taken to be so many times as strong."""
    return [
        coefficient_variance(covariance) * np.float32(strength**2)
        for covariance, strength in zip(covariances, (luminance, colour, colour), strict=True)
    ]


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
    first = [
        _Pass(plane, None, first_noise(variances[each]), np.empty_like(plane[0]))
        for plane, each in zip(padded, noisy, strict=True)
    ]
    _run(first)
    second = [
        _Pass(done.frames, done.clean, second_noise(variances[each]), np.empty_like(done.clean))
        for done, each in zip(first, noisy, strict=True)
    ]
    _run(second)
    for each, done in zip(noisy, second, strict=True):
        clean[each] = done.clean[inner(planes[each].shape[1:], corner)]
    return clean


def first_noise(variance: Floats) -> Noise:
    """What the first pass is told of noise whose coefficients vary so, SIDE_PX square."""
    noise = (variance * PLAIN).ravel()
    return Noise(np.float32(THRESHOLD**2) * noise, variance.ravel(), _odds(noise, BETWEEN_FRAMES))


def second_noise(variance: Floats) -> Noise:
    """And the second."""
    noise = (variance * PLAIN).ravel()
    return Noise(noise, variance.ravel(), _odds(noise, TO_PILOT))


def _odds(noise: Floats, times: float) -> Floats:
    return np.asarray(1 / np.maximum(np.float32(times) * noise, TINY), np.float32)


def _run(passes: list[_Pass]) -> None:
    side_by_side(lambda part: part(), [partial(_sweep, *each) for each in product(passes, range(PARTS))])


def _sweep(each: _Pass, part: int) -> None:
    columns = each.clean.shape[1] // HOP_PX
    start, stop = (HOP_PX * (columns * end // PARTS) for end in (part, part + 1))
    swept(each.frames, each.pilot, each.noise, start, each.clean[:, start:stop])


def _pad(frames: Floats, corner: tuple[int, int]) -> Floats:
    return np.pad(frames, [(0, 0), *margins(frames.shape[1:], corner)], mode="symmetric")


def margins(shape: Sequence[int], corner: tuple[int, int]) -> list[tuple[int, int]]:
    """Pixels before and after, such that every pixel of a plane lies under as many blocks, on the plate's own grid."""
    before = [SIDE_PX + start % HOP_PX for start in corner]
    return [(less, SIDE_PX + -(less + length) % HOP_PX) for less, length in zip(before, shape, strict=True)]


def inner(shape: Sequence[int], corner: tuple[int, int]) -> tuple[slice, ...]:
    """Where the plane lies between these margins."""
    starts = [before for before, _ in margins(shape, corner)]
    return tuple(slice(start, start + length) for start, length in zip(starts, shape, strict=True))
