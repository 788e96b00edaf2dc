from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faceplate.colour import to_working
from faceplate.errors import StorageError
from faceplate.grain import FaceDegrainSettings, FaceRegrainSettings
from faceplate.graph import Outputs, Shot, deliver_shot, open_encoded_plate, shot_job
from faceplate.plate import as_dpx10, as_still16, normalised, open_plate
from faceplate.swap import FaceSwapSettings, load_model
from faceplate.values import Sample
from shots import ENCODING, known_track, some_grain, write_plate
from swap_models import write_model

FRAMES = (1001, 1002, 1003, 1004)


@pytest.fixture
def make_shot(tmp_path):
    def make(gain=0.8, suffix="exr", **about):
        plate = open_encoded_plate(write_plate(tmp_path / "plate", FRAMES, suffix, **about), None, ENCODING)
        track = known_track(FRAMES, unseen=(1003,))
        model = load_model(write_model(tmp_path / "m.onnx", gain=gain))
        return Shot(plate, track, track.people[0], model, some_grain(), FaceSwapSettings(mode="replace"))

    return make


@pytest.fixture
def outputs(tmp_path):
    out = tmp_path / "out"
    finished = (str(out / "exr" / "done.%04d.exr"), str(out / "dpx" / "done.####.dpx"))
    return Outputs(finished, str(out / "matte.%04d.exr"), str(out / "swap.%04d.exr"))


def deliver(shot, outputs, frames=FRAMES, **about):
    return deliver_shot(shot, frames, outputs, shot_job(shot, {}), **about)


def coverage_of(outputs, number, data):
    matte = open_plate(outputs.matte).read(number)
    covered = np.zeros((data.height, data.width), bool)
    covered[matte.header.data.slices(data)] = matte.groups[0].pixels[..., 0] > 0
    return covered


@pytest.mark.parametrize("sample", [Sample.HALF, Sample.FLOAT])
def test_the_files_hold_the_plate_outside_the_matte_to_the_bit_and_its_header(make_shot, outputs, sample):
    shot = make_shot(sample=sample)
    deliver(shot, outputs)
    delivered, ten_bit = (open_plate(pattern) for pattern in outputs.finished)
    for number in FRAMES:
        before, after = shot.plate.read(number), delivered.read(number)
        data = before.header.data
        outside = ~coverage_of(outputs, number, data)
        assert after.sample is sample
        assert (before.stored(data) == after.stored(data)).all(axis=-1)[outside].all()
        ours = {entry.name for entry in after.header.attributes if entry.name.startswith("faceplate/")}
        kept = tuple(entry for entry in after.header.attributes if entry.name not in ours)
        assert kept == before.header.attributes
        assert ours
        codes = as_dpx10(before).stored(data)
        assert (codes == ten_bit.read(number).stored(data)).all(axis=-1)[outside].all()


def test_a_dpx_plate_leaves_as_dpx_with_its_codes_outside_the_matte(make_shot, outputs):
    shot = make_shot(suffix="dpx")
    deliver(shot, outputs)
    delivered = open_plate(outputs.finished[1])
    for number in FRAMES:
        before, after = shot.plate.read(number), delivered.read(number)
        data = before.header.data
        outside = ~coverage_of(outputs, number, data)
        assert (before.stored(data) == after.stored(data)).all(axis=-1)[outside].all()
        assert after.header.attributes == before.header.attributes


@pytest.mark.parametrize(
    ("suffix", "sample"),
    [
        ("tif", Sample.UINT8),
        ("tif", Sample.UINT16),
        ("tif", Sample.FLOAT),
        ("png", Sample.UINT8),
        ("png", Sample.UINT16),
    ],
)
def test_a_tiff_or_png_plate_leaves_in_its_own_samples_with_all_that_stands_beside_the_face(
    make_shot, outputs, tmp_path, suffix, sample
):
    shot = make_shot(suffix=suffix, sample=sample, channels=("R", "G", "B", "A"))
    pattern = str(tmp_path / "out" / f"done.%04d.{suffix}")
    deliver(shot, replace(outputs, finished=(pattern,)))
    for number in FRAMES:
        before, after = shot.plate.read(number), open_plate(pattern).read(number)
        outside = ~coverage_of(outputs, number, before.header.data)
        same = before.groups[0].pixels == after.groups[0].pixels
        assert same.all(axis=-1)[outside].all()
        assert same[..., 3].all()
        assert after.header == before.header
        assert same.all() == (number == 1003)
    untouched = Path(pattern % 1003).read_bytes()
    assert untouched == (tmp_path / "plate" / f"plate.1003.{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_an_exr_plate_leaves_as_the_16_bit_codes_of_its_samples(make_shot, outputs, tmp_path, suffix):
    shot = make_shot(channels=("R", "G", "B", "A"))
    pattern = str(tmp_path / "out" / f"done.%04d.{suffix}")
    deliver(shot, replace(outputs, finished=(pattern,)))
    for number in FRAMES:
        before, after = shot.plate.read(number), open_plate(pattern).read(number)
        data = before.header.data
        outside = ~coverage_of(outputs, number, data)
        codes = as_still16(before, after.header.file_format).groups[0].pixels
        assert after.header.channels == ("R", "G", "B", "A")
        assert (codes == after.groups[0].pixels).all(axis=-1)[outside].all()


def test_a_stopped_render_goes_on_where_it_was_with_the_same_pixels(make_shot, outputs, tmp_path):
    shot = make_shot()
    deliver(shot, outputs, FRAMES[:2])
    progress = deliver(shot, outputs)
    assert progress.made == FRAMES[2:]
    assert progress.done_before == FRAMES[:2]
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.dpx")}
    for path in (tmp_path / "out").rglob("receipts/*"):
        path.unlink()
    assert deliver(shot, outputs).made == FRAMES
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.dpx")}


def test_frames_in_which_nobody_is_seen_are_told(make_shot, outputs):
    assert deliver(make_shot(), outputs).without_face == (1003,)


def test_a_changed_model_makes_every_frame_anew(make_shot, outputs):
    deliver(make_shot(), outputs)
    assert deliver(make_shot(gain=0.5), outputs).made == FRAMES


def test_a_shot_that_is_degrained_on_a_gpu_is_another_job(make_shot):
    on_the_cpu = replace(make_shot(), degrain_settings=FaceDegrainSettings())
    jobs = [shot_job(each, {}) for each in (on_the_cpu, replace(on_the_cpu, degrain_device="cuda"))]
    assert "degrain" not in jobs[0].inputs
    assert jobs[1].inputs["degrain"]["device"] == "cuda"
    assert jobs[0].digest != jobs[1].digest


def test_a_truncated_frame_is_made_again(make_shot, outputs):
    shot = make_shot()
    deliver(shot, outputs)
    broken = open_plate(outputs.finished[0]).source.replace("%04d", "1002")
    with Path(broken).open("r+b") as stream:
        stream.truncate(100)
    assert deliver(shot, outputs).made == (1002,)


def test_the_matte_and_face_layers_rebuild_the_composite_over_the_plate(make_shot, outputs):
    shot = replace(make_shot(sample=Sample.FLOAT), regrain_settings=FaceRegrainSettings(amount=0.0))
    deliver(shot, outputs)
    layer = open_plate(outputs.swap).read(1002)
    window = layer.header.data
    assert layer.header.channels == ("R", "G", "B", "A")
    assert layer.header.display == shot.plate.read(1002).header.display
    face = layer.groups[0].pixels.astype(np.float32)

    def linear(frame):
        return to_working(ENCODING)(normalised(frame.stored(window), frame.sample))

    over = face[..., :3] + linear(shot.plate.read(1002)) * (1 - face[..., 3:])
    np.testing.assert_allclose(over, linear(open_plate(outputs.finished[0]).read(1002)), rtol=4e-3, atol=4e-4)


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_rendered(make_shot, outputs, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "exr").write_text("a file stands here")
    rendered = []
    with pytest.raises(StorageError, match="the right to write"):
        deliver(make_shot(), outputs, on_frame=rendered.append)
    assert not rendered
