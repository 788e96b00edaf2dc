"""The results of FaceSwap and FaceMatte: the face where it stands on the plate, and what it covers."""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from faceplate.align import crop_matrix
from faceplate.colour import ModelRange, model_range, plate_codec, scene_linear, shown_plate
from faceplate.composite import PlateRegion, composite_face, seen_around
from faceplate.graph.faces.analysed import model_of, model_state
from faceplate.graph.faces.controls import settings_at
from faceplate.graph.faces.results import Made, empty, info_of, made_whole, planes_of
from faceplate.graph.faces.stream import alpha, config_of, rgb, rgb_of, window_of
from faceplate.graph.faces.tracked import Tracked, track_state, tracked
from faceplate.graph.render import Box, Info, Node, Planes, Source, operator
from faceplate.matte import FaceMatteGraphSettings, FaceMatteSettings, face_matte, outline_matte
from faceplate.swap import FaceSwapSettings, SwapModel, cut_crop, exposure_ev, region_of
from faceplate.track import face_oval
from faceplate.values import Floats, Matrix, Matte, Sample, Swap, Window


def _state(node: Node) -> str:
    return f"{track_state(node.parent)} {model_state(node.parent)}" if node.parent else ""


@operator("FaceSwap result", timed=True, state=_state)
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
        swap: what the model gave.
    """

    found: Tracked
    region: Window
    near: Window
    rgb_linear: Floats
    light: ModelRange
    swap: Swap


def _swapped(group: Node, source: Source) -> Made:
    # The mix is worked by the ordinary nodes of the group.
    settings = replace(settings_at(group, FaceSwapSettings), mix=1.0)
    face = _face(group, source, tracked(group, source, settings.person), settings)
    if face is None:
        return empty
    matte = _matte(face, model_of(group), FaceMatteSettings())
    plate = PlateRegion(face.near, face.rgb_linear, face.light.encode(face.rgb_linear))
    whole = Matte(face.region, _widened(matte, face.region))
    composite = composite_face(plate, face.swap, whole, face.light, settings)
    planes = {name: composite.face_linear[..., at] for at, name in enumerate(rgb)}
    return Made(face.region, {**planes, alpha: composite.weight})


def _covered(group: Node, source: Source) -> Made:
    asked, settings = settings_at(group, FaceMatteGraphSettings), settings_at(group, FaceMatteSettings)
    found = tracked(group, source, asked.person)
    if not found.is_seen:
        return empty
    if not asked.model_file:
        matte = outline_matte(*_outline(found), window_of(source.info), settings)
        return Made(matte.window, {alpha: matte.coverage})
    face = _face(group, source, found, FaceSwapSettings(person=asked.person))
    if face is None:
        return empty
    matte = _matte(face, model_of(group), settings)
    return Made(matte.window, {alpha: matte.coverage})


def _outline(found: Tracked) -> tuple[Floats, Matrix]:
    return found.person.landmarks_plate[found.row][list(face_oval)], found.person.alignment[found.row]


def _face(group: Node, source: Source, found: Tracked, settings: FaceSwapSettings) -> _Face | None:
    """The face through its model; None where the person is not seen, or not on the picture."""
    model, (_, alignment) = model_of(group), _outline(found)
    if not found.is_seen:
        return None
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
    return _Face(found, region, near, rgb_linear, light, model.run(cut_crop(shown, region, alignment, model.card)))


def _exposure(group: Node, model: SwapModel, found: Tracked, settings: FaceSwapSettings) -> Matrix:
    """The exposure of every frame: one and the same for all frames of the shot whose knobs stand alike."""
    key = ("exposure", model.digest, found.person.name, id(found.track), settings)
    return cast("Matrix", group.session.kept(key, lambda: exposure_ev(model.card, found.person, settings)))


def _matte(face: _Face, model: SwapModel, settings: FaceMatteSettings) -> Matte:
    outline, _ = _outline(face.found)
    return face_matte(outline, face.swap, model.card.crop, face.region, settings)


def _widened(matte: Matte, region: Window) -> Floats:
    """The coverage over a wider window, 0 around it."""
    coverage = np.zeros((region.height, region.width), np.float32)
    coverage[matte.window.slices(region)] = matte.coverage
    return coverage
