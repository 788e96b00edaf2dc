"""Plates whose grain is known: shot and read noise, filtered, mixed between channels, over a picture in ARRI LogC3."""

from dataclasses import dataclass

import cv2
import numpy as np

from faceplate.grain import FaceRegrainSettings, grain_field
from faceplate.grain.apply.regrain import seed_of
from faceplate.values import GrainProfile

SLOPE = np.array([6e-4, 4e-4, 9e-4])
FLOOR = np.array([4e-6, 2e-6, 8e-6])
SHARED = np.array([[1, 0.4, 0.2], [0.4, 1, 0.35], [0.2, 0.35, 1]])  # of the white noise, before it is filtered
ACROSS = np.arange(-8, 9)
# Source: ARRI, "ALEXA Log C Curve: Usage in VFX" (2017), exposure index 800.
LOGC3 = {"cut": 0.010591, "a": 5.555556, "b": 0.052272, "c": 0.247190, "d": 0.385537, "e": 5.367655, "f": 0.092809}
# What the tests of measured grain allow; the aims are those of the field (reference: regrain acceptance).
SIGMA_TOLERANCE = 0.03
BIN_TOLERANCE = 0.05
SPECTRUM_TOLERANCE_DB = 1.0
CORRELATION_TOLERANCE = 0.05


def gaussian_kernel(sigma_px):
    line = np.exp(-(ACROSS**2) / (2 * sigma_px**2))
    kernel = np.outer(line, line)
    return kernel / np.sqrt(np.sum(kernel**2))


KERNELS = np.stack([gaussian_kernel(sigma) for sigma in (0.7, 0.63, 0.8)])


@dataclass(frozen=True)
class Truth:
    slope: np.ndarray
    floor: np.ndarray
    kernels: np.ndarray
    shared: np.ndarray

    def sigma(self, exposure):
        return np.sqrt(self.slope * np.maximum(exposure, 0) + self.floor)

    @property
    def correlation(self):
        return self.shared * np.einsum("cij,dij->cd", self.kernels, self.kernels)

    def profile(self):
        exposure = np.exp2(np.arange(-8, 4)).astype(np.float32)
        return GrainProfile(
            encoding="ARRI LogC3 (EI800)",
            exposure=exposure,
            sigma=self.sigma(exposure[:, None]).T.astype(np.float32),
            response=np.stack([self.slope, self.floor], axis=1).astype(np.float32),
            kernel=self.kernels.astype(np.float32),
            correlation=self.correlation.astype(np.float32),
            frames=(1001, 1002),
        )


TRUTH = Truth(SLOPE, FLOOR, KERNELS, SHARED)


def to_linear(rgb_encoded):
    """Written out, not asked of colour-science, whose name a benchmark bears."""
    code = np.asarray(rgb_encoded, np.float64)
    above = (np.power(10, (code - LOGC3["d"]) / LOGC3["c"]) - LOGC3["b"]) / LOGC3["a"]
    below = (code - LOGC3["f"]) / LOGC3["e"]
    return np.where(code > LOGC3["e"] * LOGC3["cut"] + LOGC3["f"], above, below).astype(np.float32)


def to_log(rgb_linear):
    light = np.asarray(rgb_linear, np.float64)
    above = LOGC3["c"] * np.log10(LOGC3["a"] * np.maximum(light, LOGC3["cut"]) + LOGC3["b"]) + LOGC3["d"]
    below = LOGC3["e"] * light + LOGC3["f"]
    return np.where(light > LOGC3["cut"], above, below).astype(np.float32)


def unit_grain(rng, size, truth=TRUTH):
    """Grain of sigma 1, made by circular convolution: nothing of the code under test is in it."""
    height, width = size
    noise = rng.standard_normal((height, width, 3)) @ np.linalg.cholesky(truth.shared).T
    planes = [
        cv2.filter2D(noise[..., each], -1, truth.kernels[each], borderType=cv2.BORDER_REFLECT_101) for each in range(3)
    ]
    return np.stack(planes, axis=-1)


def grainy(picture_linear, rng, truth=TRUTH):
    return picture_linear + unit_grain(rng, picture_linear.shape[:2], truth) * truth.sigma(picture_linear)


def picture(size):
    """Ten stops from left to right, a waving exposure, patches of texture as strong as the grain, cards."""
    height, width = size
    down, along = np.mgrid[0:height, 0:width]
    stops = -7 + 10 * along / width + 0.6 * np.sin(6 * down / height)
    rgb = (0.18 * np.exp2(stops))[..., None] * np.array([1.1, 1, 0.8])
    texture = cv2.GaussianBlur(np.random.default_rng(5).standard_normal(size), (0, 0), 2.0)
    patches = np.sin(along / 170) * np.sin(down / 130) > 0
    rgb *= np.maximum(1 + 0.25 * patches * texture / texture.std(), 0.1)[..., None]
    for left in range(0, width, 300):
        rgb[height // 3 : height // 3 + 90, left : left + 110] = (0.9, 0.6, 0.4)
    return rgb


def portrait(side):
    """A picture with edges, fine lines, soft shading, highlights above 1 and a little below 0."""
    down, along = np.mgrid[0:side, 0:side] / side
    rgb = np.stack([0.18 + 0.5 * along, 0.2 + 0.3 * down, 0.1 + 0.2 * along * down], axis=-1)
    disc = np.hypot(along - 0.4, down - 0.5) < 0.25
    rgb[disc] = (0.6, 0.4, 0.3)
    rgb[np.hypot(along - 0.75, down - 0.25) < 0.1] = (6.0, 5.0, 4.0)
    rgb[int(0.8 * side) :, : side // 3] *= np.where(np.arange(side // 3) // 4 % 2, 1.0, 0.3)[None, :, None]
    rgb[: side // 8, : side // 8] = -0.01
    return rgb


def radial_db(kernel, other):
    """How far one kernel's radial spectrum lies from another's, in dB, where the other is within 20 dB of its peak."""
    powers = [np.abs(np.fft.fft2(each, (64, 64))) ** 2 for each in (kernel, other)]
    across = np.fft.fftfreq(64)
    ring = np.rint(np.hypot(across[:, None], across) * 32).astype(int)
    ours, true = (np.array([power[ring == each].mean() for each in range(1, 17)]) for power in powers)
    heard = true > true.max() / 100
    return 10 * np.log10(ours / true)[heard]


def field_of(profile, window, frame):
    """New grain of a shot that nobody named."""
    return grain_field(profile, window, frame, seed=seed_of(FaceRegrainSettings(), profile, ""))
