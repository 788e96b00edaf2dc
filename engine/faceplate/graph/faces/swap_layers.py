"""What FaceSwap puts beside the comp: the model's answer, what its matte is made of, and where its crop lies."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from faceplate.colour import ModelRange
from faceplate.graph.crop_layers import footprint_of, map_to_plate, model_matte, raw_answer
from faceplate.matte import FaceMatteSettings, face_matte
from faceplate.models import CropGeometry
from faceplate.values import Floats, Swap, Window

_raw = ("face_raw.red", "face_raw.green", "face_raw.blue")
_map = ("face_to_plate.u", "face_to_plate.v", "face_to_plate.alpha")
_outline, _model = "face_matte_outline.alpha", "face_matte_model.alpha"

layer_channels = (*_raw, _outline, _model, *_map)
"""All of them, by full name; the layer `face` is made by the ordinary nodes of the group."""


@dataclass(frozen=True)
class Placed:
    """A model's answer where it stands.

    Attributes:
        outline: of the face, a ring of points x 2 on the plate.
        region: the window of the plate that the layers are over.
        swap: what the model gave.
        crop: which part of the face it was given.
        light: its range at the face's exposure.
    """

    outline: Floats
    region: Window
    swap: Swap
    crop: CropGeometry
    light: ModelRange


def layer_planes(placed: Placed, sampling: str) -> Mapping[str, Floats]:
    """The layers over the region, 0 around the crop's square: planes by full name."""
    swap, region = placed.swap, placed.region
    window = footprint_of(swap, region)
    planes = {name: np.zeros((region.height, region.width), np.float32) for name in layer_channels}
    if window.is_empty:
        return planes
    inside = window.slices(region)
    raw, to_plate = raw_answer(swap, window, placed.light, sampling), map_to_plate(swap, window)
    for at, (colour, place) in enumerate(zip(_raw, _map, strict=True)):
        planes[colour][inside], planes[place][inside] = raw[..., at], to_plate[..., at]
    planes[_model][inside] = model_matte(swap, window)
    matte = face_matte(placed.outline, replace(swap, mattes={}), placed.crop, region, FaceMatteSettings())
    planes[_outline][matte.window.slices(region)] = matte.coverage
    return planes
