"""A grain profile as a file, as JSON, and in words."""

import json
import os
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from faceplate.errors import PlateError
from faceplate.grain.response import terms_of
from faceplate.storage import whole_or_absent
from faceplate.values import Array, GrainProfile

VERSION = 1
METADATA = "faceplate.grain"
CHANNELS = "RGB"
MOST_BYTES = 2**24
TENSORS = ("exposure", "sigma", "response", "kernel", "correlation")


def write_profile(profile: GrainProfile, path: str | os.PathLike[str]) -> None:
    """Writes the profile as one safetensors file: beside its name first, then renamed, so it is whole or absent.

    Equal profiles give equal files.

    Raises:
        StorageError: the place cannot be written.
    """
    target = Path(path)
    about = {"version": VERSION, "encoding": profile.encoding, "frames": list(profile.frames)}
    tensors = {name: np.ascontiguousarray(getattr(profile, name), np.float32) for name in TENSORS}
    with whole_or_absent(target) as beside:
        beside.write_bytes(save(tensors, {METADATA: json.dumps(about)}))


def read_profile(path: str | os.PathLike[str]) -> GrainProfile:
    """The profile that `write_profile` wrote. Nothing in the file is executed.

    Raises:
        PlateError: no such file, a damaged one, one of another kind, or one of a newer version.
    """
    source = Path(path)
    try:
        tensors, text = _load(source)
        about = json.loads(text)
        profile = _profile(tensors, about)
    except OSError as problem:
        _refuse(source, problem.strerror or "a file that cannot be opened")
    except (SafetensorError, ValueError, KeyError, TypeError) as problem:
        _refuse(source, f"a damaged file or one of another kind ({problem})")
    return profile


def _load(source: Path) -> tuple[dict[str, Array], str]:
    if source.stat().st_size > MOST_BYTES:
        msg = f"{source.stat().st_size} bytes, more than any profile has"
        raise ValueError(msg)
    with safe_open(source, framework="numpy") as file:
        text = (file.metadata() or {}).get(METADATA, "")
        if not text:
            msg = "no grain metadata"
            raise ValueError(msg)
        return {name: file.get_tensor(name) for name in TENSORS}, text


def _profile(tensors: dict[str, Array], about: dict[str, Any]) -> GrainProfile:
    if about["version"] != VERSION:
        msg = f"version {about['version']}, this Faceplate reads {VERSION}"
        raise ValueError(msg)
    frames = tuple(int(number) for number in about["frames"])
    profile = GrainProfile(encoding=str(about["encoding"]), frames=frames, **tensors)
    fault = _fault(profile)
    if fault:
        raise ValueError(fault)
    return profile


def _fault(profile: GrainProfile) -> str:
    """What is wrong with a profile's numbers, or nothing."""
    bins, side = profile.exposure.size, profile.kernel.shape[-1]
    shapes = {
        "exposure": (bins,),
        "sigma": (3, bins),
        "response": (3, profile.response.shape[-1] if profile.response.shape[-1:] in ((2,), (3,)) else 3),
        "kernel": (3, side, side),
        "correlation": (3, 3),
    }
    for name, shape in shapes.items():
        tensor: Array = getattr(profile, name)
        if tensor.shape != shape or tensor.dtype != np.float32:
            return f"{name} is {tensor.dtype} {tensor.shape}, not float32 {shape}"
        if name != "sigma" and not np.isfinite(tensor).all():
            return f"{name} holds numbers that are not finite"
    return _inconsistency(profile)


def _inconsistency(profile: GrainProfile) -> str:
    if profile.kernel.shape[-1] % 2 == 0:
        return "the kernel has no middle"
    if not np.allclose(np.sum(np.square(profile.kernel), axis=(1, 2)), 1, atol=1e-3):
        return "the kernel's squares do not sum to 1"
    if (profile.response < 0).any() or (profile.sigma < 0).any():
        return "a variance is negative"
    if not np.allclose(profile.correlation, profile.correlation.T) or np.abs(profile.correlation).max() > 1 + 1e-4:
        return "the correlation is not one"
    return ""


def _refuse(source: Path, came: str) -> NoReturn:
    raise PlateError(
        f"{source}",
        expected=f"a grain profile of version {VERSION}",
        came=came,
        next_step="measure the plate's grain again with `faceplate grain measure`",
    ) from None


def profile_as_json(profile: GrainProfile) -> dict[str, Any]:
    """The profile in plain numbers and words; null stands where an exposure could not be measured.

    `exposure_bins` are scene-linear, `standard_deviation` is by channel over them, `response` gives the terms of
    variance = slope * x + floor + square * x^2 at exposure x, `spectrum` the radial power over `frequency_cycles_px`.
    """
    frequency, power = radial_power(profile.kernel)
    return {
        "encoding": profile.encoding,
        "frames": list(profile.frames),
        "exposure_bins": profile.exposure.tolist(),
        "standard_deviation": {
            name: [None if np.isnan(value) else value for value in row.tolist()]
            for name, row in zip(CHANNELS, profile.sigma, strict=True)
        },
        "response": {
            name: dict(zip(("slope", "floor", "square"), row.tolist(), strict=True))
            for name, row in zip(CHANNELS, terms_of(profile.response), strict=True)
        },
        "correlation": profile.correlation.tolist(),
        "frequency_cycles_px": frequency.tolist(),
        "spectrum": {name: row.tolist() for name, row in zip(CHANNELS, power, strict=True)},
        "notes": list(profile_notes(profile)),
    }


def radial_power(kernel: Array, rings: int = 16) -> tuple[Array, Array]:
    """Frequencies in cycles a pixel up to 0.5, and the mean power of each channel on the rings about them."""
    side = 4 * rings
    across = np.fft.fftfreq(side)
    ring = np.rint(np.hypot(across[:, None], across) * 2 * rings).astype(np.int64)
    power = np.square(np.abs(np.fft.fft2(kernel, (side, side))))
    means = np.stack([[plane[ring == each].mean() for each in range(1, rings + 1)] for plane in power])
    return np.arange(1, rings + 1) / (2 * rings), means


def profile_notes(profile: GrainProfile) -> tuple[str, ...]:
    """What an artist should know of this profile before trusting it, in sentences; empty where all is well."""
    grainy = [bool(row.any()) for row in profile.response]
    notes = []
    if not profile.exposure.size:
        notes.append("no flat, unclipped place was found: grain could not be measured; give other frames")
    elif not all(grainy):
        missing = ", ".join(name for name, has in zip(CHANNELS, grainy, strict=True) if not has)
        notes.append(f"no grain was found in {missing}")
    elif np.isnan(profile.sigma).all():
        notes.append("few flat places: the response is a rough guess; give more frames")
    if all(grainy) and profile.correlation.min() > 1 - 1e-3:
        notes.append("the three channels carry the same grain: a monochrome plate")
    return tuple(notes)
