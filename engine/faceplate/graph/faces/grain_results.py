"""The results of FaceDegrain and FaceRegrain: the stream without its grain, the comp with the plate's."""

from dataclasses import replace
from functools import reduce

import numpy as np

from faceplate.grain import (
    FaceDegrainSettings,
    FaceRegrainSettings,
    degrain,
    degrain_margin_px,
    regrain,
    transfer_grain,
)
from faceplate.graph.faces.analysed import profile_of, profile_state
from faceplate.graph.faces.controls import group_of, settings_at
from faceplate.graph.faces.grain_lost import grain_lost, in_stream
from faceplate.graph.faces.stream import check_beside, plane_of, planes_over, rgb, rgb_of, window_of
from faceplate.graph.grain_pass import grain_mixed
from faceplate.graph.render import Box, Info, Node, Planes, Source, box_to_window, operator
from faceplate.values import Floats, Window


def _state(node: Node) -> str:
    return profile_state(node.parent) if node.parent else ""


def _info(node: Node, channels: tuple[str, ...]) -> Info:
    """The info of a picture with pixels where the group's first input has them."""
    return replace(group_of(node).source(0).info, channels=channels)


@operator("FaceDegrain result", timed=True, costly=True, state=_state)
class FaceDegrainResult:
    """The stream without its grain. A pixel has the same bits whatever box it is made in."""

    def info(self, node: Node) -> Info:
        """The stream's, of its colour and what it says of its grain."""
        return _info(node, (*rgb, grain_lost))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """Colour, always all of it: no channel is made without the others; how much grain is gone by itself."""
        group = group_of(node)
        source = group.input(0)
        if source is None:
            return {name: np.zeros(box.shape, np.float32) for name in channels}
        height = source.info.format.height
        window = box_to_window(box, height)
        pictures = {grain_lost: _taken_out(group, source, window)} if grain_lost in channels else {}
        if set(channels) - {grain_lost}:
            clean = _clean(group, source, window)
            pictures |= {name: np.ascontiguousarray(clean[..., at]) for at, name in enumerate(rgb)}
        return planes_over(box, window, pictures, height)


def _taken_out(group: Node, source: Source, window: Window) -> Floats:
    left = np.float32(1 - settings_at(group, FaceDegrainSettings).amount)
    return 1 - (1 - in_stream(source, window)) * left


def _clean(group: Node, source: Source, window: Window) -> Floats:
    wide = window.grow(degrain_margin_px).intersect(window_of(source.info))
    settings = settings_at(group, FaceDegrainSettings)
    clean = degrain(rgb_of(source, wide), profile_of(group, source), settings, window=wide)
    return clean[window.slices(wide)]


@operator("FaceRegrain result", timed=True, state=_state)
class FaceRegrainResult:
    """The comp with grain: the plate's own where plate and clean plate are connected, new grain of its kind otherwise.

    The comp's layer `face_grain_lost` says how much it has lost of the plate's grain, and the matte where it is given
    any; without either, all everywhere.
    """

    def info(self, node: Node) -> Info:
        """The comp's, of its colour."""
        return _info(node, rgb)

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """Colour."""
        group = group_of(node)
        comp = group.source(0)
        height = comp.info.format.height
        window = box_to_window(box, height)
        if not isinstance(comp, Source):
            return {name: np.zeros(box.shape, np.float32) for name in channels}
        check_beside(group, comp, 3, "a matte of the comp's format")
        grained = _grained(group, comp, window)
        return planes_over(box, window, {name: grained[..., rgb.index(name)] for name in channels}, height)


def _grained(group: Node, comp: Source, window: Window) -> Floats:
    """The comp with grain; one that is premultiplied is given as much as it needs once it is merged over the plate."""
    name = group.channel("unpremult")
    before = rgb_of(comp, window)
    if name is None:
        return _regrained(group, before, window, _lost(group, comp, window, None))
    alpha = plane_of(comp, window, name)
    safe: Floats = np.where(alpha == 0, np.float32(1), alpha)[..., None]
    bare: Floats = before / safe
    grain = _regrained(group, bare, window, _lost(group, comp, window, alpha)) - bare
    return np.where((alpha == 0)[..., None] | (grain == 0), before, before + grain)


def _lost(group: Node, comp: Source, window: Window, alpha: Floats | None) -> Floats | None:
    """How much of the grain a comp lacks once it is merged over the plate, 0 to 1; None where that is all everywhere.

    What the comp itself tells is no more than its alpha and the matte let through.
    """
    matte = group.input(3)
    shares = [alpha, plane_of(matte, window, "rgba.alpha") if matte else None]
    known = [np.clip(np.nan_to_num(share), np.float32(0), np.float32(1)) for share in shares if share is not None]
    if grain_lost in comp.info.channels:
        return reduce(np.minimum, [in_stream(comp, window), *known])
    return reduce(np.multiply, known) if known else None


def _regrained(group: Node, comp_linear: Floats, window: Window, lost: Floats | None) -> Floats:
    """The comp with the plate's own grain where plate and clean plate are there, else with new grain of its kind.

    The plate's own is one grain with what shows through beside it, so it is scaled by how much is lost; new grain is
    another, and fills up what the plate under it lacks: their variances add.
    """
    settings, plate, clean = settings_at(group, FaceRegrainSettings), group.input(1), group.input(2)
    profile = profile_of(group, plate)
    if plate and clean:
        own, without = rgb_of(plate, window), rgb_of(clean, window)
        full = transfer_grain(comp_linear, own, without, profile, settings)
        return full if lost is None else grain_mixed(comp_linear, full, lost[..., None])
    kept = np.zeros(comp_linear.shape[:2], np.float32) if lost is None else np.float32(1) - lost
    return regrain(comp_linear, kept, profile, window, group.frame, settings)
