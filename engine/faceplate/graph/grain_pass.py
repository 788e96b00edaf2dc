"""Grain taken out of a plate, or put on a comp, frame by frame, band by band."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np

from faceplate.colour import from_working, to_working
from faceplate.deliver import Delivery, Job, open_delivery, pixel_versions
from faceplate.errors import PlateError
from faceplate.grain import FaceDegrainSettings, FaceRegrainSettings, degrain, regrain, transfer_grain
from faceplate.graph.delivery import grain_digest
from faceplate.graph.frames import for_each_frame
from faceplate.graph.shot import encoding_of
from faceplate.plate import normalised, open_plate, stored_from
from faceplate.values import Floats, Frame, GrainProfile, Plate, Window

band_rows = 512
degrain_margin_px = 40


@dataclass(frozen=True)
class GrainPass:
    """A pass over whole frames: what comes in, what is done to one window of a frame, and where it goes."""

    source: Plate
    change: Callable[[Frame, Window], Floats]
    delivery: Delivery


def remove_grain(plate: Plate, profile: GrainProfile, settings: FaceDegrainSettings, output: str) -> GrainPass:
    """The plate without its grain."""

    def change(frame: Frame, window: Window) -> Floats:
        wide = window.grow(degrain_margin_px).intersect(frame.header.data)
        clean = degrain(_linear(frame, wide, plate), profile, settings, window=wide)
        return clean[window.slices(wide)]

    job = _job({"plate": plate.source}, "FaceDegrain", asdict(settings), profile)
    return GrainPass(plate, change, open_delivery(output, job))


def apply_grain(
    comp: Plate,
    *,
    plate: Plate,
    clean: Plate | None,
    matte: str | None,
    profile: GrainProfile,
    settings: FaceRegrainSettings,
    output: str,
) -> GrainPass:
    """The plate's grain on a comp: its own carried over where a clean plate is given, new grain of its kind otherwise.

    The matte's channel A (or its first) says where the comp has lost the plate's grain; without it, everywhere.
    """
    mattes = open_plate(matte) if matte else None

    def change(frame: Frame, window: Window) -> Floats:
        rgb_linear, lost = _linear(frame, window, comp), _lost(mattes, frame, window)
        if clean is None:
            return regrain(rgb_linear, 1 - lost, profile, window, frame.number, settings)
        own, without = (_linear(each.read(frame.number), window, each) for each in (plate, clean))
        grained = transfer_grain(rgb_linear, own, without, profile, settings)
        return np.where(lost[..., None] == 1, grained, rgb_linear + lost[..., None] * (grained - rgb_linear))

    sources = {"comp": comp.source, "plate": plate.source, "clean": clean.source if clean else "", "matte": matte or ""}
    job = _job(sources, "FaceRegrain", asdict(settings), profile)
    return GrainPass(comp, change, open_delivery(output, job))


def run_grain_pass(grain_pass: GrainPass, on_frame: Callable[[int], None] | None = None) -> tuple[int, ...]:
    """Makes the frames that are not there yet and gives their numbers; unchanged samples leave as they came."""
    waiting = tuple(number for number in grain_pass.source.frames if not grain_pass.delivery.is_done(number))

    def make(number: int) -> None:
        frame = grain_pass.source.read(number)
        encode = from_working(encoding_of(grain_pass.source))
        bands = []
        for window in _bands(frame.header.data):
            before, after = _linear(frame, window, grain_pass.source), grain_pass.change(frame, window)
            # Pixel by pixel: gamut matrices mix the channels, so one may stand still while the stored ones move.
            same = (after == before).all(axis=-1, keepdims=True)
            bands.append(np.where(same, frame.stored(window), stored_from(encode(after), frame.sample)))
        grain_pass.delivery.write(frame.with_stored(frame.header.data, np.concatenate(bands)))

    for_each_frame(waiting, make, on_frame=on_frame)
    return waiting


def _bands(data: Window) -> Iterator[Window]:
    for top in range(data.top, data.bottom, band_rows):
        yield Window(data.left, top, data.right, min(top + band_rows, data.bottom))


def _linear(frame: Frame, window: Window, plate: Plate) -> Floats:
    if window.intersect(frame.header.data) != window:
        raise PlateError(
            frame.source,
            expected=f"pixels over {tuple(window)}",
            came=f"a data window of {tuple(frame.header.data)}",
            next_step="give plate, clean plate and comp of one format",
        )
    return to_working(encoding_of(plate))(normalised(frame.stored(window), frame.sample))


def _lost(mattes: Plate | None, frame: Frame, window: Window) -> Floats:
    if mattes is None:
        return np.ones((window.height, window.width), np.float32)
    matte = mattes.read(frame.number)
    group = next((group for group in matte.groups if "A" in group.names), matte.groups[0])
    channel = group.names.index("A") if "A" in group.names else 0
    shared = window.intersect(matte.header.data)
    lost = np.zeros((window.height, window.width), np.float32)
    if not shared.is_empty:
        lost[shared.slices(window)] = group.pixels[(*shared.slices(matte.header.data), channel)]
    return np.clip(lost, 0, 1)


def _job(inputs: dict[str, str], node: str, settings: dict[str, object], profile: GrainProfile) -> Job:
    named = {role: {"path": path} for role, path in inputs.items() if path}
    return Job({**named, "grain": {"digest": grain_digest(profile)}}, {node: settings}, "", "", pixel_versions())
