"""What the model's range cannot hold comes back from the plate, whatever the knobs of the composite do."""

from dataclasses import replace

import numpy as np
import pytest

from faceplate.grain import FaceRegrainSettings
from faceplate.graph import Shot, render_frame
from faceplate.swap import FaceSwapSettings, load_model
from faceplate.values import ChannelGroup, Frame, Header, Plate, Sample, Window
from shots import SIZE, known_track, some_grain
from swap_models import card, write_model

DISPLAY = Window(0, 0, *SIZE)
NAMES = ("R", "G", "B", "A", "matte.alpha", "depth.Z")
SPOTS = ((180, 305, 40.0, 8.0), (210, 318, 9.0, 4.0))
"""Row, column, height and width of the highlights."""

CATCH_LIGHTS = ((170, 350, 1), (186, 336, 2), (225, 300, 3))
"""Row, column and side of hard points of light of 17."""

HOLE = (200, 340)
KNOBS = {
    "bands": {"blend_bands": 3.0},
    "detail": {"detail": 1.0, "detail_size": 2.0},
    "sharpness": {"sharpness_match": 1.0},
    "mean and variance": {"colour_match_method": "mean_variance"},
    "covariance": {"colour_match_method": "covariance"},
    "histogram": {"colour_match_method": "histogram"},
    "all": {"blend_bands": 2.0, "detail": 0.7, "sharpness_match": 1.0, "colour_match_method": "covariance"},
}


def plate_frame(alpha=1.0):
    """Skin with texture, highlights, catch lights, a hole at -0.05, and three channels beside."""
    random = np.random.default_rng(3)
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]]
    skin = 0.2 + 0.2 * columns / SIZE[0] + random.normal(0, 0.004, (SIZE[1], SIZE[0]))
    for row, column, height, width in SPOTS:
        skin += (height - skin) * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 2 / width**2)
    for row, column, side in CATCH_LIGHTS:
        skin[row : row + side, column : column + side] = 17.0
    skin[HOLE[0] : HOLE[0] + 8, HOLE[1] : HOLE[1] + 8] = -0.05
    rgb = skin[..., None] * [1.0, 0.9, 0.8]
    beside = np.stack([np.full_like(skin, alpha), rows / SIZE[1], 1000.0 + columns], axis=-1)
    pixels = np.concatenate([rgb * alpha, beside], axis=2).astype(np.float32)
    header = Header("made", DISPLAY, DISPLAY, NAMES, (Sample.FLOAT,) * len(NAMES))
    return Frame(1001, "made", header, (ChannelGroup(NAMES, pixels),))


@pytest.fixture
def make_shot(tmp_path):
    def make(mode, **knobs):
        plate = Plate("made", (1001,), "ACEScg", lambda _: plate_frame())
        track = known_track((1001,))
        model = load_model(write_model(tmp_path / "m.onnx", card(), gain=0.85, offset=0.03))
        shot = Shot(plate, track, track.people[0], model, some_grain(), FaceSwapSettings(mode=mode, **knobs))
        return replace(shot, regrain_settings=FaceRegrainSettings(amount=0.0))

    return make


@pytest.mark.parametrize("mode", ["residual", "replace"])
@pytest.mark.parametrize("knobs", KNOBS.values(), ids=KNOBS)
def test_light_that_the_model_cannot_hold_comes_back_from_the_plate(make_shot, tmp_path, mode, knobs):
    shot = make_shot(mode, **knobs)
    same = replace(shot, model=load_model(write_model(tmp_path / "same.onnx", card())))
    plate = plate_frame().groups[0].pixels
    rendered, there = render_frame(shot, 1001), render_frame(same, 1001).frame.groups[0].pixels
    after = rendered.frame.groups[0].pixels
    for row, column, *_ in SPOTS:
        assert rendered.composite.weight[row - rendered.matte.window.top, column - rendered.matte.window.left] == 1
        # The plate's height is there, and a model that darkens white by a tenth of its code takes no more of it.
        np.testing.assert_allclose(there[row, column, :3], plate[row, column, :3], rtol=0.05)
        np.testing.assert_allclose(after[row, column, :3], there[row, column, :3], rtol=0.25)
    hole = (slice(HOLE[0] + 3, HOLE[0] + 5), slice(HOLE[1] + 3, HOLE[1] + 5), 0)
    assert there[hole].max() < -0.03
    assert after[hole].max() < 0.03
    assert np.isfinite(after).all()


@pytest.mark.parametrize("mode", ["residual", "replace"])
@pytest.mark.parametrize("knobs", KNOBS.values(), ids=KNOBS)
def test_catch_lights_stay_points_of_light(make_shot, mode, knobs):
    plate, after = (
        frame.groups[0].pixels[..., :3] for frame in (plate_frame(), render_frame(make_shot(mode, **knobs), 1001).frame)
    )
    for row, column, side in CATCH_LIGHTS:
        light = (slice(row, row + side), slice(column, column + side))
        around = np.array(after[row - 3 : row + side + 3, column - 3 : column + side + 3])
        around[3:-3, 3:-3] = 0
        assert (after[light] > 0.9 * plate[light]).all()
        assert (after[light] < 1.05 * plate[light]).all()
        assert around.max() < 1.0
        assert around[around > 0].min() > 0.12


@pytest.mark.parametrize("mode", ["residual", "replace"])
@pytest.mark.parametrize("knobs", KNOBS.values(), ids=KNOBS)
def test_alpha_and_foreign_layers_stay_to_the_bit(make_shot, mode, knobs):
    rendered = render_frame(make_shot(mode, **knobs), 1001)
    before, after = plate_frame().groups[0].pixels, rendered.frame.groups[0].pixels
    assert before[..., 3:].tobytes() == after[..., 3:].tobytes()
    assert (before[..., :3] != after[..., :3]).any()
