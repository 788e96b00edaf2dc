"""The plate without its grain, edges and highlights in place."""

from dataclasses import dataclass

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.kernel import cross_covariances
from faceplate.grain.response import terms_of
from faceplate.grain.shrink import coefficient_variance, shrunk
from faceplate.grain.stabilise import Stabiliser
from faceplate.spec import NodeSpec, Settings, knob, register
from faceplate.values import Array, Floats, GrainProfile, Matrix, Window

OPPONENTS = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])  # one luminance, two colours
FILL_PX = 15
degrain_margin_px = 40
"""What a crop has to hold around a window for its clean plate to be, bit for bit, that of the whole picture."""


@dataclass(frozen=True, kw_only=True)
class FaceDegrainSettings(Settings):
    """How much grain goes."""

    amount: float = knob(1.0, help="Share of the found grain that is taken out.", group="Grain", minimum=0, maximum=1)
    luminance: float = knob(
        1.0,
        help="How strong grain in the luminance is taken to be, 1 as measured.",
        group="Grain",
        minimum=0,
        maximum=4,
    )
    colour: float = knob(
        1.0, help="How strong grain in the colour is taken to be, 1 as measured.", group="Grain", minimum=0, maximum=4
    )


@dataclass(frozen=True, kw_only=True)
class FaceDegrainGraphSettings(Settings):
    """What FaceDegrain is told in a node graph."""

    profile_file: str = knob(
        "", help="The plate's measured grain; where empty, it is measured on the plate.", group="Grain", file=".grain"
    )


FACE_DEGRAIN = register(
    NodeSpec(
        name="FaceDegrain",
        version=1,
        summary="Takes the plate's grain out, guided by its measured profile.",
        inputs=("plate",),
        settings=FaceDegrainSettings,
        graph_settings=FaceDegrainGraphSettings,
        layers=(("face_grain_lost", ("face_grain_lost.alpha",)),),
    )
)


def degrain(
    rgb_linear: Floats, profile: GrainProfile, settings: FaceDegrainSettings, *, window: Window | None = None
) -> Floats:
    """The picture without the grain that the profile describes, rows x columns x 3, scene-linear.

    Grain is brought to one strength at all exposures, and in each of luminance and two colours what is no stronger than
    the profile's spectrum allows is taken out. Values below 0 and above 1 come through; NaN and infinite samples stay,
    and do not spread. With amount 0, or a profile without grain, the picture leaves as it came.

    Args:
        rgb_linear: the picture.
        profile: the plate's grain.
        settings: how much goes.
        window: where the picture lies on the plate; the plate's corner where absent. The blocks stand on the plate's
            grid, and sums run in one order, so a crop has the bits of the whole picture at all pixels that are 27 or
            more from its border, 34 where there are NaN or infinite samples; 40 is a margin for both.
    """
    if not settings.amount or not profile.response.any():
        return rgb_linear.copy()
    corner = (window.top, window.left) if window else (0, 0)
    finite = np.isfinite(rgb_linear)
    whole = rgb_linear if finite.all() else _filled(rgb_linear, finite)
    scales = _stabilisers(profile.response)
    even = np.stack([scale.forward(whole[..., each]) for each, scale in enumerate(scales)])
    smooth = _smoothed(even, _noise(profile, settings), corner)
    clean = np.stack([scale.inverse(plane) for scale, plane in zip(scales, smooth, strict=True)], axis=-1)
    mixed = whole + np.float32(settings.amount) * (clean - whole)
    grainy = profile.response.any(axis=1)
    return np.where(finite & grainy, mixed, rgb_linear)


def _stabilisers(response: Floats) -> list[Stabiliser]:
    """One a channel; a channel without grain takes the scale of one that has some."""
    terms = terms_of(response)
    spare = next(each for each in terms if each.any())
    return [Stabiliser.of(each if each.any() else spare) for each in terms]


def _noise(profile: GrainProfile, settings: FaceDegrainSettings) -> list[Floats]:
    """The variance of each block coefficient in luminance and the two colours."""
    grainy = profile.response.any(axis=1).astype(np.float64)
    covariances = cross_covariances(profile.correlation, profile.kernel) * np.outer(grainy, grainy)[..., None, None]
    strengths = (settings.luminance, settings.colour, settings.colour)
    return [
        coefficient_variance(_seen_along(axis, covariances)) * np.float32(strength**2)
        for axis, strength in zip(OPPONENTS, strengths, strict=True)
    ]


def _seen_along(axis: Matrix, covariances: Matrix) -> Matrix:
    return np.asarray(np.einsum("c,d,cdij->ij", axis, axis, covariances))


def _smoothed(even: Floats, noise: list[Floats], corner: tuple[int, int]) -> Floats:
    axes = OPPONENTS.astype(np.float32)
    planes = _turned(axes, even)
    smooth = np.stack([shrunk(plane, each, corner) for plane, each in zip(planes, noise, strict=True)])
    return _turned(np.ascontiguousarray(axes.T), smooth)


def _turned(matrix: Floats, planes: Floats) -> Floats:
    turned = np.empty_like(planes)
    _turn(matrix, planes.reshape(3, -1), turned.reshape(3, -1))
    return turned


@compiled
def _turn(matrix: Floats, planes: Floats, turned: Floats) -> None:
    """Fills `turned` term by term: a matrix product may round by position."""
    for at in range(planes.shape[1]):
        one, two, three = planes[0, at], planes[1, at], planes[2, at]
        for row in range(3):
            turned[row, at] = matrix[row, 0] * one + matrix[row, 1] * two + matrix[row, 2] * three


def _filled(rgb_linear: Floats, finite: Array) -> Floats:
    """The picture with its NaN and infinite samples replaced by the mean of the finite ones near them, or 0."""
    reach = [(FILL_PX // 2, FILL_PX // 2), (FILL_PX // 2, FILL_PX // 2), (0, 0)]
    known, there = np.pad(rgb_linear, reach, mode="reflect"), np.pad(finite, reach, mode="reflect")
    filled = np.array(rgb_linear, np.float32)
    _fill(filled, finite, known, there)
    return filled


@compiled
def _fill(filled: Floats, finite: Array, known: Floats, there: Array) -> None:
    """`known` and `there` reach FILL_PX // 2 further on all sides than `filled` and `finite`."""
    rows, columns, channels = filled.shape
    for row in range(rows):
        for column in range(columns):
            for channel in range(channels):
                if not finite[row, column, channel]:
                    filled[row, column, channel] = _mean(
                        known[row : row + FILL_PX, column : column + FILL_PX, channel],
                        there[row : row + FILL_PX, column : column + FILL_PX, channel],
                    )


@compiled
def _mean(known: Floats, there: Array) -> float:
    total, count = 0.0, 0
    for row in range(FILL_PX):
        for column in range(FILL_PX):
            if there[row, column]:
                total += known[row, column]
                count += 1
    return total / count if count else 0.0
