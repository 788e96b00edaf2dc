"""Grain taken out of a plate, everywhere or where a matte says."""

from dataclasses import asdict

import numpy as np

from faceplate.grain import FaceDegrainSettings
from faceplate.graph.degrained import linear_pixels, with_and_without_grain
from faceplate.graph.frames_near import FramesNear
from faceplate.graph.grain_light import grain_light
from faceplate.graph.grain_mattes import Band, matte_band
from faceplate.graph.grain_pass import GrainPass, grain_delivery
from faceplate.graph.plates import check_holds
from faceplate.plate import open_plate
from faceplate.values import Floats, Frame, GrainProfile, Plate, Window, covered_window


def remove_grain(
    plate: Plate,
    profile: GrainProfile,
    settings: FaceDegrainSettings,
    output: str,
    *,
    whole: Plate | None = None,
    matte: str | None = None,
    device: str = "cpu",
) -> GrainPass:
    """The plate without its grain, each frame by those beside it.

    Args:
        plate: the frames to be made.
        profile: its grain.
        settings: how much goes, and how many frames are looked at.
        output: where to.
        whole: the same plate with all its frames, so that those at the ends of a range have neighbours, too.
        matte: where grain goes, by its channel A (or its first); without it, everywhere. Nothing is worked out beyond.
        device: on what, as `grain.degrain_device` chose it.

    Raises:
        PlateError: the matte lacks a frame of the plate; nothing has been written.
    """
    near = FramesNear(whole or plate, settings.frames // 2)
    mattes = open_plate(matte) if matte else None
    light = grain_light(profile)
    inputs = {"plate": plate, **({"matte": mattes} if mattes else {})}
    if mattes:
        check_holds(mattes, plate.frames, "the plate's frames")

    def change(frame: Frame) -> Band:
        beside, meant = near.beside(frame), matte_band(mattes, frame)

        def band(window: Window) -> Floats:
            share, made = meant(window), linear_pixels(frame, window, plate, light)
            inner = covered_window(share > 0, window)
            if inner.is_empty:
                return made
            own, clean = with_and_without_grain(plate, frame, beside, inner, profile, settings, device)
            made[inner.slices(window)] = _mixed(own, clean, share[inner.slices(window)][..., None])
            return made

        return band

    delivery = grain_delivery(output, inputs, "FaceDegrain", asdict(settings), profile, near=near, device=device)
    return GrainPass(near.plate(plate.frames), change, light, delivery)


def _mixed(own: Floats, clean: Floats, share: Floats) -> Floats:
    """Each to its share; where that is all or nothing, to the bit."""
    with np.errstate(invalid="ignore"):
        mixed = own + share * (clean - own)
    return np.where(share == 1, clean, np.where(share == 0, own, mixed))
