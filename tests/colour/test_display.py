import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 -- as elsewhere in the tests
import pytest

from faceplate.colour import colour_spaces, load_config, to_display
from faceplate.errors import ColourError

# Straight lines between the points of a curve's table: the mean over a picture of ordinary colours, and the worst of
# colours out of gamut, where channels cancel at the edge of black.
MEAN, WORST = 2e-6, 0.05


@pytest.fixture(scope="module")
def picture():
    """Greys from below black to above white with colour in them, in whatever encoding they are taken to be."""
    rng = np.random.default_rng(0)
    return (rng.random((200, 200, 1)) * 1.1 - 0.05 + rng.normal(0, 0.08, (200, 200, 3))).astype(np.float32)


def by_opencolorio(encoding, rgb):
    processor = load_config().getProcessor(encoding, "srgb_rec709_scene").getDefaultCPUProcessor()
    packed = rgb.copy()
    processor.apply(ocio.PackedImageDesc(packed, packed.shape[1], packed.shape[0], 3))
    return np.clip(packed, 0, 1)


@pytest.mark.parametrize(
    "encoding", ["ARRI LogC3 (EI800)", "ARRI LogC4", "S-Log3 S-Gamut3.Cine", "ACEScct", "ACEScg", "sRGB - Texture"]
)
def test_every_kind_of_encoding_is_shown_as_opencolorio_shows_it(picture, encoding):
    apart = np.abs(to_display(encoding)(picture) - by_opencolorio(encoding, picture))
    assert apart.mean() < MEAN
    assert apart.max() < WORST


def test_all_encodings_of_the_config_are_shown_within_zero_and_one(picture):
    for encoding in colour_spaces(load_config()):
        shown = to_display(encoding)(picture)
        assert shown.dtype == np.float32
        assert shown.min() >= 0, encoding
        assert shown.max() <= 1, encoding


def test_what_is_not_finite_is_black_or_white(picture):
    rgb = picture.copy()
    rgb[0, :3] = np.array([np.nan, np.inf, -np.inf])[:, None]
    shown = to_display("ARRI LogC3 (EI800)")(rgb)
    np.testing.assert_array_equal(shown[0, :3], np.array([0.0, 1.0, 0.0])[:, None].repeat(3, axis=1))


def test_what_is_shown_is_a_new_picture(picture):
    kept = picture.copy()
    to_display("srgb_rec709_scene")(picture)
    assert np.array_equal(picture, kept)


def test_an_encoding_that_nobody_knows_is_refused():
    with pytest.raises(ColourError, match="no such space"):
        to_display("no such space")
