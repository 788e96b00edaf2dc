"""The frame of a file that a Write makes at a moment."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from faceplate.graph.render import Box, Info, Node, Planes, empty_box
from faceplate.graph.render.node import check_size
from faceplate.graph.writing.canvas import Canvas
from faceplate.graph.writing.origin import Origin, origin_of
from faceplate.graph.writing.samples import Storing
from faceplate.graph.writing.targets import Target, file_format_of, header_of, target_of
from faceplate.values import Frame, StoredFile, Window, nowhere


class Picture:
    """The frame of a file in the making, band by band of what comes into a Write.

    Where a pixel still is, to the bit, what the plate above was decoded to, and the file is stored as the plate is, the
    plate's own sample is written: NaN, minus zero and codes beyond light included.

    Attributes:
        box: where the picture has pixels.
    """

    def __init__(self, node: Node, path: Path, number: int) -> None:
        """The file of this name and number.

        Raises:
            ScriptError: a node above cannot be rendered, or a knob asks for what is not written.
            PlateError: a file above is missing or damaged.
        """
        self._node, self._path, self._number = node, path, number
        self._info, self._origin = node.source(0).info, origin_of(node)
        self._target = target_of(node, file_format_of(node, path), self._info, self._origin)
        self.box = _box(node, self._target, self._info)
        self._canvas, self._storing = self._begun()
        self._lit = empty_box

    def _begun(self) -> tuple[Canvas, Storing]:
        target, origin = self._target, self._origin
        is_plate = target.is_plate(origin, self._info, self.box)
        storing = Storing(target.names, target.sample, target.encoding, target.premultiplied, origin, is_plate)
        return Canvas.of(origin.frame, self.box) if origin and is_plate else _blank(target, self.box), storing

    def fill(self, band: Box) -> None:
        """Pulls what of a band is in the picture. Errors are those of `__init__`."""
        part = band.intersect(self.box)
        if part.is_empty:
            return
        planes = self._node.source(0).pixels(part, self._storing.asked)
        self._storing.store(self._canvas, part, planes)
        if self._is_cropped:
            self._lit = self._lit.join(_lit(part, planes, tuple(self._storing.names)))

    def frame(self) -> Frame:
        """The frame, once all of its bands are filled."""
        node, target, info, origin = self._node, self._target, self._info, self._origin
        box, canvas = self.box, self._canvas
        if self._is_cropped and target.file_format == "openexr":
            box = self._lit if not self._lit.is_empty else Box(box.x, box.y, box.x + 1, box.y + 1)
            canvas = canvas.cropped(box)
        header = header_of(node, target, info, box, origin)
        space = target.encoding.space or None
        frame = Frame(self._number, str(self._path), header, canvas.groups, space, _colour(target))
        if origin is not None and target.is_plate(origin, info, box):
            frame = replace(frame, file=_linked(node, origin, canvas, info))
        return frame

    @property
    def _is_cropped(self) -> bool:
        return self._node.flag("autocrop")


def _box(node: Node, target: Target, info: Info) -> Box:
    """Where the file has pixels: an EXR all that the picture has, overscan too; other files their format."""
    box = info.box if target.file_format == "openexr" else info.format.box
    if box.is_empty:
        box = Box(0, 0, 1, 1)
    check_size(node, box)
    return box


def _blank(target: Target, box: Box) -> Canvas:
    return Canvas.empty(tuple(target.names.values()), target.sample, box)


def _lit(box: Box, planes: Planes, names: tuple[str, ...]) -> Box:
    mask = np.logical_or.reduce([planes[name] != 0 for name in names])
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return empty_box
    return Box(box.x + int(columns[0]), box.y + int(rows[0]), box.x + int(columns[-1]) + 1, box.y + int(rows[-1]) + 1)


def _colour(target: Target) -> tuple[str, str, str]:
    red, green, blue = (target.names.get(f"rgba.{name}", short) for name, short in _short_names)
    return red, green, blue


_short_names = (("red", "R"), ("green", "G"), ("blue", "B"))


def _linked(node: Node, origin: Origin, canvas: Canvas, info: Info) -> StoredFile | None:
    """The plate's file, whose bytes are taken over wherever no sample has changed.

    None for a part of several where the Write names its channels: parts that it does not name are not to be written.
    """
    file = origin.frame.kept
    if file is None or (file.parts and node.values.get("channels") != "all"):
        return None
    window: Window = nowhere if canvas.changed.is_empty else canvas.window(info.format.height)
    arrays = tuple(group.pixels for group in canvas.groups)
    return replace(file, pixels=arrays, changed=file.changed.join(window))
