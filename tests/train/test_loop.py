import numpy as np
import pytest
import torch

from faceplate.errors import ModelError
from faceplate.train import run
from faceplate.train.checkpoint import load_checkpoint


class KilledError(Exception):
    pass


def killed_at(step):
    def on_step(about):
        if about.done == step:
            raise KilledError

    return on_step


def test_the_loss_falls(tiny, tmp_path):
    losses = []
    run(tiny(60, rate=0.01), tmp_path / "run", lambda about: losses.append(about.loss))
    assert len(losses) == 60
    assert np.mean(losses[-10:]) < 0.7 * np.mean(losses[:10])


def test_a_run_that_was_killed_ends_like_one_that_was_not(tiny, tmp_path):
    whole = run(tiny(11), tmp_path / "whole")
    for step in (3, 6, 11):
        with pytest.raises(KilledError):
            run(tiny(11), tmp_path / "killed", killed_at(step))
    resumed = load_checkpoint(run(tiny(11), tmp_path / "killed"))
    expected = load_checkpoint(whole)
    assert resumed.step == expected.step == 11
    assert resumed.tensors.keys() == expected.tensors.keys()
    assert all(torch.equal(each, expected.tensors[name]) for name, each in resumed.tensors.items())


def test_a_finished_run_is_left_as_it_is(tiny, tmp_path):
    finished = run(tiny(4), tmp_path / "run")
    before, steps = finished.read_bytes(), []
    run(tiny(4), tmp_path / "run", steps.append)
    assert steps == []
    assert finished.read_bytes() == before


def test_steps_are_told_with_their_number_and_the_length_of_the_run(tiny, tmp_path):
    told = []
    run(tiny(3), tmp_path / "run", told.append)
    assert [(about.done, about.steps) for about in told] == [(1, 3), (2, 3), (3, 3)]


def test_a_checkpoint_of_other_settings_is_refused(tiny, tmp_path):
    run(tiny(2), tmp_path / "run")
    with pytest.raises(ModelError, match="other settings"):
        run(tiny(3), tmp_path / "run")


def test_nothing_but_the_checkpoint_is_left(tiny, tmp_path):
    path = run(tiny(5), tmp_path / "run")
    assert [each.name for each in (tmp_path / "run").iterdir()] == [path.name]
    assert load_checkpoint(path).step == 5
