"""Grain put on a comp: the plate's own where plate and clean plate are there, new grain of its kind otherwise."""

from dataclasses import asdict

from faceplate.colour import CameraLight
from faceplate.errors import CallError
from faceplate.grain import FaceRegrainSettings, grain_output, grain_outputs, grain_pictures, transfer_margin_px
from faceplate.graph.degrained import linear_pixels
from faceplate.graph.grain_light import grain_light
from faceplate.graph.grain_mattes import Band, matte_band, read_beside
from faceplate.graph.grain_pass import GrainPass, grain_delivery
from faceplate.graph.plates import check_holds
from faceplate.plate import open_plate
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
    light = grain_light(profile)
    is_layer = kind != regrained
    is_picture = is_layer and kind in grain_pictures
    margin_px = transfer_margin_px if grained or is_layer else 0

    def change(frame: Frame) -> Band:
        lost = matte_band(mattes, frame)
        beside = {role: _pixels_beside(each, frame, light) for role, each in grained.items()}

        def band(window: Window) -> Floats:
            wide = window.grow(margin_px).intersect(frame.header.data)
            own = linear_pixels(frame, wide, comp, light)
            made = grain_output(
                own, profile, settings, output=kind, window=wide, frame=frame.number,
                view=comp.view or "", lost=lost(wide), **{role: pixels(wide) for role, pixels in beside.items()},
            )  # fmt: skip
            inside = made[window.slices(wide)]
            return light.working(inside) if is_picture else inside

        return band

    about = {**asdict(settings), "output": kind}
    delivery = grain_delivery(output, inputs, "FaceRegrain", about, profile, is_layer=is_layer)
    return GrainPass(comp, change, light, delivery, is_layer)


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


def _pixels_beside(plate: Plate, frame: Frame, light: CameraLight) -> Band:
    beside = read_beside(plate, frame)
    return lambda window: linear_pixels(beside, window, plate, light)
