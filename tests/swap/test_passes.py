"""Interleaved passes: what the model is shown, and how what it gives is put together again."""

import numpy as np
import onnx
import pytest

from batch_models import open_card, write_network
from faceplate.swap import cut_crop, load_model, region_of
from faceplate.swap.passes import joined_passes, passes_of
from faceplate.values import Crop, Window
from swap_models import SIDE_PX, card, write_model

WHOLE = Window(0, 0, 500, 400)
PLATE = np.random.default_rng(0).random((400, 500, 3), np.float32)
ALIGNMENT = np.array([[0.005, 0.0004, -0.7], [-0.0004, 0.005, -0.5]])

times = pytest.mark.parametrize("passes", [2, 3, 4])


def cut(passes, about=open_card, plate=PLATE):
    region = region_of(ALIGNMENT, about, WHOLE)
    return cut_crop(plate[region.slices(WHOLE)], region, ALIGNMENT, about, "keys", passes)


def convolved(picture, kernel, apart):
    """Each pixel from those so many pixels away, in double precision; zeros beyond."""
    wide = np.pad(picture.astype(np.float64), ((apart, apart), (apart, apart), (0, 0)))
    rows, columns = picture.shape[:2]
    parts = [
        kernel[down, across] * wide[down * apart : down * apart + rows, across * apart : across * apart + columns]
        for down, across in np.ndindex(3, 3)
    ]
    return np.sum(parts, axis=0)


def test_passes_are_counted_row_by_row_and_join_to_what_they_were_taken_from():
    fine = np.arange(36).reshape(6, 6)
    parts = passes_of(fine, 2)
    assert [int(part[0, 0]) for part in parts] == [0, 1, 6, 7]
    assert np.array_equal(joined_passes(parts, 2), fine)


@times
def test_a_model_that_changes_nothing_gives_the_fine_crop_back_bit_for_bit(tmp_path, passes):
    crop = cut(passes)
    assert crop.rgb_model.shape == (passes * SIDE_PX, passes * SIDE_PX, 3)
    for batch in (1, 4):
        swap = load_model(write_network(tmp_path / "m.onnx", [identity()], {}), batch=batch).run(crop)
        assert np.array_equal(swap.rgb_model, crop.rgb_model)


def identity():
    return onnx.helper.make_node("Identity", ["face"], ["swap"])


@times
@pytest.mark.parametrize("batch", [1, 8])
def test_a_model_that_filters_filters_the_fine_crop_with_its_taps_that_far_apart(tmp_path, passes, batch):
    kernel = np.random.default_rng(3).normal(size=(3, 3)).astype(np.float32)
    node = onnx.helper.make_node("Conv", ["face", "weights"], ["swap"], pads=[1] * 4, group=3)
    path = write_network(tmp_path / "m.onnx", [node], {"weights": np.tile(kernel, (3, 1, 1, 1))})
    crop = cut(passes)
    swap = load_model(path, batch=batch).run(crop)
    np.testing.assert_allclose(swap.rgb_model, convolved(crop.rgb_model, kernel, passes), atol=1e-5)


@times
def test_mattes_are_joined_like_the_picture(tmp_path, passes):
    model = load_model(write_model(tmp_path / "m.onnx", card(mattes={"face": "a", "hair": "b"}), matte=0.25))
    mattes = model.run(cut(passes)).mattes
    assert {name: matte.shape for name, matte in mattes.items()} == dict.fromkeys(("face", "hair"), (passes * 64,) * 2)
    assert all((matte == 0.25).all() for matte in mattes.values())


def test_a_matte_that_is_the_face_lies_where_the_face_lies(tmp_path):
    path = write_model(tmp_path / "m.onnx", card(mattes={"face": "matte"}))
    model = onnx.load(path)
    red = onnx.helper.make_node("Slice", ["face", "zero", "one", "one"], ["matte"])
    held = [onnx.numpy_helper.from_array(np.int64([number]), name) for number, name in ((0, "zero"), (1, "one"))]
    del model.graph.node[2:]
    model.graph.node.append(red)
    model.graph.initializer.extend(held)
    onnx.save(model, path)
    crop = cut(3)
    assert np.array_equal(load_model(path).run(crop).mattes["face"], crop.rgb_model[..., 0])


def test_one_pass_is_the_crop_as_ever():
    assert np.array_equal(cut(1).rgb_plate, cut_crop(*once()).rgb_plate)


def once():
    region = region_of(ALIGNMENT, open_card, WHOLE)
    return PLATE[region.slices(WHOLE)], region, ALIGNMENT, open_card


@times
def test_the_fine_crop_lies_over_the_face_as_the_models_own_does(passes):
    own, fine = cut(1).plate_to_crop, cut(passes).plate_to_crop
    np.testing.assert_allclose(fine, own * passes, atol=1e-9)


@times
def test_a_model_that_draws_hard_edges_draws_them_nearer_to_where_they_are(tmp_path, passes):
    """The gain: the edge of a disc, thresholded, to parts of the model's own pixel; its area errs less as well."""
    rows, columns = np.mgrid[:400, :500] + 0.5
    away = np.hypot(columns - 245.3, rows - 180.7) - 60.4
    plate = np.repeat(np.clip(0.5 - away, 0, 1)[..., None], 3, axis=-1).astype(np.float32)
    nodes = [
        onnx.helper.make_node("Greater", ["face", "half"], ["beyond"]),
        onnx.helper.make_node("Cast", ["beyond"], ["swap"], to=onnx.TensorProto.FLOAT),
    ]
    model = load_model(write_network(tmp_path / "m.onnx", nodes, {"half": np.float32(0.5)}))

    def wrong(count):
        """The area that is wrong, in the model's own pixels squared, seen at twelve times their density."""
        crop = cut(count, plate=plate)
        drawn = model.run(crop).rgb_model[..., 0]
        dense = np.kron(drawn, np.ones((12 // count, 12 // count)))
        centres = (np.mgrid[: 12 * SIDE_PX, : 12 * SIDE_PX][::-1] + 0.5) / 12 * count
        linear = np.linalg.inv(crop.plate_to_crop[:, :2])
        x, y = np.tensordot(linear, centres - crop.plate_to_crop[:, 2][:, None, None], 1)
        return np.abs(dense - (np.hypot(x - 245.3, y - 180.7) < 60.4)).sum() / 144

    assert wrong(passes) < 1.25 / passes * wrong(1)


def test_a_batch_is_filled_with_passes(tmp_path):
    model = load_model(write_network(tmp_path / "m.onnx", [identity()], {}, batch=8))
    crop = cut(3)
    assert np.array_equal(model.run(crop).rgb_model, crop.rgb_model)


def test_a_question_tells_apart_what_the_network_is_given_and_nothing_else(tmp_path):
    model = load_model(write_network(tmp_path / "m.onnx", [identity()], {}))
    fine = cut(2)
    elsewhere = Crop(fine.rgb_model.copy(), fine.plate_to_crop + 1, fine.rgb_plate - 1)
    changed = Crop(fine.rgb_model.copy(), fine.plate_to_crop, fine.rgb_plate)
    changed.rgb_model[1, 1, 0] += 0.25
    assert model.question(model.given(elsewhere)) == model.question(model.given(fine))
    assert model.question(model.given(changed)) != model.question(model.given(fine))
