"""A window of a plate's frame in the light of a grain profile, with its grain and without."""

from collections.abc import Sequence
from importlib.metadata import version

from faceplate.colour import CameraLight, plate_codec, working_light
from faceplate.errors import PlateError
from faceplate.grain import FaceDegrainSettings, degrain, degrain_margin_px, degrain_motion_margin_px
from faceplate.graph.grain_light import grain_light
from faceplate.graph.plates import encoding_of
from faceplate.values import Floats, Frame, GrainProfile, Plate, Window


def with_and_without_grain(
    plate: Plate,
    frame: Frame,
    beside: Sequence[Frame],
    window: Window,
    profile: GrainProfile,
    settings: FaceDegrainSettings,
    device: str,
) -> tuple[Floats, Floats]:
    """The pixels of a plate's frame over a window, and the same degrained by the frames beside it, on this device.

    Both are in the light that the profile holds in.

    Raises:
        PlateError: a frame beside it has no pixels over some of it.
        DeviceError: the device has no memory for it.
    """
    light = grain_light(profile)
    margin_px = degrain_motion_margin_px if beside else degrain_margin_px
    wide = window.grow(margin_px).intersect(frame.header.data)
    own, *others = (linear_pixels(each, wide, plate, light) for each in (frame, *beside))
    offsets = [each.number - frame.number for each in beside]
    clean = degrain(
        own, profile, settings, window=wide, inside=window, neighbours=others, offsets=offsets, device=device
    )
    return own[window.slices(wide)], clean


def linear_pixels(frame: Frame, window: Window, plate: Plate, light: CameraLight = working_light) -> Floats:
    """The pixels of a plate's frame over a window, scene-linear, in the working space or another light.

    Raises:
        PlateError: the frame has none over some of it.
    """
    if window.intersect(frame.header.data) != window:
        raise PlateError(
            frame.source,
            expected=f"pixels over {tuple(window)}",
            came=f"a data window of {tuple(frame.header.data)}",
            next_step="give plate, clean plate and comp of one format",
        )
    return light.camera(plate_codec(encoding_of(plate), frame.sample).decode(frame.stored(window)))


def degrained_on(device: str, of: str = "") -> dict[str, dict[str, str]]:
    """What a job tells of the processor that took grain out; of the CPU nothing, as ever: it needs no torch."""
    return {} if device == "cpu" else {f"degrain{of}": {"device": device, "torch": version("torch")}}
