"""Nuke's own colour spaces: curves without primaries, as scripts name them whose colour management is Nuke's.

Between them and `linear` each channel goes through its curve alone; what primaries the light has, nobody says.

Sources: IEC 61966-2-1; ITU-R BT.709, BT.1886; Kodak, "Conversion of 10-bit Log Film Data to 8-bit Linear or Video Data"
(printing density 0.002 a code, gamma 0.6); ARRI, "ALEXA LogC Curve" and "ARRI LogC4"; Sony, "Technical Summary for
S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3"; RED, "REDWideGamutRGB and Log3G10"; Panavision Genesis and Thomson Viper by
the constants of the public `nuke-default` OpenColorIO config, whose Cineon, REDLog and PLogLin are these too.
"""

from functools import cache
from math import e, log2
from typing import Any

import PyOpenColorIO as ocio  # noqa: N813 -- the name its own documentation uses

_top10 = 1023
_linear = "linear"


@cache
def native_config() -> Any:
    """A config of Nuke's own spaces, with `linear` as its working space."""
    config = ocio.Config()
    config.setName("nuke-native")
    config.addColorSpace(ocio.ColorSpace(name=_linear))
    config.setRole(ocio.ROLE_SCENE_LINEAR, _linear)
    for name, to_linear in _curves().items():
        config.addColorSpace(ocio.ColorSpace(name=name, toReference=to_linear))
    return config


def native_spaces() -> tuple[str, ...]:
    """The names of Nuke's own spaces, `linear` first."""
    return (_linear, *_curves())


def _curves() -> dict[str, Any]:
    """What leads from each to linear."""
    return {
        "sRGB": _video(2.4, 0.055),
        "sRGBf": _video(2.4, 0.055),
        "rec709": _video(1 / 0.45, 0.099),
        **{f"Gamma{gamma}": _power(float(gamma)) for gamma in ("1.8", "2.2", "2.4", "2.6")},
        "BT1886": _power(2.4),
        "Cineon": _film(white=685, black=95, codes_a_decade=300),
        "Panalog": _film(white=681, black=64, codes_a_decade=444),
        "REDLog": _film(white=1023, black=0, codes_a_decade=511),
        "ViperLog": _film(white=1023, black=None, codes_a_decade=500),
        "PLogLin": _affine(300 / _top10, 445 / _top10, 1 / 0.18, 0.0),
        "AlexaV3LogC": _camera(10, 0.247190, 0.385537, 5.555556, 0.052272, 0.010591, 5.367655),
        "ARRILogC4": _logc4(),
        "SLog3": _camera(
            10, 261.5 / _top10, 420 / _top10, 1 / 0.19, 0.01 / 0.19, 0.01125,
            (171.2102946929 - 95) / (0.01125 * _top10),
        ),
        "Log3G10": _camera(10, 0.224282, 0.0, 155.975327, 155.975327 * 0.01 + 1, -0.01, 15.1927),
    }  # fmt: skip


def _video(gamma: float, offset: float) -> Any:
    return ocio.ExponentWithLinearTransform(
        gamma=[gamma] * 3 + [1], offset=[offset] * 3 + [0], negativeStyle=ocio.NEGATIVE_LINEAR
    )


def _power(gamma: float) -> Any:
    return ocio.ExponentTransform(value=[gamma] * 3 + [1], negativeStyle=ocio.NEGATIVE_MIRROR)


def _film(*, white: int, black: int | None, codes_a_decade: int) -> Any:
    """Ten-bit codes in proportion to density; `black` is the code of linear 0, None where no code is."""
    offset = 0.0 if black is None else 10 ** ((black - white) / codes_a_decade)
    return _affine(codes_a_decade / _top10, white / _top10, 1 - offset, offset)


def _affine(log_slope: float, log_offset: float, slope: float, offset: float) -> Any:
    transform = ocio.LogAffineTransform(
        logSideSlope=[log_slope] * 3,
        logSideOffset=[log_offset] * 3,
        linSideSlope=[slope] * 3,
        linSideOffset=[offset] * 3,
        direction=ocio.TRANSFORM_DIR_INVERSE,
    )
    transform.setBase(10)
    return transform


def _camera(
    base: float, log_slope: float, log_offset: float, slope: float, offset: float, ends: float, line: float
) -> Any:
    """A logarithm above `ends` of linear, a straight line of slope `line` below."""
    return ocio.LogCameraTransform(
        linSideBreak=[ends] * 3,
        base=base,
        logSideSlope=[log_slope] * 3,
        logSideOffset=[log_offset] * 3,
        linSideSlope=[slope] * 3,
        linSideOffset=[offset] * 3,
        linearSlope=[line] * 3,
        direction=ocio.TRANSFORM_DIR_INVERSE,
    )


def _logc4() -> Any:
    a, b, c = (2**18 - 16) / 117.45, (_top10 - 95) / _top10, 95 / _top10
    line = 7 * 2 ** (7 - 14 * c / b) / (a * b * log2(e))
    ends = (2 ** (14 * -c / b + 6) - 64) / a
    return _camera(2, b / 14, c - 6 * b / 14, a, 64.0, ends, 1 / line)
