"""How true grain is measured and made, how well it is taken out, and how long each takes.

    python benchmarks/grain.py

Plates are made here: shot and read noise of known strength, spectrum and correlation, over the picture that the tests
use, in ARRI LogC3. One core; medians of several runs after a warm-up, with the spread.
"""

import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from faceplate.grain import (
    FaceDegrainSettings,
    FaceRegrainSettings,
    degrain,
    grain_field,
    measure_grain,
    regrain,
    sigma_at,
    transfer_grain,
)
from faceplate.values import Window
from machine import describe_machine

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "grain"))
from grain_plates import KERNELS, TRUTH, grainy, picture, portrait, radial_db, to_linear, to_log

HD, UHD, FACE = (1080, 1920), (2160, 4096), Window(0, 0, 1500, 1500)


def timed(work: Callable[[], object], runs: int = 5) -> str:
    """Median and spread of the wall time, in seconds, after one warm-up."""
    work()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return f"{statistics.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})"


def psnr(rgb_linear: np.ndarray, clean: np.ndarray) -> float:
    """In the log encoding, dB."""
    error = to_log(np.maximum(rgb_linear, -0.01)) - to_log(clean)
    return float(-10 * np.log10(np.mean(np.square(error))))


def truth_of_measurement(frames: int) -> None:
    """Response, bins, spectrum and correlation against the truth."""
    rng, clean = np.random.default_rng(1), picture(HD)
    profile = measure_grain(((i, to_log(grainy(clean, rng))) for i in range(frames)), to_linear, "LogC3")
    exposure = np.geomspace(0.001, 8, 14, dtype=np.float32)[:, None].repeat(3, axis=1)
    response = 100 * (sigma_at(profile, exposure) / TRUTH.sigma(exposure) - 1)
    bins = 100 * (profile.sigma / TRUTH.sigma(profile.exposure[:, None]).T - 1)
    print(f"\n{frames} frame(s) of {HD[1]} x {HD[0]}, a third of it texture")
    print(f"  response, 0.001 to 8: error of sigma at most {np.abs(response).max():.1f} %")
    for name, row in zip("RGB", bins, strict=True):
        told = " ".join("   -" if np.isnan(value) else f"{value:+4.1f}" for value in row)
        print(f"  {name} error per bin, %: {told}")
    for name, ours, true in zip("RGB", profile.kernel, KERNELS, strict=True):
        print(f"  {name} radial spectrum, dB: " + " ".join(f"{value:+.2f}" for value in radial_db(ours, true)))
    print(f"  correlation: error at most {np.abs(profile.correlation - TRUTH.correlation).max():.3f}")


def removal() -> None:
    """PSNR after degraining beside a blur and non-local means, each at its best strength of those tried."""
    clean = portrait(512)
    plate = grainy(clean, np.random.default_rng(0)).astype(np.float32)
    codes = np.clip(np.round(to_log(plate) * 255), 0, 255).astype(np.uint8)
    blurs = [to_linear(cv2.GaussianBlur(to_log(plate), (0, 0), sigma)) for sigma in (0.3, 0.4, 0.5, 0.6, 0.8, 1.2)]
    strengths = (0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4)
    means = [cv2.fastNlMeansDenoisingColored(codes, None, h, h, 7, 21) for h in strengths]
    print("\nremoval, 512 x 512, PSNR in LogC3")
    own = measure_grain([(1, to_log(plate))], to_linear, "LogC3")
    print(f"  plate {psnr(plate, clean):.2f} dB, degrain with the true profile {psnr(_degrained(plate), clean):.2f} dB")
    print(f"  degrain with the plate's own {psnr(degrain(plate, own, FaceDegrainSettings()), clean):.2f} dB")
    print(f"  GaussianBlur at the best of 6 widths {max(psnr(each, clean) for each in blurs):.2f} dB")
    best = max(psnr(to_linear(each.astype(np.float32) / 255), clean) for each in means)
    print(f"  fastNlMeansDenoisingColored (7/21, 8 bit in and out) at the best of 8 strengths {best:.2f} dB")


def _degrained(plate: np.ndarray) -> np.ndarray:
    return degrain(plate, TRUTH.profile(), FaceDegrainSettings())


def times() -> None:
    """A face's worth of each operator, the floor beside it, and a whole UHD frame of measurement."""
    profile, plain = TRUTH.profile(), FaceRegrainSettings()
    comp = np.full((FACE.height, FACE.width, 3), 0.18, np.float32)
    bare = np.zeros(comp.shape[:2], np.float32)
    rng = np.random.Generator(np.random.Philox(1))
    print(f"\ntimes, {FACE.width} x {FACE.height} x 3, median (spread)")
    print("  white noise alone (floor)", timed(lambda: rng.standard_normal(comp.shape, dtype=np.float32)))
    print("  grain_field              ", timed(lambda: grain_field(profile, FACE, 1, seed=0)))
    print("  sigma_at                 ", timed(lambda: sigma_at(profile, comp)))
    print("  regrain                  ", timed(lambda: regrain(comp, bare, profile, FACE, 1, plain)))
    print("  transfer_grain           ", timed(lambda: transfer_grain(comp, comp, comp, profile, plain)))
    print("  degrain                  ", timed(lambda: _degrained(comp + 0), runs=2))
    encoded = to_log(grainy(picture(UHD), np.random.default_rng(0))).astype(np.float16)
    print(f"  measure_grain, one {UHD[1]} x {UHD[0]} half frame", timed(lambda: _measured(encoded), runs=3))
    tracemalloc.start()
    _measured(encoded)
    print(f"  measure_grain, memory beside the frame: {tracemalloc.get_traced_memory()[1] / 2**20:.0f} MiB at most")
    tracemalloc.stop()


def _measured(encoded: np.ndarray) -> object:
    return measure_grain([(1, encoded)], to_linear, "LogC3")


def main() -> None:
    """Prints the machine, then every figure."""
    cv2.setNumThreads(1)
    print(describe_machine("numpy", "scipy", "opencv-python-headless", "colour-science"))
    truth_of_measurement(1)
    truth_of_measurement(8)
    removal()
    times()


if __name__ == "__main__":
    main()
