"""What a face is made of, layer by layer, so that an artist can put it together anew with ordinary nodes.

Colour is scene-linear in the working space. Merged over the plate, `changed` is the finished picture to the last bit;
`face` merged over it, and then `grain` added, is the same but for rounding.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from faceplate.colour import model_range, plate_codec
from faceplate.errors import CallError
from faceplate.graph.crop_layers import (
    brightest,
    footprint_of,
    map_to_crop,
    map_to_plate,
    model_matte,
    raw_answer,
    square_of,
)
from faceplate.graph.plates import encoding_of
from faceplate.graph.shot import Rendered, Shot
from faceplate.matte import face_matte
from faceplate.track import face_oval
from faceplate.values import Array, Floats, Sample, Swap, Window, covered_window

colour = ("red", "green", "blue")
coverage = ("alpha",)
map_channels = ("u", "v", "alpha")


@dataclass(frozen=True)
class Layer:
    """A picture beside the plate: channels of one kind of sample over a window, exactly 0 outside it.

    Attributes:
        channels: their names in the layer: red, green, blue, alpha, u, v.
        window: on the plate; of `to_crop`, on the crop.
        pixels: rows x columns x channels, half or float.
        size: of the picture it stands in where that is not the plate's.
    """

    channels: tuple[str, ...]
    window: Window
    pixels: Array
    size: tuple[int, int] | None = None

    @property
    def sample(self) -> Sample:
        """How they are stored."""
        return Sample.HALF if self.pixels.dtype == np.float16 else Sample.FLOAT


@dataclass(frozen=True)
class LayerKind:
    """One of the layers that can be asked for.

    Attributes:
        channels: of it.
        help: what it holds.
        make: makes it of a face that was put in; None where there is nothing of it.
        sample: how it is stored.
        in_crop: True for a picture of the crop, which has no place on the plate.
    """

    channels: tuple[str, ...]
    help: str
    make: Callable[["Face"], Layer | None]
    sample: Sample = Sample.HALF
    in_crop: bool = False

    def empty(self, data: Window) -> Layer:
        """The layer of a frame without the face: a single pixel of nothing, where the plate begins."""
        pixel = Window(data.left, data.top, data.left + 1, data.top + 1)
        return Layer(self.channels, pixel, np.zeros((1, 1, len(self.channels)), self.sample.dtype))


@dataclass(frozen=True)
class Face:
    """A face that was put in, and the shot it is of."""

    shot: Shot
    rendered: Rendered
    swap: Swap

    @property
    def row(self) -> int:
        """Of the track."""
        return self.shot.track.frames.index(self.rendered.frame.number)

    @property
    def data(self) -> Window:
        """Where the plate has pixels."""
        return self.rendered.frame.header.data

    @property
    def footprint(self) -> Window:
        """Where the crop lies on the plate."""
        return footprint_of(self.swap, self.data)


def _changed(face: Face) -> Layer | None:
    rendered = face.rendered
    if rendered.composite is None or rendered.composite.window.is_empty:
        return None
    window = rendered.composite.window
    after, before = rendered.frame.stored(window), rendered.before.stored(window)
    bits = f"u{after.dtype.itemsize}"
    touched = (np.ascontiguousarray(after).view(bits) != np.ascontiguousarray(before).view(bits)).any(axis=-1)
    inside = covered_window(touched, window)
    if inside.is_empty:
        return None
    linear = plate_codec(encoding_of(face.shot.plate), rendered.frame.sample).decode(after[inside.slices(window)])
    alpha = touched[inside.slices(window)].astype(np.float32)[..., None]
    return Layer((*colour, *coverage), inside, np.concatenate([np.where(alpha > 0, linear, 0), alpha], axis=2))


def _face(face: Face) -> Layer | None:
    composite = face.rendered.composite
    if composite is None:
        return None
    alpha = composite.weight[..., None]
    return _half((*colour, *coverage), composite.window, np.concatenate([composite.face_linear * alpha, alpha], axis=2))


def _raw(face: Face) -> Layer | None:
    if face.footprint.is_empty:
        return None
    light = model_range(face.shot.model_at(face.row).card, face.shot.exposure_ev[face.row])
    return _half(colour, face.footprint, raw_answer(face.swap, face.footprint, light, face.shot.swap_settings.filter))


def _matte(face: Face) -> Layer | None:
    composite = face.rendered.composite
    if composite is None:
        return None
    return _half(coverage, composite.window, composite.weight[..., None])


def _matte_outline(face: Face) -> Layer | None:
    shot, outline = face.shot, replace(face.swap, mattes={})
    points = shot.person.landmarks_plate[face.row]
    card = shot.model_at(face.row).card
    matte = face_matte(points[list(face_oval)], outline, card.crop, face.data, shot.matte_settings)
    return _half(coverage, matte.window, matte.coverage[..., None])


def _matte_model(face: Face) -> Layer | None:
    if face.footprint.is_empty:
        return None
    return _half(coverage, face.footprint, model_matte(face.swap, face.footprint)[..., None])


def _grain(face: Face) -> Layer | None:
    composite, grained = face.rendered.composite, face.rendered.grained
    if composite is None or grained is None:
        return None
    with np.errstate(invalid="ignore"):
        added = np.where(composite.changed[..., None], grained - composite.rgb_linear, 0)
    return _half(colour, composite.window, np.nan_to_num(added))


def _grain_lost(face: Face) -> Layer | None:
    composite = face.rendered.composite
    if composite is None:
        return None
    return _half(coverage, composite.window, (1 - composite.kept)[..., None])


def _to_plate(face: Face) -> Layer | None:
    return (
        None
        if face.footprint.is_empty
        else Layer(map_channels, face.footprint, map_to_plate(face.swap, face.footprint))
    )


def _to_crop(face: Face) -> Layer:
    display, square = face.rendered.frame.header.display, square_of(face.swap)
    size = (square.width, square.height)
    return Layer(map_channels, square, map_to_crop(face.swap, (display.width, display.height)), size)


layer_kinds: Mapping[str, LayerKind] = MappingProxyType(
    {
        "changed": LayerKind(
            (*colour, *coverage),
            "the finished pixels that differ from the plate, alpha 1 there: over the plate, the finished picture",
            _changed,
            Sample.FLOAT,
        ),
        "face": LayerKind(
            (*colour, *coverage), "the face before new grain, with its soft edge, premultiplied by its matte", _face
        ),
        "raw": LayerKind(colour, "the model's answer where it lies on the plate, unmatched and unblended", _raw),
        "matte": LayerKind(coverage, "how far the face covers the plate: the alpha of face", _matte),
        "matte_outline": LayerKind(coverage, "the matte that the landmarks' outline makes", _matte_outline),
        "matte_model": LayerKind(coverage, "the model's own mattes, multiplied; 1 where it has none", _matte_model),
        "grain": LayerKind(colour, "the new grain, to be added to the face over the plate", _grain),
        "grain_lost": LayerKind(coverage, "how much of the plate's grain the face has lost", _grain_lost),
        "to_plate": LayerKind(
            map_channels, "an STMap that reads the crop and gives the plate", _to_plate, Sample.FLOAT
        ),
        "to_crop": LayerKind(
            map_channels,
            "an STMap that reads the plate and gives the crop; a file of its own alone",
            _to_crop,
            Sample.FLOAT,
            in_crop=True,
        ),
    }
)  # fmt: skip


def layers_named(words: str) -> tuple[str, ...]:
    """The kinds of layers that `all` or names between commas mean, in the order in which we have them.

    Raises:
        CallError: there is no such layer.
    """
    asked = tuple(layer_kinds) if words == "all" else tuple(word.strip() for word in words.split(","))
    unknown = [word for word in asked if word not in layer_kinds]
    if unknown:
        raise CallError(
            "the layers",
            expected=f"all, or some of {', '.join(layer_kinds)}, with commas between",
            came=", ".join(map(repr, unknown)),
            next_step="name layers that there are (--layers)",
        )
    return tuple(name for name in layer_kinds if name in asked)


def layer_names(faces: int, kinds: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Name and kind of each layer of a shot: `face_matte`, or of several faces `face1_matte`, `face2_matte`."""
    prefixes = ["face"] if faces == 1 else [f"face{place + 1}" for place in range(faces)]
    return tuple((prefix if kind == "face" else f"{prefix}_{kind}", kind) for prefix in prefixes for kind in kinds)


def made_layers(shot: Shot, rendered: Rendered, kinds: Sequence[str]) -> dict[str, Layer]:
    """The layers of a frame by their names, of all its faces."""
    names, each = layer_names(len(shot.faces), kinds), zip(shot.faces, rendered.faces, strict=True)
    made = (_made(*pair, kind) for pair in each for kind in kinds)
    return {name: layer for (name, _), layer in zip(names, made, strict=True)}


def _made(shot: Shot, rendered: Rendered, kind: str) -> Layer:
    about = layer_kinds[kind]
    layer = about.make(Face(shot, rendered, rendered.swap)) if rendered.swap is not None else None
    return about.empty(rendered.frame.header.data) if layer is None or layer.window.is_empty else layer


def _half(channels: tuple[str, ...], window: Window, values: Floats) -> Layer:
    return Layer(channels, window, values.clip(-brightest, brightest).astype(np.float16))
