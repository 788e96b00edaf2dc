"""The results of FaceDegrain and FaceRegrain: the stream without its grain, the comp with the plate's."""

from dataclasses import replace
from functools import reduce

import numpy as np

from faceplate.grain import (
    FaceDegrainSettings,
    FaceRegrainGraphSettings,
    FaceRegrainSettings,
    degrain,
    degrain_margin_px,
    degrain_motion_margin_px,
    grain_output,
    grain_outputs,
    grain_pictures,
    transfer_margin_px,
)
from faceplate.graph.degrained import degrained_on
from faceplate.graph.faces.analysed import degrain_device_of, profile_of, profile_state
from faceplate.graph.faces.controls import group_of, settings_at
from faceplate.graph.faces.frames_beside import pictures_beside
from faceplate.graph.faces.grain_lost import grain_lost, in_stream
from faceplate.graph.faces.stream import check_beside, config_of, plane_of, planes_over, rgb, rgb_of, window_of
from faceplate.graph.grain_light import grain_light
from faceplate.graph.render import Box, Info, Node, Planes, Source, box_to_window, operator
from faceplate.values import Floats, Window

only_view = "main"
"""The view of a script that knows of one alone: no name to tell grain apart by."""

rows_alone = 640
"""Rows that are cleaned at a time: memory for a band instead of for a face that fills the frame."""

regrained, *_ = grain_outputs


def _state(node: Node) -> str:
    return profile_state(node.parent) if node.parent else ""


def _degrain_state(node: Node) -> str:
    """That, the pictures beside this one, and what takes the grain out where that is not the CPU."""
    source = node.parent.input(0) if node.parent else None
    if node.parent is None or source is None:
        return _state(node)
    beside = (each.digest.hex() for each in _beside(node.parent, source))
    return " ".join([_state(node), *beside, *map(str, degrained_on(degrain_device_of(node.parent)).values())])


def _info(node: Node, channels: tuple[str, ...]) -> Info:
    """The info of a picture with pixels where the group's first input has them."""
    return replace(group_of(node).source(0).info, channels=channels)


@operator("FaceDegrain result", timed=True, costly=True, state=_degrain_state)
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


def _beside(group: Node, source: Source) -> tuple[Source, ...]:
    return pictures_beside(group, source, settings_at(group, FaceDegrainSettings).frames // 2)


def _clean(group: Node, source: Source, window: Window) -> Floats:
    """A frame looked at alone needs a few rows around a band, and is done in bands; by others, all at once."""
    if _beside(group, source) or window.height <= rows_alone:
        return _clean_over(group, source, window)
    tops = range(window.top, window.bottom, rows_alone)
    parts = (window._replace(top=top, bottom=min(top + rows_alone, window.bottom)) for top in tops)
    return np.concatenate([_clean_over(group, source, part) for part in parts])


def _clean_over(group: Node, source: Source, window: Window) -> Floats:
    beside, settings = _beside(group, source), settings_at(group, FaceDegrainSettings)
    wide = window.grow(degrain_motion_margin_px if beside else degrain_margin_px).intersect(window_of(source.info))
    profile = profile_of(group, source)
    light, working = grain_light(profile, config_of(group)), rgb_of(source, wide)
    own, others = light.camera(working), [light.camera(rgb_of(each, wide)) for each in beside]
    offsets = [each.node.frame - source.node.frame for each in beside]
    clean = degrain(
        own, profile, settings, window=wide, inside=window, neighbours=others, offsets=offsets,
        device=degrain_device_of(group),
    )  # fmt: skip
    inside = window.slices(wide)
    return light.changed(working[inside], own[inside], clean)


@operator("FaceRegrain result", timed=True, state=_state)
class FaceRegrainResult:
    """The comp with grain: the plate's own where plate and clean plate are connected, new grain of its kind otherwise.

    The comp's layer `face_grain_lost` says how much it has lost of the plate's grain, and the matte where it is given
    any; without either, all everywhere. The knob `output` shows what it is made of instead.
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
        made = _grained(group, comp, window)
        return planes_over(box, window, {name: made[..., rgb.index(name)] for name in channels}, height)


def _grained(group: Node, comp: Source, window: Window) -> Floats:
    """The comp with grain; one that is premultiplied is given as much as it needs once it is merged over the plate."""
    is_plain = _output(group) == regrained and not (group.input(1) and group.input(2))
    margin_px = 0 if is_plain else transfer_margin_px
    wide = window.grow(margin_px).intersect(window_of(comp.info))
    before, name = rgb_of(comp, wide), group.channel("unpremult")
    if name is None:
        return _made(group, before, wide, _lost(group, comp, wide, None))[window.slices(wide)]
    alpha = plane_of(comp, wide, name)
    safe: Floats = np.where(alpha == 0, np.float32(1), alpha)[..., None]
    bare: Floats = before / safe
    made = _made(group, bare, wide, _lost(group, comp, wide, alpha))
    if _output(group) == regrained:
        grain = made - bare
        made = np.where((alpha == 0)[..., None] | (grain == 0), before, before + grain)
    return made[window.slices(wide)]


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


def _made(group: Node, comp_linear: Floats, window: Window, lost: Floats | None) -> Floats:
    """What the node is to show: by the plate's own grain where plate and clean plate are there."""
    plate, clean = group.input(1), group.input(2)
    profile, output = profile_of(group, plate), _output(group)
    light = grain_light(profile, config_of(group))
    settings = settings_at(group, FaceRegrainSettings)
    if clean and not plate and settings.source != "new":
        raise group.refusal(
            expected="the plate beside its clean plate",
            came="a clean plate alone",
            next_step="connect the plate, or set source to new",
        )
    pair = {"plate": plate, "clean": clean} if plate and clean else {}
    beside = {role: light.camera(rgb_of(each, window)) for role, each in pair.items()}
    comp = light.camera(comp_linear)
    view = "" if group.moment.view == only_view else group.moment.view
    made = grain_output(
        comp, profile, settings, output=output,
        window=window, frame=group.frame, view=view, lost=lost, **beside,
    )  # fmt: skip
    if output == regrained:
        return light.changed(comp_linear, comp, made)
    return light.working(made) if output in grain_pictures else made


def _output(group: Node) -> str:
    return settings_at(group, FaceRegrainGraphSettings).output
