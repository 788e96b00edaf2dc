"""Whether a profile's numbers are those of grain: files come from elsewhere, and may be wrong or hostile."""

from typing import Any

import numpy as np

from faceplate.values import Array, Floats, GrainProfile

MODELS = ("physical", "curve")
LIGHTS = ("camera", "working")
MOST_BINS, MOST_POINTS, MOST_ZONES, MOST_SIDE_PX = 4096, 65536, 256, 257
LEAST_POINTS = 2
MOST_SIGMA = 1e4  # at any exposure that is told: nothing that a picture holds is so uncertain
LEAST_REACH = 1e-4  # of a curve: what ends nearer to black says nothing of a picture
MOST_TEXTS, LONGEST_TEXT = 256, 2000
ROUNDING = 1e-4


def profile_fault(profile: GrainProfile) -> str:
    """What is wrong with a profile's numbers, in words; nothing where all is well."""
    checks = (_light, _shapes, _numbers, _strengths, _exposures, _curves, _likeness)
    return next((fault for fault in (check(profile) for check in checks) if fault), "")


def whole_numbers(told: Any) -> tuple[int, ...]:
    """A list of whole numbers from a file.

    Raises:
        TypeError: it is no list, or holds something else.
    """
    if not isinstance(told, list) or not all(isinstance(each, int) for each in told):
        msg = "frames that are no whole numbers"
        raise TypeError(msg)
    return tuple(told)


def texts(told: Any) -> tuple[str, ...]:
    """A short list of sentences or names from a file.

    Raises:
        TypeError: it is no list, or holds something else.
        ValueError: it is longer than anything Faceplate says.
    """
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        msg = "texts that are none"
        raise TypeError(msg)
    if len(told) > MOST_TEXTS or any(len(each) > LONGEST_TEXT for each in told):
        msg = "more text than a profile has"
        raise ValueError(msg)
    return tuple(told)


def _light(profile: GrainProfile) -> str:
    return "" if profile.light in LIGHTS else f"light {profile.light!r}, not {' or '.join(LIGHTS)}"


def _shapes(profile: GrainProfile) -> str:
    bins, points, zones = profile.exposure.size, profile.curve_exposure.size, profile.zone_exposure.size
    side = profile.kernel.shape[-1] if profile.kernel.ndim else 0
    if side % 2 == 0:
        return "the kernel has no middle"
    if bins > MOST_BINS or points > MOST_POINTS or zones > MOST_ZONES or side > MOST_SIDE_PX:
        return f"{bins} bins, {points} points, {zones} zones, kernels of {side} pixels: more than a profile has"
    terms = 2 if profile.response.shape[-1:] == (2,) else 3
    shapes = {
        "exposure": (bins,),
        "sigma": (3, bins),
        "response": (3, terms),
        "kernel": (3, side, side),
        "correlation": (3, 3),
        "curve_exposure": (points,),
        "curve_sigma": (3, points),
        "measured": (3, 2),
        "zone_exposure": (zones,),
        "zone_kernel": (zones, 3, side, side) if zones else profile.zone_kernel.shape,
        "zone_correlation": (zones, 3, 3),
        "time_correlation": (3,),
    }
    for name, shape in shapes.items():
        tensor: Array = getattr(profile, name)
        if tensor.shape != shape or tensor.dtype != np.float32:
            return f"{name} is {tensor.dtype} {tensor.shape}, not float32 {shape}"
    return ""


def _numbers(profile: GrainProfile) -> str:
    unknown = ("sigma", "measured", "time_correlation")
    known = ("exposure", "response", "kernel", "correlation", "curve_exposure", "curve_sigma")
    for name in (*known, "zone_exposure", "zone_kernel", "zone_correlation"):
        if not np.isfinite(getattr(profile, name)).all():
            return f"{name} holds numbers that are not finite"
    for name in unknown:
        if np.isinf(getattr(profile, name)).any():
            return f"{name} holds numbers that are infinite"
    return ""


def _strengths(profile: GrainProfile) -> str:
    if (profile.response < 0).any() or (profile.sigma < 0).any() or (profile.curve_sigma < 0).any():
        return "a variance is negative"
    if max(profile.response.max(), np.nanmax([*profile.curve_sigma.flat, *profile.sigma.flat, 0])) > MOST_SIGMA:
        return f"grain stronger than {MOST_SIGMA:g}"
    low, high = profile.measured.T
    if (low < 0).any() or (low > high).any() or (np.isnan(low) != np.isnan(high)).any():
        return "a measured range that is none"
    return ""


def _exposures(profile: GrainProfile) -> str:
    if not _rises(profile.exposure) or not _rises(profile.zone_exposure):
        return "exposures that do not rise"
    return ""


def _curves(profile: GrainProfile) -> str:
    if len(profile.models) != len(profile.response) or not set(profile.models) <= set(MODELS):
        return f"models {', '.join(profile.models)}, not one of {', '.join(MODELS)} a channel"
    is_curve = np.array([model == "curve" for model in profile.models])
    if not is_curve.any():
        return ""
    exposure = profile.curve_exposure
    if exposure.size < LEAST_POINTS or exposure[0] != 0 or not _rises(exposure):
        return "a curve whose exposures do not rise from 0"
    if exposure[-1] < LEAST_REACH:
        return f"a curve that ends at {exposure[-1]:g}"
    if (is_curve & (profile.response.any(axis=1) != profile.curve_sigma.any(axis=1))).any():
        return "a curve and terms that disagree on whether there is grain"
    return ""


def _rises(exposure: Floats) -> bool:
    return bool((np.diff(exposure) > 0).all())


def _likeness(profile: GrainProfile) -> str:
    for kernels in (profile.kernel, profile.zone_kernel):
        if not np.allclose(np.sum(np.square(kernels), axis=(-2, -1)), 1, atol=1e-3):
            return "the kernel's squares do not sum to 1"
    for matrices in (profile.correlation, profile.zone_correlation):
        if not np.allclose(matrices, np.swapaxes(matrices, -2, -1)) or (np.abs(matrices) > 1 + ROUNDING).any():
            return "the correlation is not one"
        if not np.allclose(np.diagonal(matrices, axis1=-2, axis2=-1), 1, atol=ROUNDING):
            return "a channel that is not like itself"
    if (np.abs(profile.time_correlation) > 1 + ROUNDING).any():
        return "the correlation over time is not one"
    return ""
