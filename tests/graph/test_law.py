"""With a model that returns its input the result is the plate: bit for bit, or as it comes back from the crop."""

from dataclasses import replace

import numpy as np
import pytest

from faceplate.align import crop_matrix, invert, resample, sampling_filters
from faceplate.colour import from_working, model_range, to_working
from faceplate.grain import FaceRegrainSettings
from faceplate.graph import Shot, render_frame
from faceplate.plate import normalised, stored_from
from faceplate.swap import FaceSwapSettings, load_model, region_of
from faceplate.values import ChannelGroup, Frame, Header, Plate, Sample, Window
from shots import SIZE, known_track, some_grain
from swap_models import card, write_model

QUARTER_CODE = 0.25 / 1023
NO_GRAIN = FaceRegrainSettings(amount=0.0)
DISPLAY = Window(0, 0, *SIZE)
SPOT_PX = 10.0
ODD = Window(-7, 3, 523, 351)
WINDOWS = [Window(-40, -30, SIZE[0] + 25, SIZE[1] + 60), Window(120, 150, 330, 300)]
"""Larger than the display, and a part of it that cuts the face."""

# The plates of the law, and the spaces their error is measured in: their own log, or for light itself ACEScct.
PLATES = [
    ("ARRI LogC3 (EI800)", Sample.FLOAT),
    ("ARRI LogC4", Sample.FLOAT),
    ("ACEScct", Sample.FLOAT),
    ("S-Log3 S-Gamut3", Sample.FLOAT),
    ("ACEScg", Sample.FLOAT),
    ("ACEScg", Sample.HALF),
    ("ARRI LogC3 (EI800)", Sample.HALF),
    ("ARRI LogC3 (EI800)", Sample.UINT10),
]
# What the stored sample itself cannot hold comes on top: half a ten-bit code, or half a step of half float below 2.
ROUNDING = {Sample.FLOAT: 0.0, Sample.HALF: 2.0**-11, Sample.UINT10: 0.5 / 1023}


def light(data):
    """Skin with noise, hard edges, a spot of 64, and a hard patch at -0.05: scene-linear, rows x columns x 3."""
    rows, columns = np.mgrid[data.top : data.bottom, data.left : data.right] + 0.5
    skin = 0.12 + 0.25 * columns / SIZE[0] + 0.3 * ((columns > 340) & (rows > 150) & (rows < 200))
    skin *= np.exp(np.random.default_rng(0).normal(0, 0.02, skin.shape))
    for x, y, height in ((295, 165, 64.0), (335, 230, 5.0)):
        skin += (height - skin) * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 2 / SPOT_PX**2)
    skin[(columns > 280) & (columns < 305) & (rows > 215) & (rows < 240)] = -0.05
    return (skin[..., None] * [1.0, 0.98, 0.95]).astype(np.float32)


def plate_of(linear, encoding, sample, data=DISPLAY, pixel_aspect=1.0):
    pixels = stored_from(from_working(encoding)(linear), sample)
    names = ("R", "G", "B")
    header = Header("made", DISPLAY, data, names, (sample,) * 3, pixel_aspect)
    frame = Frame(1001, "made", header, (ChannelGroup(names, pixels),))
    return Plate("made", (1001,), encoding, lambda _: frame)


@pytest.fixture
def make_shot(tmp_path):
    def make(plate, about=None, *, gain=1.0, pixel_aspect=1.0, exposure=np.nan, **knobs):
        track = known_track((1001,), pixel_aspect=pixel_aspect, exposure=exposure)
        model = load_model(write_model(tmp_path / "m.onnx", about or card(), gain=gain))
        settings = FaceSwapSettings(**knobs)
        return Shot(plate, track, track.people[0], model, some_grain(), settings, regrain_settings=NO_GRAIN)

    return make


def resampled(shot, rendered):
    """The plate's light over the matte: up to the model's white through the crop and out again, the rest as it was."""
    about, alignment = shot.model.card, shot.person.alignment[0]
    data = rendered.frame.header.data
    region, window, light = region_of(alignment, about, data), rendered.matte.window, model_range(about)
    linear = linear_of(shot, region)
    held = np.clip(light.encode(linear), *light.smooth)
    matrix, square = crop_matrix(alignment, about.crop, about.side_px), Window(0, 0, about.side_px, about.side_px)
    filtered = resample(resample(held, region, matrix, square), square, invert(matrix), window)
    return light.decode(filtered) + (linear - light.decode(held))[window.slices(region)]


def linear_of(shot, window):
    frame = shot.plate.read(1001)
    return to_working(shot.plate.encoding)(normalised(frame.stored(window), frame.sample))


def measured(shot, linear):
    """Light in the log that errors are counted in; integer codes hold 0 to 1 of it."""
    log = from_working("ACEScct" if shot.plate.encoding == "ACEScg" else shot.plate.encoding)(linear)
    return log if shot.plate.read(1001).sample.top_code is None else np.clip(log, 0, 1)


def furthest_off(shot, rendered, expected_linear):
    """The largest distance inside the matte between the result and what is expected there."""
    window = rendered.matte.window
    result = to_working(shot.plate.encoding)(normalised(rendered.frame.stored(window), rendered.frame.sample))
    return np.abs(measured(shot, result) - measured(shot, expected_linear)).max()


def over_the_plate(shot, rendered, face_linear):
    plate = linear_of(shot, rendered.matte.window)
    return plate + rendered.matte.coverage[..., None] * (face_linear - plate)


@pytest.mark.parametrize(("encoding", "sample"), PLATES)
@pytest.mark.parametrize("data", [DISPLAY, ODD])
def test_residual_mode_gives_the_plate_bit_for_bit(make_shot, encoding, sample, data):
    plate = plate_of(light(data), encoding, sample, data)
    rendered = render_frame(make_shot(plate, mode="residual"), 1001)
    assert rendered.matte.coverage.max() == 1
    before, after = plate.read(1001).groups[0].pixels, rendered.frame.groups[0].pixels
    assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize(("encoding", "sample"), PLATES)
@pytest.mark.parametrize("pixel_aspect", [1.0, 2.0])
@pytest.mark.parametrize("data", WINDOWS)
def test_so_it_does_for_every_window_and_pixel_aspect(make_shot, encoding, sample, data, pixel_aspect):
    plate = plate_of(light(data), encoding, sample, data, pixel_aspect)
    rendered = render_frame(make_shot(plate, pixel_aspect=pixel_aspect, mode="residual"), 1001)
    assert rendered.matte.coverage.max() > 0.9
    before, after = plate.read(1001).groups[0].pixels, rendered.frame.groups[0].pixels
    assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize("sampling", sampling_filters)
def test_so_it_does_through_every_filter(make_shot, sampling):
    plate = plate_of(light(ODD), "ARRI LogC4", Sample.HALF, ODD)
    rendered = render_frame(make_shot(plate, mode="residual", filter=sampling), 1001)
    before, after = plate.read(1001).groups[0].pixels, rendered.frame.groups[0].pixels
    assert before.tobytes() == after.tobytes()


def test_the_filter_knob_is_felt_on_the_way_in_and_on_the_way_out(make_shot):
    plate = plate_of(light(DISPLAY), "ARRI LogC4", Sample.HALF)
    usual, sharper, theirs = (
        render_frame(make_shot(plate, gain=0.8, mode="replace", filter=name), 1001)
        for name in ("keys", "rifman", "deepfacelab")
    )
    # The face gets smaller on its way in, so nothing is enlarged there.
    assert np.array_equal(usual.swap.crop.rgb_plate, sharper.swap.crop.rgb_plate)
    assert not np.array_equal(usual.swap.crop.rgb_plate, theirs.swap.crop.rgb_plate)
    window = usual.matte.window
    assert not np.array_equal(usual.frame.stored(window), sharper.frame.stored(window))
    assert not np.array_equal(usual.frame.stored(window), theirs.frame.stored(window))


@pytest.mark.parametrize("mode", ["residual", "replace"])
@pytest.mark.parametrize(("encoding", "sample"), PLATES)
@pytest.mark.parametrize("pixel_aspect", [1.0, 2.0])
@pytest.mark.parametrize("data", WINDOWS)
def test_outside_the_matte_every_mode_leaves_the_plate_bit_for_bit(
    make_shot, mode, encoding, sample, data, pixel_aspect
):
    plate = plate_of(light(data), encoding, sample, data, pixel_aspect)
    shot = make_shot(plate, gain=0.7, pixel_aspect=pixel_aspect, mode=mode)
    rendered = render_frame(replace(shot, regrain_settings=FaceRegrainSettings()), 1001)
    before, after = plate.read(1001).groups[0].pixels, rendered.frame.groups[0].pixels
    covered = np.zeros(before.shape[:2], bool)
    covered[rendered.matte.window.slices(data)] = rendered.matte.coverage > 0
    assert before[~covered].tobytes() == after[~covered].tobytes()
    assert (before[covered] != after[covered]).any(axis=-1).mean() > 0.9


@pytest.mark.parametrize(("encoding", "sample"), PLATES)
@pytest.mark.parametrize("colour_match", [0.0, 1.0])
def test_replace_mode_gives_the_resampled_plate(make_shot, encoding, sample, colour_match):
    shot = make_shot(plate_of(light(DISPLAY), encoding, sample), mode="replace", colour_match=colour_match)
    rendered = render_frame(shot, 1001)
    face = resampled(shot, rendered)
    assert face.max() > 0.9 * min(64, linear_of(shot, DISPLAY).max())
    assert furthest_off(shot, rendered, over_the_plate(shot, rendered, face)) <= QUARTER_CODE + ROUNDING[sample]


@pytest.mark.parametrize("about", [{"encoding": "srgb"}, {"encoding": "acescct"}, {"encoding": "acescg", "white": 2.0}])
@pytest.mark.parametrize("primaries", ["", "rec709", "acescg"])
@pytest.mark.parametrize(("data", "pixel_aspect"), [(ODD, 1.0), (DISPLAY, 2.0), (ODD, 1.3)])
def test_so_it_does_for_every_range_window_and_pixel_aspect(make_shot, about, primaries, data, pixel_aspect):
    plate = plate_of(light(data), "ARRI LogC4", Sample.FLOAT, data, pixel_aspect)
    shot = make_shot(plate, card(primaries=primaries, **about), pixel_aspect=pixel_aspect, mode="replace")
    rendered = render_frame(shot, 1001)
    face = resampled(shot, rendered)
    assert furthest_off(shot, rendered, over_the_plate(shot, rendered, face)) <= QUARTER_CODE


@pytest.mark.parametrize(
    ("encoding", "sample"), [("ARRI LogC4", Sample.HALF), ("ARRI LogC4", Sample.UINT10), ("ACEScg", Sample.HALF)]
)
@pytest.mark.parametrize("about", [{"encoding": "srgb"}, {"encoding": "acescct"}, {"encoding": "acescg", "white": 2.0}])
def test_so_it_does_for_every_range_and_kind_of_sample(make_shot, encoding, sample, about):
    shot = make_shot(plate_of(light(DISPLAY), encoding, sample), card(**about), mode="replace")
    rendered = render_frame(shot, 1001)
    face = resampled(shot, rendered)
    assert furthest_off(shot, rendered, over_the_plate(shot, rendered, face)) <= QUARTER_CODE + ROUNDING[sample]


def test_an_exposed_model_gives_the_same_plate(make_shot):
    plate = plate_of(light(DISPLAY), "ARRI LogC3 (EI800)", Sample.FLOAT)
    about = card(encoding="srgb", anchor=0.1)
    shot = make_shot(plate, about, mode="replace", exposure=0.2, exposure_ev=0.5)
    assert shot.exposure_ev[0] == pytest.approx(-0.5)
    rendered = render_frame(shot, 1001)
    exposed = replace(about, white=2.0**0.5, anchor=0.0)
    face = resampled(replace(shot, model=replace(shot.model, card=exposed)), rendered)
    assert furthest_off(shot, rendered, over_the_plate(shot, rendered, face)) <= QUARTER_CODE


def test_samples_that_are_no_numbers_stay_and_spread_nowhere(make_shot):
    plate = plate_of(light(DISPLAY), "ACEScg", Sample.HALF)
    pixels = plate.read(1001).groups[0].pixels
    pixels[190, 300:306] = [np.nan, np.inf, -np.inf]
    pixels[200, 310, 1] = np.nan
    rendered = render_frame(make_shot(plate, gain=0.9, mode="replace"), 1001)
    after = rendered.frame.groups[0].pixels
    stay = ~np.isfinite(pixels).all(axis=-1)
    assert stay.sum() == 7
    assert after[stay].tobytes() == pixels[stay].tobytes()
    assert np.isfinite(after[~stay]).all()
    assert (after[195, 310] != pixels[195, 310]).all()


def test_what_a_half_cannot_hold_stays_the_plates_own_sample(make_shot):
    plate = plate_of(light(DISPLAY), "ACEScg", Sample.HALF)
    pixels = plate.read(1001).groups[0].pixels
    pixels[190, 300] = 65504
    rendered = render_frame(make_shot(plate, card(encoding="acescg"), gain=-1000.0, mode="residual"), 1001)
    assert np.isfinite(rendered.frame.groups[0].pixels).all()
