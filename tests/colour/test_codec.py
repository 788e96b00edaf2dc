from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from camera_logs import ALL
from round_trips import HALVES, coloured, grey, table

from faceplate.colour import conversion, from_working, load_config, open_config, plate_codec, to_working
from faceplate.colour.chain import encoding_chain
from faceplate.colour.codes import ranks
from faceplate.colour.convert import processor_between
from faceplate.errors import ColourError
from faceplate.plate import normalised, stored_from
from faceplate.values import Sample

LOGC3 = "ARRI LogC3 (EI800)"
INTEGERS = [Sample.UINT8, Sample.UINT10, Sample.UINT12, Sample.UINT16]
ULP = 2.0**-23

# Where a curve between two matrices is worked out between points, and where OpenColorIO's own single precision wavers.
DECODE_TOLERANCE = {"ADX10": 2e-5}
ENCODE_TOLERANCE = {"ADX10": 1e-5}


def codes_of(sample):
    return np.arange(sample.top_code + 1, dtype=sample.dtype)


def half_steps(left, right):
    return np.abs(ranks(left.astype(np.float32), Sample.HALF) - ranks(right.astype(np.float32), Sample.HALF))


@pytest.fixture(scope="module")
def docs():
    return (Path(__file__).parents[2] / "docs" / "colour.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL)
def test_every_camera_log_goes_by_tables(name):
    assert plate_codec(name, Sample.HALF).path == "tables"
    assert plate_codec(name, Sample.UINT10).path == "tables"


@pytest.mark.parametrize("name", ALL)
def test_every_finite_half_comes_back_or_is_told_to_stay(name):
    codec, halves = plate_codec(name, Sample.HALF), grey(HALVES)
    kept = codec.unprocessable(halves)
    back = codec.encode(codec.decode(halves))
    np.testing.assert_array_equal(back[~kept.pixels], halves[~kept.pixels])
    assert kept.nan == np.isnan(HALVES).sum()
    assert kept.infinite == 2
    assert kept.beyond == kept.pixels.sum() - kept.nan - kept.infinite


def test_what_comes_back_is_what_the_docs_say(docs):
    assert table() in docs


@pytest.mark.parametrize("name", ["ACES2065-1", "ARRI LogC3 (EI800)", "S-Log3 S-Gamut3", "V-Log V-Gamut"])
def test_negatives_are_never_beyond(name):
    negatives = HALVES[(HALVES < 0) & np.isfinite(HALVES)]
    assert plate_codec(name, Sample.HALF).unprocessable(grey(negatives)).beyond == 0


def test_linear_plates_keep_their_highest_and_lowest_halves():
    codec, extremes = plate_codec("ACES2065-1", Sample.HALF), grey(np.array([65504, -65504, 6e-8], np.float16))
    assert not codec.unprocessable(extremes).pixels.any()
    np.testing.assert_array_equal(codec.encode(codec.decode(extremes)), extremes)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("sample", INTEGERS)
def test_every_integer_code_comes_back_or_is_told_to_stay(name, sample):
    codec, codes = plate_codec(name, sample), grey(codes_of(sample))
    kept = codec.unprocessable(codes).pixels
    np.testing.assert_array_equal(codec.encode(codec.decode(codes))[~kept], codes[~kept])


@pytest.mark.parametrize("name", ALL)
def test_no_ten_bit_grey_has_to_stay(name):
    assert not plate_codec(name, Sample.UINT10).unprocessable(grey(codes_of(Sample.UINT10))).pixels.any()


@pytest.mark.parametrize("name", [name for name in ALL if name != "ADX10"])
def test_any_ten_bit_colour_comes_back_or_is_told_to_stay(name):
    codec = plate_codec(name, Sample.UINT10)
    codes = np.random.default_rng(0).integers(0, 1024, (400, 500, 3)).astype(np.uint16)
    kept = codec.unprocessable(codes).pixels
    np.testing.assert_array_equal(codec.encode(codec.decode(codes))[~kept], codes[~kept])


def test_ten_bit_film_colours_come_back():
    codec = plate_codec("ADX10", Sample.UINT10)
    codes = np.random.default_rng(0).integers(95, 700, (400, 500, 3)).astype(np.uint16)
    assert not codec.unprocessable(codes).pixels.any()
    np.testing.assert_array_equal(codec.encode(codec.decode(codes)), codes)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("sample", [Sample.HALF, *INTEGERS])
def test_light_is_what_opencolorio_says(name, sample):
    one = HALVES[: np.float16(1).view(np.uint16) + 1] if sample is Sample.HALF else codes_of(sample)
    pixels = coloured(one, others=3) if sample is Sample.HALF else np.stack([one, one[::-1], np.roll(one, 7)], -1)[None]
    expected = to_working(name)(normalised(pixels, sample))
    scale = np.abs(expected).max(axis=-1, keepdims=True)
    away = np.abs(plate_codec(name, sample).decode(pixels) - expected) / scale
    assert away.max() <= DECODE_TOLERANCE.get(name, 4 * ULP)


def exactly(name, linear, config=None):
    """The numbers of an encoding: OpenColorIO's own curves, the matrices between them in double precision."""
    config = config or load_config()
    chain = encoding_chain(config, processor_between(config, "scene_linear", name))
    flat = linear.reshape(-1, 3)
    for part in (chain.far, chain.middle, chain.near, chain.edge):
        if callable(part):
            flat = part(flat)
        elif part is not None:
            flat = (flat.astype(np.float64) @ part[:, :3].T + part[:, 3]).astype(np.float32)
    return flat.reshape(linear.shape)


@pytest.mark.parametrize("name", ALL)
def test_codes_are_those_of_opencolorios_curves_within_half_a_half(name):
    codec = plate_codec(name, Sample.HALF)
    pixels = coloured(HALVES[: np.float16(1).view(np.uint16) + 1], others=6)
    linear = codec.decode(pixels) * np.random.default_rng(1).uniform(0.9, 1.1, pixels.shape).astype(np.float32)
    ours, numbers = codec.encode(linear), exactly(name, linear)
    spacing = np.spacing(np.abs(ours)).astype(np.float64)
    away = np.abs(ours.astype(np.float64) - numbers) - spacing / 2
    assert (away / np.maximum(np.abs(numbers), 1)).max() <= ENCODE_TOLERANCE.get(name, 2.0**-22)


def exposures(rows):
    """Coloured light over sixteen stops, rows x 500 x 3."""
    rng = np.random.default_rng(2)
    return (2.0 ** rng.uniform(-9, 6, (rows, 500, 1)) * rng.uniform(0.5, 1.5, (rows, 500, 3))).astype(np.float32)


@pytest.mark.parametrize("name", ALL)
def test_codes_of_a_picture_are_opencolorios_within_one_half(name):
    linear = exposures(200)
    apart = half_steps(plate_codec(name, Sample.HALF).encode(linear), from_working(name)(linear).astype(np.float16))
    assert apart.max() <= 1
    assert np.mean(apart > 0) < 1e-2


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("sample", INTEGERS)
def test_integer_codes_of_a_picture_are_opencolorios_within_one_code(name, sample):
    linear = exposures(60)
    expected = stored_from(from_working(name)(linear), sample).astype(np.int64)
    apart = np.abs(plate_codec(name, sample).encode(linear) - expected)
    assert apart.max() <= 1
    assert np.mean(apart > 0) < (2e-2 if sample is Sample.UINT16 else 1e-3)


@pytest.mark.parametrize("sample", [Sample.HALF, *INTEGERS])
def test_a_curve_alone_gives_opencolorios_own_codes_at_and_beside_every_step(sample):
    codec, encode = plate_codec("ACEScct", sample), from_working("ACEScct")
    light = codec.decode(grey(HALVES[np.isfinite(HALVES)] if sample is Sample.HALF else codes_of(sample)))[0, :, 0]
    between = np.sort(light[np.isfinite(light)]).astype(np.float64)
    middles = ((between[1:] + between[:-1]) / 2).astype(np.float32)
    numbers = np.concatenate(
        [np.nextafter(middles, np.float32(-np.inf)), middles, np.nextafter(middles, np.float32(9e9))]
    )
    expected = stored_from(encode(grey(numbers)), sample)
    away = np.abs(normalised(codec.encode(grey(numbers)), sample).astype(np.float64) - normalised(expected, sample))
    assert away[np.isfinite(away)].max() <= (2.0**-22 if sample is Sample.HALF else 0)


@pytest.mark.parametrize("name", [LOGC3, "ACES2065-1", "ADX10", "ACEScct"])
def test_nan_is_stored_as_nan_and_as_code_zero(name):
    nothing = np.full((1, 2, 3), np.nan, np.float32)
    assert np.isnan(plate_codec(name, Sample.HALF).encode(nothing)).all()
    assert (plate_codec(name, Sample.UINT10).encode(nothing) == 0).all()


def test_nan_and_infinity_are_told_and_counted_by_pixel():
    pixels = np.full((2, 3, 3), 0.4, np.float16)
    pixels[0, 0] = np.nan, np.inf, 0.4
    pixels[0, 1, 2] = -np.inf
    pixels[1, 2, 0] = 20
    for sample in (Sample.HALF, Sample.FLOAT):
        kept = plate_codec(LOGC3, sample).unprocessable(pixels.astype(sample.dtype))
        assert (kept.nan, kept.infinite, kept.beyond) == (1, 1, 1)
        np.testing.assert_array_equal(kept.pixels, [[True, True, False], [False, False, True]])


def test_a_curve_that_opencolorio_clamps_tells_what_lies_past_its_ends():
    pixels = grey(np.array([-0.01, 0.0, 0.5, 1.0, 1.001], np.float16))
    for sample in (Sample.HALF, Sample.FLOAT):
        kept = plate_codec("CanonLog2 CinemaGamut D55", sample).unprocessable(pixels.astype(sample.dtype))
        np.testing.assert_array_equal(kept.pixels[0], [True, False, False, False, True])


def test_a_colour_that_acescc_clamps_in_ap0_has_to_stay():
    pixels = np.array([[[0.9, 0.1, 0.1], [0.5, 0.45, 0.4]]], np.float16)
    kept = plate_codec("ACEScc", Sample.HALF).unprocessable(pixels)
    np.testing.assert_array_equal(kept.pixels, [[True, False]])


def test_integers_past_the_codes_are_clipped():
    codec = plate_codec("ACES2065-1", Sample.UINT10)
    linear = to_working("ACES2065-1")(grey(np.array([-5.0, 0.0, 1.0, 9.0], np.float32)))
    np.testing.assert_array_equal(codec.encode(linear)[0, :, 0], [0, 0, 1023, 1023])


@pytest.mark.parametrize("name", [LOGC3, "Rec.2100-HLG - Display"])
def test_a_read_only_region_of_a_wider_frame_is_taken_as_it_lies(name):
    frame = np.random.default_rng(3).uniform(0.1, 0.8, (40, 50, 5)).astype(np.float16)
    frame.flags.writeable = False
    region = frame[5:25, 8:31, 1:4]
    codec = plate_codec(name, Sample.HALF)
    np.testing.assert_array_equal(codec.decode(region), codec.decode(region.copy()))
    np.testing.assert_array_equal(codec.unprocessable(region).pixels, np.zeros((20, 23), bool))
    linear = np.repeat(codec.decode(region), 2, axis=1)[:, ::2]
    np.testing.assert_array_equal(codec.encode(linear), codec.encode(linear.copy()))


def test_an_empty_region_gives_empty_light_and_codes():
    codec = plate_codec(LOGC3, Sample.HALF)
    assert codec.decode(np.empty((0, 4, 3), np.float16)).shape == (0, 4, 3)
    assert codec.encode(np.empty((0, 4, 3), np.float32)).shape == (0, 4, 3)


@pytest.mark.parametrize("sample", [Sample.FLOAT, Sample.UINT32])
def test_samples_too_many_for_tables_go_through_opencolorio(sample):
    codec = plate_codec(LOGC3, sample)
    numbers = np.random.default_rng(4).uniform(0.1, 0.9, (5, 6, 3)).astype(np.float32)
    stored = stored_from(numbers, sample)
    assert codec.path == "OpenColorIO"
    np.testing.assert_array_equal(codec.decode(stored), to_working(LOGC3)(normalised(stored, sample)))
    expected = stored_from(from_working(LOGC3)(codec.decode(stored)), sample)
    np.testing.assert_array_equal(codec.encode(codec.decode(stored)), expected)


def test_what_is_no_chain_of_curves_goes_through_opencolorio_and_says_so():
    name = "Rec.2100-HLG - Display"
    codec = plate_codec(name, Sample.HALF)
    pixels = np.random.default_rng(5).uniform(0.1, 0.7, (5, 6, 3)).astype(np.float16)
    assert codec.path == "OpenColorIO"
    np.testing.assert_array_equal(codec.decode(pixels), to_working(name)(pixels.astype(np.float32)))
    linear = codec.decode(pixels)
    np.testing.assert_array_equal(codec.encode(linear), from_working(name)(linear).astype(np.float16))


def test_a_codec_is_built_once_for_all_threads():
    with ThreadPoolExecutor(8) as threads:
        built = list(threads.map(lambda _: plate_codec("ARRI LogC4", Sample.UINT12), range(8)))
    assert len({id(codec) for codec in built}) == 1


def test_threads_give_the_same_bits_as_one():
    codec = plate_codec(LOGC3, Sample.HALF)
    pixels = np.random.default_rng(6).uniform(0, 1, (8, 60, 70, 3)).astype(np.float16)
    alone = [codec.encode(codec.decode(each) * np.float32(1.1)) for each in pixels]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda each: codec.encode(codec.decode(each) * np.float32(1.1)), pixels))
    np.testing.assert_array_equal(alone, together)


def test_an_unknown_encoding_is_refused_by_name():
    with pytest.raises(ColourError, match="NoSuchSpace"):
        plate_codec("NoSuchSpace", Sample.HALF)


def test_floats_keep_nan_and_infinity_where_they_were():
    pixels = np.full((1, 3, 3), 0.18, np.float32)
    pixels[0, 0, 1], pixels[0, 1, 2] = np.nan, -np.inf
    encoded = conversion("ACEScg", LOGC3)(pixels)
    assert np.isnan(encoded[0, 0, 1])
    assert encoded[0, 1, 2] == -np.inf
    assert np.isfinite(encoded[0, 2]).all()


@pytest.fixture
def studio_config(tmp_path):
    """A studio's own config: a log curve by its constants, one by a measured table, and its own working space."""
    steps = np.geomspace(0.01, 12, 1024) - 0.02
    table = "\n".join(f"{value:.9f}" for value in steps)
    (tmp_path / "scan.spi1d").write_text(f"Version 1\nFrom 0 1\nLength 1024\nComponents 1\n{{\n{table}\n}}\n")
    config = tmp_path / "config.ocio"
    config.write_text(
        "ocio_profile_version: 2\nsearch_path: .\n"
        "roles:\n  default: house_linear\n  scene_linear: house_linear\n"
        "file_rules:\n  - !<Rule> {name: Default, colorspace: default}\n"
        "displays:\n  d:\n    - !<View> {name: v, colorspace: house_linear}\n"
        "colorspaces:\n"
        "  - !<ColorSpace>\n    name: house_linear\n"
        "  - !<ColorSpace>\n    name: house_log\n    to_scene_reference: !<GroupTransform>\n      children:\n"
        "        - !<LogCameraTransform> {log_side_slope: 0.21, log_side_offset: 0.6, lin_side_slope: 1.1,"
        " lin_side_offset: 0.01, lin_side_break: 0.005, direction: inverse}\n"
        "        - !<MatrixTransform> {matrix: [0.8, 0.15, 0.05, 0, 0.1, 0.95, -0.05, 0, 0, 0.1, 0.9, 0, 0, 0, 0, 1]}\n"
        "  - !<ColorSpace>\n    name: house_scan\n    to_scene_reference: !<GroupTransform>\n      children:\n"
        "        - !<FileTransform> {src: scan.spi1d, interpolation: linear}\n"
        "        - !<MatrixTransform> {matrix: [0.9, 0.1, 0, 0, 0.1, 0.9, 0, 0, 0, 0.2, 0.8, 0, 0, 0, 0, 1]}\n"
    )
    return open_config(str(config))


@pytest.mark.parametrize("name", ["house_log", "house_scan"])
def test_a_studios_own_config_goes_by_tables_and_agrees_with_opencolorio(studio_config, name):
    half, ten = (plate_codec(name, sample, studio_config) for sample in (Sample.HALF, Sample.UINT10))
    assert half.path == ten.path == "tables"
    codes = np.random.default_rng(7).integers(0, 1024, (100, 200, 3)).astype(np.uint16)
    np.testing.assert_array_equal(ten.encode(ten.decode(codes)), codes)
    pixels = coloured(HALVES[: np.float16(1).view(np.uint16) + 1], others=3)
    expected = to_working(name, studio_config)(pixels.astype(np.float32))
    scale = np.abs(expected).max(axis=-1, keepdims=True)
    assert (np.abs(half.decode(pixels) - expected) <= 4 * ULP * scale).all()
    linear = exposures(50) * np.float32(0.1)
    theirs = from_working(name, studio_config)(linear).astype(np.float16)
    assert half_steps(half.encode(linear), theirs).max() <= 1
