"""Three kinds of grain whose strength, spectrum and likeness between channels are known in closed form.

`sensor`: photons and read noise on a Bayer mosaic, bilinear interpolation, a soft filter. `silver`: Poisson numbers of
discs in three dye layers with cross-talk, seen through the film's logarithmic density (the filtered Poisson form of
Newson, Delon and Galerne, "A stochastic film grain model for resolution-independent rendering", 2017). `sixteen`:
coarse grain, wider across than down, alike in the channels. All pictures are rows x columns x 3, scene-linear.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

LAGS = 64
BAYER_SLOPE, BAYER_FLOOR = np.array([9e-4, 5e-4, 1.2e-3]), np.array([6e-6, 3e-6, 9e-6])
BAYER_SHARE = np.array([0.25, 0.5, 0.25])  # of the pixels that hold a sample of the channel
CROSS_TALK = np.array(
    [[1, 0.14, 0.05], [0.12, 1, 0.12], [0.05, 0.16, 1]]
)  # of the dye of a layer (column) in a channel
BITE = np.array([1.1e-3, 0.8e-3, 1.6e-3])  # of one disc, in natural log of exposure
DISC_PX = (0.95, 0.8, 1.15)
BASE, FOG = 0.001, 0.004  # exposures: of clear film, and what lies over it in black
SIXTEEN = np.array([[2.2e-3, 5e-4, 1.6e-5], [1.6e-3, 4e-4, 1.0e-5], [3.0e-3, 7e-4, 2.5e-5]])  # square, slope, floor
SIXTEEN_SHARED = np.array([[1, 0.6, 0.45], [0.6, 1, 0.55], [0.45, 0.55, 1]])


@dataclass(frozen=True)
class GrainModel:
    """covariance: 3 x 3 x LAGS x LAGS, of grain of deviation 1, lag (0, 0) first, lags wrapped round."""

    name: str
    sigma: Callable
    seen: Callable
    exposed: Callable
    covariance: np.ndarray

    @property
    def correlation(self):
        return self.covariance[:, :, 0, 0]


def disc(radius_px, side=5, fine=16):
    """The share of each pixel under a disc, over the disc's area."""
    at = (np.arange(side * fine) + 0.5) / fine - side / 2
    inside = np.hypot(at[:, None], at) < radius_px
    shares = inside.reshape(side, fine, side, fine).mean(axis=(1, 3))
    return shares / shares.sum()


def bell(across_px, down_px, side=17):
    at = np.arange(side) - side // 2
    kernel = np.outer(np.exp(-(at**2) / (2 * down_px**2)), np.exp(-(at**2) / (2 * across_px**2)))
    return kernel / kernel.sum()


def convolved(one, other):
    side = one.shape[0] + other.shape[0] - 1
    return np.fft.irfft2(np.fft.rfft2(one, (side, side)) * np.fft.rfft2(other, (side, side)), (side, side))


def filtered(plane, kernel):
    return cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_REFLECT_101)


def products(kernels, others):
    """Sums of lag products of kernels (... x side x side), LAGS square."""
    one, other = (np.fft.fft2(each, (LAGS, LAGS)) for each in (kernels, others))
    return np.fft.ifft2(one * other.conj()).real


def _unit(covariance):
    strength = np.sqrt(np.einsum("ccij->cij", covariance)[:, 0, 0])
    return covariance / np.outer(strength, strength)[..., None, None]


SOFT = bell(0.55, 0.55, side=7)
CROSS = np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]]) / 4
SQUARE = np.outer([1, 2, 1], [1, 2, 1]) / 4
BAYER_KERNELS = np.stack([convolved(each, SOFT) for each in (SQUARE, CROSS, SQUARE)])
BAYER_GAIN = BAYER_SHARE * np.sum(BAYER_KERNELS**2, axis=(1, 2))


def _mosaic(shape):
    down, across = np.mgrid[: shape[0], : shape[1]] % 2
    return np.stack([(down == 0) & (across == 0), down != across, (down == 1) & (across == 1)], axis=-1)


def _interpolated(samples):
    kernels = (SQUARE, CROSS, SQUARE)
    planes = [filtered(filtered(samples[..., each], kernels[each]), SOFT) for each in range(3)]
    return np.stack(planes, axis=-1)


def sensor_seen(clean):
    return _interpolated(clean * _mosaic(clean.shape))


def sensor_exposed(clean, rng):
    photons = rng.poisson(np.maximum(clean, 0) / BAYER_SLOPE) * BAYER_SLOPE + np.minimum(clean, 0)
    return _interpolated((photons + rng.standard_normal(clean.shape) * np.sqrt(BAYER_FLOOR)) * _mosaic(clean.shape))


def sensor_sigma(exposure):
    """Over all four places of the mosaic."""
    return np.sqrt(BAYER_GAIN * (BAYER_SLOPE * np.maximum(exposure, 0) + BAYER_FLOOR))


DISCS = np.stack([disc(radius) for radius in DISC_PX])
STEPS = CROSS_TALK[..., None, None] * (BITE[:, None, None] * DISCS)  # channel x layer x taps, natural log of exposure
ONCE, TWICE = np.expm1(STEPS), np.expm1(2 * STEPS)


def discs_per_pixel(exposure):
    """The mean number in each layer that gives these exposures on the whole, by the moment function of Poisson."""
    told = np.log(np.maximum(exposure + FOG, BASE) / BASE)
    return np.maximum(told @ np.linalg.inv(ONCE.sum(axis=(2, 3))).T, 0)


def silver_sigma(exposure):
    numbers = discs_per_pixel(np.broadcast_to(exposure, (*np.shape(exposure)[:-1], 3)))
    excess = (TWICE - 2 * ONCE).sum(axis=(2, 3))
    mean = BASE * np.exp(numbers @ ONCE.sum(axis=(2, 3)).T)
    return mean * np.sqrt(np.expm1(numbers @ excess.T))


def _developed(layers, steps):
    """Light through the film: `layers` filtered by the steps of each channel, in logarithm."""
    return np.stack(
        [BASE * np.exp(sum(filtered(layers[..., each], kernel[each]) for each in range(3))) - FOG for kernel in steps],
        axis=-1,
    )


def silver_seen(clean):
    return _developed(discs_per_pixel(clean), ONCE)


def silver_exposed(clean, rng):
    return _developed(rng.poisson(discs_per_pixel(clean)).astype(np.float64), STEPS)


def _silver_covariance():
    numbers = discs_per_pixel(np.full(3, 0.18))
    return _unit(np.einsum("l,cl,dl,lij->cdij", numbers * BITE**2, CROSS_TALK, CROSS_TALK, products(DISCS, DISCS)))


SIXTEEN_KERNELS = np.stack([bell(*wide) + 0.25 * bell(0.6, 0.6) for wide in ((1.8, 1.5), (1.6, 1.35), (2.1, 1.75))])
SIXTEEN_KERNELS /= np.sqrt(np.sum(SIXTEEN_KERNELS**2, axis=(1, 2), keepdims=True))


def sixteen_sigma(exposure):
    x = np.maximum(exposure, 0)
    return np.sqrt((SIXTEEN[:, 0] * x + SIXTEEN[:, 1]) * x + SIXTEEN[:, 2])


def sixteen_exposed(clean, rng):
    white = rng.standard_normal(clean.shape) @ np.linalg.cholesky(SIXTEEN_SHARED).T
    field = np.stack([filtered(white[..., each], SIXTEEN_KERNELS[each]) for each in range(3)], axis=-1)
    return clean + field * sixteen_sigma(clean)


def sixteen_seen(clean):
    return clean


SENSOR = GrainModel(
    "sensor",
    sensor_sigma,
    sensor_seen,
    sensor_exposed,
    _unit(np.eye(3)[..., None, None] * products(BAYER_KERNELS, BAYER_KERNELS)),
)
SILVER = GrainModel("silver", silver_sigma, silver_seen, silver_exposed, _silver_covariance())
SIXTEEN_MM = GrainModel(
    "sixteen",
    sixteen_sigma,
    sixteen_seen,
    sixteen_exposed,
    _unit(SIXTEEN_SHARED[..., None, None] * products(SIXTEEN_KERNELS[:, None], SIXTEEN_KERNELS[None])),
)
MODELS = {model.name: model for model in (SENSOR, SILVER, SIXTEEN_MM)}
