"""The grain's autocovariance within and between channels, from blocks whose slow modes were taken out.

Taking modes out also takes out some grain. How much is a linear function of the grain's own autocovariance, known
exactly, so it can be put back: no spectrum is assumed, only that grain reaches a few pixels.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse.linalg import LinearOperator, cg

from faceplate.grain.kernel import RADIUS_PX, TRANSFORM_PX
from faceplate.grain.measure.blocks import BLOCK_PX, slow_modes
from faceplate.values import Floats, Matrix

CHANNEL_PAIRS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
REACH_PX = RADIUS_PX + 2  # lags beyond this are taken to be zero
ALL_MODES = slow_modes().shape[0]
PLAIN_MODES = 3  # the mean and two slopes come first
SOME_BLOCKS, ENOUGH_BLOCKS = 64, 512  # for slow waves alone, and for a spectrum within a decibel at every frequency
SLOW = 0.1  # cycles a pixel; a block that lost all slow modes knows less of waves below
LEAST = np.finfo(np.float64).tiny
ROUNDS = 100
TOLERANCE = 1e-4  # further, the iteration fits the noise of the estimate


@dataclass
class CrossSpectrum:
    """A running sum of the cross periodograms of all channel pairs, of how many blocks, and how many slow modes were
    taken out of them.
    """

    removed: int = ALL_MODES
    total: Matrix = field(default_factory=lambda: np.zeros((6, TRANSFORM_PX, TRANSFORM_PX // 2 + 1)))
    blocks: int = 0

    def take(self, other: Self) -> None:
        """Takes in all that another holds."""
        self.total += other.total
        self.blocks += other.blocks

    def add(self, residuals: Floats) -> None:
        """Takes in blocks x 3 x BLOCK_PX x BLOCK_PX residuals; each channel already divided by its grain's sigma."""
        waves = np.fft.rfft2(residuals, s=(TRANSFORM_PX, TRANSFORM_PX))
        for pair, (one, other) in enumerate(CHANNEL_PAIRS):
            products = np.einsum("nij,nij->ij", waves[:, one], waves[:, other].conj(), optimize=True)
            self.total[pair] += products.real
        self.blocks += residuals.shape[0]


def autocovariance(spectra: Iterable[CrossSpectrum]) -> Matrix:
    """Per pair of channels, TRANSFORM_PX square, lag (0, 0) first, symmetric; zeros where no block was taken in.

    Blocks that lost few slow modes know more of coarse grain: where there are enough they alone count, and where there
    are some they alone tell the slow waves.
    """
    kinds: dict[int, CrossSpectrum] = {}
    for each in spectra:
        if each.blocks:
            kinds.setdefault(each.removed, CrossSpectrum(each.removed)).take(each)
    if not kinds:
        return np.zeros((len(CHANNEL_PAIRS), TRANSFORM_PX, TRANSFORM_PX))
    best = kinds[min(kinds)]
    if len(kinds) == 1 or best.blocks >= ENOUGH_BLOCKS:
        return _covariances([best])
    every = _covariances(list(kinds.values()))
    return every if best.blocks < SOME_BLOCKS else _slow_of(_covariances([best]), every)


def _covariances(kinds: list[CrossSpectrum]) -> Matrix:
    blocks = sum(each.blocks for each in kinds)
    total = np.sum([each.total for each in kinds], axis=0)
    mean = np.fft.irfft2(total / blocks, s=(TRANSFORM_PX, TRANSFORM_PX))
    shares = {each.removed: each.blocks / blocks for each in kinds}
    within = [possible(believed(restored(pair, shares), blocks)) for pair in mean[:3]]
    return np.stack([*within, *(restored(pair, shares) for pair in mean[3:])])


def _slow_of(slow: Matrix, fast: Matrix) -> Matrix:
    """Autocovariances with the slow waves of one and the fast ones of another, brought to the same strength there."""
    across = np.fft.fftfreq(TRANSFORM_PX)
    share = np.exp(-np.square(np.hypot(across[:, None], across) / SLOW))
    powers = [np.fft.fft2(each).real for each in (slow, fast)]
    theirs, ours = (np.maximum(np.sum(power[:3] * (1 - share), axis=(1, 2)), LEAST) for power in powers)
    scale = np.sqrt(theirs / ours)
    both = np.array([scale[one] * scale[other] for one, other in CHANNEL_PAIRS])[:, None, None]
    return np.asarray(np.fft.ifft2(share * powers[0] + (1 - share) * both * powers[1]).real)


def believed(covariance: Matrix, blocks: int) -> Matrix:
    """The autocovariance, measured on so many blocks, with each ring of lags as far as it stands out from chance.

    Source: James and Stein, "Estimation with quadratic loss" (1961); the variance of a lag by chance is Bartlett's, "On
    the theoretical specification of sampling properties of autocorrelated time series" (1946).
    """
    ring = np.maximum(np.abs(_lags()), np.abs(_lags())[:, None]).astype(np.int64)
    overlap = np.square(1 - np.minimum(np.arange(ring.max() + 1), BLOCK_PX - 1) / BLOCK_PX)
    chance = np.sum(np.square(covariance)) / (blocks * BLOCK_PX**2 * overlap)
    found = np.bincount(ring.ravel(), np.square(covariance).ravel()) / np.bincount(ring.ravel())
    shares = np.maximum(1 - np.divide(chance, found, out=np.ones_like(found), where=found > 0), 0)
    return np.asarray(covariance * shares[ring])


def split(pixels: Floats, removed: int = ALL_MODES) -> tuple[Floats, Floats]:
    """Blocks (... x BLOCK_PX x BLOCK_PX) without the first `removed` of their slow modes, float32; and the energy (...)
    of all of those modes that curve.
    """
    modes = _modes(ALL_MODES)[0].reshape(-1, BLOCK_PX * BLOCK_PX).astype(np.float32)
    flat = pixels.reshape(*pixels.shape[:-2], BLOCK_PX * BLOCK_PX)
    flat = flat - flat.mean(axis=-1, keepdims=True)  # first, so that float32 carries the grain and not the exposure
    held = flat @ modes.T
    curved: Floats = np.sum(np.square(held[..., PLAIN_MODES:]), axis=-1)
    return np.asarray((flat - held[..., :removed] @ modes[:removed]).reshape(pixels.shape)), curved


def restored(summed: Matrix, shares: Mapping[int, float]) -> Matrix:
    """The autocovariance of grain whose residuals have these summed lag products (TRANSFORM_PX square), the mean over
    blocks; `shares` says of which part of them how many slow modes were taken out.

    The map from one to the other is linear, symmetric and positive, so conjugate gradients invert it; lags beyond
    REACH_PX are held at zero.
    """
    near = np.abs(_lags()) <= REACH_PX
    within = np.outer(near, near)
    overlap = np.maximum(BLOCK_PX - np.abs(_lags()), 0)
    counts = np.outer(overlap, overlap)

    def forward(values: Matrix) -> Matrix:
        covariance = np.zeros_like(summed)
        covariance[within] = values
        lost = sum(share * taken(covariance, removed) for removed, share in shares.items())
        return np.asarray((counts * covariance - lost)[within])

    size = int(within.sum())
    operator = LinearOperator((size, size), matvec=forward, dtype=np.float64)
    solution, _ = cg(operator, summed[within], rtol=TOLERANCE, maxiter=ROUNDS)
    covariance = np.zeros_like(summed)
    covariance[within] = solution
    return covariance


def possible(covariance: Matrix) -> Matrix:
    """The autocovariance as it is, or that of white noise where no noise can have it: what is left of a picture."""
    if covariance[0, 0] >= np.abs(covariance).max():
        return covariance
    white = np.zeros_like(covariance)
    white[0, 0] = 1
    return white


def taken(covariance: Matrix, removed: int = ALL_MODES) -> Matrix:
    """What the removal of slow modes takes from the summed lag products of noise with this autocovariance."""
    modes, padded = _modes(removed)
    power = np.fft.rfft2(covariance)
    shared = np.fft.irfft2(padded * power, s=(TRANSFORM_PX, TRANSFORM_PX))[:, :BLOCK_PX, :BLOCK_PX]
    between = np.einsum("kij,lij->kl", modes, shared)
    halved = shared - np.tensordot(between, modes, axes=1) / 2
    products = np.sum(padded.conj() * np.fft.rfft2(halved, s=(TRANSFORM_PX, TRANSFORM_PX)), axis=0)
    loss: Matrix = np.fft.irfft2(2 * products.real, s=(TRANSFORM_PX, TRANSFORM_PX))
    return loss


@cache
def _modes(removed: int) -> tuple[Matrix, npt.NDArray[np.complex128]]:
    """So many slow modes, and their transforms over a window twice as wide."""
    modes = slow_modes()[:removed]
    return modes, np.fft.rfft2(modes, s=(TRANSFORM_PX, TRANSFORM_PX))


def kept_share(covariance: Matrix, removed: int = ALL_MODES) -> float:
    """The share of the grain's variance that is left in a block once the slow modes are out."""
    if not covariance[0, 0] > 0:
        return float(1 - removed / BLOCK_PX**2)
    return float(1 - taken(covariance, removed)[0, 0] / (BLOCK_PX**2 * covariance[0, 0]))


def free_samples(covariance: Matrix) -> float:
    """How many independent samples a block's variance is worth."""
    power = float(np.sum(covariance**2))
    return BLOCK_PX**2 * float(covariance[0, 0]) ** 2 / power if power > 0 else float(BLOCK_PX**2)


def correlation_of(covariances: Matrix) -> Floats:
    """3 x 3 correlation between channels, of six autocovariances in the order of CHANNEL_PAIRS."""
    strength = np.sqrt(np.maximum(covariances[:3, 0, 0], 0))
    correlation = np.eye(3)
    for pair, (one, other) in enumerate(CHANNEL_PAIRS[3:], start=3):
        scale = strength[one] * strength[other]
        shared = np.clip(covariances[pair, 0, 0] / scale, -1, 1) if scale > 0 else 0.0
        correlation[one, other] = correlation[other, one] = shared
    return correlation.astype(np.float32)


def _lags() -> Matrix:
    return np.asarray(np.fft.fftfreq(TRANSFORM_PX, 1 / TRANSFORM_PX), np.float64)
