from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from faceplate.colour.convert import conversion
from faceplate.values import Floats

Luminance: TypeAlias = Callable[[Floats], Floats]
"""Takes rows x columns x 3 in a plate's encoding, gives rows x columns of scene-linear luminance."""

ap0_luminance = np.array([0.3439664498, 0.7281660966, -0.0721325464], np.float32)
"""How much of CIE Y each primary of ACES2065-1 gives: SMPTE ST 2065-1, the second row of its matrix to XYZ."""


def to_luminance(encoding: str, config: Any = None) -> Luminance:
    """From a plate's encoding to scene-linear luminance, 1.0 for white of 1.0; negatives are kept.

    Luminance is the same light whatever the primaries of the working space. Samples that are not finite give NaN.

    Raises:
        ColourError: the space is unknown, or no path leads from it to ACES2065-1.
    """
    linear = conversion(encoding, "lin_ap0_scene", config)

    def luminance(rgb: Floats) -> Floats:
        light = linear(rgb)
        finite = np.asarray(np.isfinite(light).all(axis=-1))
        weighed = np.where(finite[..., None], light, np.float32(0)) @ ap0_luminance
        return np.where(finite, weighed, np.float32(np.nan))

    return luminance
