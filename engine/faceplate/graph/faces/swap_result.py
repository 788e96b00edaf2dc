"""The results of FaceSwap and FaceMatte: the face where it stands on the plate, and what it covers."""

from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import numpy as np

from faceplate.align import crop_matrix
from faceplate.colour import ModelRange, model_range, plate_codec, scene_linear, shown_plate
from faceplate.composite import (
    ColourStatistics,
    FacePlace,
    PlateRegion,
    composite_face,
    coverage_seen,
    measure_colours,
    needs_statistics,
    no_colours,
    seen_around,
)
from faceplate.graph.colour_window import levels_method, matched_swap
from faceplate.graph.faces.analysed import model_of, model_state
from faceplate.graph.faces.controls import settings_at
from faceplate.graph.faces.results import Made, empty, info_of, made_whole, planes_of
from faceplate.graph.faces.stream import alpha, config_of, rgb, rgb_of, window_of
from faceplate.graph.faces.swap_colours import At, frames_around
from faceplate.graph.faces.tracked import Tracked, track_state, tracked
from faceplate.graph.render import Box, Info, Node, Planes, Source, operator
from faceplate.matte import FaceMatteGraphSettings, FaceMatteSettings, coverage_in_crop, face_matte, outline_matte
from faceplate.models import network_knobs
from faceplate.swap import FaceSwapSettings, SwapModel, assumed_crop, cut_crop, exposure_ev, fit_model, region_of
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
    return " ".join([_state(node), *(f"{offset} {each.source.digest.hex()}" for offset, each in around.items())])


@operator("FaceSwap result", timed=True, state=_swap_state)
class FaceSwapResult:
    """The face before any matte over the crop's footprint, and as alpha what it covers by itself."""

    def info(self, node: Node) -> Info:
        """The stream's, over the footprint alone."""
        return info_of(node, made_whole(node, _swapped), (*rgb, alpha))

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
        near: those, and what is seen among them through the crop.
        rgb_linear: the plate over `near`.
        light: the model's range at the face's exposure.
        model: as it stands for this face.
        swap: what the model gave.
    """

    found: Tracked
    region: Window
    near: Window
    rgb_linear: Floats
    light: ModelRange
    model: SwapModel
    swap: Swap


def _swapped(group: Node, source: Source) -> Made:
    settings = _settings(group)
    face = _face(group, source, tracked(group, source, settings.person), settings)
    if face is None:
        return empty
    matte = _matte(face, FaceMatteSettings())
    plate = PlateRegion(face.near, face.rgb_linear, face.light.encode(face.rgb_linear))
    whole = Matte(face.region, _widened(matte, face.region))
    matched = _matched(At(group, source, face.found), face, settings)
    composite = composite_face(plate, matched, whole, face.light, settings, _place(face.found))
    planes = {name: composite.face_linear[..., at] for at, name in enumerate(rgb)}
    return Made(face.region, {**planes, alpha: composite.weight})


def _settings(group: Node) -> FaceSwapSettings:
    # The mix is worked by the ordinary nodes of the group.
    return replace(settings_at(group, FaceSwapSettings), mix=1.0)


def _matched(here: At, face: _Face, settings: FaceSwapSettings) -> Swap:
    """The swap with its colours matched, where that hangs on more than the composite itself can tell."""
    if not needs_statistics(settings):
        return face.swap
    around, by_levels = frames_around(here, settings), settings.colour_match_method == levels_method
    measured = {offset: _colours(there, None, by_levels=by_levels) for offset, there in around.items()}
    return matched_swap(face.swap, settings, _colours(here, face, by_levels=by_levels), measured)


def _colours(there: At, known: _Face | None, *, by_levels: bool) -> ColourStatistics:
    """The colour statistics of a frame, which is given to the model where its face is not known."""
    settings = _settings(there.group)

    def measured() -> ColourStatistics:
        face = known or _face(*there, settings)
        if face is None:
            return no_colours
        outline, _ = _outline(face.found)
        coverage = coverage_in_crop(outline, face.swap, face.model.card.crop, FaceMatteSettings())
        seen = coverage_seen(coverage, face.swap.crop, face.region, partial(_sound, face))
        return measure_colours(face.swap, seen, face.light, levels=by_levels)

    states = (track_state(there.group), model_state(there.group), there.source.digest)
    key = ("face colours", *states, there.found.person.name, there.found.row, settings, by_levels)
    made: ColourStatistics = there.group.session.cache.value(key, measured, lambda colours: colours.size_bytes)
    return made


def _sound(face: _Face, window: Window) -> Array:
    return np.asarray(np.isfinite(face.rgb_linear[window.slices(face.near)]).all(axis=-1))


def _covered(group: Node, source: Source) -> Made:
    asked, settings = settings_at(group, FaceMatteGraphSettings), settings_at(group, FaceMatteSettings)
    found = tracked(group, source, asked.person)
    if not found.is_seen:
        return empty
    if not asked.model_file:
        matte = outline_matte(*_outline(found), window_of(source.info), settings)
        return Made(matte.window, {alpha: matte.coverage})
    shared = {name: getattr(asked, name) for name in ("person", "face_type", *network_knobs)}
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
    matrix = crop_matrix(alignment, model.card.crop, model.card.side_px)
    near = seen_around(region, matrix).intersect(window_of(source.info))
    rgb_linear = rgb_of(source, near)
    shown = shown_plate(rgb_linear[region.slices(near)], codec, light)
    swap = model.run(cut_crop(shown, region, alignment, model.card, settings.filter))
    return _Face(found, region, near, rgb_linear, light, model, swap)


def _exposure(group: Node, model: SwapModel, found: Tracked, settings: FaceSwapSettings) -> Matrix:
    """The exposure of every frame: one and the same for all frames of the shot whose knobs stand alike."""
    key = ("exposure", model.digest, found.person.name, id(found.track), settings)
    return cast("Matrix", group.session.kept(key, lambda: exposure_ev(model.card, found.person, settings)))


def _matte(face: _Face, settings: FaceMatteSettings) -> Matte:
    outline, _ = _outline(face.found)
    return face_matte(outline, face.swap, face.model.card.crop, face.region, settings)


def _widened(matte: Matte, region: Window) -> Floats:
    """The coverage over a wider window, 0 around it."""
    coverage = np.zeros((region.height, region.width), np.float32)
    coverage[matte.window.slices(region)] = matte.coverage
    return coverage
