"""Channels that stand in other parts of an EXR than its picture; each part is read when it is asked for."""

from pathlib import Path

import numpy as np

from faceplate.graph.files.channels import nuke_channels, views_of
from faceplate.graph.files.encodings import Encoding
from faceplate.graph.files.light import planes_of
from faceplate.graph.render import Box, Node, Planes, window_to_box
from faceplate.plate import read_exr_part
from faceplate.values import Floats, Frame, Header

OtherChannels = dict[str, tuple[int, str]]


def other_channels(frame: Frame, view: str) -> OtherChannels:
    """The part, and the channel of it, of each of Nuke's channels that the frame's own part does not hold.

    A part names its layer as in `depth` or `depth.left`, where its channels do not; parts of other views are left out,
    and so are deep and mip-mapped ones. Of several parts with one channel the first counts.
    """
    file = frame.file
    if file is None or not file.parts:
        return {}
    own_view = _view_of(file.parts[file.part])
    found: OtherChannels = {}
    for part, header in enumerate(file.parts):
        if part == file.part or not _is_flat(header) or _view_of(header) not in ("", view, own_view):
            continue
        for name, channel in nuke_channels(header, view).items():
            found.setdefault(_in_layer(name, _layer_of(header)), (part, channel))
    for name in nuke_channels(frame.header, view):
        found.pop(name, None)
    return found


def box_with(frame: Frame, channels: OtherChannels) -> Box:
    """Where the frame's part or one that holds any of the channels has pixels."""
    parts = frame.file.parts if frame.file else ()
    box = window_to_box(frame.header.data, frame.header.display.height)
    for part in {part for part, _ in channels.values()}:
        box = box.join(window_to_box(parts[part].data, frame.header.display.height))
    return box


def other_planes(node: Node, frame: Frame, channels: OtherChannels, box: Box) -> Planes:
    """Channels of other parts over a box, as their stored numbers; 0 where a part has no pixels."""
    planes: dict[str, Floats] = {}
    data = Encoding(None, "")
    for part in {part for part, _ in channels.values()}:
        held = _read(node, frame, part)
        names = {name: channel for name, (at, channel) in channels.items() if at == part}
        planes |= planes_within(held, names, box, tuple(names), data)
    return planes


def planes_within(
    frame: Frame, names: dict[str, str], box: Box, channels: tuple[str, ...], encoding: Encoding, **how: bool
) -> Planes:
    """As `planes_of`, over a box that may reach past the data window: 0 there."""
    inside = box.intersect(window_to_box(frame.header.data, frame.header.display.height))
    if inside == box:
        return planes_of(frame, names, box, channels, encoding, **how)
    wide = {name: np.zeros(box.shape, np.float32) for name in channels}
    if not inside.is_empty:
        for name, plane in planes_of(frame, names, inside, channels, encoding, **how).items():
            wide[name][inside.slices(box)] = plane
    return wide


def _read(node: Node, frame: Frame, part: int) -> Frame:
    state = frame.file.state if frame.file else ""
    held: Frame = node.pull.kept_value(
        node,
        ("part", frame.source, state, frame.number, part),
        lambda: read_exr_part(Path(frame.source), frame.number, part),
        lambda read: sum(group.pixels.nbytes for group in read.groups),
    )
    return held


def _is_flat(header: Header) -> bool:
    return not str(header.attribute("type")).startswith("deep") and header.attribute("openexr:levels") is None


def _view_of(header: Header) -> str:
    return str(header.attribute("view") or next(iter(views_of(header)), ""))


def _layer_of(header: Header) -> str:
    name, view = str(header.attribute("name") or ""), _view_of(header)
    layer = "" if view and name == view else name.removesuffix(f".{view}") if view else name
    return layer.replace(".", "_")


def _in_layer(name: str, layer: str) -> str:
    """The channel in the part's layer, where it stands in none of its own."""
    own, _, last = name.rpartition(".")
    return f"{layer}.{last}" if layer and own in ("rgba", "other", "depth") and layer not in ("rgb", "RGBA") else name
