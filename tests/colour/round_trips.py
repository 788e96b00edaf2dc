"""What of a plate comes back from scene-linear light, for every camera log: the table of `docs/colour.md`.

python tests/colour/round_trips.py
"""

import sys

import numpy as np
from camera_logs import ALL

from faceplate.colour import plate_codec
from faceplate.values import Sample

HALVES = np.arange(2**16, dtype=np.uint16).view(np.float16)
HEAD = (
    "| encoding | halves that come back | beyond these, and kept | come back beside any others of 0..1 |",
    "| --- | --- | --- | --- |",
)


def grey(codes):
    return np.repeat(codes[None, :, None], 3, axis=2)


def coloured(codes, others, seed=0):
    """Each code in each channel, beside `others` codes from 0 to 1 in the other two; the pixels and where it stands."""
    rng = np.random.default_rng(seed)
    pixels = rng.uniform(0, 1, (others, codes.size, 3)).astype(codes.dtype)
    for row in range(others):
        pixels[row, :, row % 3] = codes
    return pixels


def row(name):
    """The table's line of an encoding."""
    codec = plate_codec(name, Sample.HALF)
    kept = codec.unprocessable(grey(HALVES))
    within = HALVES[~kept.pixels[0]].astype(np.float64)
    ends = f"{within.min() + 0.0:.5g} to {within.max():.5g}"
    return f"| {name} | {ends} | {kept.beyond} | {beside_others(codec)} |"


def beside_others(codec):
    """From which power of two on halves come back beside others of 0..1, and how far smaller ones are off at most."""
    ones = HALVES[: np.float16(1).view(np.uint16) + 1]
    pixels = coloured(ones, others=12)
    kept = codec.unprocessable(pixels).pixels
    away = np.abs(codec.encode(codec.decode(pixels)).astype(np.float64) - pixels)[~kept]
    wrong = pixels[~kept][away > 0].astype(np.float64)
    if wrong.size == 0:
        return "all"
    digit = 10.0 ** np.floor(np.log10(away.max()))
    return f"{2.0 ** np.ceil(np.log2(wrong.max())):.3g} up; below, within {np.ceil(away.max() / digit) * digit:.0e}"


def table():
    """The whole table, as it stands in the docs."""
    return "\n".join((*HEAD, *(row(name) for name in ALL)))


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
