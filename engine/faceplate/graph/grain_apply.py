"""Grain put on a comp: the plate's own where plate and clean plate are there, new grain of its kind otherwise."""

from dataclasses import asdict

import numpy as np

from faceplate.errors import CallError, PlateError
from faceplate.grain import FaceRegrainSettings, grain_output, grain_outputs, transfer_margin_px
from faceplate.graph.degrained import linear_pixels
from faceplate.graph.grain_pass import Band, GrainPass, grain_delivery
from faceplate.graph.plates import check_holds
from faceplate.plate import normalised, open_plate
from faceplate.values import Floats, Frame, GrainProfile, Plate, Window

regrained, *_ = grain_outputs


def apply_grain(  # noqa: PLR0913 -- the files of a call
    comp: Plate,
    *,
    plate: Plate | None = None,
    clean: Plate | None = None,
    matte: str | None = None,
    profile: GrainProfile,
    settings: FaceRegrainSettings,
    output: str,
    kind: str = regrained,
) -> GrainPass:
    """The plate's grain on a comp: its own carried over where a clean plate is given, new grain of its kind otherwise.

    The plate itself is read only beside a clean plate. The matte's channel A (or its first) says where the comp has
    lost the plate's grain, 0 to 1 (the top code of integers is 1, NaN is 0); without it, everywhere. Other kinds of
    picture than the regrained comp are written scene-linear, as EXR.

    Raises:
        CallError: a clean plate without its plate; a picture of the grain to another format than EXR.
        PlateError: an input lacks a frame of the comp; nothing has been written.
    """
    mattes = open_plate(matte) if matte else None
    grained = _pair(plate, clean)
    inputs = {"comp": comp, **grained, **({"matte": mattes} if mattes else {})}
    for each in inputs.values():
        check_holds(each, comp.frames, "the comp's frames")
    margin_px = transfer_margin_px if grained or kind != regrained else 0

    def change(frame: Frame) -> Band:
        lost = _lost(mattes, frame)
        beside = {role: _pixels_beside(each, frame) for role, each in grained.items()}

        def band(window: Window) -> Floats:
            wide = window.grow(margin_px).intersect(frame.header.data)
            made = grain_output(
                linear_pixels(frame, wide, comp), profile, settings, output=kind, window=wide, frame=frame.number,
                view=comp.view or "", lost=lost(wide), **{role: pixels(wide) for role, pixels in beside.items()},
            )  # fmt: skip
            return made[window.slices(wide)]

        return band

    is_layer = kind != regrained
    about = {**asdict(settings), "output": kind}
    delivery = grain_delivery(output, inputs, "FaceRegrain", about, profile, is_layer=is_layer)
    return GrainPass(comp, change, delivery, is_layer)


def _pair(plate: Plate | None, clean: Plate | None) -> dict[str, Plate]:
    """What grain is carried over from: plate and clean plate, or nothing."""
    if clean is None:
        return {}
    if plate is None:
        raise CallError(
            clean.source,
            expected="the plate beside its clean plate",
            came="a clean plate alone",
            next_step="name the plate too (--plate), or leave the clean plate out to make new grain",
        )
    return {"plate": plate, "clean": clean}


def _read_beside(plate: Plate, frame: Frame) -> Frame:
    """The frame of the same number, refused where it is of another format."""
    beside = plate.read(frame.number)
    ours, theirs = frame.header.display, beside.header.display
    if (ours.width, ours.height) != (theirs.width, theirs.height):
        raise PlateError(
            beside.source,
            expected=f"a picture of {ours.width}x{ours.height}, as the comp",
            came=f"{theirs.width}x{theirs.height}",
            next_step="give plate, clean plate, matte and comp of one format",
        )
    return beside


def _pixels_beside(plate: Plate, frame: Frame) -> Band:
    beside = _read_beside(plate, frame)
    return lambda window: linear_pixels(beside, window, plate)


def _lost(mattes: Plate | None, frame: Frame) -> Band:
    if mattes is None:
        return lambda window: np.ones((window.height, window.width), np.float32)
    matte = _read_beside(mattes, frame)
    group = next((group for group in matte.groups if "A" in group.names), matte.groups[0])
    channel = group.names.index("A") if "A" in group.names else 0
    sample = matte.header.samples[matte.header.channels.index(group.names[channel])]

    def band(window: Window) -> Floats:
        shared = window.intersect(matte.header.data)
        lost = np.zeros((window.height, window.width), np.float32)
        if not shared.is_empty:
            stored = group.pixels[(*shared.slices(matte.header.data), channel)]
            lost[shared.slices(window)] = np.nan_to_num(normalised(stored, sample), nan=0.0)
        return np.clip(lost, 0, 1)

    return band
