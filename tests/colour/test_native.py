import warnings

import numpy as np
import pytest

from faceplate.colour import native_config, native_spaces, plate_codec
from faceplate.values import Sample

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from colour import models

WITNESSES = {
    "sRGB": models.eotf_sRGB,
    "Cineon": models.log_decoding_Cineon,
    "Panalog": models.log_decoding_Panalog,
    "REDLog": models.log_decoding_REDLog,
    "ViperLog": models.log_decoding_ViperLog,
    "PLogLin": models.log_decoding_PivotedLog,
    "AlexaV3LogC": models.log_decoding_ARRILogC3,
    "ARRILogC4": models.log_decoding_ARRILogC4,
    "SLog3": models.log_decoding_SLog3,
    "Log3G10": models.log_decoding_Log3G10,
}


@pytest.mark.parametrize("name", sorted(WITNESSES))
def test_a_curve_is_that_of_an_independent_library(name):
    codes = np.arange(0, 1024, dtype=np.uint16).reshape(1, -1, 1).repeat(3, axis=2)
    light = plate_codec(name, Sample.UINT10, native_config()).decode(codes)[0]
    expected = np.asarray(WITNESSES[name](np.arange(1024) / 1023))
    assert light[:, 0] == pytest.approx(expected, rel=5e-5, abs=5e-5)
    assert (light == light[:, :1]).all()


@pytest.mark.parametrize("gamma", ["1.8", "2.2", "2.4", "2.6"])
def test_a_power_is_that_power_and_mirrored_below_zero(gamma):
    numbers = np.float32([[[-0.5, 0.25, 2.0]]])
    light = plate_codec(f"Gamma{gamma}", Sample.FLOAT, native_config()).decode(numbers)
    assert light == pytest.approx(np.sign(numbers) * np.abs(numbers) ** float(gamma), rel=1e-5)


def test_rec709_is_the_standards_away_from_its_knee():
    numbers = np.float32([[[0.01, 0.5, 1.0]]])
    light = plate_codec("rec709", Sample.FLOAT, native_config()).decode(numbers)
    assert light[0, 0] == pytest.approx([0.01 / 4.5, ((0.5 + 0.099) / 1.099) ** (1 / 0.45), 1.0], rel=2e-2)


@pytest.mark.parametrize("name", native_spaces())
@pytest.mark.parametrize("sample", [Sample.UINT8, Sample.UINT10, Sample.UINT16])
def test_every_code_comes_back(name, sample):
    codes = np.arange(sample.top_code + 1, dtype=sample.dtype).reshape(1, -1, 1).repeat(3, axis=2)
    codec = plate_codec(name, sample, native_config())
    assert codec.path == "tables"
    assert np.array_equal(codec.encode(codec.decode(codes)), codes)
