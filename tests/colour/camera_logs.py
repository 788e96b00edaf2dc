"""Every camera log of the ACES studio config, with what an independent witness knows of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import colour
from colour import models


@dataclass(frozen=True)
class CameraLog:
    """A log encoding: its curve and primaries in colour-science, and how its white is adapted to ACES'.

    Attributes:
        decode: code to scene-linear light; None where the encoding is linear or is no curve of single channels.
        gamut: the name of its primaries in colour-science.
        adaptation: the cone response that its maker's transform to ACES adapts white in.
        floor: scene-linear error that the rounding of the maker's own printed constants brings near black.
    """

    decode: Callable[[np.ndarray], np.ndarray] | None
    gamut: str
    adaptation: str = "CAT02"
    floor: float = 1e-7


# DJI prints a curve whose two pieces do not quite meet; OpenColorIO joins them where they touch, 1.5e-6 away.
CAMERA_LOGS = {
    "ARRI LogC3 (EI800)": CameraLog(models.log_decoding_ARRILogC3, "ARRI Wide Gamut 3"),
    "ARRI LogC4": CameraLog(models.log_decoding_ARRILogC4, "ARRI Wide Gamut 4"),
    "S-Log3 S-Gamut3": CameraLog(models.log_decoding_SLog3, "S-Gamut3"),
    "S-Log3 S-Gamut3.Cine": CameraLog(models.log_decoding_SLog3, "S-Gamut3.Cine"),
    "S-Log3 Venice S-Gamut3": CameraLog(models.log_decoding_SLog3, "Venice S-Gamut3"),
    "S-Log3 Venice S-Gamut3.Cine": CameraLog(models.log_decoding_SLog3, "Venice S-Gamut3.Cine"),
    "V-Log V-Gamut": CameraLog(models.log_decoding_VLog, "V-Gamut", "Bradford"),
    "Log3G10 REDWideGamutRGB": CameraLog(models.log_decoding_Log3G10, "REDWideGamutRGB", "Bradford"),
    "CanonLog2 CinemaGamut D55": CameraLog(models.log_decoding_CanonLog2, "Cinema Gamut"),
    "CanonLog3 CinemaGamut D55": CameraLog(models.log_decoding_CanonLog3, "Cinema Gamut"),
    "BMDFilm WideGamut Gen5": CameraLog(models.oetf_inverse_BlackmagicFilmGeneration5, "Blackmagic Wide Gamut"),
    "DaVinci Intermediate WideGamut": CameraLog(models.oetf_inverse_DaVinciIntermediate, "DaVinci Wide Gamut"),
    "Apple Log": CameraLog(models.log_decoding_AppleLogProfile, "ITU-R BT.2020", "Bradford"),
    "D-Log D-Gamut": CameraLog(models.log_decoding_DJIDLog, "DJI D-Gamut", floor=2e-6),
    "ACEScc": CameraLog(models.log_decoding_ACEScc, "ACEScg"),
    "ACEScct": CameraLog(models.log_decoding_ACEScct, "ACEScg"),
    "ACES2065-1": CameraLog(None, "ACES2065-1"),
}

ALL = (*CAMERA_LOGS, "ADX10")
"""The encodings that plates come in."""


def to_aces2065_1(log: CameraLog) -> np.ndarray:
    """3 x 3, from the log's primaries to AP0, worked from the makers' primaries and white points.

    Makers' printed matrices (and so colour-science's) are rounded to as few as four digits; primaries are exact.
    """
    source, target = colour.RGB_COLOURSPACES[log.gamut], colour.RGB_COLOURSPACES["ACES2065-1"]
    whites = (colour.xy_to_XYZ(each.whitepoint) for each in (source, target))
    adapt = colour.adaptation.matrix_chromatic_adaptation_VonKries(*whites, transform=log.adaptation)
    ends = [colour.normalised_primary_matrix(each.primaries, each.whitepoint) for each in (source, target)]
    return np.linalg.inv(ends[1]) @ adapt @ ends[0]


adx_knots = np.array(
    [
        [-0.190, -6.0], [0.010, -2.721718645], [0.028, -2.521718645], [0.054, -2.321718645], [0.095, -2.121718645],
        [0.145, -1.921718645], [0.220, -1.721718645], [0.300, -1.521718645], [0.400, -1.321718645],
        [0.500, -1.121718645], [0.600, -0.926545676714876],
    ]
)  # fmt: skip
"""Channel-independent density and the logarithm of exposure, from the Academy's ADX to ACES transform."""

_printing_to_independent = np.array(
    [[0.75573, 0.22197, 0.02230], [0.05901, 0.96928, -0.02829], [0.16134, 0.07406, 0.76460]]
)
_exposure_to_aces = np.array([[0.72286, 0.12630, 0.15084], [0.11923, 0.76418, 0.11659], [0.01427, 0.08213, 0.90359]])


def adx10_densities(codes: np.ndarray) -> np.ndarray:
    """Channel-independent densities of ADX10 codes, n x 3: SMPTE ST 2065-3."""
    return (codes - 95.0) / 500.0 @ _printing_to_independent.T


def adx10_to_aces(codes: np.ndarray) -> np.ndarray:
    """ACES2065-1 of ADX10 codes, n x 3: SMPTE ST 2065-3 and the Academy's ADX to ACES transform."""
    density = adx10_densities(codes)
    reference = (7120.0 - 1520.0) / 8000.0 * (100.0 / 55.0) - np.log10(0.18)
    straight = 100.0 / 55.0 * density - reference
    exposure = np.where(density <= 0.6, np.interp(density, *adx_knots.T), straight)
    return 10.0**exposure @ _exposure_to_aces.T
