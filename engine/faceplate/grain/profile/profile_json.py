"""A grain profile in plain numbers and words, and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from faceplate.grain.profile.profile_check import profile_fault, texts, whole_numbers
from faceplate.grain.response.response import terms_of
from faceplate.values import Array, Floats, GrainProfile

CHANNELS = "RGB"
TERMS = ("slope", "floor", "square")
JSON_VERSION = 3
READ_JSON_VERSIONS = (2, 3)


def profile_as_json(profile: GrainProfile) -> dict[str, Any]:
    """The profile in plain numbers and words; null stands where something could not be measured.

    `exposure_bins` are scene-linear, in the plate's own primaries where `light` is camera; `standard_deviation` is by
    channel over them, `response` gives the terms of variance = slope * x + floor + square * x^2 at exposure x, `curve`
    is what holds instead for channels whose `models` say so. `frequency_cycles_px` and `spectrum`, the radial power of
    `kernel`, and `notes` are for people: the way back does not read them.
    """
    frequency, power = radial_power(profile.kernel)
    return {
        "version": JSON_VERSION,
        "encoding": profile.encoding,
        "light": profile.light,
        "frames": list(profile.frames),
        "exposure_bins": profile.exposure.tolist(),
        "standard_deviation": _by_channel(profile.sigma),
        "models": dict(zip(CHANNELS, profile.models, strict=True)),
        "response": {
            name: dict(zip(TERMS, row.tolist(), strict=True))
            for name, row in zip(CHANNELS, terms_of(profile.response), strict=True)
        },
        "curve": {"exposure": profile.curve_exposure.tolist(), "standard_deviation": _by_channel(profile.curve_sigma)},
        "measured": _by_channel(profile.measured),
        "correlation": profile.correlation.tolist(),
        "time_correlation": _by_channel(profile.time_correlation),
        "frequency_cycles_px": frequency.tolist(),
        "spectrum": {name: row.tolist() for name, row in zip(CHANNELS, power, strict=True)},
        "notes": list(profile_notes(profile)),
        "warnings": list(profile.warnings),
        "kernel": _by_channel(profile.kernel),
        "zones": [
            {"exposure": float(exposure), "correlation": correlation.tolist(), "kernel": _by_channel(kernel)}
            for exposure, kernel, correlation in zip(
                profile.zone_exposure, profile.zone_kernel, profile.zone_correlation, strict=True
            )
        ],
    }


def profile_from_json(told: Mapping[str, Any]) -> GrainProfile:
    """The profile that `profile_as_json` tells of, to the bit.

    Raises:
        ValueError, KeyError, TypeError, OverflowError: it tells of none, or of numbers that no grain has.
    """
    if told["version"] not in READ_JSON_VERSIONS:
        msg = f"version {told['version']}, this Faceplate reads {' and '.join(map(str, READ_JSON_VERSIONS))}"
        raise ValueError(msg)
    zones = told["zones"]
    kernel = _rows(told["kernel"])
    profile = GrainProfile(
        encoding=str(told["encoding"]),
        light=_light(told),
        frames=whole_numbers(told["frames"]),
        exposure=_floats(told["exposure_bins"]),
        sigma=_rows(told["standard_deviation"]),
        models=texts([told["models"][name] for name in CHANNELS]),  # type: ignore[arg-type]  # three, one a channel
        response=_floats([[told["response"][name][term] for term in TERMS] for name in CHANNELS]),
        curve_exposure=_floats(told["curve"]["exposure"]),
        curve_sigma=_rows(told["curve"]["standard_deviation"]),
        measured=_rows(told["measured"]),
        kernel=kernel,
        correlation=_floats(told["correlation"]),
        time_correlation=_rows(told["time_correlation"]),
        zone_exposure=_floats([zone["exposure"] for zone in zones]),
        zone_kernel=_floats([_rows(zone["kernel"]) for zone in zones]).reshape(-1, *kernel.shape),
        zone_correlation=_floats([zone["correlation"] for zone in zones]).reshape(-1, 3, 3),
        warnings=texts(told["warnings"]),
    )
    fault = profile_fault(profile)
    if fault:
        raise ValueError(fault)
    return profile


def _light(told: Mapping[str, Any]) -> Any:
    """Before version 3 all profiles were of the working space."""
    return told["light"] if told["version"] == JSON_VERSION else "working"


def _by_channel(rows: Floats) -> dict[str, Any]:
    return {name: _or_null(row.tolist()) for name, row in zip(CHANNELS, rows, strict=True)}


def _or_null(value: Any) -> Any:
    if isinstance(value, list):
        return [_or_null(each) for each in value]
    return None if np.isnan(value) else value


def _rows(by_channel: Mapping[str, Any]) -> Floats:
    return _floats([by_channel[name] for name in CHANNELS])


def _floats(numbers: Any) -> Floats:
    """As float32, NaN for null; what is beyond its range becomes infinite, which no check lets pass."""
    with np.errstate(over="ignore"):
        return np.asarray(np.asarray(numbers, np.float64), np.float32)


def radial_power(kernel: Array, rings: int = 16) -> tuple[Array, Array]:
    """Frequencies in cycles a pixel up to 0.5, and the mean power of each channel on the rings about them."""
    side = 4 * rings
    across = np.fft.fftfreq(side)
    ring = np.rint(np.hypot(across[:, None], across) * 2 * rings).astype(np.int64)
    power = np.square(np.abs(np.fft.fft2(kernel, (side, side))))
    means = np.stack([[plane[ring == each].mean() for each in range(1, rings + 1)] for plane in power])
    return np.arange(1, rings + 1) / (2 * rings), means


def profile_notes(profile: GrainProfile) -> tuple[str, ...]:
    """What an artist should know of this profile before trusting it, in sentences; empty where all is well.

    What its numbers say, then what was wrong with the plate.
    """
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
    return (*notes, *(warning for warning in profile.warnings if warning not in notes))
