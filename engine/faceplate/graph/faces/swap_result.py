"""The results of FaceSwap and FaceMatte: the face where it stands on the plate, and what it covers."""

from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import numpy as np

from faceplate.colour import ModelRange, model_range, plate_codec, scene_linear, shown_plate
from faceplate.composite import (
    ColourStatistics,
    Composite,
    FacePlace,
    composite_face,
    needs_statistics,
    no_colours,
)
from faceplate.graph.answers import answered
from faceplate.graph.colour_window import matched_swap, measured_colours
from faceplate.graph.faces.analysed import loaded_model, model_of, model_state
from faceplate.graph.faces.controls import group_of, settings_at
from faceplate.graph.faces.grain_lost import grain_lost, in_stream, is_told
from faceplate.graph.faces.premultiplied import as_it_stands, bare_rgb, divisor
from faceplate.graph.faces.results import Made, empty, info_of, made_whole, planes_of
from faceplate.graph.faces.stream import alpha, check_beside, config_of, plane_of, rgb, window_of
from faceplate.graph.faces.swap_colours import At, frames_around
from faceplate.graph.faces.swap_layers import Placed, layer_channels, layer_planes
from faceplate.graph.faces.tracked import Tracked, track_state, tracked
from faceplate.graph.render import Box, Info, Node, Planes, Source, operator
from faceplate.matte import FaceMatteGraphSettings, FaceMatteSettings, face_matte, outline_matte
from faceplate.spec import knobs_of
from faceplate.swap import (
    FaceSwapSettings,
    OneShotSettings,
    SwapModel,
    assumed_crop,
    cut_crop,
    exposure_ev,
    fit_model,
    region_of,
)
from faceplate.track import face_oval
from faceplate.values import Array, Floats, Matrix, Matte, Sample, Swap, Window


def _state(node: Node) -> str:
    return f"{track_state(node.parent)} {model_state(node.parent)}" if node.parent else ""


def _swap_state(node: Node) -> str:
    """That, and the pictures around this one where the colour match goes by them."""
    source = node.parent.input(0) if node.parent else None
    if node.parent is None or source is None:
        return _state(node)
    settings = settings_at(node.parent, FaceSwapSettings)
    if not (needs_statistics(settings) and settings.colour_smooth):
        return _state(node)
    here = At(node.parent, source, tracked(node.parent, source, settings.person))
    around = frames_around(here, settings) if here.found.is_seen else {}
    return " ".join([_state(node), *(f"{offset} {_pictures(each)}" for offset, each in around.items())])


def _pictures(there: At) -> str:
    """The digests of the pictures that a colour match goes by: the plate, and the matte where one is connected."""
    return " ".join(each.digest.hex() for each in (there.source, there.group.input(1)) if each)


@operator("FaceSwap result", timed=True, state=_swap_state)
class FaceSwapResult:
    """The face before any matte over the crop's footprint, and as alpha what it covers."""

    def info(self, node: Node) -> Info:
        """The stream's, over the footprint alone."""
        group = group_of(node)
        layers = (*(layer_channels if _has_layers(group) else ()), *((grain_lost,) if is_told(group) else ()))
        return info_of(node, made_whole(node, _swapped), (*rgb, alpha, *layers))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """Colour and coverage."""
        return planes_of(node, made_whole(node, _swapped), box, channels)


@operator("FaceMatte result", timed=True, state=_state)
class FaceMatteResult:
    """What the face covers, as alpha."""

    def info(self, node: Node) -> Info:
        """The stream's, over the matte alone."""
        return info_of(node, made_whole(node, _covered), (alpha,))

    def pixels(self, node: Node, box: Box, channels: tuple[str, ...]) -> Planes:
        """The coverage."""
        return planes_of(node, made_whole(node, _covered), box, channels)


@dataclass(frozen=True)
class _Face:
    """A face given to its model.

    Attributes:
        found: whose, and where.
        region: the pixels of the plate that its crop is made from.
        rgb_linear: the plate there, without its alpha where it is premultiplied.
        light: the model's range at the face's exposure.
        model: as it stands for this face.
        swap: what the model gave.
    """

    found: Tracked
    region: Window
    rgb_linear: Floats
    light: ModelRange
    model: SwapModel
    swap: Swap


def _swapped(group: Node, source: Source) -> Made:
    settings = _settings(group)
    check_beside(group, source, 1, "a matte of the plate's format")
    face = _face(group, source, tracked(group, source, settings.person), settings)
    if face is None:
        return empty
    matte = _matte_used(group, face)
    matched = _matched(At(group, source, face.found), face, settings)
    composite = composite_face(face.rgb_linear, matched, matte, face.light, settings, _place(face.found))
    made, bare = (composite.face_linear, composite.weight), face.rgb_linear
    colour, weight = as_it_stands(group, source, face.region, bare, made)
    planes = {name: colour[..., at] for at, name in enumerate(rgb)}
    layers = layer_planes(_placed(face), settings.filter) if _has_layers(group) else {}
    return Made(face.region, {**planes, alpha: weight, **layers, grain_lost: _lost(group, source, face, composite)})


def _lost(group: Node, source: Source, face: _Face, composite: Composite) -> Floats:
    """The grain that the face alone lacks, over its region; premultiplied as the stream is."""
    lost: Floats = 1 - composite.own_grain * (1 - in_stream(source, face.region))
    by = divisor(group, source, face.region)
    return lost if by is None else lost * by


def _has_layers(group: Node) -> bool:
    # Groups that were made before there were layers lack the knob.
    return group.session.knobs.has(group.index, "layers") and group.flag("layers")


def _placed(face: _Face) -> Placed:
    outline, _ = _outline(face.found)
    return Placed(outline, face.region, face.swap, face.model.card.crop, face.light)


def _settings(group: Node) -> FaceSwapSettings:
    # The mix is worked by the ordinary nodes of the group.
    return replace(settings_at(group, FaceSwapSettings), mix=1.0)


def _matched(here: At, face: _Face, settings: FaceSwapSettings) -> Swap:
    """The swap with its colours matched, where that hangs on more than the composite itself can tell."""
    if not needs_statistics(settings):
        return face.swap
    measured = {offset: _colours(there, None) for offset, there in frames_around(here, settings).items()}
    return matched_swap(face.swap, settings, _colours(here, face), measured)


def _colours(there: At, known: _Face | None) -> ColourStatistics:
    """The colour statistics of a frame, which is given to the model where its face is not known."""
    settings = _settings(there.group)

    def measured() -> ColourStatistics:
        face = known or _face(*there, settings)
        if face is None:
            return no_colours
        matte, sound = _matte_used(there.group, face), partial(_sound, face)
        return measured_colours(face.swap, matte, face.region, face.light, settings, sound)

    states = (track_state(there.group), model_state(there.group), _pictures(there))
    whom = settings_at(there.group, OneShotSettings)
    key = ("face colours", *states, there.found.person.name, there.found.row, settings, whom)
    made: ColourStatistics = there.group.session.cache.value(key, measured, lambda colours: colours.size_bytes)
    return made


def _sound(face: _Face, window: Window) -> Array:
    return np.asarray(np.isfinite(face.rgb_linear[window.slices(face.region)]).all(axis=-1))


def _covered(group: Node, source: Source) -> Made:
    asked, settings = settings_at(group, FaceMatteGraphSettings), settings_at(group, FaceMatteSettings)
    found = tracked(group, source, asked.person)
    if not found.is_seen:
        return empty
    # A one-shot model gives no matte, and only FaceSwap knows whom it is to show.
    if not asked.model_file or loaded_model(group).card.identity is not None:
        matte = outline_matte(*_outline(found), window_of(source.info), settings)
        return Made(matte.window, {alpha: matte.coverage})
    shared = {name: getattr(asked, name) for name in knobs_of(FaceSwapSettings).keys() & knobs_of(type(asked)).keys()}
    face = _face(group, source, found, FaceSwapSettings(**shared))
    if face is None:
        return empty
    matte = _matte(face, settings)
    return Made(matte.window, {alpha: matte.coverage})


def _place(found: Tracked) -> FacePlace:
    return FacePlace(found.person.landmarks_plate[found.row], found.person.alignment[found.row])


def _outline(found: Tracked) -> tuple[Floats, Matrix]:
    return found.person.landmarks_plate[found.row][list(face_oval)], found.person.alignment[found.row]


def _face(group: Node, source: Source, found: Tracked, settings: FaceSwapSettings) -> _Face | None:
    """The face through its model; None where the person is not seen, or not on the picture."""
    loaded = model_of(group)
    if not found.is_seen:
        return None
    landmarks, alignment = found.person.landmarks_plate[found.row], found.person.alignment[found.row]
    model = fit_model(loaded, settings, alignment, landmarks)
    if assumed_crop(loaded, settings):
        group.session.note(f"{group.path}: {assumed_crop(loaded, settings)}")
    region = region_of(alignment, model.card, window_of(source.info))
    if region.is_empty:
        return None
    config = config_of(group)
    light = model_range(model.card, _exposure(group, model, found, settings)[found.row], config)
    codec = plate_codec(scene_linear(config), Sample.FLOAT, config)
    rgb_linear = bare_rgb(group, source, region)
    shown = shown_plate(rgb_linear, codec, light)
    crop = cut_crop(shown, region, alignment, model.card, settings.filter, settings.passes)
    of = f"{group.path} at frame {group.moment.frame:g}"
    swap = answered(model, crop, partial(group.pull.kept_value, group), of)
    for words in model.notes:
        group.session.note(words)
    return _Face(found, region, rgb_linear, light, model, swap)


def _exposure(group: Node, model: SwapModel, found: Tracked, settings: FaceSwapSettings) -> Matrix:
    """The exposure of every frame: one and the same for all frames of the shot whose knobs stand alike."""
    key = ("exposure", model.digest, found.person.name, id(found.track), settings)
    return cast("Matrix", group.session.kept(key, lambda: exposure_ev(model.card, found.person, settings)))


def _matte(face: _Face, settings: FaceMatteSettings) -> Matte:
    outline, _ = _outline(face.found)
    return face_matte(outline, face.swap, face.model.card.crop, face.region, settings)


def _matte_used(group: Node, face: _Face) -> Matte:
    """The matte that the face is put in with, over all of its region: the one that is connected, else its own."""
    connected = group.input(1)
    if connected is not None:
        coverage = np.nan_to_num(plane_of(connected, face.region, alpha)).clip(0, 1)
        return Matte(face.region, coverage)
    matte = _matte(face, FaceMatteSettings())
    coverage = np.zeros((face.region.height, face.region.width), np.float32)
    coverage[matte.window.slices(face.region)] = matte.coverage
    return Matte(face.region, coverage)
