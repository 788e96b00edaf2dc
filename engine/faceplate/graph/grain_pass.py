"""Grain taken out of a plate, or put on a comp, frame by frame, band by band."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from faceplate.colour import config_identity, plate_codec
from faceplate.deliver import Delivery, Job, open_delivery, pixel_versions, states_of
from faceplate.errors import CallError, PlateError
from faceplate.grain import (
    FaceDegrainSettings,
    FaceRegrainSettings,
    degrain,
    degrain_margin_px,
    regrain,
    transfer_grain,
)
from faceplate.graph.delivery import grain_digest
from faceplate.graph.plates import check_holds, encoding_of
from faceplate.plate import for_each_frame, normalised, open_plate
from faceplate.spec import registered
from faceplate.values import Floats, Frame, GrainProfile, Plate, Window

band_rows = 512

Band: TypeAlias = Callable[[Window], Floats]
"""Gives the pixels of one window of a frame."""


@dataclass(frozen=True)
class GrainPass:
    """A pass over whole frames.

    Attributes:
        source: what comes in.
        change: for a frame of it, the changed pixels of any of its windows, scene-linear.
        delivery: where the frames go.
    """

    source: Plate
    change: Callable[[Frame], Band]
    delivery: Delivery

    def waiting(self, *, anew: bool = False) -> tuple[int, ...]:
        """The frames that are still to be made; all of them `anew`."""
        return tuple(number for number in self.source.frames if anew or not self.delivery.is_done(number))


def remove_grain(plate: Plate, profile: GrainProfile, settings: FaceDegrainSettings, output: str) -> GrainPass:
    """The plate without its grain."""

    def change(frame: Frame) -> Band:
        def band(window: Window) -> Floats:
            wide = window.grow(degrain_margin_px).intersect(frame.header.data)
            clean = degrain(_linear(frame, wide, plate), profile, settings, window=wide)
            return clean[window.slices(wide)]

        return band

    return GrainPass(plate, change, _delivery(output, {"plate": plate}, "FaceDegrain", asdict(settings), profile))


def apply_grain(
    comp: Plate,
    *,
    plate: Plate | None = None,
    clean: Plate | None = None,
    matte: str | None = None,
    profile: GrainProfile,
    settings: FaceRegrainSettings,
    output: str,
) -> GrainPass:
    """The plate's grain on a comp: its own carried over where a clean plate is given, new grain of its kind otherwise.

    The plate itself is read only beside a clean plate. The matte's channel A (or its first) says where the comp has
    lost the plate's grain, 0 to 1 (the top code of integers is 1, NaN is 0); without it, everywhere.

    Raises:
        CallError: a clean plate without its plate.
        PlateError: an input lacks a frame of the comp; nothing has been written.
    """
    mattes = open_plate(matte) if matte else None
    grained = _pair(plate, clean)
    inputs = {"comp": comp, **grained, **({"matte": mattes} if mattes else {})}
    for each in inputs.values():
        check_holds(each, comp.frames, "the comp's frames")

    def change(frame: Frame) -> Band:
        lost = _lost(mattes, frame)
        if not grained:
            return lambda window: regrain(
                _linear(frame, window, comp), 1 - lost(window), profile, window, frame.number, settings
            )
        own, without = (_pixels_beside(each, frame) for each in grained.values())

        def band(window: Window) -> Floats:
            rgb_linear = _linear(frame, window, comp)
            full = transfer_grain(rgb_linear, own(window), without(window), profile, settings)
            return grain_mixed(rgb_linear, full, lost(window)[..., None])

        return band

    return GrainPass(comp, change, _delivery(output, inputs, "FaceRegrain", asdict(settings), profile))


def run_grain_pass(
    grain_pass: GrainPass, *, anew: bool = False, on_frame: Callable[[int], None] | None = None
) -> tuple[int, ...]:
    """Makes the frames that are not there yet and gives their numbers; unchanged samples leave as they came."""
    waiting, source = grain_pass.waiting(anew=anew), grain_pass.source
    for_each_frame(waiting, source.read, partial(_changed, grain_pass), grain_pass.delivery.write, on_frame=on_frame)
    return waiting


def _changed(grain_pass: GrainPass, frame: Frame) -> Frame:
    codec, change = plate_codec(encoding_of(grain_pass.source), frame.sample), grain_pass.change(frame)
    bands = []
    for window in _bands(frame.header.data):
        before, after = _linear(frame, window, grain_pass.source), change(window)
        # Pixel by pixel: gamut matrices mix the channels, so one may stand still while the stored ones move.
        same = ((after == before) | (np.isnan(after) & np.isnan(before))).all(axis=-1, keepdims=True)
        same |= codec.unprocessable(frame.stored(window)).pixels[..., None]
        stored = codec.encode(after)
        if frame.sample.top_code is None:
            same |= ~np.isfinite(stored).all(axis=-1, keepdims=True)
        bands.append(np.where(same, frame.stored(window), stored))
    return frame.with_stored(frame.header.data, np.concatenate(bands))


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
    return lambda window: _linear(beside, window, plate)


def grain_mixed(bare: Floats, grained: Floats, share: Floats) -> Floats:
    """From `bare` at share 0 to `grained` at 1, both ends exactly, infinite samples too: as much grain as was lost."""
    with np.errstate(invalid="ignore"):
        between = bare + share * (grained - bare)
    return np.where(share == 1, grained, np.where(share == 0, bare, between))


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
    return plate_codec(encoding_of(plate), frame.sample).decode(frame.stored(window))


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


def _delivery(
    output: str, inputs: Mapping[str, Plate], node: str, settings: dict[str, object], profile: GrainProfile
) -> Delivery:
    named = {role: plate.about for role, plate in inputs.items()}
    versions = pixel_versions(colour=config_identity(), **{node: str(registered()[node].version)})
    job = Job({**named, "grain": {"digest": grain_digest(profile)}}, {node: settings}, "", "", versions)
    return open_delivery(output, job, states_of(**inputs), inputs=[plate.source for plate in inputs.values()])
