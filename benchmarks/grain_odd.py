"""Plates that hold no plain grain: is the profile sensible, is something said, and is nothing strange put back?"""

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from faceplate.grain import measure_grain, profile_notes, sigma_at
from faceplate.values import Array, GrainProfile
from grain_engine import cleaned, new_grain
from grain_figures import GrainFigure
from grain_said import of_said
from grain_spectra import lattice
from grain_staged import ENCODING, MODELS, Staged, neutral, to_linear, to_log, worst_percent

CLIP, CRUSH = 0.35, 0.03
JPEG_QUALITY = 60
BLOCK_PX = 8
FIELD_PX = 512
CROP = np.s_[:256, :256]
SENSOR = MODELS["sensor"]


def clipped(plate: Staged, place: int) -> Array:
    """Cut at CLIP."""
    return np.minimum(plate.stored(place), to_log(CLIP).astype(np.float16))


def crushed(plate: Staged, place: int) -> Array:
    """Nothing below CRUSH."""
    return np.maximum(plate.stored(place), to_log(CRUSH).astype(np.float16))


def noise_free(plate: Staged, place: int) -> Array:
    """The mean alone."""
    return to_log(plate.clean(place)).astype(np.float16)


def blocky(plate: Staged, place: int) -> Array:
    """Through JPEG in eight bits."""
    codes = np.round(np.clip(plate.stored(place).astype(np.float32), 0, 1) * 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", codes[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return (cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1] / np.float32(255)).astype(np.float16)


def monochrome(plate: Staged, place: int) -> Array:
    """Its green in all channels."""
    return np.repeat(plate.stored(place)[..., 1:2], 3, axis=-1)


ODD: dict[str, tuple[Callable[[Staged, int], Array], tuple[float, ...]]] = {
    "clipped": (clipped, (0.01, 0.03, 0.09, 0.2)),
    "crushed": (crushed, (0.09, 0.2, 0.7)),
    "noise-free": (noise_free, ()),
    "blocky": (blocky, ()),
    "monochrome": (monochrome, (0.01, 0.09, 0.7)),
}
"""How each is made, and the exposures at which its grain is still the model's."""


def of_odd(*, quick: bool) -> Iterator[GrainFigure]:
    """Every odd plate."""
    plate = Staged(SENSOR, "texture", (540, 960), 2 if quick else 4)
    for name, (made, known) in ODD.items():
        frames = [(place, made(plate, place)) for place in range(plate.frames)]
        profile = measure_grain(frames, to_linear, ENCODING)
        yield from _sound(name, profile, frames[0][1])
        if known:
            exposure, channels = neutral(np.array(known)), slice(1, 2) if name == "monochrome" else slice(None)
            found, true = (each[:, channels] for each in (sigma_at(profile, exposure), SENSOR.sigma(exposure)))
            yield GrainFigure(f"odd: response, worst % ({name})", worst_percent(found, true))
    yield from of_said()


def _sound(name: str, profile: GrainProfile, stored: Array) -> Iterator[GrainFigure]:
    comp = np.full((FIELD_PX, FIELD_PX, 3), 0.18, np.float32)
    fields = [new_grain(comp, profile, frame) for frame in range(2)]
    clean = cleaned([to_linear(stored)[CROP]], profile)
    tensors = (profile.response, profile.kernel, profile.correlation, clean, *fields)
    broken = sum(int(np.count_nonzero(~np.isfinite(each))) for each in tensors)
    yield GrainFigure(f"odd: samples that are not finite ({name})", broken)
    notes = profile_notes(profile)
    yield GrainFigure(f"odd: warnings missing ({name})", int(not notes), "; ".join(notes))
    beside = f"grain of {100 * fields[0].std() / 0.18:.2f} % at middle grey; at the lattice of {BLOCK_PX} px"
    yield GrainFigure(f"odd: pattern ({name})", lattice(fields, BLOCK_PX), beside)
