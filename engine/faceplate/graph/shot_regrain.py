"""Grain on the composite of a shot: new, or the plate's own, which the plate under the face gives."""

import numpy as np

from faceplate.composite import Composite
from faceplate.grain import FaceDegrainSettings, regrain, transfer_grain, transfer_margin_px
from faceplate.graph.degrained import linear_pixels, with_and_without_grain
from faceplate.graph.shot import Shot
from faceplate.values import Floats, Frame, covered_window


def regrained(shot: Shot, before: Frame, composite: Composite) -> Floats:
    """The composite with as much grain as it lacks, over its window, rows x columns x 3, scene-linear.

    Where the shot says how its plate is degrained, the grain is the plate's own: the plate less its clean version, with
    new grain where structure leaked into that. Where nothing is lost nothing is degrained.

    Raises:
        PlateError: a frame beside this one is damaged.
    """
    if not shot.regrain_settings.strength.any():
        return composite.rgb_linear
    if shot.degrain_settings is not None:
        return _with_own_grain(shot, shot.degrain_settings, before, composite)
    return regrain(
        composite.rgb_linear, composite.kept, shot.grain, composite.window, before.number, shot.regrain_settings,
        view=shot.plate.view or "",
    )  # fmt: skip


def _with_own_grain(shot: Shot, settings: FaceDegrainSettings, before: Frame, composite: Composite) -> Floats:
    window, lost = composite.window, 1 - composite.kept
    lacking = covered_window(lost > 0, window)
    if lacking.is_empty:
        return composite.rgb_linear
    wide = lacking.grow(transfer_margin_px).intersect(before.header.data)
    there = wide.intersect(window)
    comp, missing = linear_pixels(before, wide, shot.plate), np.zeros((wide.height, wide.width), np.float32)
    for picture, over in ((comp, composite.rgb_linear), (missing, lost)):
        picture[there.slices(wide)] = over[there.slices(window)]
    frame = shot.near.read(before.number)
    own, clean = with_and_without_grain(shot.plate, frame, shot.near.beside(frame), wide, shot.grain, settings)
    made = transfer_grain(
        comp, own, clean, shot.grain, shot.regrain_settings, window=wide, frame=before.number,
        view=shot.plate.view or "", lost=missing,
    )  # fmt: skip
    grained = composite.rgb_linear.copy()
    grained[lacking.slices(window)] = made[lacking.slices(wide)]
    return grained
