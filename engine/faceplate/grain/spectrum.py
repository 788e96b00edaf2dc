"""The grain's autocovariance within and between channels, from blocks whose slow modes were taken out.

Taking modes out also takes out some grain. How much is a linear function of the grain's own autocovariance, known
exactly, so it can be put back: no spectrum is assumed, only that grain reaches a few pixels.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse.linalg import LinearOperator, cg

from faceplate.grain.blocks import BLOCK_PX, slow_modes
from faceplate.grain.kernel import RADIUS_PX, TRANSFORM_PX
from faceplate.values import Floats, Matrix

CHANNEL_PAIRS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))
REACH_PX = RADIUS_PX + 2  # lags beyond this are taken to be zero
ROUNDS = 100
TOLERANCE = 1e-4  # further, the iteration fits the noise of the estimate


@dataclass
class CrossSpectrum:
    """A running sum of the cross periodograms of all channel pairs, and how many blocks it holds."""

    total: Matrix = field(default_factory=lambda: np.zeros((6, TRANSFORM_PX, TRANSFORM_PX // 2 + 1)))
    blocks: int = 0

    def add(self, residuals: Floats) -> None:
        """Takes in blocks x 3 x BLOCK_PX x BLOCK_PX residuals; each channel already divided by its grain's sigma."""
        waves = np.fft.rfft2(residuals, s=(TRANSFORM_PX, TRANSFORM_PX))
        for pair, (one, other) in enumerate(CHANNEL_PAIRS):
            products = np.einsum("nij,nij->ij", waves[:, one], waves[:, other].conj(), optimize=True)
            self.total[pair] += products.real
        self.blocks += residuals.shape[0]

    def autocovariance(self) -> Matrix:
        """Per pair, TRANSFORM_PX square, lag (0, 0) first, symmetric; zeros where nothing was added."""
        mean = np.fft.irfft2(self.total / max(1, self.blocks), s=(TRANSFORM_PX, TRANSFORM_PX))
        within = [possible(restored(pair)) for pair in mean[:3]]
        return np.stack([*within, *(restored(pair) for pair in mean[3:])])


def combined(spectra: list[CrossSpectrum]) -> CrossSpectrum:
    """The sum of these."""
    total = CrossSpectrum()
    for each in spectra:
        total.total += each.total
        total.blocks += each.blocks
    return total


def without_slow_modes(pixels: Floats) -> Floats:
    """Blocks (... x BLOCK_PX x BLOCK_PX) with their slow modes taken out, float32."""
    modes = slow_modes().reshape(-1, BLOCK_PX * BLOCK_PX).astype(np.float32)
    flat = pixels.reshape(*pixels.shape[:-2], -1)
    flat = flat - flat.mean(axis=-1, keepdims=True)  # first, so that float32 carries the grain and not the exposure
    return np.asarray((flat - (flat @ modes.T) @ modes).reshape(pixels.shape))


def restored(summed: Matrix) -> Matrix:
    """The autocovariance of grain whose residuals have these summed lag products (TRANSFORM_PX square).

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
        return np.asarray((counts * covariance - taken(covariance))[within])

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


def taken(covariance: Matrix) -> Matrix:
    """What the removal of the slow modes takes from the summed lag products of noise with this autocovariance."""
    modes = slow_modes()
    padded = np.fft.rfft2(modes, s=(TRANSFORM_PX, TRANSFORM_PX))
    power = np.fft.rfft2(covariance)
    shared = np.fft.irfft2(padded * power, s=(TRANSFORM_PX, TRANSFORM_PX))[:, :BLOCK_PX, :BLOCK_PX]
    between = np.einsum("kij,lij->kl", modes, shared)
    halved = shared - np.tensordot(between, modes, axes=1) / 2
    products = np.sum(padded.conj() * np.fft.rfft2(halved, s=(TRANSFORM_PX, TRANSFORM_PX)), axis=0)
    loss: Matrix = np.fft.irfft2(2 * products.real, s=(TRANSFORM_PX, TRANSFORM_PX))
    return loss


def kept_share(covariance: Matrix) -> float:
    """The share of the grain's variance that is left in a block once the slow modes are out."""
    if not covariance[0, 0] > 0:
        return float(1 - slow_modes().shape[0] / BLOCK_PX**2)
    return float(1 - taken(covariance)[0, 0] / (BLOCK_PX**2 * covariance[0, 0]))


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
