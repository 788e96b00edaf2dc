"""Denoisers beside ours: OpenCV's non-local means, tuned; BM3D by VapourSynth and by its authors where they are there.

VapourSynth's BM3D (MIT) anyone may run: `pip install vapoursynth vapoursynth-bm3d` into an environment of its own,
whose Python the benchmark is told. The authors' own, PyPI's `bm3d`, allows use that is informational and non-commercial
alone; it is run where it is installed beside Faceplate. FFmpeg's filter of that name is none: where it groups blocks
(`group` above 1) libavfilter 11.14 leaves most of the noise, at any strength.

Source: Dabov, Foi, Katkovnik and Egiazarian, "Image denoising by sparse 3-D transform-domain collaborative filtering"
(2007); Dabov, Foi and Egiazarian, "Video denoising by sparse 3D transform-domain collaborative filtering" (2007);
Makinen, Azzari and Foi, "Collaborative filtering of correlated noise" (2020).
"""

import subprocess
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest.mock import patch

import cv2
import numpy as np

from faceplate.values import Array, Floats
from grain_staged import GrainModel, neutral, to_linear, to_log

STRENGTHS_8_BIT = (1, 1.5, 2, 3, 4, 6, 8)
STRENGTHS_16_BIT = (60, 120, 200, 320, 480, 700)
STRENGTHS_WHITE = (2, 3, 4, 6, 9)  # times the true deviation, for grain is not white
CODES_16 = 65535
OPPONENTS = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])
TABLE = 4096
DARKEST, BRIGHTEST = -0.02, 60.0

bm3d_is_installed = find_spec("bm3d") is not None


def means(plate: Floats) -> Iterator[Array]:
    """Non-local means in LogC3 at every strength: 8-bit colour, and 16-bit channel by channel."""
    log = np.clip(to_log(plate), 0, 1)
    codes = np.round(log * 255).astype(np.uint8)
    for strength in STRENGTHS_8_BIT:
        found = cv2.fastNlMeansDenoisingColored(codes, None, strength, strength, 7, 21)
        yield to_linear(found / np.float32(255))
    fine = np.round(log * CODES_16).astype(np.uint16)
    for strength in STRENGTHS_16_BIT:
        planes = [
            cv2.fastNlMeansDenoising(
                np.ascontiguousarray(fine[..., each]),
                h=[strength],
                templateWindowSize=7,
                searchWindowSize=21,
                normType=cv2.NORM_L1,
            )
            for each in range(3)
        ]
        yield to_linear(np.stack(planes, axis=-1) / np.float32(CODES_16))


def bm3d(plate: Floats, model: GrainModel) -> Array:
    """BM3D told the truth: on the scale where the model's grain is even, with its true spectrum in three opponents."""
    denoise: Callable[[Array, Array], Array] = import_module("bm3d").bm3d
    scales = _even_scales(model)
    # Its release 4.0.3 asks numpy for `trapz`, which numpy 2 calls `trapezoid`.
    with patch.object(np, "trapz", np.trapezoid, create=True):
        clean = denoise(_evened(plate, scales) @ OPPONENTS.T, _densities(model, plate.shape[:2])) @ OPPONENTS
    return _unevened(clean, scales)


class Collaborative(NamedTuple):
    """What VapourSynth answered: the middle frame at every strength, of itself alone and of all frames."""

    single: list[Array]
    video: list[Array]
    versions: str


def collaborative(python: Path, frames: list[Floats], model: GrainModel) -> Collaborative:
    """BM3D and V-BM3D, normal profile, both steps: on the even scale, with the true deviations of the opponents."""
    scales = _even_scales(model)
    even = np.stack([_evened(each, scales) for each in frames])
    low, span = even.min(), np.ptp(even)
    deviations = np.sqrt(np.diag(OPPONENTS @ model.correlation @ OPPONENTS.T)) / span
    with TemporaryDirectory() as folder:
        asked, answered = Path(folder, "asked.npz"), Path(folder, "answered.npz")
        np.savez(asked, frames=((even - low) / span).astype(np.float32), sigmas=np.outer(STRENGTHS_WHITE, deviations))
        subprocess.run([python, Path(__file__).with_name("grain_vapoursynth.py"), asked, answered], check=True)
        with np.load(answered) as told:
            found = [[_unevened(each * span + low, scales) for each in told[name]] for name in ("single", "video")]
            return Collaborative(*found, versions=str(told["versions"]))


def _evened(rgb_linear: Array, scales: list[tuple[Array, Array]]) -> Array:
    return np.stack([np.interp(rgb_linear[..., each], *scales[each]) for each in range(3)], axis=-1)


def _unevened(even: Array, scales: list[tuple[Array, Array]]) -> Array:
    return np.stack([np.interp(even[..., each], *scales[each][::-1]) for each in range(3)], axis=-1)


def _even_scales(model: GrainModel) -> list[tuple[Array, Array]]:
    """Per channel exposures and the integral of 1 / sigma to each."""
    exposure = np.concatenate([np.linspace(DARKEST, 0, 64)[:-1], np.geomspace(1e-6, BRIGHTEST, TABLE)])
    sigma = np.maximum(model.sigma(neutral(exposure).astype(np.float64)), 1e-4)
    steps = np.diff(exposure)[:, None] * (1 / sigma[1:] + 1 / sigma[:-1]) / 2
    integral = np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])
    return [(exposure, integral[:, each]) for each in range(3)]


def _densities(model: GrainModel, size: tuple[int, int]) -> Array:
    """Power of each opponent over the whole picture, rows x columns x 3, as BM3D wants it: times the pixels."""
    covariance = np.einsum("oc,od,cdij->oij", OPPONENTS, OPPONENTS, model.covariance)
    lags = np.fft.fftfreq(covariance.shape[-1], 1 / covariance.shape[-1]).astype(int)
    wide = np.zeros((3, *size))
    wide[:, lags[:, None] % size[0], lags % size[1]] = covariance
    power = np.maximum(np.fft.fft2(wide).real, 0) * size[0] * size[1]
    return np.ascontiguousarray(np.moveaxis(power, 0, -1))
