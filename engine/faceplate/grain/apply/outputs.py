"""What FaceRegrain gives out: the comp with grain, the grain itself at each step, and pictures to check it by."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from faceplate.errors import CallError
from faceplate.grain.apply.detail import finest_band
from faceplate.grain.apply.regrain import FaceRegrainSettings, grain_outputs, new_field, regrain
from faceplate.grain.apply.resized import resized_profile
from faceplate.grain.apply.transfer import leak_map, looked_at, transfer_grain
from faceplate.grain.response.response import sigma_at
from faceplate.values import Floats, GrainProfile, Window

QC_GAIN = np.float32(50)  # DasGrain's


class _Given(NamedTuple):
    comp: Floats
    profile: GrainProfile
    settings: FaceRegrainSettings
    window: Window
    frame: int
    plate: Floats | None
    clean: Floats | None
    view: str
    lost: Floats | None

    def pair(self, output: str) -> tuple[Floats, Floats]:
        if self.plate is None or self.clean is None:
            raise CallError(
                f"FaceRegrain, {output}",
                expected="a plate and its clean plate",
                came="no clean plate" if self.clean is None else "no plate",
                next_step="give both, or choose another output",
            )
        return self.plate, self.clean


def grain_output(  # noqa: PLR0913 -- the inputs of a node
    comp: Floats,
    profile: GrainProfile,
    settings: FaceRegrainSettings,
    *,
    window: Window,
    frame: int,
    output: str = "regrained",
    plate: Floats | None = None,
    clean: Floats | None = None,
    view: str = "",
    lost: Floats | None = None,
) -> Floats:
    """One of `grain_outputs`, rows x columns x 3. Pictures are scene-linear and lie on `window` of the plate.

    `regrained`: the comp with the plate's own grain where plate and clean plate are given (`transfer_grain`), with new
    grain otherwise (`regrain`). `plate grain`: plate - clean. `normalised grain`: that, over the sigma of grain at the
    clean plate's exposure. `adapted grain`: what has been added to the comp. `synthesised grain`: new grain alone, as
    strong as the comp's exposure and the knobs ask. `qc`: how much the regrained comp's finest band is off, times 50:
    grain of even strength looks even. `leak`: see `leak_map`.

    Pixels `transfer_margin_px` and more from the window's border do not depend on the window.

    Raises:
        CallError: no such output, or one that needs plate and clean plate without them.

    Source: F. Holtz, DasGrain, https://www.nukepedia.com (the outputs and their names).
    """
    if output not in _MADE:
        raise CallError(
            "FaceRegrain.output",
            expected="one of " + ", ".join(grain_outputs),
            came=repr(output),
            next_step="choose one of these",
        )
    return _MADE[output](_Given(comp, profile, settings, window, frame, plate, clean, view, lost))


def _regrained(given: _Given) -> Floats:
    comp, profile, settings, window, frame, plate, clean, view, lost = given
    if plate is not None and clean is not None:
        return transfer_grain(comp, plate, clean, profile, settings, window=window, frame=frame, view=view, lost=lost)
    kept = np.zeros(comp.shape[:2], np.float32) if lost is None else np.float32(1) - lost
    return regrain(comp, kept, profile, window, frame, settings, view=view)


def _plate_grain(given: _Given) -> Floats:
    plate, clean = given.pair("plate grain")
    with np.errstate(invalid="ignore"):
        grain = plate - clean
    return np.where(np.isfinite(grain), grain, np.float32(0))


def _normalised(given: _Given) -> Floats:
    _, clean = given.pair("normalised grain")
    grain, sigma = _plate_grain(given), sigma_at(resized_profile(given.profile, given.settings.scale), clean)
    return np.divide(grain, sigma, out=np.zeros_like(grain), where=sigma > 0)


def _adapted(given: _Given) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(given.comp), _regrained(given) - given.comp, np.float32(0))


def _synthesised(given: _Given) -> Floats:
    profile = resized_profile(given.profile, given.settings.scale)
    field = new_field(profile, given.window, given.frame, given.settings, given.comp, view=given.view)
    return field * sigma_at(profile, given.comp) * given.settings.strength


def _qc(given: _Given) -> Floats:
    return QC_GAIN * np.abs(finest_band(_regrained(given)))


def _leak(given: _Given) -> Floats:
    plate, clean = given.pair("leak")
    profile = resized_profile(given.profile, given.settings.scale)
    settings = replace(given.settings, source="mix")
    return leak_map(looked_at([given.comp, plate, clean], profile, settings, given.window), given.window)


_MADE: dict[str, Callable[[_Given], Floats]] = {
    "regrained": _regrained,
    "plate grain": _plate_grain,
    "normalised grain": _normalised,
    "adapted grain": _adapted,
    "synthesised grain": _synthesised,
    "qc": _qc,
    "leak": _leak,
}
