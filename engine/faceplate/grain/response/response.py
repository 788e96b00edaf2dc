"""How strong grain is at an exposure: by three physical terms, or along a curve; and the same for whole pictures."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from faceplate.grain.response.lookup import exposure_edges, look_up, table_of
from faceplate.values import Floats, GrainProfile, Matrix

STEEPEST = 1.25  # of sigma over exposure in log-log, beyond the last point; film has 1.07, sensors 0.5


class Curve(NamedTuple):
    """Standard deviation over exposure: straight lines between points, the first of them at black.

    Below black it is that of black. Beyond the last point it goes on as it came, in log-log; it does not fall there.
    """

    exposure: Matrix
    sigma: Matrix

    def sigma_at(self, exposure_linear: Matrix) -> Matrix:
        """The standard deviation at these exposures."""
        x = np.maximum(exposure_linear, 0)
        beyond = np.maximum(x / self.exposure[-1], 1) ** self.steepness
        return np.asarray(np.interp(x, self.exposure, self.sigma) * beyond)

    @property
    def steepness(self) -> float:
        """Of sigma over exposure in log-log, at the last point: 0 to STEEPEST."""
        across, up = np.diff(self.exposure[-2:])[0], np.diff(self.sigma[-2:])[0]
        if not self.sigma[-1] > 0:
            return 0.0
        return float(np.clip(up / across * self.exposure[-1] / self.sigma[-1], 0, STEEPEST))


class Response(NamedTuple):
    """variance = slope * x + floor + square * x^2 at exposure x; none is negative. With a curve, what that says.

    The floor is the sensor's read noise, the slope its shot noise; the square is that of film grain and of any grain
    that is even in a log encoding. Beside a curve, the terms are those that come nearest. `measured` are the lowest and
    the highest exposure that it rests on.
    """

    slope: float
    floor: float
    square: float = 0.0
    curve: Curve | None = None
    measured: tuple[float, float] = (math.nan, math.nan)

    @property
    def terms(self) -> tuple[float, float, float]:
        """Slope, floor and square."""
        return self.slope, self.floor, self.square

    @property
    def model(self) -> str:
        """`physical` or `curve`."""
        return "curve" if self.curve else "physical"

    def variance(self, exposure_linear: Matrix | np.float64) -> Matrix:
        """The variance at these exposures; that of black below it."""
        x = np.maximum(exposure_linear, 0)
        if self.curve:
            return np.square(self.curve.sigma_at(x))
        return np.asarray((self.square * x + self.slope) * x + self.floor)


def responses_in(profile: GrainProfile) -> tuple[Response, Response, Response]:
    """The responses of a profile's channels."""
    red, green, blue = (_response_in(profile, channel) for channel in range(3))
    return red, green, blue


def _response_in(profile: GrainProfile, channel: int) -> Response:
    slope, floor, square = terms_of(profile.response)[channel].tolist()
    low, high = profile.measured[channel].tolist()
    curve = Curve(profile.curve_exposure.astype(np.float64), profile.curve_sigma[channel].astype(np.float64))
    return Response(slope, floor, square, curve if profile.models[channel] == "curve" else None, (low, high))


def response_fields(responses: Sequence[Response]) -> dict[str, Any]:
    """These responses of R, G and B as the fields of a profile; all their curves have the same exposures."""
    exposure = next((each.curve.exposure for each in responses if each.curve), np.empty(0))
    return {
        "response": np.array([each.terms for each in responses], np.float32),
        "models": tuple(each.model for each in responses),
        "curve_exposure": exposure.astype(np.float32),
        "curve_sigma": np.sqrt([each.variance(exposure) for each in responses]).astype(np.float32),
        "measured": np.array([each.measured for each in responses], np.float32),
    }


def terms_of(response: Floats) -> Floats:
    """3 x 3: slope, floor and square of each channel, of a response with or without squares."""
    missing = 3 - response.shape[1]
    return np.pad(response.astype(np.float32), ((0, 0), (0, missing)))


def sigma_at(profile: GrainProfile, rgb_linear: Floats) -> Floats:
    """The standard deviation of the plate's grain at these exposures, same shape (... x 3), scene-linear.

    Within 1e-5 of the response, and never falling where that does not. Below black it is that of black, beyond what was
    measured the response goes on. Finite everywhere: 0 where the picture is NaN, that of 2^40 where it is infinite.
    """
    pixels = np.ascontiguousarray(rgb_linear, np.float32).reshape(-1)
    sigma = np.empty_like(pixels)
    look_up(sigma_table(profile), pixels, sigma)
    return sigma.reshape(rgb_linear.shape)


def sigma_table(profile: GrainProfile) -> Floats:
    """What `sigma_at` looks up for each channel, 3 x slots x 2 (`lookup.look_up`)."""
    exposure = exposure_edges()
    return np.stack([table_of(np.sqrt(each.variance(exposure))) for each in responses_in(profile)])
