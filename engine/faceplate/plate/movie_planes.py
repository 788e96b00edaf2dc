import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from faceplate.errors import PlateError
from faceplate.values import Array

_planar = re.compile(r"(yuvj?|yuva|gbr|gbra|gray)(\d{3})?p?(9|10|12|14|16)?(le|be)?")
_deepest_bits = 16
_least_bits = 8
# Subsampling by luma columns and rows to one chroma sample -> the digits of its name.
_subsampling = {(1, 1): "444", (2, 1): "422", (2, 2): "420", (4, 1): "411", (1, 2): "440", (4, 4): "410"}


@dataclass(frozen=True)
class Planes:
    """A decoded picture as it is stored: Y', Cb, Cr, or G, B, R, or Y' alone, codes of `bits`, and alpha or None."""

    colour: tuple[Array, ...]
    alpha: Array | None
    bits: int


def planes_of(path: Path, picture: av.VideoFrame) -> Planes:
    """The planes of a picture, taken as they are; packed pixels are taken apart first, without a change of codes.

    Raises:
        PlateError: its samples are neither R'G'B', Y'CbCr nor grey of 16 bits or fewer.
    """
    name = picture.format.name
    if not _planar.fullmatch(name):
        picture = VideoReformatter().reformat(picture, format=_planar_name(path, picture.format), threads=1)
    match = _planar.fullmatch(picture.format.name)
    if match is None:
        raise _unread(path, name)
    arrays = tuple(_array(picture, index) for index in range(len(picture.planes)))
    has_alpha = any(component.is_alpha for component in picture.format.components)
    colour = arrays[:-1] if has_alpha else arrays
    return Planes(colour, arrays[-1] if has_alpha else None, int(match[3] or _least_bits))


def _planar_name(path: Path, form: av.VideoFormat) -> str:
    """The planar format that holds the same codes."""
    bits = max(component.bits for component in form.components)
    has_alpha = any(component.is_alpha for component in form.components)
    if bits > _deepest_bits:
        raise _unread(path, form.name)
    depth = next(each for each in (8, 9, 10, 12, 14, 16) if bits <= each)
    ending = "" if depth == _least_bits else f"{depth}le"
    if form.is_rgb or form.has_palette:
        return f"gbr{'a' if has_alpha else ''}p{ending}"
    steps = (64 // form.chroma_width(64), 64 // form.chroma_height(64))
    if not form.name.startswith(("yu", "uy", "yv", "nv", "p0", "p2", "p4", "y2", "v3", "xv", "vu", "ay")):
        raise _unread(path, form.name)
    return f"yuv{'a' if has_alpha else ''}{_subsampling[steps]}p{ending}"


def _array(picture: av.VideoFrame, index: int) -> Array:
    """One plane without the room at the end of its lines, in this machine's byte order."""
    plane: Any = picture.planes[index]
    deep = picture.format.components[0].bits > _least_bits
    dtype = np.dtype(">u2" if picture.format.name.endswith("be") else "<u2") if deep else np.dtype(np.uint8)
    lines = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    codes = lines[:, : plane.width * dtype.itemsize].view(dtype)
    return codes.astype(dtype.newbyteorder("="), copy=False)


def _unread(path: Path, name: str) -> PlateError:
    return PlateError(
        str(path),
        expected="R'G'B', Y'CbCr or grey of at most 16 bits",
        came=f"pixels in the format {name}",
        next_step="convert the movie to ProRes or to a sequence of EXR",
    )
