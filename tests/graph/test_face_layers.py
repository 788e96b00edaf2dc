"""Layers of a swap: an artist's ordinary nodes make the finished picture of them again."""

from dataclasses import replace

import numpy as np
import pytest

from faceplate.align import transform
from faceplate.errors import CallError
from faceplate.grain import FaceRegrainSettings
from faceplate.graph import (
    Outputs,
    RenderSettings,
    Shot,
    deliver_shot,
    layer_kinds,
    layers_named,
    open_encoded_plate,
    open_session,
    render_frame,
    render_script,
    shot_job,
)
from faceplate.graph.render import Box
from faceplate.graph.script import parse_script
from faceplate.plate import open_plate
from faceplate.swap import FaceSwapSettings, load_model
from faceplate.values import Sample, Window
from script_shots import node
from shots import ENCODING, SIZE, known_track, some_grain, write_plate
from swap_models import write_model

FRAMES = (1001, 1002)
ROOT = node(
    "Root", inputs=None, first_frame=1001, last_frame=1002, colorManagement="OCIO",
    format=f"{SIZE[0]} {SIZE[1]} 0 0 {SIZE[0]} {SIZE[1]} 1 shot",
)  # fmt: skip


@pytest.fixture
def make_shot(tmp_path):
    def make(mode="replace", suffix="exr", unseen=(), gain=0.8, matte=1.0, knobs=None, **about):
        plate = open_encoded_plate(write_plate(tmp_path / "plate", FRAMES, suffix, **about), None, ENCODING)
        track = known_track(FRAMES, unseen=unseen, exposure=0.18)
        model = load_model(write_model(tmp_path / "m.onnx", gain=gain, offset=0.1, matte=matte))
        settings = FaceSwapSettings(mode=mode, **(knobs or {}))
        return Shot(plate, track, track.people[0], model, some_grain(), settings)

    return make


def outputs_in(folder, suffix="exr", **about):
    return Outputs((f"{folder}/out/done.%04d.{suffix}",), **about)


def deliver(shot, outputs):
    return deliver_shot(shot, FRAMES, outputs, shot_job(shot, {}))


def reading(file, name, **knobs):
    return node("Read", 0, name=name, file=file, first=1001, last=1002, **knobs)


def merged(plate, layers, out, suffix="exr", below="", **knobs):
    """Renders plate and layers through a Merge over, written as the plate is."""
    about = {"datatype": "16 bit half", "compression": "Zip (16 scanlines)"} if suffix == "exr" else {}
    text = ROOT + layers + reading(plate, "Plate", colorspace=ENCODING)
    text += node("Merge2", 2, name="Over", output="rgb", bbox="B", **knobs) + below
    text += node("Write", 1, name="Write1", file=out, colorspace=ENCODING, channels="rgb", **about)
    render_script(parse_script(text))


def bits(pattern, number=1002):
    frame = open_plate(str(pattern)).read(number)
    stored = np.ascontiguousarray(frame.stored(frame.header.data))
    return stored.view(f"u{stored.itemsize}")


@pytest.mark.parametrize("suffix", ["exr", "dpx"])
@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_changed_pixels_merged_over_the_plate_are_the_finished_picture_bit_for_bit(make_shot, tmp_path, mode, suffix):
    shot = make_shot(mode, suffix)
    outputs = outputs_in(tmp_path, suffix, layers=("changed",), layers_to=f"{tmp_path}/l/{{layer}}.%04d.exr")
    deliver(shot, outputs)
    changed = reading(f"{tmp_path}/l/face_changed.%04d.exr", "Changed", raw="true")
    merged(shot.plate.source, changed, f"{tmp_path}/again/again.%04d.{suffix}", suffix)
    for number in FRAMES:
        finished = bits(outputs.finished[0], number)
        assert np.array_equal(bits(f"{tmp_path}/again/again.%04d.{suffix}", number), finished)
        assert (finished != bits(shot.plate.source, number)).any(axis=-1).mean() > 0.02


@pytest.mark.parametrize("data", [Window(-16, -9, 700, 369), Window(200, 60, 430, 300)])
def test_so_they_do_on_a_plate_with_overscan_and_on_one_that_is_cropped(make_shot, tmp_path, data):
    shot = make_shot(data=data)
    outputs = outputs_in(tmp_path, layers=("changed",), layers_to=f"{tmp_path}/l/{{layer}}.%04d.exr")
    deliver(shot, outputs)
    changed = reading(f"{tmp_path}/l/face_changed.%04d.exr", "Changed", raw="true")
    merged(shot.plate.source, changed, f"{tmp_path}/again/again.%04d.exr")
    assert np.array_equal(bits(f"{tmp_path}/again/again.%04d.exr"), bits(outputs.finished[0]))
    assert not np.array_equal(bits(shot.plate.source), bits(outputs.finished[0]))


def test_so_they_do_with_every_film_feature_on(make_shot, tmp_path):
    knobs = {"blend_bands": 2.0, "detail": 0.7, "sharpness_match": 1.0, "colour_match_method": "covariance", "mix": 0.8}
    shot = make_shot(knobs=knobs)
    outputs = outputs_in(tmp_path, layers=("changed",), layers_to=f"{tmp_path}/l/{{layer}}.%04d.exr")
    deliver(shot, outputs)
    changed = reading(f"{tmp_path}/l/face_changed.%04d.exr", "Changed", raw="true")
    merged(shot.plate.source, changed, f"{tmp_path}/again/again.%04d.exr")
    assert np.array_equal(bits(f"{tmp_path}/again/again.%04d.exr"), bits(outputs.finished[0]))


@pytest.mark.parametrize("layers_to", [None, "together/all.%04d.exr"])
def test_so_they_do_as_a_layer_of_one_exr(make_shot, tmp_path, layers_to):
    shot = make_shot()
    place = layers_to and f"{tmp_path}/{layers_to}"
    outputs = outputs_in(tmp_path, layers=layers_named("all"), layers_to=place)
    deliver(shot, outputs)
    layered = reading(place or outputs.finished[0], "Layers", colorspace=ENCODING)
    merged(shot.plate.source, layered, f"{tmp_path}/again/again.%04d.exr", Achannels="face_changed")
    assert np.array_equal(bits(f"{tmp_path}/again/again.%04d.exr"), bits(outputs.finished[0]))


def test_the_soft_face_over_the_plate_and_the_grain_added_are_the_finished_picture(make_shot, tmp_path):
    shot = make_shot(sample=Sample.FLOAT)
    outputs = outputs_in(tmp_path, layers=("face", "grain"), layers_to=f"{tmp_path}/l/{{layer}}.%04d.exr")
    deliver(shot, outputs)
    face = reading(f"{tmp_path}/l/face.%04d.exr", "Face", raw="true")
    grain = reading(f"{tmp_path}/l/face_grain.%04d.exr", "Grain", raw="true") + node(
        "Merge2", 2, name="Plus", operation="plus", output="rgb", bbox="B"
    )
    # The grain is A of the second Merge, so the first Merge's result has to lie under it on the stack.
    below = "set over [stack 0]\n" + grain.replace("Merge2 {", "push $over\nMerge2 {", 1)
    merged(shot.plate.source, face, f"{tmp_path}/again/again.%04d.exr", below=below)
    again, finished = (
        open_plate(name).read(1002) for name in (f"{tmp_path}/again/again.%04d.exr", outputs.finished[0])
    )
    window = finished.header.data
    np.testing.assert_allclose(again.stored(window).astype(np.float32), finished.stored(window), atol=6e-4)


def test_layers_stand_beside_the_finished_picture_without_changing_it(make_shot, tmp_path):
    shot = make_shot(channels=("R", "G", "B", "A", "Z"))
    deliver(shot, outputs_in(tmp_path / "plain"))
    deliver(shot, outputs_in(tmp_path / "layered", layers=layers_named("all")))
    plain, layered = (open_plate(f"{tmp_path}/{name}/out/done.%04d.exr").read(1002) for name in ("plain", "layered"))
    held = {name: group.pixels[..., at] for group in layered.groups for at, name in enumerate(group.names)}
    for at, name in enumerate(plain.header.channels):
        assert held[name].tobytes() == plain.groups[0].pixels[..., at].tobytes()
    wanted = {f"face_{kind}".removesuffix("_face") for kind in layer_kinds if kind != "to_crop"}
    assert {name.rpartition(".")[0] for name in held} == wanted | {""}
    assert layered.header.data == plain.header.data


def test_a_layer_alone_has_the_tightest_window_and_is_one_pixel_where_nobody_is_seen(make_shot, tmp_path):
    shot = make_shot(unseen=(1001,))
    deliver(shot, outputs_in(tmp_path, layers=layers_named("all"), layers_to=f"{tmp_path}/l/{{layer}}.%04d.exr"))
    changed = open_plate(f"{tmp_path}/l/face_changed.%04d.exr")
    nobody, somebody = (changed.read(number) for number in FRAMES)
    assert nobody.header.data[2:] == (1, 1)
    assert not nobody.groups[0].pixels.any()
    lit = somebody.groups[0].pixels[..., 3] > 0
    assert all(edge.any() for edge in (lit[0], lit[-1], lit[:, 0], lit[:, -1]))
    assert set(np.unique(somebody.groups[0].pixels[..., 3])) == {0.0, 1.0}
    assert somebody.header.display == shot.plate.read(1002).header.display
    assert somebody.sample is Sample.FLOAT


def test_the_raw_layer_is_the_models_answer_before_any_match(make_shot, tmp_path):
    shot = make_shot(gain=0.0)
    rendered = render_frame(shot, 1002)
    deliver(shot, outputs_in(tmp_path, layers=("raw", "matte"), layers_to=f"{tmp_path}/l/{{layer}}.%04d.exr"))
    raw = open_plate(f"{tmp_path}/l/face_raw.%04d.exr").read(1002)
    # The model answers 0.1 of sRGB everywhere, whatever it sees.
    middle = raw.groups[0].pixels[raw.header.data.height // 2, raw.header.data.width // 2].astype(float)
    light = ((0.1 + 0.055) / 1.055) ** 2.4 * 2.0 ** -float(shot.exposure_ev[1].ravel()[0])
    assert middle.mean() == pytest.approx(light, rel=0.02)
    matte = open_plate(f"{tmp_path}/l/face_matte.%04d.exr").read(1002)
    assert np.array_equal(matte.groups[0].pixels[..., 0].astype(np.float32), rendered.composite.weight)


def test_each_matte_is_told_apart(make_shot, tmp_path):
    shot = make_shot(matte=0.5)
    kinds = ("matte", "matte_outline", "matte_model")
    deliver(shot, outputs_in(tmp_path, layers=kinds, layers_to=f"{tmp_path}/l/{{layer}}.%04d.exr"))
    final, outline, model = (
        open_plate(f"{tmp_path}/l/face_{kind}.%04d.exr").read(1002).groups[0].pixels.max() for kind in kinds
    )
    assert (final, outline, model) == pytest.approx((0.5, 1.0, 0.5), abs=0.01)


def test_the_maps_lead_to_the_crop_and_back_as_the_swap_does(make_shot, tmp_path):
    shot = make_shot()
    crop = render_frame(shot, 1002).swap.crop
    side, size = crop.rgb_model.shape[0], np.array(SIZE)
    deliver(shot, outputs_in(tmp_path, layers=("to_plate", "to_crop"), layers_to=f"{tmp_path}/l/{{layer}}.%04d.exr"))
    there, back = (open_plate(f"{tmp_path}/l/face_{kind}.%04d.exr").read(1002) for kind in ("to_plate", "to_crop"))
    assert back.header.display[2:] == (side, side)
    for frame, matrix, read in ((there, crop.plate_to_crop, np.array([side, side])), (back, None, size)):
        uva, data = frame.groups[0].pixels, frame.header.data
        y, x = np.mgrid[data.top : data.bottom, data.left : data.right] + 0.5
        places = np.stack([uva[..., 0], 1 - uva[..., 1]], axis=-1) * read
        points = np.stack([x, y], axis=-1).reshape(-1, 2)
        if matrix is None:
            # From the crop to the plate, and with the swap's own transform back to the crop.
            np.testing.assert_allclose(transform(crop.plate_to_crop, places.reshape(-1, 2)), points, atol=5e-3)
        else:
            np.testing.assert_allclose(places.reshape(-1, 2), transform(matrix, points), atol=5e-3)


def test_grain_is_what_the_finished_picture_has_more_than_the_composite(make_shot, tmp_path):
    shot = replace(make_shot(), regrain_settings=FaceRegrainSettings(amount=0.0))
    deliver(shot, outputs_in(tmp_path, layers=("grain",), layers_to=f"{tmp_path}/l/{{layer}}.%04d.exr"))
    assert not open_plate(f"{tmp_path}/l/face_grain.%04d.exr").read(1002).groups[0].pixels.any()


def test_another_choice_of_layers_is_another_delivery(make_shot, tmp_path):
    shot = make_shot()
    assert deliver(shot, outputs_in(tmp_path)).made == FRAMES
    assert deliver(shot, outputs_in(tmp_path, layers=("matte",))).made == FRAMES
    assert deliver(shot, outputs_in(tmp_path, layers=("matte",))).made == ()


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"layers": ("face",), "suffix": "dpx"}, "an EXR to stand in"),
        ({"layers": ("to_crop",)}, "no picture of the plate"),
        ({"layers": ("to_crop",), "layers_to": "all.%04d.exr"}, "put {layer} into the name"),
        ({"layers_to": "{layer}.%04d.exr"}, "name them with --layers"),
        ({"layers": ("face",), "layers_to": "{layer}.%04d.dpx"}, "OUT.%04d.exr"),
        ({"layers": ("face",), "layers_to": "out/done.%04d.exr"}, "the name of another output"),
    ],
)
def test_layers_with_nowhere_to_go_are_refused_before_any_work(make_shot, tmp_path, monkeypatch, about, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CallError) as refusal:
        deliver(make_shot(), outputs_in(tmp_path, **about))
    assert words in str(refusal.value)
    assert not list((tmp_path / "out").glob("*.exr") if (tmp_path / "out").exists() else ())


def test_a_layer_that_there_is_not_is_named_with_those_there_are():
    with pytest.raises(CallError, match=r"some of changed, face, raw.*came 'fcae'"):
        layers_named("face, fcae")
    assert layers_named("matte,changed") == ("changed", "matte")


def test_an_stmap_node_reads_the_models_square_off_the_plate_and_puts_it_back(make_shot, tmp_path):
    shot = make_shot()
    deliver(shot, outputs_in(tmp_path, layers=("to_plate", "to_crop"), layers_to=f"{tmp_path}/l/{{layer}}.%04d.exr"))
    maps = [f"{tmp_path}/l/face_{kind}.%04d.exr" for kind in ("to_crop", "to_plate")]
    text = ROOT + reading(maps[1], "Back", raw="true") + "set back [stack 0]\n" + reading(maps[0], "There", raw="true")
    text += reading(shot.plate.source, "Plate", colorspace=ENCODING)
    text += node("STMap", 2, name="Crop", uv="rgb", channels="rgb")
    text += "set crop [stack 0]\npush $back\npush $crop\n" + node("STMap", 2, name="Again", uv="rgb", channels="rgb")
    session = open_session(parse_script(text), RenderSettings())
    source = {name: session.pull().source(session.named(name), 1002) for name in ("Plate", "Crop", "Again")}
    assert source["Crop"].info.box.shape == (64, 64)
    around = Box(280, 140, 360, 200)
    plate, again = (source[name].plane(around, "rgba.red") for name in ("Plate", "Again"))
    # The ramp of the plate rises by half a percent a pixel, and comes back in its place without its noise.
    np.testing.assert_allclose(again.mean(axis=0), plate.mean(axis=0), rtol=0.05)
    assert again.mean() == pytest.approx(plate.mean(), rel=0.002)
    assert again.std(axis=0).mean() < 0.5 * plate.std(axis=0).mean()
