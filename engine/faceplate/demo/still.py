"""The demo's set, lit: the portrait enlarged once to the plate's size, its surroundings continued, lamps and gleams."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from faceplate.align import invert, transform
from faceplate.demo.enlarge import enlarged
from faceplate.demo.portrait import PORTRAIT_PX, face_outline, portrait_working
from faceplate.values import Floats, Matrix, Window

# Brings the portrait's diffuse white to where a camera would expose it.
EXPOSURE = 0.62
# Beyond the portrait's edges its reflection goes on, and loses focus within this many pixels of it.
DEFOCUS_REACH = 40.0
DEFOCUS_SIGMA = 9.0
PADDING = 512
FILTER_REACH = 8
# Range (of the square root of light) and reach (portrait pixels) of what is taken for the portrait's own noise.
SET_NOISE = (0.06, 4.0)
PERSON_NOISE = (0.02, 1.2)


class Lamp(NamedTuple):
    """A practical lamp far out of focus: an even disc of light, ACEScg, in front of the backdrop."""

    centre: tuple[float, float]
    radius: float
    rgb_working: tuple[float, float, float]


class Gleam(NamedTuple):
    """A specular reflection: a Gaussian of light, ACEScg, with its sigmas and its turn."""

    centre: tuple[float, float]
    sigmas: tuple[float, float]
    turn_deg: float
    rgb_working: tuple[float, float, float]


# Portrait pixels: the suit and its ring, clockwise from the left shoulder of the picture.
body_outline = (
    (20, 512), (30, 330), (55, 262), (108, 215), (116, 180), (150, 150), (185, 148), (262, 172), (296, 205), (310, 240),
    (345, 265), (368, 350), (368, 512),
)  # fmt: skip
# Portrait pixels. The lamps stand clear of the head and of the paths it takes.
lamps = (
    Lamp((113.0, 44.0), 10.5, (12.0, 6.6, 2.4)),
    Lamp((127.0, 60.0), 8.0, (2.6, 1.3, 0.4)),
    Lamp((131.0, 100.0), 7.0, (1.6, 0.9, 0.35)),
    Lamp((104.0, 120.0), 9.0, (0.5, 0.8, 1.4)),
    Lamp((330.0, 36.0), 12.5, (9.0, 5.4, 2.3)),
    Lamp((350.0, 54.0), 9.0, (1.9, 1.1, 0.45)),
    Lamp((352.0, 108.0), 8.5, (0.6, 1.0, 1.8)),
    Lamp((333.0, 160.0), 7.5, (3.2, 1.4, 0.4)),
    Lamp((474.0, 50.0), 11.5, (10.5, 5.9, 2.2)),
    Lamp((486.0, 128.0), 9.5, (0.5, 0.85, 1.5)),
)
gleams = (
    Gleam((197.5, 117.5), (6.0, 4.5), -20.0, (0.18, 0.16, 0.145)),
    Gleam((222.3, 127.8), (2.6, 2.2), 0.0, (0.30, 0.28, 0.26)),
    Gleam((229.0, 92.0), (10.0, 4.0), 5.0, (0.15, 0.13, 0.12)),
    Gleam((128.0, 176.0), (1.1, 5.0), 35.0, (4.5, 4.6, 5.0)),
    Gleam((293.0, 222.0), (1.2, 6.5), -25.0, (3.2, 3.2, 3.5)),
)
# Sharper than the picture below: only what stands out already gleams.
GLEAM_CONTRAST = 5
GLEAM_LARGEST = 3.0
GLOW_SHARE = 0.022
GLOW_REACH = 2.2


@dataclass(frozen=True)
class Still:
    """The set as one picture.

    Attributes:
        rgb_working: rows x columns x 3, ACEScg, no grain.
        portrait_to_still: 2 x 3.
    """

    rgb_working: Floats
    portrait_to_still: Matrix


def make_still(region_portrait: Window, scale: float) -> Still:
    """The part of the set over `region_portrait`, `scale` pixels to each of the portrait's, with its lamps on."""
    still = unlit(region_portrait, scale)
    _light(still.rgb_working, still.portrait_to_still)
    still.rgb_working.flags.writeable = False
    return still


def unlit(region_portrait: Window, scale: float) -> Still:
    """The set as the portrait shows it: exposed, enlarged and continued, before lamps and gleams; may be written to."""
    matrix = np.array([[scale, 0, -scale * region_portrait.left], [0, scale, -scale * region_portrait.top]])
    target = Window(0, 0, round(scale * region_portrait.width), round(scale * region_portrait.height))
    source = region_portrait.grow(FILTER_REACH)
    layers = (_without_its_noise(portrait_working() * np.float32(EXPOSURE)), hair(), figure())
    small = np.dstack([_continued(layer) for layer in layers])
    rows, columns = source.slices(Window(0, 0, PORTRAIT_PX, PORTRAIT_PX).grow(PADDING))
    return Still(enlarged(np.ascontiguousarray(small[rows, columns]), source, matrix, target), matrix)


def hair() -> Floats:
    """Roughly where the portrait shows hair, 512 x 512, 0 to 1."""
    mask = np.zeros((PORTRAIT_PX, PORTRAIT_PX), np.float32)
    cv2.ellipse(mask, ((226, 85), (146, 140), 0), 1.0, -1)
    cv2.fillPoly(mask, [np.rint(face_outline).astype(np.int32)], 0.0)
    cv2.ellipse(mask, ((225, 150), (92, 90), 0), 0.0, -1)
    bright = portrait_working().mean(axis=-1)
    dark_enough = np.clip((0.5 - bright) / 0.2, 0, 1)
    soft: Floats = cv2.GaussianBlur(mask * dark_enough, (0, 0), 1.0)
    return soft


def figure() -> Floats:
    """Roughly where the portrait shows the person in front of the set, 512 x 512, 0 to 1."""
    mask = np.zeros((PORTRAIT_PX, PORTRAIT_PX), np.float32)
    cv2.ellipse(mask, ((226, 96), (150, 166), 0), 1.0, -1)
    cv2.fillPoly(mask, [np.array(body_outline, np.int32)], 1.0)
    soft: Floats = cv2.GaussianBlur(mask, (0, 0), 1.5)
    return soft


def _without_its_noise(rgb_working: Floats) -> Floats:
    """The portrait without the grain of its own film and its compression, which the plate must not hold beside its own.

    Edge-preserving smoothing (Tomasi and Manduchi, "Bilateral Filtering", 1998) of the square root: strong on the set,
    which stands out of focus, and light on the person, whose skin has marks of its own.
    """
    root = np.sqrt(np.maximum(rgb_working, 0))
    person = figure()[..., np.newaxis]
    strong, light = (cv2.bilateralFilter(root, -1, *noise) for noise in (SET_NOISE, PERSON_NOISE))
    strong = cv2.bilateralFilter(strong, -1, *SET_NOISE)
    return np.asarray(np.square(strong + person * (light - strong)), np.float32)


def _continued(picture: Floats) -> Floats:
    """The portrait with PADDING pixels around it: reflected, and ever less sharp away from the edge."""
    around = cv2.copyMakeBorder(picture, PADDING, PADDING, PADDING, PADDING, cv2.BORDER_REFLECT_101)
    soft = cv2.GaussianBlur(around, (0, 0), DEFOCUS_SIGMA)
    at = np.arange(-PADDING, PORTRAIT_PX + PADDING, dtype=np.float32)
    outside = np.maximum(np.maximum(-at, at - PORTRAIT_PX + 1) + DEFOCUS_REACH / 4, 0)
    share = np.clip(np.maximum(outside[:, None], outside[None]) / DEFOCUS_REACH, 0, 1)
    share = share.reshape(*share.shape, *[1] * (picture.ndim - 2))
    continued: Floats = around + share * (soft - around)
    return continued


def _light(still: Floats, portrait_to_still: Matrix) -> None:
    for lamp in lamps:
        inside, at = _around(still, portrait_to_still, lamp.centre, 2.4 * GLOW_REACH * lamp.radius)
        distance = np.linalg.norm(at, axis=-1) / lamp.radius
        disc = np.clip((1.1 - distance) / 0.2, 0, 1) * (0.75 + 0.25 * np.clip(distance, 0, 1) ** 4)
        glow = GLOW_SHARE * np.exp(-((distance / GLOW_REACH) ** 2))
        inside += ((disc + glow)[..., np.newaxis] * lamp.rgb_working).astype(np.float32)
    for gleam in gleams:
        inside, at = _around(still, portrait_to_still, gleam.centre, 4 * max(gleam.sigmas))
        turn = np.radians(gleam.turn_deg)
        along = at @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) / gleam.sigmas
        sheen = np.exp(-(along**2).sum(axis=-1) / 2) * _standing_out(inside)
        inside += (sheen[..., np.newaxis] * gleam.rgb_working).astype(np.float32)


def _standing_out(rgb: Floats) -> Floats:
    brightness = rgb.mean(axis=-1)
    ratio: Floats = brightness / max(float(brightness.mean()), 1e-6)
    return np.clip(ratio, 0, None) ** GLEAM_CONTRAST / (1 + np.clip(ratio, 0, None) ** GLEAM_CONTRAST / GLEAM_LARGEST)


def _around(
    still: Floats, portrait_to_still: Matrix, centre: tuple[float, float], reach: float
) -> tuple[Floats, Matrix]:
    """A view of the still around a point, and where each of its pixels lies from that point, portrait pixels."""
    corners = transform(portrait_to_still, np.add(centre, [[-reach, -reach], [reach, reach]]))
    (left, top), (right, bottom) = np.clip(np.rint(corners).astype(int), 0, np.array(still.shape[1::-1]))
    columns, rows = np.meshgrid(np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5)
    at = transform(invert(portrait_to_still), np.stack([columns, rows], axis=-1)) - centre
    return still[top:bottom, left:right], at
