"""STMap and IDistort: pictures read where another picture says."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from faceplate.graph.operators.bands import mixed
from faceplate.graph.operators.filters import filter_of
from faceplate.graph.operators.limits import within
from faceplate.graph.operators.matrices import farthest_px
from faceplate.graph.operators.sampling import Places, Reading, sampled, strips
from faceplate.graph.operators.standard import clipped_mask
from faceplate.graph.render import Box, Format, Info, Node, Nothing, Planes, Source, empty_box, operator
from faceplate.values import Floats, Matrix

widest_px = 64.0
"""More source pixels than this along an axis are not averaged in one: a map of noise is still read in time."""

map_knobs = {
    "channels": "all",
    "uv": "none",
    "blur": "none",
    "blur_scale": "1",
    "filter": "Cubic",
    "maskChannel": "none",
    "invert_mask": "false",
}

Leading = Callable[[Floats, Floats, Box], tuple[Matrix, Matrix]]
"""Makes places in the source's pixels from two channels of a map over a box."""


class _ReadByMap:
    """A picture whose pixels are read at places that a map gives."""

    map_slot = 0
    mask_slot = 1

    def leading(self, node: Node) -> Leading:
        """What the map's values mean."""
        raise NotImplementedError

    def info(self, node: Node) -> Info:
        """That of the map with the channels of the picture."""
        info = node.source(0).info
        if not uv_of(node, self.map_slot):
            return info
        of_map = node.source(self.map_slot).info
        return replace(info, format=of_map.format, box=of_map.box, outside=of_map.outside)

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The picture read by the map, through the mask; channels that are left out stay."""
        source, uv = node.source(0), uv_of(node, self.map_slot)
        chosen = node.channels("channels", channels) if uv else ()
        kept = tuple(name for name in channels if name not in chosen)
        mask = _mask(node, box, self.mask_slot) if chosen else None
        before = source.pixels(box, channels if mask is not None else kept) if kept or mask is not None else {}
        if not chosen:
            return before
        made = _read_by(node, source, self._map(node, box, uv), box, chosen)
        if mask is None:
            return {**before, **made}
        return {**before, **{name: mixed(before[name], plane, mask) for name, plane in made.items()}}

    def _map(self, node: Node, box: Box, uv: tuple[str, ...]) -> "_Map":
        wide = box.grow(1)
        planes = node.source(self.map_slot).pixels(wide, uv)
        return _Map(wide, planes[uv[0]], planes[uv[1]], self.leading(node), within(node, "blur_scale", 1)[0])


class _Map:
    """Places from a map that is held over a box with a margin of one pixel."""

    def __init__(self, box: Box, first: Floats, second: Floats, leading: Leading, scale: float) -> None:
        self.box, self.first, self.second, self.leading, self.scale = box, first, second, leading, scale

    def at(self, part: Box) -> tuple[Matrix, Matrix]:
        """The places of a part of the map's box."""
        rows, columns = part.slices(self.box)
        with np.errstate(invalid="ignore", over="ignore"):
            return self.leading(self.first[rows, columns], self.second[rows, columns], part)

    def places(self, strip: Box) -> Places:
        """Where the pixels of a strip are read; each covers what lies between it and its nearer neighbours."""
        x, y = self.at(strip.grow(1))
        with np.errstate(invalid="ignore", over="ignore"):
            across, up = (np.clip(_spread(at) * self.scale, 1, widest_px) for at in (x, y))
        inner = (slice(1, -1), slice(1, -1))
        return Places(x[inner], y[inner], np.nan_to_num(across, nan=1.0), np.nan_to_num(up, nan=1.0))


def _spread(at: Matrix) -> Matrix:
    """How far places change from pixel to pixel; at a seam of the map, to the side where they change less."""
    along = np.minimum(np.abs(at[1:-1, 2:] - at[1:-1, 1:-1]), np.abs(at[1:-1, 1:-1] - at[1:-1, :-2]))
    upward = np.minimum(np.abs(at[2:, 1:-1] - at[1:-1, 1:-1]), np.abs(at[1:-1, 1:-1] - at[:-2, 1:-1]))
    return np.hypot(along, upward)


def _read_by(node: Node, source: Source | Nothing, by: _Map, box: Box, channels: tuple[str, ...]) -> Planes:
    if node.channel("blur") is not None:
        raise node.refusal(
            expected="a map whose own steps say how much is averaged",
            came=f"the channel {node.channel('blur')}",
            next_step="switch it off: it is not rendered",
            knob="blur",
        )
    reading = Reading(filter_of(node), black=False)
    return sampled(source, _needed(by, reading), box, channels, by.places, reading)


def _needed(by: _Map, reading: Reading) -> Box:
    """The box of all source pixels that are read."""
    margin = math.ceil(reading.filter.support * widest_px) + 1
    needed = empty_box
    for strip in strips(by.box):
        needed = needed.join(_bounds(*by.at(strip)))
    return needed if needed.is_empty else needed.grow(margin)


def _bounds(x: Matrix, y: Matrix) -> Box:
    (left, right), (low, high) = (_range_of(at) for at in (x, y))
    return Box(math.floor(left), math.floor(low), math.floor(right) + 1, math.floor(high) + 1)


def _range_of(at: Matrix) -> tuple[float, float]:
    finite = at[np.isfinite(at)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    return float(np.clip(low, -farthest_px, farthest_px)), float(np.clip(high, -farthest_px, farthest_px))


def uv_of(node: Node, slot: int) -> tuple[str, ...]:
    """The first two channels of the knob `uv` in an input; none where there are no two."""
    chosen = node.channels("uv", node.source(slot).info.channels)
    return chosen[:2] if len(chosen) > 1 else ()


def _mask(node: Node, box: Box, slot: int) -> Floats | None:
    name = node.channel("maskChannel")
    if name is None:
        return None
    return clipped_mask((node.input(slot) or node.source(0)).plane(box, name), invert=node.flag("invert_mask"))


@operator("STMap", defaults=map_knobs)
class STMap(_ReadByMap):
    """A picture read at places between 0 and 1 of its format's width and height."""

    map_slot = 1
    mask_slot = 2

    def leading(self, node: Node) -> Leading:
        """Fractions of the picture's format."""
        return _fractions_of(node.source(0).info.format)


def _fractions_of(size: Format) -> Leading:
    def places(u: Floats, v: Floats, _: Box) -> tuple[Matrix, Matrix]:
        return u * np.float64(size.width), v * np.float64(size.height)

    return places


@operator("IDistort", defaults={**map_knobs, "uv_offset": "0", "uv_scale": "1"})
class IDistort(_ReadByMap):
    """A picture each pixel of which is read so many pixels farther right and up as its own channels say."""

    def leading(self, node: Node) -> Leading:
        """Moves in pixels, less the offset, times the scale."""
        offsets, scales = within(node, "uv_offset", 2), within(node, "uv_scale", 2)

        def places(u: Floats, v: Floats, over: Box) -> tuple[Matrix, Matrix]:
            x, y = np.arange(over.x, over.r) + 0.5, (np.arange(over.y, over.t) + 0.5)[:, None]
            return x + (u - np.float64(offsets[0])) * scales[0], y + (v - np.float64(offsets[1])) * scales[1]

        return places
