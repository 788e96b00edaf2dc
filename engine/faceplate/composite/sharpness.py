"""The plate's defocus and motion blur in the face, measured in the crop and put on the swap."""

import math

import cv2
import numpy as np
import scipy.fft

from faceplate.align import invert, transform
from faceplate.composite.cells import largest_change
from faceplate.composite.place import FacePlace
from faceplate.composite.spectra import fitted_blur, gathered_spectra
from faceplate.track import face_oval
from faceplate.values import Array, Crop, Floats, Matrix, Swap

unseen_px = 0.15
"""Standard deviation in pixels of the crop: a blur below it is not told from none, and is not made."""

widest = 0.03
"""Sides of a crop: a face blurred more shows nothing that could be measured."""

highest_frequency = 0.4
"""Cycles a pixel, of the crop or of the plate, whichever is coarser: beyond it resampling has had its say."""


def matched_sharpness(swap: Swap, place: FacePlace, match: float) -> Floats:
    """The model's picture as sharp as the plate: blurred where the plate is softer, and never sharpened.

    Args:
        swap: what the model gave, and for what crop.
        place: of the face; the spectra are those within its outline.
        match: how much of the blur is put on, 0 to 1, of its standard deviation; at 0 the picture is returned as it is.

    Returns:
        side x side x 3, in the model's range; the very picture where nothing is to be blurred.
    """
    if match == 0:
        return swap.rgb_model
    covariance = missing_blur(swap.crop.rgb_model, swap.rgb_model, swap.crop, place)
    return blurred(swap.rgb_model, match**2 * covariance)


def missing_blur(plate: Floats, picture: Floats, crop: Crop, place: FacePlace) -> Matrix:
    """The Gaussian that makes a picture as soft as the plate: its covariance, 2 x 2, in pixels of the crop, squared.

    The power spectra of both (side x side x 3, aligned alike) are compared within the face. The plate's is taken for
    gain * picture's * exp(-w' C w) + grain, with w in radians a pixel and grain as strong at every frequency; gain, C
    and grain are those that come nearest in the logarithm. 0 where the plate is the sharper one.
    """
    limit = highest_frequency * min(1.0, round(_plate_pixel(crop.plate_to_crop), 2))
    taper = _taper(transform(crop.plate_to_crop, place.landmarks_plate[list(face_oval)]), plate.shape[0])
    if not taper.any():
        return np.zeros((2, 2))
    return _seen(
        fitted_blur(gathered_spectra(_power(plate, taper), _power(picture, taper), limit)), widest * plate.shape[0]
    )


def blurred(picture: Floats, covariance: Matrix) -> Floats:
    """A picture under a Gaussian of this covariance (pixels squared); beyond its edge it repeats it.

    What is no number stays where it is.
    """
    if not covariance.any():
        return picture
    sound = np.abs(picture) < largest_change
    filtered = cv2.filter2D(
        np.where(sound, picture, 0), -1, _taps(covariance).astype(np.float32), borderType=cv2.BORDER_REPLICATE
    )
    return np.where(sound, filtered, picture)


def _plate_pixel(plate_to_crop: Matrix) -> float:
    """Pixels of the plate to one of the crop, along the axis where they are fewest."""
    return float(np.linalg.norm(invert(plate_to_crop)[:, :2], axis=0).min())


def _taper(outline: Matrix, side: int) -> Floats:
    """1 in the middle of the face, and smoothly 0 at its outline and at the crop's edge."""
    mask = np.zeros((side, side), np.uint8)
    cv2.fillPoly(mask, [np.round(outline - 0.5).astype(np.int32)], 255)
    mask[[0, -1]] = mask[:, [0, -1]] = 0
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5)
    ramp = np.clip(distance / max(0.6 * float(distance.max()), 1.0), 0, 1)
    return np.asarray(np.sin(0.5 * np.pi * ramp) ** 2, np.float32)


def _power(picture: Floats, taper: Floats) -> Matrix:
    """The power of a picture's steps from pixel to pixel, side x (side / 2 + 1).

    Steps instead of values: a face's spectrum falls with the square of the frequency, and its lowest frequencies would
    show through the taper at all others.
    """
    grey = np.where(np.abs(picture) < largest_change, picture, 0).mean(axis=2)
    across = np.diff(grey, axis=1, append=grey[:, -1:]) * taper
    down = np.diff(grey, axis=0, append=grey[-1:]) * taper
    power = sum(np.abs(scipy.fft.rfft2(step)) ** 2 for step in (across, down))
    return np.asarray(power, np.float64) / float(np.square(taper).sum())


def _seen(covariance: Matrix, widest_px: float) -> Matrix:
    """The covariance without what cannot be told from none, along each of its axes; never negative."""
    variances, axes = np.linalg.eigh(covariance)
    variances = np.clip(variances - unseen_px**2, 0, widest_px**2)
    return np.asarray((axes * variances) @ axes.T)


def _taps(covariance: Matrix) -> Matrix:
    """A discrete Gaussian of this covariance, as many taps as hold it.

    Its spectrum is exp(-w' C w / 2) with w^2 and w as series in 1 - cos w: periodic and smooth, so that the covariance
    is exact however narrow it is. With the first term alone, for one axis, it is that of Lindeberg, "Scale-Space for
    Discrete Signals", PAMI 12(3), 1990.
    """
    side = 2 * math.ceil(4 * math.sqrt(float(np.trace(covariance))) + 2) + 1
    across, across_squared = _series(2 * math.pi * np.fft.rfftfreq(side)[None, :])
    down, down_squared = _series(2 * math.pi * np.fft.fftfreq(side)[:, None])
    (xx, xy), (_, yy) = covariance
    exponent = (xx * across_squared + 2 * xy * across * down + yy * down_squared) / 2
    return np.asarray(np.fft.fftshift(np.fft.irfft2(np.exp(-exponent), s=(side, side))), np.float64)


def _series(w: Array) -> tuple[Matrix, Matrix]:
    """Of w and of w^2: periodic, to sixth order, and the first squared never more than the second."""
    u = 1 - np.cos(w)
    return np.sin(w) * (1 + u / 3 + 2 * u**2 / 15), 2 * u + u**2 / 3 + 4 * u**3 / 45
