import numpy as np
import pytest

import colour
from faceplate.demo.portrait import (
    landmarks68_portrait,
    mesh_height_px,
    portrait_display,
    portrait_encoding,
    portrait_working,
)


def test_the_portrait_is_512_pixels_of_srgb_and_cannot_be_written_to():
    picture = portrait_display()
    assert (picture.shape, picture.dtype) == ((512, 512, 3), np.float32)
    assert (picture.min(), picture.max()) == (0, 1)
    with pytest.raises(ValueError, match="read-only"):
        picture[0, 0] = 0


def test_the_working_portrait_is_what_colour_science_says():
    linear = colour.models.eotf_sRGB(portrait_display()[::37, ::41].astype(np.float64))
    spaces = colour.RGB_COLOURSPACES
    matrix = colour.matrix_RGB_to_RGB(spaces["sRGB"], spaces["ACEScg"], "Bradford")
    np.testing.assert_allclose(portrait_working()[::37, ::41], linear @ matrix.T, atol=2e-3)


def test_the_portrait_is_the_same_whatever_config_the_user_has(monkeypatch):
    before = portrait_working()
    monkeypatch.setenv("OCIO", "/no/such/config.ocio")
    np.testing.assert_array_equal(portrait_working(), before)
    assert portrait_encoding == "srgb_rec709_scene"


def test_the_landmarks_lie_on_what_they_name():
    picture = portrait_display().mean(axis=-1)

    def around(point, reach):
        x, y = np.rint(point).astype(int)
        return picture[y - reach : y + reach + 1, x - reach : x + reach + 1]

    for eye in (slice(36, 42), slice(42, 48)):
        middle = landmarks68_portrait[eye].mean(axis=0)
        assert around(middle, 2).min() < 0.25  # the pupil
    assert around(landmarks68_portrait[60:68].mean(axis=0), 2).mean() > 0.7  # teeth
    assert np.ptp(landmarks68_portrait[:, 1]) < mesh_height_px
