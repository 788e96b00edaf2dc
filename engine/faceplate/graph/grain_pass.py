"""A pass over the frames of a plate, band by band, for what takes grain out or puts it on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from faceplate.colour import CameraLight, config_identity, plate_codec
from faceplate.deliver import Delivery, Job, layer_formats, open_delivery, pixel_versions, states_of
from faceplate.graph.degrained import degrained_on, linear_pixels
from faceplate.graph.delivery import grain_digest
from faceplate.graph.face_layers import Layer, colour
from faceplate.graph.frames_near import FramesNear
from faceplate.graph.grain_mattes import Band
from faceplate.graph.layers import layer_frame
from faceplate.graph.plates import encoding_of
from faceplate.plate import for_each_frame
from faceplate.spec import registered
from faceplate.values import Frame, GrainProfile, Plate, Window

band_rows = 512


@dataclass(frozen=True)
class GrainPass:
    """A pass over whole frames.

    Attributes:
        source: what comes in.
        change: for a frame of it, the changed pixels of any of its windows, in `light`; those of a layer are working.
        light: what grain is worked on in.
        delivery: where the frames go.
        is_layer: True where what is made is no picture of the plate's kind: it is written as it is, scene-linear.
    """

    source: Plate
    change: Callable[[Frame], Band]
    light: CameraLight
    delivery: Delivery
    is_layer: bool = False

    def waiting(self, *, anew: bool = False) -> tuple[int, ...]:
        """The frames that are still to be made; all of them `anew`."""
        return tuple(number for number in self.source.frames if anew or not self.delivery.is_done(number))


def run_grain_pass(
    grain_pass: GrainPass, *, anew: bool = False, on_frame: Callable[[int], None] | None = None
) -> tuple[int, ...]:
    """Makes the frames that are not there yet and gives their numbers; unchanged samples leave as they came."""
    waiting, source = grain_pass.waiting(anew=anew), grain_pass.source
    made = partial(_layer if grain_pass.is_layer else _changed, grain_pass)
    for_each_frame(waiting, source.read, made, grain_pass.delivery.write, on_frame=on_frame)
    return waiting


def _layer(grain_pass: GrainPass, frame: Frame) -> Frame:
    change, data = grain_pass.change(frame), frame.header.data
    half = np.finfo(np.float16)
    bands = [change(window).clip(half.min, half.max).astype(np.float16) for window in _bands(data)]
    return layer_frame(frame, Layer(colour, data, np.concatenate(bands)))


def _changed(grain_pass: GrainPass, frame: Frame) -> Frame:
    codec, change = plate_codec(encoding_of(grain_pass.source), frame.sample), grain_pass.change(frame)
    bands, light = [], grain_pass.light
    for window in _bands(frame.header.data):
        working, after = linear_pixels(frame, window, grain_pass.source), change(window)
        before = light.camera(working)
        # Pixel by pixel: gamut matrices mix the channels, so one may stand still while the stored ones move.
        same = ((after == before) | (np.isnan(after) & np.isnan(before))).all(axis=-1, keepdims=True)
        same |= codec.unprocessable(frame.stored(window)).pixels[..., None]
        stored = codec.encode(light.changed(working, before, after))
        if frame.sample.top_code is None:
            same |= ~np.isfinite(stored).all(axis=-1, keepdims=True)
        bands.append(np.where(same, frame.stored(window), stored))
    return frame.with_stored(frame.header.data, np.concatenate(bands))


def _bands(data: Window) -> Iterator[Window]:
    for top in range(data.top, data.bottom, band_rows):
        yield Window(data.left, top, data.right, min(top + band_rows, data.bottom))


def grain_delivery(  # noqa: PLR0913 -- all that decides the pixels of a pass
    output: str,
    inputs: Mapping[str, Plate],
    node: str,
    settings: Mapping[str, object],
    profile: GrainProfile,
    *,
    near: FramesNear | None = None,
    is_layer: bool = False,
    device: str = "cpu",
) -> Delivery:
    """The delivery of a pass over `inputs`, and over the frames of `near` beside each."""
    named = {**{role: plate.about for role, plate in inputs.items()}, **degrained_on(device)}
    versions = pixel_versions(colour=config_identity(), **{node: str(registered()[node].version)})
    job = Job({**named, "grain": {"digest": grain_digest(profile)}}, {node: dict(settings)}, "", "", versions)
    own = states_of(**inputs)

    def states(number: int) -> Mapping[str, str]:
        beside = near.state(number) if near else ""
        return {**own(number), **({"plate beside": beside} if beside else {})}

    sources = [plate.source for plate in inputs.values()]
    if is_layer:
        return open_delivery(output, job, states, inputs=sources, formats=layer_formats)
    return open_delivery(output, job, states, inputs=sources)
