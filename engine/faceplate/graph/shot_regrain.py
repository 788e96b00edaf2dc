"""Grain on the composite of a shot: new, or the plate's own, which the plate under the face gives."""

import numpy as np

from faceplate.colour import CameraLight
from faceplate.composite import Composite
from faceplate.grain import FaceDegrainSettings, regrain, transfer_grain, transfer_margin_px
from faceplate.graph.degrained import linear_pixels, with_and_without_grain
from faceplate.graph.grain_light import grain_light
from faceplate.graph.shot import Shot
from faceplate.values import Floats, Frame, Window, covered_window


def regrained(shot: Shot, before: Frame, composite: Composite) -> Floats:
    """The composite with as much grain as it lacks, over its window, rows x columns x 3, scene-linear.

    Where the shot says how its plate is degrained, the grain is the plate's own: the plate less its clean version, with
    new grain where structure leaked into that. Where nothing is lost nothing is degrained.

    Raises:
        PlateError: a frame beside this one is damaged.
    """
    lacking = covered_window(composite.kept < 1, composite.window)
    if lacking.is_empty or not shot.regrain_settings.strength.any():
        return composite.rgb_linear
    grained, area, light = composite.rgb_linear.copy(), lacking.slices(composite.window), grain_light(shot.grain)
    if shot.degrain_settings is not None:
        grained[area] = _with_own_grain(shot, shot.degrain_settings, light, before, composite, lacking)
        return grained
    comp = light.camera(composite.rgb_linear[area])
    made = regrain(
        comp, composite.kept[area], shot.grain, lacking, before.number, shot.regrain_settings,
        view=shot.plate.view or "",
    )  # fmt: skip
    grained[area] = light.changed(composite.rgb_linear[area], comp, made)
    return grained


def _with_own_grain(
    shot: Shot, settings: FaceDegrainSettings, light: CameraLight, before: Frame, composite: Composite, lacking: Window
) -> Floats:
    """The composite over a part of its window that lacks grain."""
    window, lost = composite.window, 1 - composite.kept
    wide = lacking.grow(transfer_margin_px).intersect(before.header.data)
    there = wide.intersect(window)
    working, missing = linear_pixels(before, wide, shot.plate), np.zeros((wide.height, wide.width), np.float32)
    for picture, over in ((working, composite.rgb_linear), (missing, lost)):
        picture[there.slices(wide)] = over[there.slices(window)]
    comp, frame = light.camera(working), shot.near.read(before.number)
    own, clean = with_and_without_grain(
        shot.plate, frame, shot.near.beside(frame), wide, shot.grain, settings, shot.degrain_device
    )
    made = transfer_grain(
        comp, own, clean, shot.grain, shot.regrain_settings, window=wide, frame=before.number,
        view=shot.plate.view or "", lost=missing,
    )  # fmt: skip
    inside = lacking.slices(wide)
    return light.changed(working[inside], comp[inside], made[inside])
