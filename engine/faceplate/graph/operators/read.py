"""Read: a file's picture as scene-linear light in the graph, its header as metadata."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from faceplate.graph.files.channels import alpha, nuke_channels, rgb
from faceplate.graph.files.encodings import Encoding, script_colour
from faceplate.graph.files.metadata import metadata_of
from faceplate.graph.files.parts import box_with, other_channels, other_planes, planes_within
from faceplate.graph.files.stored import Shown, any_frame, shown, span_of, state_of
from faceplate.graph.render import Box, Format, Info, Node, Planes, in_order, operator
from faceplate.values import Floats, Frame, Sample

read_knobs = {
    "file": "",
    "first": "1",
    "last": "1",
    "before": "hold",
    "after": "hold",
    "frame_mode": "expression",
    "frame": "",
    "on_error": "error",
    "colorspace": "default",
    "raw": "false",
    "premultiplied": "false",
    "auto_alpha": "false",
}

checker_px = 64
_checker_light = (0.25, 0.5)


@operator("Read", defaults=read_knobs, state=state_of)
class Read:
    """A frame of the file that the node names."""

    def info(self, node: Node) -> Info:
        """Format, box, channels and metadata of the file's frame."""
        found = shown(node)
        if found.frame is not None:
            return _info(node, found.frame)
        like = any_frame(node)
        info = _info(node, like) if like else _made_up(node)
        return replace(info, box=info.format.box, outside="edge", metadata={})

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The channels, colour decoded from the file's encoding."""
        found = shown(node)
        if found.frame is None:
            return _instead(found, box, channels)
        names = nuke_channels(found.frame.header, node.moment.view)
        own, encoding = tuple(name for name in channels if name in names), encoding_of(node, found.frame)
        others = {name: at for name, at in other_channels(found.frame, node.moment.view).items() if name in channels}
        planes = {
            **planes_within(found.frame, names, box, own, encoding, premultiplied=node.flag("premultiplied")),
            **other_planes(node, found.frame, others, box),
        }
        return {name: planes[name] if name in planes else np.ones(box.shape, np.float32) for name in channels}


def encoding_of(node: Node, frame: Frame) -> Encoding:
    """What the node says that its file's colour is encoded in.

    Raises:
        ColourError: a space that the script's colour management does not know.
    """
    return script_colour(node.session).encoding(node, kind_of(frame.header.file_format, frame.header.samples[0]))


def kind_of(file_format: str, sample: Sample) -> str:
    """Which of Root's default encodings a file of this kind takes: int8, int16, log or float."""
    if sample.top_code is None:
        return "float"
    if file_format in ("dpx", "cineon") and sample is Sample.UINT10:
        return "log"
    return "int8" if sample is Sample.UINT8 else "int16"


def channels_of(node: Node, names: Mapping[str, str]) -> tuple[str, ...]:
    """The channels of the picture: the file's, colour first, and an alpha where the node adds one."""
    own = tuple(names)
    return (*own, alpha) if node.flag("auto_alpha") and alpha not in own and set(rgb) & set(own) else own


def _info(node: Node, frame: Frame) -> Info:
    header = frame.header
    stated = node.format("format") if "format" in node.values else None
    own = Format(header.display.width, header.display.height, header.pixel_aspect)
    names, others = nuke_channels(header, node.moment.view), other_channels(frame, node.moment.view)
    box = box_with(frame, others)
    return Info(
        format=stated or own,
        box=box,
        channels=in_order((*channels_of(node, names), *others)),
        outside="edge" if box == own.box else "black",
        metadata=metadata_of(frame),
        frames=_frames(node),
    )


def _frames(node: Node) -> tuple[int, int]:
    """The frames of the script that show the clip."""
    first, last = span_of(node)
    mode = node.choice("frame_mode", ("expression", "start at", "offset"))
    if mode == "expression" or not node.values.get("frame", "").strip():
        return first, last
    number = node.whole("frame")
    start = number if mode == "start at" else first - number
    return start, start + last - first


def _made_up(node: Node) -> Info:
    of = node.format("format") if "format" in node.values else node.session.root_format
    return Info(format=of, box=of.box, channels=(*rgb, alpha), frames=_frames(node))


def _instead(found: Shown, box: Box, channels: tuple[str, ...]) -> Planes:
    """Black, or squares of two greys, opaque."""
    if found.instead == "black":
        return {name: np.zeros(box.shape, np.float32) for name in channels}
    return {name: np.ones(box.shape, np.float32) if name == alpha else _checker(box) for name in channels}


def _checker(box: Box) -> Floats:
    rows, columns = (np.arange(*ends) // checker_px for ends in ((box.y, box.t), (box.x, box.r)))
    dark, light = _checker_light
    return np.where((rows[:, None] + columns) % 2, np.float32(light), np.float32(dark))
