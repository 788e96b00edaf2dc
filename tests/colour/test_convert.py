import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 -- the name its own documentation uses
import pytest

import colour
from faceplate.colour import (
    conversion,
    from_model_range,
    from_working,
    load_config,
    to_display,
    to_model_range,
    to_working,
)
from faceplate.errors import ColourError
from faceplate.models import CropGeometry, ModelCard

LOGC3 = "ARRI LogC3 (EI800)"
CODES = np.arange(1024, dtype=np.float32) / 1023


def grey(values):
    return np.repeat(np.asarray(values, np.float32)[None, :, None], 3, axis=2)


def card(**about):
    entries = {
        "name": "n", "version": "1", "licence": "Apache-2.0", "source": "s", "consent": "c", "side_px": 64,
        "layout": "NCHW", "order": "RGB", "encoding": "srgb_rec709_scene", "white": 2.0, "mean": 0.0, "spread": 1.0,
        "crop": CropGeometry(2.0, (0.5, 0.5)), "input": "face", "image": "swap", "mattes": {},
    }  # fmt: skip
    return ModelCard(**{**entries, **about})


def test_logc3_grey_is_what_colour_science_says():
    linear = to_working(LOGC3)(grey(CODES))[0, :, 1]
    expected = colour.models.log_decoding_ARRILogC3(CODES.astype(np.float64))
    np.testing.assert_allclose(linear, expected, rtol=2e-5, atol=2e-6)


def test_logc3_colours_reach_acescg_as_colour_science_takes_them():
    codes = np.random.default_rng(0).uniform(0.1, 0.9, (1, 500, 3)).astype(np.float32)
    linear = colour.models.log_decoding_ARRILogC3(codes.astype(np.float64))
    matrix = colour.matrix_RGB_to_RGB(
        colour.RGB_COLOURSPACES["ARRI Wide Gamut 3"], colour.RGB_COLOURSPACES["ACEScg"], "CAT02"
    )
    expected = linear @ matrix.T
    np.testing.assert_allclose(to_working(LOGC3)(codes), expected, rtol=1e-3, atol=1e-4 * expected.max())


def test_every_ten_bit_code_returns_from_the_working_space():
    back = from_working(LOGC3)(to_working(LOGC3)(grey(CODES)))
    np.testing.assert_array_equal(np.rint(back * 1023), np.rint(grey(CODES) * 1023))


def test_a_conversion_leaves_its_input_alone():
    codes = grey(CODES)
    before = codes.copy()
    to_working(LOGC3)(codes)
    np.testing.assert_array_equal(codes, before)


@pytest.mark.parametrize("encoding", ["srgb_rec709_scene", "ACEScct"])
def test_the_models_range_returns_highlights_and_negatives(encoding):
    linear = np.random.default_rng(1).uniform(-0.05, 40, (20, 30, 3)).astype(np.float32)
    about = card(encoding=encoding)
    back = from_model_range(about)(to_model_range(about)(linear))
    np.testing.assert_allclose(back, linear, rtol=1e-4, atol=1e-4)


def test_the_models_white_stands_at_one():
    white = to_model_range(card(white=4.0))(np.full((1, 1, 3), 4.0, np.float32))
    np.testing.assert_allclose(white, 1.0, atol=1e-4)


def test_a_display_picture_is_clipped_and_has_no_nan():
    rgb = np.array([[[np.nan, -3.0, 0.5], [np.inf, 90.0, -np.inf]]], np.float32)
    seen = to_display("ACEScg")(rgb)
    assert np.isfinite(seen).all()
    assert seen.min() >= 0
    assert seen.max() <= 1


def test_an_unknown_pair_is_refused_by_name():
    with pytest.raises(ColourError, match=r"conversion NoSuchSpace.*Next: choose from: .*ACEScct"):
        conversion("NoSuchSpace", "ACEScg")


@pytest.mark.parametrize(
    "name",
    ["cg-config-v1.0.0_aces-v1.3_ocio-v2.1", "studio-config-v1.0.0_aces-v1.3_ocio-v2.1"],
)
def test_cards_and_pictures_mean_the_same_under_another_config(monkeypatch, name):
    linear = np.random.default_rng(2).uniform(-0.05, 8, (5, 6, 3)).astype(np.float32)
    expected = to_model_range(card())(linear), to_display("ACEScg")(linear)
    monkeypatch.setenv("OCIO", f"ocio://{name}")
    config = load_config(f"ocio://{name}")
    np.testing.assert_allclose(to_model_range(card(), config)(linear), expected[0], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(from_model_range(card(), config)(expected[0]), linear, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(to_display("ACEScg", config)(linear), expected[1], atol=1e-3)


def test_a_config_without_the_interchange_role_says_so_with_what_it_has(tmp_path):
    plain = tmp_path / "config.ocio"
    plain.write_text(
        "ocio_profile_version: 2\nroles:\n  default: lin\n  scene_linear: lin\nfile_rules:\n"
        "  - !<Rule> {name: Default, colorspace: default}\ndisplays:\n  d:\n    - !<View> {name: v, colorspace: lin}\n"
        "colorspaces:\n  - !<ColorSpace>\n    name: lin\n"
    )
    with pytest.raises(
        ColourError, match=r"conversion lin -> srgb_rec709_scene.*Next: add the role aces_interchange .* card: lin\.$"
    ):
        to_display("lin", load_config(str(plain)))


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (ocio.FileTransform("nowhere.cube"), r"nowhere\.cube.*Next: mend the config: the files .* search_path"),
        (ocio.MatrixTransform([1.0, 0, 0, 0] * 3 + [0, 0, 0, 1.0]), "Singular.*Next: mend the config: .* inverse"),
    ],
)
def test_a_colour_space_that_the_config_spoils_is_not_answered_with_a_list(transform, words):
    config = ocio.Config.CreateRaw()
    for name, way in (("lin", None), ("spoilt", transform)):
        space = ocio.ColorSpace(name=name)
        if way:
            space.setTransform(way, ocio.COLORSPACE_DIR_TO_REFERENCE)
        config.addColorSpace(space)
    with pytest.raises(ColourError, match=words):
        conversion("lin", "spoilt", config)


@pytest.mark.parametrize("encoding", [LOGC3, "ACEScc", "Rec.2100-HLG - Display"])
def test_a_channel_that_is_no_number_makes_none_of_the_others(encoding):
    codes = np.full((1, 2, 3), 0.4, np.float32)
    codes[0, 0, 0], codes[0, 1, 1] = np.nan, -np.inf
    linear = to_working(encoding)(codes)
    np.testing.assert_array_equal(np.isfinite(linear), np.isfinite(codes))
