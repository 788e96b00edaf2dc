import numpy as np
import pytest

from faceplate.align import fit_alignment
from faceplate.align.template import mean_face, steady_points
from faceplate.track.solve.expression import garrote, keep_expression
from faceplate.track.topology import lips_outer, mesh_to_68

FRAMES = 40


@pytest.fixture
def calm():
    """A face that holds still, frames x points x 3, 200 px wide."""
    face = np.random.default_rng(3).random((478, 3))
    face[np.array(mesh_to_68)[list(steady_points)], :2] = mean_face
    return np.repeat(face[None] * 200, FRAMES, axis=0)


def kept(measured, calm, trust=None):
    to_face = np.array([fit_alignment(each[list(mesh_to_68), :2]) for each in calm])
    return keep_expression(measured, calm, to_face, np.ones(FRAMES) if trust is None else trust)


def opened(calm, frame):
    measured = calm.copy()
    measured[frame, list(lips_outer), 1] += 12.0
    return measured


def test_how_the_whole_face_was_measured_to_move_does_not_come_back(calm):
    shake = np.random.default_rng(1).normal(0, 3, (FRAMES, 1, 3)) * [1, 1, 0]
    growth = 1 + np.random.default_rng(2).normal(0, 0.01, (FRAMES, 1, 1))
    np.testing.assert_allclose(kept(calm * growth + shake, calm), calm, atol=1e-9)


def test_lips_that_move_on_their_own_move_so_however_the_face_shakes(calm):
    shaken = opened(calm, 20) + np.random.default_rng(1).normal(0, 3, (FRAMES, 1, 3)) * [1, 1, 0]
    moved = kept(shaken, calm) - calm
    np.testing.assert_allclose(moved[20, list(lips_outer), 1], 12.0, atol=0.5)
    assert np.abs(np.delete(moved, list(lips_outer), axis=1)).max() < 0.5


def test_frames_that_are_not_trusted_stay_calm(calm):
    trust = np.ones(FRAMES)
    trust[20] = 0.0
    np.testing.assert_allclose(kept(opened(calm, 20), calm, trust), calm, atol=1e-9)


def test_what_is_kept_of_a_departure_grows_from_nothing_at_the_threshold():
    np.testing.assert_allclose(garrote(np.array([0.0, 1.0, 2.0, 100.0]), 1.0), [0, 0, 0.75, 0.9999])
