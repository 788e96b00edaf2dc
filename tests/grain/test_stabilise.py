from dataclasses import replace

import numpy as np
import pytest
from grain_models import SILVER
from grain_plates import TRUTH

from faceplate.grain.response.response import Curve, Response
from faceplate.grain.response.stabilise import Stabiliser, stabilisers

EXPOSURE = np.append(0, np.geomspace(1e-4, 16, 200))
FILM = Response(0, 0, 1e-3, Curve(EXPOSURE, SILVER.sigma(np.repeat(EXPOSURE[:, None], 3, axis=1))[:, 1]))
SENSOR, SHOT, READ, STRONG = (Response(*terms) for terms in ((5e-4, 4e-6), (5e-4, 0), (0, 1e-4), (0.1, 1e-4)))
LOG, EVEN = Response(1e-4, 1e-6, 3e-3), Response(0, 0, 1e-3)
RESPONSES = {"sensor": SENSOR, "shot": SHOT, "read": READ, "strong": STRONG, "log": LOG, "even": EVEN, "film": FILM}
responses = pytest.mark.parametrize("response", RESPONSES.values(), ids=RESPONSES)


@responses
def test_the_scale_gives_grain_one_strength_and_its_mean_back(response):
    scale = Stabiliser.of(response)
    rng = np.random.default_rng(0)
    for level in (0.0, 0.02, 0.18, 4.0):
        sigma = float(np.sqrt(response.variance(level) - response.variance(0.0) + scale.black**2))
        even = scale.forward((level + sigma * rng.standard_normal(200_000)).astype(np.float32))
        if level > 20 * sigma:
            assert even.std() == pytest.approx(1, rel=0.02)
        if level == 0 or level > 5 * sigma:
            assert scale.inverse(even.mean(keepdims=True))[0] == pytest.approx(level, abs=0.2 * sigma)


@pytest.mark.parametrize(
    ("response", "primitive"),
    [
        (SENSOR, lambda x: 2 / 5e-4 * np.sqrt(5e-4 * x + 4e-6)),
        (LOG, lambda x: np.arcsinh((6e-3 * x + 1e-4) / np.sqrt(1.2e-8 - 1e-8)) / np.sqrt(3e-3)),
        (READ, lambda x: x / 1e-2),
    ],
    ids=["root", "logarithm", "straight"],
)
def test_the_scale_is_the_integral_of_one_over_sigma_in_closed_form(response, primitive):
    x = np.geomspace(1e-4, 1e3, 500).astype(np.float32)
    assert Stabiliser.of(response).forward(x) == pytest.approx(primitive(x.astype(float)) - primitive(0.0), abs=0.02)


@responses
def test_the_scale_and_back_differs_only_by_the_curves_correction(response):
    scale = Stabiliser.of(response)
    x = np.append(np.linspace(-1, 1, 2001), np.geomspace(1, 1000, 500)).astype(np.float32)
    high, low = (response.variance(np.maximum(x * factor, 0).astype(np.float64)) for factor in (1.01, 0.99))
    correction = np.where(x > 0, (high - low) / np.where(x == 0, 1, 0.02 * x), 0) / 4
    away = np.abs(x) > 3 * scale.black
    sigma = np.sqrt(response.variance(x.astype(np.float64)) + scale.black**2)
    rounding = 1e-5 * np.abs(x)
    off = (scale.inverse(scale.forward(x)) - x - correction) / np.maximum(sigma, rounding)
    assert np.abs(off[away]).max() < 0.02


@responses
def test_the_scale_never_turns_back(response):
    scale = Stabiliser.of(response)
    x = np.append(np.linspace(-0.5, 2, 4001), np.geomspace(2.001, 60000, 1000)).astype(np.float32)
    assert (np.diff(scale.forward(x)) > 0).all()
    assert (np.diff(scale.inverse(np.linspace(-50, 150, 4001, dtype=np.float32))) > 0).all()


def test_odd_numbers_have_their_place():
    scale = Stabiliser.of(SENSOR)
    x = np.array([np.nan, -0.0, 0.0, -2.0, np.inf, 1e30], np.float32)
    even = scale.forward(x)
    assert np.isnan(even[0])
    assert even[1] == even[2] == 0
    assert even[3] == pytest.approx(-2 / scale.black)
    assert even[4] == even[5] > 0
    assert scale.inverse(even[3:4]) == pytest.approx(-2.0)


def test_any_shape_and_any_layout_is_taken():
    scale = Stabiliser.of(SENSOR)
    x = np.random.default_rng(1).random((6, 5, 3)).astype(np.float32)
    assert np.array_equal(scale.forward(x[::2, :, 1]), scale.forward(x)[::2, :, 1])
    assert np.array_equal(scale.inverse(x.T), scale.inverse(x).T)


def test_a_channel_without_grain_takes_the_scale_of_one_that_has_some():
    profile = replace(TRUTH.profile(), response=np.array([[0, 0, 0], [5e-4, 4e-6, 0], [0, 0, 0]], np.float32))
    x = np.geomspace(1e-3, 4, 50).astype(np.float32)
    red, green, _ = stabilisers(profile)
    assert np.array_equal(red.forward(x), green.forward(x))
