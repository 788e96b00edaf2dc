import numpy as np

from faceplate.colour import load_config, scene_linear
from faceplate.graph.shot import Rendered
from faceplate.values import Array, Attribute, ChannelGroup, Frame, Header, Sample, Window

carried_attributes = ("smpte:TimeCode", "FramesPerSecond", "framesPerSecond", "compression")
"""What a layer takes over from the plate's header; it is no plate, and claims no camera."""

brightest = 65504.0
"""The largest half float; a layer holds no infinity."""


def matte_frame(rendered: Rendered) -> Frame:
    """The matte as a half picture of one channel, A, its data window as tight as the matte."""
    if rendered.matte is None:
        return _empty(rendered.frame, ("A",))
    return _picture(rendered.frame, rendered.matte.window, ("A",), rendered.matte.coverage[..., None])


def changed_frame(rendered: Rendered) -> Frame:
    """The face alone, before new grain: merged over the scene-linear plate it gives the composite.

    R, G and B scene-linear, premultiplied by A, half; the data window is as tight as the matte.
    """
    channels = ("R", "G", "B", "A")
    composite = rendered.composite
    if composite is None:
        return _empty(rendered.frame, channels, *_scene_linear())
    alpha = composite.weight[..., None]
    values = np.concatenate([composite.face_linear * alpha, alpha], axis=2)
    return _picture(rendered.frame, composite.window, channels, values, *_scene_linear())


def _scene_linear() -> tuple[Attribute, ...]:
    interop_id = load_config().getColorSpace(scene_linear(load_config())).getInteropID()
    return (Attribute("colorInteropID", "string", interop_id),) if interop_id else ()


def _empty(plate: Frame, channels: tuple[str, ...], *said: Attribute) -> Frame:
    data = plate.header.data
    pixel = Window(data.left, data.top, data.left + 1, data.top + 1)
    return _picture(plate, pixel, channels, np.zeros((1, 1, len(channels)), np.float32), *said)


def _picture(plate: Frame, window: Window, channels: tuple[str, ...], values: Array, *said: Attribute) -> Frame:
    if window.is_empty:
        return _empty(plate, channels, *said)
    header = Header(
        file_format="openexr",
        display=plate.header.display,
        data=window,
        channels=channels,
        samples=(Sample.HALF,) * len(channels),
        pixel_aspect=plate.header.pixel_aspect,
        attributes=tuple(entry for entry in plate.header.attributes if entry.name in carried_attributes) + said,
    )
    return Frame(
        plate.number,
        plate.source,
        header,
        (ChannelGroup(channels, values.clip(-brightest, brightest).astype(np.float16)),),
    )
