"""Camera curves and gamuts against colour-science, which was written from the makers' papers by others."""

import numpy as np
import pytest
from camera_logs import CAMERA_LOGS, adx10_densities, adx10_to_aces, adx_knots, to_aces2065_1

from faceplate.colour import conversion, load_config, plate_codec
from faceplate.colour.chain import decoding_chain
from faceplate.colour.convert import processor_between
from faceplate.values import Sample

RELATIVE = 1e-5
CODES = np.arange(1024, dtype=np.uint16)
CURVED = [name for name, log in CAMERA_LOGS.items() if log.decode]


def grey(values):
    return np.repeat(np.asarray(values)[None, :, None], 3, axis=2)


@pytest.mark.parametrize("name", CURVED)
def test_every_ten_bit_code_is_the_light_that_colour_science_says(name):
    log = CAMERA_LOGS[name]
    light = plate_codec(name, Sample.UINT10).decode(grey(CODES))[0, :, 1]
    expected = log.decode((CODES / 1023).astype(np.float32).astype(np.float64))
    np.testing.assert_allclose(light, expected, rtol=RELATIVE, atol=log.floor)


@pytest.mark.parametrize("name", CAMERA_LOGS)
def test_every_colour_is_what_the_makers_primaries_say(name):
    log = CAMERA_LOGS[name]
    codes = np.random.default_rng(0).uniform(0.3, 0.6, (1, 2000, 3)).astype(np.float32)
    own = codes.astype(np.float64) if log.decode is None else log.decode(codes.astype(np.float64))
    expected = own @ to_aces2065_1(log).T
    scale = np.abs(own).max(axis=-1, keepdims=True)
    light = conversion(name, "ACES2065-1")(codes)
    assert (np.abs(light - expected) / scale).max() < RELATIVE


@pytest.mark.parametrize("name", CAMERA_LOGS)
def test_the_gamut_matrix_is_that_of_the_makers_primaries(name):
    config = load_config()
    chain = decoding_chain(config, processor_between(config, name, "ACEScg"))
    matrix = np.eye(3, 4) if chain.near is None else chain.near
    if chain.far is not None:
        matrix = np.column_stack([chain.far[:, :3] @ matrix[:, :3], chain.far[:, :3] @ matrix[:, 3] + chain.far[:, 3]])
    to_acescg = np.linalg.inv(to_aces2065_1(CAMERA_LOGS["ACEScct"]))
    np.testing.assert_allclose(matrix[:, :3], to_acescg @ to_aces2065_1(CAMERA_LOGS[name]), rtol=RELATIVE, atol=1e-12)
    np.testing.assert_array_equal(matrix[:, 3], 0)


def test_adx10_greys_are_what_its_standard_says():
    codes = np.repeat(np.arange(1024.0)[:, None], 3, axis=1)
    light = conversion("ADX10", "ACES2065-1")((codes / 1023).astype(np.float32)[None])[0]
    away = np.abs(light / adx10_to_aces(codes) - 1).max(axis=1)
    # OpenColorIO holds the density curve at every half, and rounds its corners off between the two halves beside each.
    corners = np.abs(adx10_densities(codes)[:, :1] - adx_knots[:, 0]).min(axis=1) < 5e-4
    assert away[~corners].max() < RELATIVE
    assert away[corners].max() < 1e-4
    assert corners.sum() < 10


def test_adx10_colours_are_what_its_standard_says():
    codes = np.random.default_rng(1).integers(95, 800, (20000, 3)).astype(np.float64)
    light = conversion("ADX10", "ACES2065-1")((codes / 1023).astype(np.float32)[None])[0]
    away = np.abs(light / adx10_to_aces(codes) - 1).max(axis=1)
    assert away.max() < 1e-4
    assert np.quantile(away, 0.99) < RELATIVE
