"""What a face looks like, small enough to be kept with every face: told apart later, never shown."""

from dataclasses import replace

import cv2
import numpy as np

from faceplate.align import fit_alignment, fit_similarity, invert
from faceplate.errors import ModelError
from faceplate.track.landmarks.face import Face
from faceplate.track.perception import Embed, Perception
from faceplate.track.regions import Region, ToDisplay, picture_of
from faceplate.track.topology import mesh_to_68
from faceplate.values import Array, Floats, Frame, Matrix

LUMA_SIDE, CHROMA_SIDE = 16, 8
# Brow to chin with the hair around them, in sides of the unit face square: what stays the same while a face talks.
CENTRE, SIDE = (0.5, 0.4), 1.5
PICTURE_SIDE_PX = 48
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
BLACK_LEVEL = 0.05
LEAST_CONTRAST = 0.1

EMBEDDED_SIDE_PX = 112
# Both irises, the tip of the nose, and the corners of the mouth as they appear from right to left of the person.
FIVE_POINTS = (468, 473, 1, 61, 291)
# Where face recognisers of the ArcFace family want them: Deng et al., 2019, and InsightFace's `face_align.arcface_dst`.
FIVE_PLACES = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)


def signed(frame: Frame, face: Face, perception: Perception) -> Face:
    """The face with its signature, and with its embedding where there is somebody to give one.

    Raises:
        ModelError: `embed` gave no finite vector.
    """
    to_display, embed = perception.to_display, perception.embed
    embedding = None if embed is None else _embedding(frame, face, to_display, embed)
    return replace(face, signature=signature_of(frame, face, to_display), embedding=embedding)


def signature_of(frame: Frame, face: Face, to_display: ToDisplay) -> Floats:
    """How light and colour lie over the aligned face: 256 of log luma, then 128 of chroma.

    Luma has its median taken out and is brought to one contrast, chroma is relative to luma, so neither knows the
    exposure. The crop is aligned to the unit face square and holds the hair.
    """
    aspect = frame.header.pixel_aspect
    unit_to_square = invert(fit_alignment(_square(face, aspect)[list(mesh_to_68)]))
    crop = _crop(frame, unit_to_square, CENTRE, SIDE, 2 * LUMA_SIDE, to_display)
    return layout(crop)


def layout(rgb_display: Floats) -> Floats:
    """The signature of an aligned crop, 32 x 32 x 3 display-referred."""
    fine, coarse = (
        cv2.resize(rgb_display, (side,) * 2, interpolation=cv2.INTER_AREA) for side in (LUMA_SIDE, CHROMA_SIDE)
    )
    log_luma = np.log(fine @ LUMA + BLACK_LEVEL).ravel()
    log_luma -= np.median(log_luma)
    red_blue = (coarse[..., [0, 2]] - coarse[..., [1]]) / (coarse @ LUMA + BLACK_LEVEL)[..., None]
    parts = [log_luma / max(float(log_luma.std()), LEAST_CONTRAST), red_blue.ravel()]
    return np.concatenate(parts).astype(np.float32)


def _embedding(frame: Frame, face: Face, to_display: ToDisplay, embed: Embed) -> Floats:
    points = _square(face, frame.header.pixel_aspect)[list(FIVE_POINTS)]
    crop_to_square = fit_similarity(FIVE_PLACES / EMBEDDED_SIDE_PX, points)
    crop = _crop(frame, crop_to_square, (0.5, 0.5), 1.0, EMBEDDED_SIDE_PX, to_display)
    vector = np.asarray(embed(crop), np.float32).ravel()
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length <= 0:
        raise ModelError(
            frame.source,
            expected="a finite vector from the identity model",
            came=f"{vector.size} values of length {length:g}",
            next_step="take another identity model, or none",
        )
    unit: Floats = vector / np.float32(length)
    return unit


def _square(face: Face, pixel_aspect: float) -> Matrix:
    square: Matrix = face.landmarks_plate * [pixel_aspect, 1.0]
    return square


def _crop(
    frame: Frame,
    unit_to_square: Matrix,
    centre: Array | tuple[float, float],
    side: float,
    side_px: int,
    to_display: ToDisplay,
) -> Floats:
    """A square of the unit square's space as side x side x 3 in display; black outside the picture."""
    turn, place = unit_to_square[:, :2], unit_to_square[:, :2] @ np.asarray(centre) + unit_to_square[:, 2]
    scale, turn_rad = float(np.linalg.norm(turn[:, 0])), float(np.arctan2(turn[1, 0], turn[0, 0]))
    region = Region(float(place[0]), float(place[1]), side * scale, turn_rad)
    return picture_of(frame, region, to_display, max(PICTURE_SIDE_PX, side_px)).crop(region, side_px)
