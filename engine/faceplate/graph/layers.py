"""Layers as frames to be written: each a file of its own, all in one file, or beside the finished picture."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from faceplate.colour import load_config, scene_linear
from faceplate.graph.crop_layers import brightest
from faceplate.graph.face_layers import Layer, layer_kinds
from faceplate.graph.shot import Rendered
from faceplate.plate import as_exr
from faceplate.values import Array, Attribute, ChannelGroup, Frame, Header, Sample, Window

carried_attributes = ("smpte:TimeCode", "FramesPerSecond", "framesPerSecond", "compression")
"""What a layer takes over from the plate's header; it is no plate, and claims no camera."""

lossless = ("none", "rle", "zip", "zips", "piz")
"""Compressions that keep any layer as it is, 32 bit floats among them."""

_file_names = {"red": "R", "green": "G", "blue": "B", "alpha": "A", "u": "R", "v": "G"}


def matte_frame(rendered: Rendered) -> Frame:
    """The matte as a half picture of one channel, A, its data window as tight as the matte."""
    if rendered.matte is None or rendered.matte.window.is_empty:
        return layer_frame(rendered.frame, layer_kinds["matte"].empty(rendered.frame.header.data))
    coverage = rendered.matte.coverage[..., None].astype(np.float16)
    return layer_frame(rendered.frame, Layer(("alpha",), rendered.matte.window, coverage))


def changed_frame(rendered: Rendered) -> Frame:
    """The face alone, before new grain: merged over the scene-linear plate it gives the composite.

    R, G and B scene-linear, premultiplied by A, half; the data window is as tight as the matte.
    """
    composite, about = rendered.composite, layer_kinds["face"]
    if composite is None or composite.window.is_empty:
        return layer_frame(rendered.frame, about.empty(rendered.frame.header.data))
    alpha = composite.weight[..., None]
    values = np.concatenate([composite.face_linear * alpha, alpha], axis=2).clip(-brightest, brightest)
    return layer_frame(rendered.frame, Layer(about.channels, composite.window, values.astype(np.float16)))


def layer_frame(plate: Frame, layer: Layer) -> Frame:
    """A layer alone: R, G, B and A, of an STMap R and G and A; the data window is as tight as the layer."""
    names = tuple(_file_names[name] for name in layer.channels)
    header = _header(plate, layer.window, names, (layer.sample,) * len(names))
    if layer.size is not None:
        header = replace(header, display=Window(0, 0, *layer.size), pixel_aspect=1.0)
    if "red" in layer.channels:
        header = header.with_attributes(*_scene_linear())
    return Frame(plate.number, plate.source, header, (ChannelGroup(names, layer.pixels),))


def layers_frame(plate: Frame, layers: Mapping[str, Layer]) -> Frame:
    """Layers of the plate in one picture, `face_matte.alpha` and so on; the data window holds them all."""
    window = next(iter(layers.values())).window
    for layer in layers.values():
        window = window.join(layer.window)
    groups = _groups(layers, window)
    names = tuple(name for group in groups for name in group.names)
    header = _header(plate, window, names, _samples(layers))
    return Frame(plate.number, plate.source, header.with_attributes(*_scene_linear()), groups)


def with_layers(finished: Frame, layers: Mapping[str, Layer]) -> Frame:
    """The finished picture as EXR with the layers beside its channels; layers of the same names make room.

    The samples of all other channels are the very ones of the picture. Layers are scene-linear, whatever the picture's
    own encoding is. Of a compression that would lose 32 bit floats, `zip` takes the place.
    """
    exr = as_exr(finished)
    kept = [_without(group, layers) for group in exr.groups]
    groups = (*(group for group in kept if group.names), *_groups(layers, exr.header.data))
    own = dict(zip(exr.header.channels, exr.header.samples, strict=True))
    names = tuple(name for group in kept for name in group.names)
    header = replace(
        exr.header,
        channels=tuple(name for group in groups for name in group.names),
        samples=(*(own[name] for name in names), *_samples(layers)),
    )
    if str(header.attribute("compression") or lossless[0]).partition(":")[0] not in lossless:
        header = header.with_attributes(Attribute("compression", "string", "zip"))
    return replace(exr, header=header, groups=groups)


def _without(group: ChannelGroup, layers: Mapping[str, Layer]) -> ChannelGroup:
    stay = [at for at, name in enumerate(group.names) if name.rpartition(".")[0] not in layers]
    if len(stay) == len(group.names):
        return group
    return ChannelGroup(tuple(group.names[at] for at in stay), group.pixels[..., stay])


def _groups(layers: Mapping[str, Layer], window: Window) -> tuple[ChannelGroup, ...]:
    """One group a layer, over a common window."""
    return tuple(
        ChannelGroup(tuple(f"{name}.{channel}" for channel in layer.channels), _over(layer, window))
        for name, layer in layers.items()
    )


def _over(layer: Layer, window: Window) -> Array:
    pixels = np.zeros((window.height, window.width, len(layer.channels)), layer.pixels.dtype)
    pixels[layer.window.slices(window)] = layer.pixels
    return pixels


def _samples(layers: Mapping[str, Layer]) -> tuple[Sample, ...]:
    return tuple(layer.sample for layer in layers.values() for _ in layer.channels)


def _scene_linear() -> tuple[Attribute, ...]:
    interop_id = load_config().getColorSpace(scene_linear(load_config())).getInteropID()
    return (Attribute("colorInteropID", "string", interop_id),) if interop_id else ()


def _header(plate: Frame, window: Window, channels: Sequence[str], samples: Sequence[Sample]) -> Header:
    header = Header(
        file_format="openexr",
        display=plate.header.display,
        data=window,
        channels=tuple(channels),
        samples=tuple(samples),
        pixel_aspect=plate.header.pixel_aspect,
        attributes=tuple(entry for entry in plate.header.attributes if entry.name in carried_attributes),
    )
    stated = str(header.attribute("compression") or "").partition(":")[0]
    if stated in lossless or not stated:
        return header
    return header.with_attributes(Attribute("compression", "string", "zip"))
