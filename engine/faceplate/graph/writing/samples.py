"""Planes of the graph to stored samples, the plate's own wherever a pixel still is what the plate's was decoded to."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from faceplate.graph.files.channels import alpha, rgb
from faceplate.graph.files.encodings import Encoding
from faceplate.graph.files.light import sample_of, stored_over
from faceplate.graph.render import Box, Planes, empty_box
from faceplate.graph.writing.canvas import Canvas
from faceplate.graph.writing.origin import Origin
from faceplate.plate import stored_from
from faceplate.values import Array, Floats, Frame, Sample

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Storing:
    """How channels of the graph become samples of a file.

    Attributes:
        names: the file's channel for each of Nuke's, in the order of the file.
        sample: how the file stores them.
        encoding: what its colour is encoded in.
        premultiplied: whether colour is divided by alpha to be encoded, and multiplied again.
        origin: the plate that the picture comes from, or None.
        is_whole: True where the canvas is the plate's until a sample changes.
    """

    names: dict[str, str]
    sample: Sample
    encoding: Encoding
    premultiplied: bool
    origin: Origin | None
    is_whole: bool

    @property
    def asked(self) -> tuple[str, ...]:
        """The channels that are needed of the picture."""
        extra = (*(rgb if self._colour else ()), *((alpha,) if self._colour and self.premultiplied else ()))
        return tuple(dict.fromkeys((*self.names, *extra)))

    @property
    def _colour(self) -> tuple[str, ...]:
        """The channels that go through the encoding together."""
        return () if self.encoding.is_linear else tuple(name for name in rgb if name in self.names)

    def store(self, canvas: Canvas, box: Box, planes: Planes) -> None:
        """Writes a band of the picture on the canvas."""
        plain = tuple(name for name in self.names if name not in self._colour)
        inside = box.intersect(self.origin.box) if self.origin else empty_box
        own = self._own(inside)
        for name in plain:
            self._store(canvas, box, inside, (name,), planes, own)
        if self._colour:
            self._store(canvas, box, inside, self._colour, planes, own)

    def _own(self, inside: Box) -> Planes:
        """The plate's planes over what of the band it covers: of the channels that the file would store as it does."""
        if self.origin is None or inside.is_empty:
            return {}
        return self.origin.planes(inside, tuple(name for name in self.asked if self._is_kept(name, self.origin)))

    def _is_kept(self, name: str, origin: Origin) -> bool:
        stored = origin.names.get(name)
        if stored is None:
            return False
        if name in rgb and (self.encoding, self.premultiplied) != (origin.encoding, origin.premultiplied):
            return False
        return sample_of(origin.frame, stored) is self.sample

    def _store(
        self, canvas: Canvas, box: Box, inside: Box, names: tuple[str, ...], planes: Planes, own: Planes
    ) -> None:
        """Some channels of a band that are stored together."""
        told = (*rgb, *((alpha,) if self.premultiplied else ())) if names == self._colour else names
        if self.origin is None or not set(told) <= own.keys():
            canvas.put(box, self._in_file(names), self._encoded(names, planes))
            return
        same = np.zeros(box.shape, np.bool_)
        same[inside.slices(box)] = _same(planes, own, told, inside.slices(box))
        changed = _covered(~same, box)
        if not self.is_whole:
            canvas.put(inside, self._in_file(names), _stored(self.origin.frame, self.origin.names, names, inside))
        if changed.is_empty:
            return
        part = changed.slices(box)
        encoded = self._encoded(names, {name: plane[part] for name, plane in planes.items()})
        if same[part].any():
            self._restore(encoded, names, same[part], changed)
        canvas.put(changed, self._in_file(names), encoded)

    def _restore(self, encoded: Array, names: tuple[str, ...], same: Mask, box: Box) -> None:
        """Puts the plate's own samples back where the picture is the plate's, amid what changed."""
        if self.origin is None:
            return
        plate, inside = self.origin.frame, box.intersect(self.origin.box)
        rows, columns = np.nonzero(same)
        for place, name in enumerate(names):
            own = stored_over(plate, self.origin.names[name], inside)
            encoded[rows, columns, place] = own[rows + box.y - inside.y, columns + box.x - inside.x]

    def _in_file(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.names[name] for name in names)

    def _encoded(self, names: tuple[str, ...], planes: Planes) -> Array:
        """Stored samples, the channels in the last axis."""
        if names != self._colour:
            return np.stack([stored_from(planes[name], self.sample) for name in names], axis=-1)
        light = cv2.merge([np.ascontiguousarray(planes[name]) for name in rgb])
        stored = (
            self._bare(light, planes[alpha]) if self.premultiplied else self.encoding.codec(self.sample).encode(light)
        )
        return stored if names == rgb else stored[..., [rgb.index(name) for name in names]]

    def _bare(self, light: Floats, cover: Floats) -> Array:
        """Colour divided by alpha, encoded and multiplied by it again, as Nuke does for a premultiplied file."""
        safe: Floats = np.where(cover == 0, np.float32(1), cover)[..., None]
        with np.errstate(all="ignore"):
            bare: Floats = self.encoding.codec(Sample.FLOAT).encode(light / safe)
            return stored_from(bare * safe, self.sample)


def _same(planes: Planes, own: Planes, names: tuple[str, ...], part: tuple[slice, slice]) -> Mask:
    """Where all of the channels are the plate's to the bit: NaN is what it was, minus zero is not zero."""
    pairs = [(planes[name][part].view(np.uint32), own[name].view(np.uint32)) for name in names]
    same: Mask = pairs[0][0] == pairs[0][1]
    for written, plate in pairs[1:]:
        same &= written == plate
    return same


def _stored(frame: Frame, names: Mapping[str, str], channels: tuple[str, ...], box: Box) -> Array:
    """The plate's own samples, the channels in the last axis, lowest row first."""
    return np.stack([stored_over(frame, names[name], box) for name in channels], axis=-1)


def _covered(mask: Mask, box: Box) -> Box:
    """The smallest box that holds every True pixel; empty where none is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return empty_box
    return Box(box.x + int(columns[0]), box.y + int(rows[0]), box.x + int(columns[-1]) + 1, box.y + int(rows[-1]) + 1)
