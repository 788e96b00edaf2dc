"""The slow retouch that the demo's model learns: the portrait's own face, some fifteen years younger.

Everything happens in display-encoded sRGB on the canvas. The skin is split into bands of detail (frequency separation);
lines, folds and shadows live in the middle bands and are drawn back there, pores in the finest band and shape in the
coarsest, which stay.
"""

from functools import cache

import numpy as np
from scipy.special import expit

from faceplate.demo.portrait import (
    demo_conversion,
    face_outline,
    landmarks68_portrait,
    portrait_encoding,
    working_space,
)
from faceplate.demo.still import EXPOSURE, unlit
from faceplate.train import regions
from faceplate.train.canvas import TIMES, blurred, polygon, region_portrait, spot, stroke
from faceplate.train.reshape import reshaped
from faceplate.values import Floats

# Sigmas between the bands, portrait pixels: pores | lines | folds | hollows | shape.
EDGES = (0.55, 1.3, 3.0, 6.5)
# What is kept of each band where it is darker and where it is brighter than its surroundings: skin at large, and
# where age shows (bags, folds, outer corners of the eyes).
kept_dark = (0.95, 0.45, 0.42, 0.68)
kept_bright = (0.95, 0.72, 0.82, 1.00)
kept_aged = (0.65, 0.12, 0.10, 0.25)
luma = np.array([0.2126, 0.7152, 0.0722], np.float32)


@cache
def older() -> Floats:
    """The portrait as it is, on the canvas and enlarged as the demo's plate is, sRGB 0 to 1. Read-only."""
    linear = unlit(region_portrait, TIMES).rgb_working / np.float32(EXPOSURE)
    return _frozen(np.clip(demo_conversion(working_space, portrait_encoding)(linear), 0, 1))


@cache
def younger() -> Floats:
    """The retouched portrait, on the canvas, sRGB 0 to 1. Read-only."""
    return _frozen(np.clip(reshaped(_features(_complexion(_smoothed(older())))), 0, 1))


@cache
def face_matte() -> Floats:
    """Soft coverage of the face over the canvas, forehead and jaw included, hair and ears not. Read-only."""
    inner = polygon(face_outline, 0.5, 1.5)
    jaw = stroke(regions.jaw_line, 10.0, 0.5)
    return _frozen(np.clip(blurred(np.maximum(inner, jaw), 2.2), 0, 1))


def _frozen(picture: Floats) -> Floats:
    picture.flags.writeable = False
    return picture


def _smoothed(picture: Floats) -> Floats:
    skin = regions.skin()
    aged, sculpted = _aged(), _sculpted()
    levels = [picture, *(_within(picture, skin, edge) for edge in EDGES)]
    retouched = levels[-1].copy()
    for index, _ in enumerate(EDGES):
        band = levels[index] - levels[index + 1]
        retouched += band * _kept(band, index, aged, sculpted)
    return np.asarray(picture + skin[..., np.newaxis] * (retouched - picture), np.float32)


def _within(picture: Floats, mask: Floats, sigma: float) -> Floats:
    """A blur that takes in nothing from outside the mask (normalised convolution, Knutsson and Westin 1993)."""
    weight = np.maximum(mask, 1e-4)
    mean: Floats = blurred(picture * weight[..., np.newaxis], sigma) / blurred(weight, sigma)[..., np.newaxis]
    return mean


def _kept(band: Floats, index: int, aged: Floats, sculpted: Floats) -> Floats:
    bright = expit((band @ luma) * 150)
    young = kept_dark[index] + (kept_bright[index] - kept_dark[index]) * bright
    young = young + (0.9 - young) * sculpted
    old = kept_aged[index] + (kept_bright[index] - kept_aged[index]) * bright * 0.6
    kept: Floats = (young + (old - young) * aged)[..., np.newaxis]
    return kept


def _aged() -> Floats:
    folds = [stroke(fold, 4.5, 1.4) for fold in regions.smile_folds]
    bags = [stroke(bag, 6.0, 1.6) for bag in regions.eye_bags]
    corners = [np.clip(1.3 * spot(corner, (5.0, 6.0)), 0, 1) for corner in regions.crows_feet]
    strongest: Floats = np.max([*folds, *bags, *corners], axis=0)
    return (1.25 * strongest).clip(0, 1)


def _sculpted() -> Floats:
    """Where shading is the shape itself: the nose and its wings, and the dip below the lips."""
    bridge = stroke(landmarks68_portrait[27:31], 7.0, 1.8)
    tip = polygon(np.concatenate([landmarks68_portrait[31:36], [(235.5, 122.0), (211.5, 121.0)]]), 1.5, 1.5)
    shaped: Floats = np.maximum(0.45 * bridge, tip) + 0.5 * spot((222.3, 160.5), (9.0, 2.5))
    return shaped.clip(0, 1)


def _complexion(picture: Floats) -> Floats:
    """An even, warm tone: blotches of colour go, shadows under the eyes are lifted, cheeks take a little blood."""
    skin = regions.skin()[..., np.newaxis]
    grey = (picture @ luma)[..., np.newaxis]
    colour = picture - grey
    even = colour + 0.75 * skin * (_within(colour, skin[..., 0], 5.0) - colour)
    bags = np.max([stroke(bag, 7.0, 2.2) for bag in regions.eye_bags], axis=0)[..., np.newaxis]
    blush = np.max([spot(cheek, (10.0, 8.0)) for cheek in regions.cheeks], axis=0)[..., np.newaxis]
    warm = np.array([0.030, -0.008, -0.004], np.float32) * blush + np.array([0.012, 0.004, 0.0], np.float32)
    lifted: Floats = grey + 0.035 * bags * skin + even + warm * skin
    return lifted


def _features(picture: Floats) -> Floats:
    picture = _brightened_eyes(picture)
    for side in (0, 1):
        hair = np.clip(stroke(np.add(regions.brows[side], (0.0, 0.3)), 2.6, 0.8), 0, 1)[..., np.newaxis]
        picture = picture * (1 - hair * np.array([0.10, 0.13, 0.16], np.float32))
    lips = regions.lips()[..., np.newaxis]
    red = np.array([1.00, 0.87, 0.89], np.float32)
    smooth = picture + 0.35 * lips * (blurred(picture, 0.9) - picture)
    return smooth * (1 - lips * (1 - red) * 0.9)


def _brightened_eyes(picture: Floats) -> Floats:
    opening = np.maximum(polygon(regions.eyes[0], 0.35), polygon(regions.eyes[1], 0.35))[..., np.newaxis]
    detail = picture - blurred(picture, 1.6)
    brightness = np.clip((picture @ luma - 0.35) / 0.3, 0, 1)[..., np.newaxis]
    clear = picture + opening * (0.12 * detail + 0.035 * brightness)
    grey = (clear @ luma)[..., np.newaxis]
    white: Floats = clear + 0.4 * opening * brightness * (grey - clear)
    return white
