"""The frame of a file that a Write makes at a moment."""

from collections.abc import Iterator
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

band_px = 2**20
"""Pixels of a band of rows: what the nodes make on the way stays small, and mostly in the processor's cache."""

rows_for_reach = 8
"""Rows of a band for each row that nodes read beyond it, so that little is made twice."""


def written_frame(node: Node, path: Path, number: int) -> Frame:
    """The picture that comes into a Write as a frame of the file of this name and number.

    Where a pixel still is, to the bit, what the plate above was decoded to, and the file is stored as the plate is, the
    plate's own sample is written: NaN, minus zero and codes beyond light included.

    Raises:
        ScriptError: a node above cannot be rendered, or a knob asks for what is not written.
        PlateError: a file above is missing or damaged.
    """
    source = node.source(0)
    info, origin = source.info, origin_of(node)
    target = target_of(node, file_format_of(node, path), info, origin)
    box = _box(node, target, info)
    is_plate = target.is_plate(origin, info, box)
    storing = Storing(target.names, target.sample, target.encoding, target.premultiplied, origin, is_plate)
    canvas = Canvas.of(origin.frame, box) if origin and is_plate else _blank(target, box)
    lit = _fill(node, canvas, storing, box)
    if target.file_format == "openexr" and node.flag("autocrop"):
        box = lit if not lit.is_empty else Box(box.x, box.y, box.x + 1, box.y + 1)
        canvas = canvas.cropped(box)
    header = header_of(node, target, info, box, origin)
    colour = _colour(target)
    frame = Frame(number, str(path), header, canvas.groups, target.encoding.space or None, colour)
    if origin is not None and target.is_plate(origin, info, box):
        frame = replace(frame, file=_linked(node, origin, canvas, info))
    return frame


def _box(node: Node, target: Target, info: Info) -> Box:
    """Where the file has pixels: an EXR all that the picture has, overscan too; other files their format."""
    box = info.box if target.file_format == "openexr" else info.format.box
    if box.is_empty:
        box = Box(0, 0, 1, 1)
    check_size(node, box)
    return box


def _blank(target: Target, box: Box) -> Canvas:
    return Canvas.empty(tuple(target.names.values()), target.sample, box)


def _fill(node: Node, canvas: Canvas, storing: Storing, box: Box) -> Box:
    """Pulls the picture band by band onto the canvas; where anything in it is not 0."""
    lit = empty_box
    for band in _bands(node, box):
        planes = node.source(0).pixels(band, storing.asked)
        storing.store(canvas, band, planes)
        if node.flag("autocrop"):
            lit = lit.join(_lit(band, planes, tuple(storing.names)))
    return lit


def _bands(node: Node, box: Box) -> Iterator[Box]:
    """The box in bands of rows, each told to the pull; where nodes above reach far beyond theirs, in larger ones."""
    pull, y = node.pull, box.y
    while y < box.t:
        rows = max(1, band_px // box.width, rows_for_reach * pull.reach_px)
        pull.band = box._replace(y=y, t=min(y + rows, box.t))
        yield pull.band
        y = pull.band.t


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
