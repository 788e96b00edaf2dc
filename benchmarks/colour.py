"""How long a face's region takes to scene-linear light and back, beside OpenColorIO's own CPU processor.

    python benchmarks/colour.py

A 1500 x 1500 region of half samples: exposures from deep shadow to highlight, coloured, with grain. One thread each, as
OpenColorIO's processor runs on one; both go from halves to floats and back, into fresh arrays. OpenColorIO is measured
twice: lossless, whose result ours must equal, and with its default trades of exactness for speed. Runs of the three
take turns; medians with the spread, after a warm-up.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 -- the name its own documentation uses

from faceplate.colour import load_config, plate_codec, scene_linear
from faceplate.values import Sample
from machine import describe_machine

SIDE, RUNS, TARGET = 1500, 9, 0.25
ENCODINGS = (
    "ARRI LogC3 (EI800)",
    "ARRI LogC4",
    "S-Log3 S-Gamut3",
    "S-Log3 S-Gamut3.Cine",
    "V-Log V-Gamut",
    "Log3G10 REDWideGamutRGB",
    "CanonLog2 CinemaGamut D55",
    "CanonLog3 CinemaGamut D55",
    "BMDFilm WideGamut Gen5",
    "DaVinci Intermediate WideGamut",
    "Apple Log",
    "D-Log D-Gamut",
    "ADX10",
    "ACEScc",
    "ACEScct",
    "ACES2065-1",
)

Work = Callable[[], np.ndarray]


def region(encoding: str) -> np.ndarray:
    """Half codes of a coloured, grainy ramp of exposure, 0.005 to 8 across, as OpenColorIO encodes it."""
    rng = np.random.default_rng(0)
    exposure = np.geomspace(0.005, 8, SIDE, dtype=np.float32)[None, :, None]
    tint = rng.uniform(0.5, 1.5, (SIDE // 50, 1, 3)).astype(np.float32).repeat(50, axis=0)
    light = exposure * tint
    light = light + np.sqrt(0.0001 * light + 1e-8) * rng.standard_normal((SIDE, SIDE, 3), dtype=np.float32)
    return through(light.astype(np.float32), encoding, exact=True, back=True)()


def through(pixels: np.ndarray, encoding: str, *, exact: bool, back: bool) -> Work:
    """OpenColorIO's processor on pixels: to the encoding as halves (`back`), or from halves to scene-linear."""
    config = load_config()
    ends = (scene_linear(config), encoding) if back else (encoding, scene_linear(config))
    depths = (ocio.BIT_DEPTH_F32, ocio.BIT_DEPTH_F16) if back else (ocio.BIT_DEPTH_F16, ocio.BIT_DEPTH_F32)
    flags = ocio.OPTIMIZATION_LOSSLESS if exact else ocio.OPTIMIZATION_DEFAULT
    processor = config.getProcessor(*ends).getOptimizedCPUProcessor(*depths, flags)

    def apply() -> np.ndarray:
        made = np.empty(pixels.shape, np.float16 if back else np.float32)
        processor.apply(described(pixels, depths[0]), described(made, depths[1]))
        return made

    return apply


def described(pixels: np.ndarray, depth: ocio.BitDepth) -> ocio.PackedImageDesc:
    """Pixels as OpenColorIO takes them, without a copy."""
    rows, columns, channels = pixels.shape
    size = pixels.itemsize
    return ocio.PackedImageDesc(
        pixels, columns, rows, ocio.CHANNEL_ORDERING_RGB, depth, size, channels * size, columns * channels * size
    )


def milliseconds(works: list[Work]) -> list[list[float]]:
    """Times of each, taken in turns after one warm-up."""
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(RUNS):
        for work, own in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            own.append(1000 * (time.perf_counter() - start))
    return times


def apart(ours: np.ndarray, theirs: np.ndarray) -> str:
    """The share of samples that are not the same half, and the most that one is off, in ten-bit codes."""
    away = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    return f"{100 * np.mean(away > 0):8.4f} % {1023 * away.max():7.4f}"


def measure(encoding: str) -> None:
    """One line of the table."""
    start = time.perf_counter()
    codec = plate_codec(encoding, Sample.HALF)
    built_s = time.perf_counter() - start
    codes = region(encoding)
    linear = 1.05 * through(codes, encoding, exact=True, back=False)()
    there: list[Work] = [lambda: codec.decode(codes)]
    back: list[Work] = [lambda: codec.encode(linear)]
    for exact in (True, False):
        there.append(through(codes, encoding, exact=exact, back=False))
        back.append(through(linear, encoding, exact=exact, back=True))
    ours, lossless, default = [
        [one + other for one, other in zip(*pair, strict=True)]
        for pair in zip(milliseconds(there), milliseconds(back), strict=True)
    ]
    told = "".join(
        f"{statistics.median(each):7.1f} ({min(each):.0f}..{max(each):.0f})".ljust(20)
        for each in (ours, lossless, default)
    )
    ratios = [statistics.median(ours) / statistics.median(each) for each in (lossless, default)]
    returned = "yes" if np.array_equal(codec.encode(codec.decode(codes)), codes) else "no"
    print(
        f"{encoding:31s}{codec.path:8s}{told}{ratios[0]:6.2f}{ratios[1]:6.2f}"
        f"{apart(codec.encode(linear), back[1]())}{apart(back[2](), back[1]())}  {returned:4s}{built_s:5.2f}"
    )


def main() -> None:
    """Prints the machine, then a line for every encoding."""
    print(describe_machine("numpy", "numba", "opencolorio"))
    print(f"\n{SIDE} x {SIDE} half pixels to light and back, one thread, ms: median (spread); target ratio {TARGET}")
    print("ratios: ours to OpenColorIO lossless, to its default; then how far codes are from the lossless ones:")
    print(
        "samples that differ and by how many ten-bit codes at most, ours and OpenColorIO's default; the region returns"
    )
    print("unchanged; seconds to build the tables")
    print(f"{'encoding':31s}{'path':8s}{'  ours':20s}{'  lossless':20s}{'  default':20s} ratios")
    for encoding in ENCODINGS:
        measure(encoding)


if __name__ == "__main__":
    main()
