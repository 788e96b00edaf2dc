"""Luminance and two colours, in which grain that the channels share is told apart from grain of their own."""

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.kernel import cross_covariances
from faceplate.values import Floats, GrainProfile, Matrix

OPPONENTS = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])  # one luminance, two colours
TURN = OPPONENTS.astype(np.float32)
TURN_BACK = np.ascontiguousarray(TURN.T)


def opponents_of(even: Floats) -> Floats:
    """3 x rows x columns: luminance and two colours of channels whose grain has one strength."""
    return _turned(TURN, even)


def channels_of(opponents: Floats) -> Floats:
    """The way back."""
    return _turned(TURN_BACK, opponents)


def opponent_covariances(profile: GrainProfile) -> Matrix:
    """The autocovariance of the grain in luminance and both colours, 3 x lags x lags, lag 0 in the middle."""
    grainy = profile.response.any(axis=1).astype(np.float64)
    channels = cross_covariances(profile.correlation, profile.kernel) * np.outer(grainy, grainy)[..., None, None]
    return np.asarray(np.einsum("oc,od,cdij->oij", OPPONENTS, OPPONENTS, channels))


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
