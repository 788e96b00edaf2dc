"""How known families of networks frame a face: DeepFaceLab's face types and the five-point templates of others."""

import cmath
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from faceplate.values import Matrix


@dataclass(frozen=True)
class CropGeometry:
    """How a model's crop lies over the unit face square.

    Attributes:
        scale: side of the crop in units of the face square; larger shows more of the head.
        centre: the point of the face square at the middle of the crop.
        turn_deg: how far the crop's content is turned against the face square, clockwise in the picture.
    """

    scale: float
    centre: tuple[float, float]
    turn_deg: float = 0.0


@dataclass(frozen=True)
class FaceType:
    """A crop of DeepFaceLab: its padding, and the point of the face square at its middle for a face looking ahead."""

    padding: float
    centre: tuple[float, float] = (0.5, 0.5)

    @property
    def scale(self) -> float:
        """Side of the crop in face squares."""
        return 1 + 2 * math.sqrt(2) * self.padding


face_types: Mapping[str, FaceType] = MappingProxyType(
    {
        "half": FaceType(0.0),
        "mid_full": FaceType(0.0675),
        "full": FaceType(0.2109375),
        "whole_face": FaceType(0.40, (0.5, 0.43)),
        "head": FaceType(0.70, (0.5, 0.0)),
    }
)
"""DeepFaceLab's own, by its names."""

templates: Mapping[str, Matrix] = MappingProxyType(
    {
        "arcface_112_v1": np.array(
            [[0.35473214, 0.45658929], [0.64526786, 0.45658929], [0.5, 0.61154464],
             [0.37913393, 0.776875], [0.62086607, 0.776875]]
        ),
        "arcface_112_v2": np.array(
            [[0.34191607, 0.46157411], [0.65653393, 0.45983393], [0.500225, 0.64050536],
             [0.37097589, 0.82469196], [0.63151696, 0.82325089]]
        ),
        "arcface_128": np.array(
            [[0.36167656, 0.40387734], [0.63696719, 0.40235469], [0.50019687, 0.56044219],
             [0.38710391, 0.72160547], [0.61507734, 0.72034453]]
        ),
        "ffhq_512": np.array(
            [[0.37691676, 0.46864664], [0.62285697, 0.46912813], [0.50123859, 0.61331904],
             [0.39308822, 0.725411], [0.61150205, 0.72490465]]
        ),
    }
)  # fmt: skip
"""Where the eyes, the nose and the corners of the mouth lie in a crop, as fractions of its side; in picture order."""

framings = (*face_types, *templates)

mean_five: Matrix = np.array(
    [[0.225492, 0.215990], [0.754761, 0.215990], [0.490127, 0.515625], [0.254149, 0.780233], [0.726104, 0.780233]]
)
"""The five points on the mean face of the unit face square; an eye is the mean of its six points."""


def framed_crop(framing: str, side_px: int, five_square: Matrix = mean_five, yaw: float = 0.0) -> CropGeometry:
    """The crop of a face by the name of its framing.

    `five_square` (5 x 2) are the face's own eyes, nose and corners of the mouth in the unit face square, which a
    template is fitted to; `yaw` moves the crop of `head` sideways. Without them, the crop of the mean face.

    These families count from the centre of the first pixel, so all lies half a pixel of the crop further than in
    plate space: DeepFaceLab, `get_transform_mat`, in closed form; the templates as InsightFace and its kin use them.
    """
    if framing in templates:
        geometry = _fitted(five_square, templates[framing])
    else:
        about = face_types[framing]
        shift = yaw / 2 if framing == "head" else 0.0
        geometry = CropGeometry(about.scale, (about.centre[0] + shift, about.centre[1]))
    half_px = complex(0.5, 0.5) * geometry.scale / side_px * cmath.exp(-1j * math.radians(geometry.turn_deg))
    centre = (geometry.centre[0] - half_px.real, geometry.centre[1] - half_px.imag)
    return CropGeometry(geometry.scale, centre, geometry.turn_deg)


def _fitted(five_square: Matrix, template: Matrix) -> CropGeometry:
    """Least squares over turn, scale and shift, with points as complex numbers."""
    source, target = (points[:, 0] + 1j * points[:, 1] for points in (five_square, template))
    centred = source - source.mean()
    factor = complex(np.vdot(centred, target - target.mean()) / np.vdot(centred, centred).real)
    centre = source.mean() + (complex(0.5, 0.5) - target.mean()) / factor
    return CropGeometry(1 / abs(factor), (float(centre.real), float(centre.imag)), math.degrees(cmath.phase(factor)))
