from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from faceplate.colour.config import load_config
from faceplate.colour.convert import conversion
from faceplate.colour.luminance import ap0_luminance
from faceplate.compiled import compiled
from faceplate.values import Array, Floats

LogGrey: TypeAlias = Callable[[Floats], Floats]
"""Takes rows x columns x 3 in a plate's encoding, gives rows x columns of log-encoded grey."""

# How much each code value counts: green, which is sharpest and least noisy in every camera, most.
code_weights = np.array([0.25, 0.65, 0.10], np.float32)
# The table has 128 entries an octave of the code, negative codes in its upper half, and is read between them.
_entry_shift = 16
DARKEST, BRIGHTEST = -0.0625, 65504.0


def to_log(encoding: str, config: Any = None) -> LogGrey:
    """From a plate's encoding to grey in which a stop is 1 / 17.52 wherever it lies, linear below 1/128 of white.

    For comparing texture, not for looking at: the code values are weighed as they are, then brought from the encoding
    to light and to the curve of ACEScct (Academy S-2016-001) by one table. Exact for grey in any encoding. Light is
    clipped to -1/16 and 65504; a sample that is NaN counts as 0. The result is finite.

    Raises:
        ColourError: the space is unknown, or no path leads from it to ACES2065-1.
    """
    table = _table(encoding, config or load_config())

    def log_grey(rgb: Floats) -> Floats:
        grey = np.empty(rgb.shape[:2], np.float32)
        _weigh(np.ascontiguousarray(rgb, np.float32), code_weights, grey)
        if not np.isfinite(grey.sum(dtype=np.float64)):
            _weigh(np.clip(np.nan_to_num(rgb.astype(np.float32)), -BRIGHTEST, BRIGHTEST), code_weights, grey)
        _look_up(grey.view(np.uint32), table, grey)
        return grey

    return log_grey


@lru_cache(maxsize=32)
def _table(encoding: str, config: Any) -> Floats:
    """The log of the light of every 65536th float, by its upper bits."""
    bits = (np.arange(2**16 + 1, dtype=np.uint64) << _entry_shift).astype(np.uint32)
    with np.errstate(invalid="ignore"):
        codes = np.nan_to_num(bits.view(np.float32))
    grey = np.repeat(codes[None, :, None], 3, axis=-1)
    light = np.nan_to_num(conversion(encoding, "lin_ap0_scene", config)(grey)[0], posinf=BRIGHTEST, neginf=DARKEST)
    with np.errstate(over="ignore"):
        light = np.clip(light, -BRIGHTEST, BRIGHTEST) @ ap0_luminance
    return _acescct(np.clip(np.nan_to_num(light), DARKEST, BRIGHTEST))


def _acescct(light: Floats) -> Floats:
    toe = np.float32(10.5402377416545) * light + np.float32(0.0729055341958355)
    log = (np.log2(np.maximum(light, np.float32(0.0078125))) + np.float32(9.72)) / np.float32(17.52)
    return np.where(light <= np.float32(0.0078125), toe, log).astype(np.float32)


@compiled
def _weigh(codes: Floats, weights: Floats, grey: Floats) -> None:
    red, green, blue = weights
    for row in range(codes.shape[0]):
        for at in range(codes.shape[1]):
            grey[row, at] = red * codes[row, at, 0] + green * codes[row, at, 1] + blue * codes[row, at, 2]


@compiled
def _look_up(places: Array, table: Floats, grey: Floats) -> None:
    """Fills `grey` from itself; `places` are its bits."""
    for row in range(grey.shape[0]):
        for at in range(grey.shape[1]):
            entry = (places[row, at] >> _entry_shift) & 0xFFFF
            part = np.float32(places[row, at] & 0xFFFF) * np.float32(2.0**-_entry_shift)
            grey[row, at] = table[entry] + part * (table[entry + 1] - table[entry])
