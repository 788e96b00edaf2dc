"""The stored samples of a file as planes of the graph: colour decoded to light, everything else as it is."""

from collections.abc import Mapping

import cv2
import numpy as np

from faceplate.graph.files.channels import alpha, rgb
from faceplate.graph.files.encodings import Encoding
from faceplate.graph.render import Box, Planes, box_to_window
from faceplate.plate import normalised
from faceplate.values import Array, Floats, Frame, Sample


def planes_of(
    frame: Frame,
    names: Mapping[str, str],
    box: Box,
    channels: tuple[str, ...],
    encoding: Encoding,
    *,
    premultiplied: bool = False,
) -> Planes:
    """Channels of a frame over a box inside its data window, lowest row first.

    `names` gives the file's channel for each of Nuke's. Colour goes through the encoding, divided by alpha meanwhile
    where it is premultiplied; other channels are their stored numbers.
    """
    coloured = tuple(name for name in channels if name in rgb and not encoding.is_linear)
    planes = {name: _numbers(frame, names[name], box) for name in channels if name not in coloured}
    if coloured:
        cover = _numbers(frame, names[alpha], box) if premultiplied and alpha in names else None
        light = _light(frame, names, box, encoding, cover)
        planes |= {name: light[rgb.index(name)] for name in coloured}
    return {name: planes[name] for name in channels}


def stored_over(frame: Frame, name: str, box: Box) -> Array:
    """The stored samples of a file's channel over a box, lowest row first; a view of the frame's own."""
    rows, columns = box_to_window(box, frame.header.display.height).slices(frame.header.data)
    group = next(group for group in frame.groups if name in group.names)
    return group.pixels[rows, columns, group.names.index(name)][::-1]


def sample_of(frame: Frame, name: str) -> Sample:
    """How a channel of the file is stored."""
    return frame.header.samples[frame.header.channels.index(name)]


def _numbers(frame: Frame, name: str, box: Box) -> Floats:
    return np.ascontiguousarray(normalised(stored_over(frame, name, box), sample_of(frame, name)))


def _light(
    frame: Frame, names: Mapping[str, str], box: Box, encoding: Encoding, cover: Floats | None
) -> tuple[Floats, ...]:
    """Red, green and blue as light; a colour that the file lacks stands as stored zeros."""
    stored, sample = _colour(frame, names, box)
    if cover is not None:
        safe = np.where(cover == 0, np.float32(1), cover)[..., None]
        with np.errstate(all="ignore"):
            light = encoding.codec(Sample.FLOAT).decode(normalised(stored, sample) / safe) * safe
    else:
        light = encoding.codec(sample).decode(stored)
    return tuple(cv2.split(light))


def _colour(frame: Frame, names: Mapping[str, str], box: Box) -> tuple[Array, Sample]:
    """Red, green and blue in the last axis, lowest row first, as stored where they are stored alike."""
    own = [names.get(name) for name in rgb]
    samples = {sample_of(frame, name) for name in own if name is not None}
    if len(samples) > 1:
        parts = [np.zeros(box.shape, np.float32) if name is None else _numbers(frame, name, box) for name in own]
        return np.stack(parts, axis=-1), Sample.FLOAT
    sample = samples.pop()
    group = next(group for group in frame.groups if set(own) & set(group.names))
    places = [group.names.index(name) if name in group.names else None for name in own]
    if places[0] is not None and places == [places[0], places[0] + 1, places[0] + 2]:
        rows, columns = box_to_window(box, frame.header.display.height).slices(frame.header.data)
        return group.pixels[rows, columns, places[0] : places[0] + 3][::-1], sample
    parts = [np.zeros(box.shape, sample.dtype) if name is None else stored_over(frame, name, box) for name in own]
    return np.stack(parts, axis=-1), sample
