import cv2
import numpy as np
import pytest
from colour.models import log_decoding_ARRILogC3, log_encoding_ARRILogC3
from grain_models import LAGS, MODELS, SILVER
from grain_plates import to_linear, to_log
from grain_scenes import PAN_PX, SCENES, STEPS_EV, chart, panned

LEVELS = (0.0, 0.01, 0.18, 2.0)
SIDE = 320


@pytest.fixture(scope="module", params=MODELS.values(), ids=MODELS)
def model(request):
    return request.param


def flat(level):
    return np.full((SIDE, SIDE, 3), level)


def grain_of(model, clean, seed=1):
    return model.exposed(clean, np.random.default_rng(seed)) - model.seen(clean)


@pytest.mark.parametrize("level", LEVELS)
def test_sampled_strength_is_that_of_the_closed_form_and_the_mean_is_kept(model, level):
    grain = grain_of(model, flat(level))
    true = model.sigma(np.full(3, level))
    assert grain.std(axis=(0, 1)) == pytest.approx(true, rel=0.03 if model.name != "sixteen" else 0.06)
    assert np.abs(grain.mean(axis=(0, 1)) / true).max() < 0.06


def test_sampled_channels_are_as_alike_as_the_closed_form_says(model):
    grain = grain_of(model, flat(0.18)).reshape(-1, 3)
    assert np.corrcoef(grain.T) == pytest.approx(model.correlation, abs=0.05)


def test_sampled_spectrum_is_that_of_the_closed_form(model):
    grain = np.concatenate([grain_of(model, flat(0.18), seed) for seed in range(3)])
    blocks = (grain / grain.std(axis=(0, 1))).reshape(-1, LAGS, SIDE // LAGS, LAGS, 3).swapaxes(1, 2)
    found = np.mean(np.abs(np.fft.fft2(blocks, axes=(2, 3))) ** 2, axis=(0, 1)) / LAGS**2
    lag = np.abs(np.fft.fftfreq(LAGS, 1 / LAGS))
    triangle = np.outer(1 - lag / LAGS, 1 - lag / LAGS)
    for channel in range(3):
        true = np.fft.fft2(model.covariance[channel, channel] * triangle).real
        octant = found[..., channel].reshape(8, 8, 8, 8).mean(axis=(1, 3)), true.reshape(8, 8, 8, 8).mean(axis=(1, 3))
        heard = octant[1] > 0.05 * octant[1].max()
        assert np.abs(10 * np.log10(octant[0] / octant[1]))[heard].max() < 1.0


def test_frames_have_grain_of_their_own(model):
    one, other = (grain_of(model, flat(0.18), seed) for seed in (1, 2))
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.02


def test_silver_has_no_grain_on_clear_film_and_more_with_density():
    sigma = SILVER.sigma(np.array([[-0.003], [0.0], [0.18], [4.0]]).repeat(3, axis=1))
    assert sigma[0] == pytest.approx(0, abs=1e-9)
    assert (np.diff(sigma, axis=0) > 0).all()


def test_the_chart_holds_every_step_in_each_row():
    steps = chart((90, 420))
    for row in (5, 45, 85):
        assert np.unique(np.round(np.log2(steps[row, :, 0] / 0.18), 6)).tolist() == STEPS_EV.tolist()


def test_the_plates_curve_is_arris():
    light = np.concatenate([np.linspace(-0.02, 0.02, 101), np.geomspace(0.02, 50, 50)])
    with np.errstate(invalid="ignore"):  # colour-science takes the logarithm of the toe too, then drops it
        code = log_encoding_ARRILogC3(light)
    assert to_log(light) == pytest.approx(code, abs=1e-6)
    assert to_linear(code) == pytest.approx(log_decoding_ARRILogC3(code), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("scene", SCENES)
def test_a_pan_moves_the_picture_by_what_is_said(scene):
    first, second = (panned(scene, (240, 320), place).mean(axis=-1) for place in (0, 1))
    shown = [np.log(np.maximum(each, 1e-3)).astype(np.float32) for each in (first, second)]
    moved, _ = cv2.phaseCorrelate(*shown, cv2.createHanningWindow((320, 240), cv2.CV_32F))
    assert moved == pytest.approx(PAN_PX, abs=0.2)
