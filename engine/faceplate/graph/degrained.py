"""A window of a plate's frame in light, with its grain and without."""

from collections.abc import Sequence

from faceplate.colour import plate_codec
from faceplate.errors import PlateError
from faceplate.grain import FaceDegrainSettings, degrain, degrain_margin_px, degrain_motion_margin_px
from faceplate.graph.plates import encoding_of
from faceplate.values import Floats, Frame, GrainProfile, Plate, Window


def with_and_without_grain(
    plate: Plate,
    frame: Frame,
    beside: Sequence[Frame],
    window: Window,
    profile: GrainProfile,
    settings: FaceDegrainSettings,
) -> tuple[Floats, Floats]:
    """The pixels of a plate's frame over a window, and the same degrained by the frames beside it."""
    margin_px = degrain_motion_margin_px if beside else degrain_margin_px
    wide = window.grow(margin_px).intersect(frame.header.data)
    own, *others = (linear_pixels(each, wide, plate) for each in (frame, *beside))
    offsets = [each.number - frame.number for each in beside]
    clean = degrain(own, profile, settings, window=wide, neighbours=others, offsets=offsets)
    inside = window.slices(wide)
    return own[inside], clean[inside]


def linear_pixels(frame: Frame, window: Window, plate: Plate) -> Floats:
    """The pixels of a plate's frame over a window, scene-linear.

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
    return plate_codec(encoding_of(plate), frame.sample).decode(frame.stored(window))
