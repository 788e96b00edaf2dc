"""A frame's face goes through the model once, however many ask for it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from batch_models import write_convolutions
from faceplate.errors import ModelError
from faceplate.graph import Shot, open_encoded_plate, render_frame, shot_job
from faceplate.swap import FaceSwapSettings, load_model
from faceplate.swap.sessions import SharedSession
from shots import ENCODING, known_track, some_grain, write_plate
from swap_models import write_model

FRAMES = tuple(range(1001, 1007))


@pytest.fixture
def make_shot(tmp_path):
    pattern = write_plate(tmp_path / "plate", FRAMES)

    def make(model, **knobs):
        plate, track = open_encoded_plate(pattern, None, ENCODING), known_track(FRAMES)
        settings = FaceSwapSettings(mode="replace", **knobs)
        return Shot(plate, track, track.people[0], model, some_grain(), settings)

    return make


def stored(rendered):
    return rendered.frame.stored(rendered.frame.header.data)


SMOOTH = {"colour_smooth": 2, "colour_match_method": "mean_variance"}


def test_in_a_sequence_matched_over_frames_each_frame_goes_through_the_model_once(make_shot, tmp_path, runs):
    shot = make_shot(load_model(write_model(tmp_path / "m.onnx", gain=0.7)), **SMOOTH)
    sequence = [stored(render_frame(shot, number)) for number in FRAMES]
    assert len(runs) == len(set(runs)) == len(FRAMES)
    alone = [stored(render_frame(make_shot(shot.model, **SMOOTH), number)) for number in FRAMES]
    assert np.array_equal(sequence, alone)


def test_threads_that_need_the_same_frame_run_it_once(make_shot, tmp_path, runs):
    shot = make_shot(load_model(write_model(tmp_path / "m.onnx", gain=0.7)), **SMOOTH)
    with ThreadPoolExecutor(3) as threads:
        made = list(threads.map(lambda number: stored(render_frame(shot, number)), FRAMES))
    assert len(runs) == len(FRAMES)
    assert np.array_equal(made, [stored(render_frame(make_shot(shot.model, **SMOOTH), each)) for each in FRAMES])


def test_without_frames_around_nothing_is_kept(make_shot, tmp_path):
    shot = make_shot(load_model(write_model(tmp_path / "m.onnx", gain=0.7)))
    render_frame(shot, 1001)
    assert shot.answers.held_bytes == 0


def test_what_is_kept_is_bounded(make_shot, tmp_path):
    shot = make_shot(load_model(write_model(tmp_path / "m.onnx", gain=0.7)), **SMOOTH)
    shot.answers.limit_bytes = 300_000
    made = [stored(render_frame(shot, number)) for number in FRAMES]
    assert 0 < shot.answers.held_bytes <= 300_000
    assert np.array_equal(made, [stored(render_frame(make_shot(shot.model, **SMOOTH), each)) for each in FRAMES])


@pytest.mark.parametrize("passes", [1, 2])
def test_batches_over_frames_and_passes_give_the_frame_of_single_runs(make_shot, tmp_path, passes):
    """Bits on the processors measured so far; what is promised is a part of a code."""
    model = load_model(write_convolutions(tmp_path / "m.onnx"))
    single = [stored(render_frame(make_shot(model, passes=passes), number)) for number in FRAMES]
    shot = make_shot(replace(model, batch=3), passes=passes)
    with ThreadPoolExecutor(3) as threads:
        batched = list(threads.map(lambda number: stored(render_frame(shot, number)), FRAMES))
    np.testing.assert_allclose(np.float32(batched), np.float32(single), atol=0.5 / 1023, rtol=0)


def test_a_model_that_gives_nan_is_refused_with_the_frame(make_shot, tmp_path):
    model = load_model(write_model(tmp_path / "m.onnx", gain=float("nan")))
    with pytest.raises(ModelError, match=r"m\.onnx.* frame 1003: expected finite output .* values NaN"):
        render_frame(make_shot(model), 1003)


def test_a_fault_in_a_frame_around_is_told_of_that_frame(make_shot, tmp_path, monkeypatch):
    shot, run = make_shot(load_model(write_model(tmp_path / "m.onnx", gain=0.7)), **SMOOTH), SharedSession._bound
    given = []

    def fails_in_the_second(self, inputs, outputs):
        given.append(inputs)
        (made,) = run(self, inputs, outputs[:1])
        return [
            np.full_like(made, np.nan if len(given) == 2 else 0.5),
            *([np.ones_like(made[:, :1])] * len(outputs[1:])),
        ]

    monkeypatch.setattr(SharedSession, "_bound", fails_in_the_second)
    with pytest.raises(ModelError, match=r"person1, frame 1001: expected finite output"):
        render_frame(shot, 1003)


@pytest.mark.parametrize("passes", [2, 3])
def test_a_model_that_changes_nothing_leaves_the_plate_alone_in_passes_too(make_shot, tmp_path, passes):
    shot = make_shot(load_model(write_model(tmp_path / "m.onnx")), passes=passes)
    shot = replace(shot, swap_settings=replace(shot.swap_settings, mode="residual"))
    rendered = render_frame(shot, 1002)
    assert np.array_equal(stored(rendered), shot.plate.read(1002).stored(rendered.frame.header.data))


def test_passes_change_the_picture_of_a_model_that_does(make_shot, tmp_path):
    model = load_model(write_convolutions(tmp_path / "m.onnx"))
    once, twice = (stored(render_frame(make_shot(model, passes=passes), 1002)) for passes in (1, 2))
    assert (once != twice).any()


def test_a_receipt_tells_of_a_batch_for_it_may_move_the_last_bit(make_shot, tmp_path):
    model = load_model(write_model(tmp_path / "m.onnx", gain=0.7))
    jobs = [shot_job(make_shot(replace(model, batch=batch)), {}) for batch in (1, 4)]
    assert [job.inputs["model"].get("batch") for job in jobs] == [None, "4"]
