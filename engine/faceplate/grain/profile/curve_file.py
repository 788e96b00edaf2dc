"""The response of grain as a curve in JSON: to be read, edited, and given to another profile."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from scipy.optimize import nnls

from faceplate.errors import PlateError
from faceplate.grain.profile.profile_check import profile_fault
from faceplate.grain.response.response import sigma_at
from faceplate.values import Floats, GrainProfile, Matrix

CHANNELS = ("R", "G", "B")
POINTS_PER_STOP = 2
UNMEASURED = (0.18 / 2**8, 0.18 * 2**5)  # what a curve is told over where nobody knows what was measured
MOST_POINTS = 4096


def curve_as_json(profile: GrainProfile) -> dict[str, Any]:
    """The standard deviation of each channel over exposure, both scene-linear: black, then two points a stop.

    The points run over what was measured.
    """
    exposure = _exposures(profile)
    sigma = sigma_at(profile, np.repeat(exposure[:, None], 3, axis=1))
    rows = {name: sigma[:, at].tolist() for at, name in enumerate(CHANNELS)}
    return {"encoding": profile.encoding, "exposure": exposure.tolist(), "standard_deviation": rows}


def with_curve(profile: GrainProfile, path: Path) -> GrainProfile:
    """The profile with the strength that a JSON file of `curve_as_json` tells; spectrum and likeness stay its own.

    Between the points it is as the profile's own curves are, beyond them as such curves go on.

    Raises:
        PlateError: the file is missing or no such curve: exposures that do not rise from 0 or above, or strengths that
            are negative or no numbers.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        exposure, sigma = _arrays(told)
    except OSError as fault:
        _refuse(path, fault.strerror or "a file that cannot be opened")
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        _refuse(path, f"{type(fault).__name__}: {fault}")
    made = replace(
        profile,
        models=("curve", "curve", "curve"),
        curve_exposure=exposure.astype(np.float32),
        curve_sigma=sigma.astype(np.float32),
        response=np.stack([_fit(exposure, row) for row in sigma]).astype(np.float32),
        measured=np.tile(exposure[[1, -1]].astype(np.float32), (3, 1)),
    )
    if wrong := profile_fault(made):
        _refuse(path, wrong)
    return made


def _exposures(profile: GrainProfile) -> Floats:
    known = profile.measured[np.isfinite(profile.measured).all(axis=1)]
    low, high = (known[:, 0].min(), known[:, 1].max()) if known.size else UNMEASURED
    low = max(float(low), UNMEASURED[0])
    count = int(np.ceil(np.log2(max(float(high), 2 * low) / low) * POINTS_PER_STOP)) + 1
    return np.concatenate([[0], np.geomspace(low, max(float(high), 2 * low), count)]).astype(np.float32)


def _arrays(told: Mapping[str, Any]) -> tuple[Matrix, Matrix]:
    """Exposures from 0 up, and 3 x points of strengths; where the file begins above 0, black is as its first point."""
    exposure = np.asarray(told["exposure"], np.float64)
    sigma = np.asarray([told["standard_deviation"][name] for name in CHANNELS], np.float64)
    if exposure.ndim != 1 or not 2 <= exposure.size <= MOST_POINTS or sigma.shape != (3, exposure.size):  # noqa: PLR2004 -- a line has two ends
        msg = f"{exposure.size} exposures beside strengths of shape {sigma.shape}"
        raise ValueError(msg)
    if not np.isfinite(exposure).all() or exposure[0] < 0 or (np.diff(exposure) <= 0).any():
        msg = "exposures that do not rise from 0 or above"
        raise ValueError(msg)
    if not np.isfinite(sigma).all() or (sigma < 0).any():
        msg = "strengths that are negative or no numbers"
        raise ValueError(msg)
    if exposure[0] == 0:
        return exposure, sigma
    return np.concatenate([[0], exposure]), np.concatenate([sigma[:, :1], sigma], axis=1)


def _fit(exposure: Matrix, sigma: Matrix) -> Matrix:
    """The nearest terms of a physical response, relative to the strengths; all zero where the curve is."""
    if not sigma.any():
        return np.zeros(3)
    scale = 1 / np.maximum(np.square(sigma), np.square(sigma.max()) * 1e-6)
    terms = np.stack([exposure, np.ones_like(exposure), np.square(exposure)], axis=1)
    found, _ = nnls(terms * scale[:, None], np.square(sigma) * scale)
    return np.asarray(found, np.float64)


def _refuse(path: Path, came: str) -> NoReturn:
    raise PlateError(
        str(path),
        expected="a curve as `faceplate grain report --curve-out` writes it: exposure, standard_deviation of R, G, B",
        came=came,
        next_step="write a curve out, and change its numbers",
    ) from None
