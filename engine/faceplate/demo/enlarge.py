"""A small picture made large without stairs: enlarged, smoothed along its edges, sharpened, and given fine texture.

The texture is synthetic: strands that follow the hair, pores on everything else. It stands for what a camera close by
would have seen, and gives the plate something at the size of a pixel that moves with the head.
"""

from typing import NamedTuple

import cv2
import numpy as np

from faceplate.align import resample
from faceplate.values import Floats, Matrix, Window

# Lengths are in pixels of the small picture, so that the look does not depend on the enlargement.
ORIENTATION_SIGMA = 0.9
STRAIGHTEN_REACH = 0.75
SHARPEN_SIGMA = 0.55
SHARPEN_AMOUNT = 0.8
STRAND_REACH = 2.2
STRAND_AMOUNT = 0.06
PORE_SIGMA = 0.16
PORE_AMOUNT = 0.015
FULL_TEXTURE_SCALE = 4.0
PATH_STEPS = 5
SEED = 1969
TENSOR_SCALE = 3.0
# Squared slope of the picture's square root, per pixel of the small picture, at which a line is a line.
SURE_CONTRAST = 6e-4


class Lines(NamedTuple):
    """Direction of the picture's lines (cosine, sine) and how sure there are any, 0 to 1, over the picture."""

    across: Floats
    down: Floats
    strength: Floats


def enlarged(picture: Floats, source: Window, matrix: Matrix, target: Window) -> Floats:
    """A picture with coverage seen through a 2 x 3 `matrix` that enlarges, over `target`; float32, deterministic.

    `picture` is rows x columns x 5 over `source`: R, G and B scene-linear, then two coverages of 0 to 1: hair, which
    gets strands, and all that is in focus, which gets pores. The result holds R, G and B.
    """
    large = resample(picture, source, matrix, target)
    scale = float(np.sqrt(np.linalg.det(matrix[:, :2])))
    rgb, coverage = np.ascontiguousarray(large[..., :3]), np.clip(large[..., 3:], 0, 1)
    del large
    lines = _lines(rgb, scale)
    straight = _along(rgb, lines, STRAIGHTEN_REACH * scale)
    straight -= rgb
    straight *= lines.strength[..., np.newaxis]
    rgb += straight
    del straight
    _sharpen(rgb, scale)
    rgb *= np.exp(_texture(lines, coverage, scale))[..., np.newaxis]
    return rgb


def _lines(picture: Floats, scale: float) -> Lines:
    """Structure tensor (Foerstner and Guelch 1987): its weaker eigenvector runs along edges and strands.

    It is smooth, and worked out on a picture reduced to TENSOR_SCALE pixels for each of the small picture's.
    """
    reduction = min(1.0, TENSOR_SCALE / scale)
    size = (max(8, round(picture.shape[1] * reduction)), max(8, round(picture.shape[0] * reduction)))
    grey = np.sqrt(np.maximum(cv2.resize(picture, size, interpolation=cv2.INTER_AREA).mean(axis=-1), 0))
    scale *= reduction
    grey = cv2.GaussianBlur(grey, (0, 0), max(0.3, 0.4 * scale))
    dx, dy = (cv2.Scharr(grey, cv2.CV_32F, *axis) * np.float32(scale / 32) for axis in ((1, 0), (0, 1)))
    xx, xy, yy = (cv2.GaussianBlur(each, (0, 0), ORIENTATION_SIGMA * scale) for each in (dx * dx, dx * dy, dy * dy))
    large = (picture.shape[1], picture.shape[0])
    twist, slant, total = (cv2.resize(each, large) for each in (xx - yy, 2 * xy, xx + yy))
    angle = 0.5 * np.arctan2(slant, twist) + np.float32(np.pi / 2)
    coherence = np.hypot(twist, slant) / (total + np.float32(1e-9))
    return Lines(np.cos(angle), np.sin(angle), coherence * np.clip(total / SURE_CONTRAST, 0, 1))


def _along(picture: Floats, lines: Lines, reach_px: float) -> Floats:
    """The mean along the picture's lines (Cabral and Leedom, "Line Integral Convolution", 1993; straight paths)."""
    rows, columns = np.indices(lines.across.shape, np.float32)
    total = picture.copy()
    for place in range(-PATH_STEPS, PATH_STEPS + 1):
        if place:
            step = np.float32(place * reach_px / PATH_STEPS)
            at = columns + step * lines.across, rows + step * lines.down
            total += cv2.remap(picture, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    total *= np.float32(1 / (2 * PATH_STEPS + 1))
    return total


def _sharpen(picture: Floats, scale: float) -> None:
    """Unsharp masking of the square root, in which bright and dark sides of an edge overshoot alike; in place."""
    np.sqrt(np.maximum(picture, 0, out=picture), out=picture)
    soft = cv2.GaussianBlur(picture, (0, 0), SHARPEN_SIGMA * scale)
    picture *= np.float32(1 + SHARPEN_AMOUNT)
    soft *= np.float32(SHARPEN_AMOUNT)
    picture -= soft
    np.square(np.maximum(picture, 0, out=picture), out=picture)


def _texture(lines: Lines, coverage: Floats, scale: float) -> Floats:
    """The logarithm of the texture; finer than a pixel it fades, as it would on a sensor."""
    hair, focus = np.moveaxis(coverage, -1, 0)
    seen = np.float32(scale / np.hypot(scale, FULL_TEXTURE_SCALE))
    random = np.random.Generator(np.random.SFC64(SEED))
    white = random.standard_normal(lines.across.shape, dtype=np.float32)
    fine = cv2.GaussianBlur(white, (0, 0), max(0.3, 0.07 * scale))
    strands = _along(fine, lines, STRAND_REACH * scale)
    pores = cv2.GaussianBlur(white, (0, 0), max(0.3, PORE_SIGMA * scale))
    pores -= cv2.GaussianBlur(white, (0, 0), max(0.6, 3 * PORE_SIGMA * scale))
    texture: Floats = hair * STRAND_AMOUNT * _unit(strands) + np.maximum(focus - hair, 0) * PORE_AMOUNT * _unit(pores)
    texture *= seen
    return texture


def _unit(noise: Floats) -> Floats:
    unit: Floats = noise / np.float32(noise.std())
    return unit
