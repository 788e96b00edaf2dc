import numpy as np
import pytest

from faceplate.align import fit_alignment
from faceplate.align.template import mean_face, steady_points
from faceplate.track.solve.smooth import runs, smooth_run
from faceplate.track.topology import mesh_to_68

FRAMES = 40
PLACE = np.arange(FRAMES)


@pytest.fixture
def points():
    """A face in one pose, about 200 px wide: points x 3, those that align it in the mean face's places."""
    face = np.random.default_rng(3).random((478, 3))
    face[np.array(mesh_to_68)[list(steady_points)], :2] = mean_face
    return face * 200


def alignments(moving):
    return np.array([fit_alignment(frame[list(mesh_to_68), :2]) for frame in moving])


def smoothed(moving, period=6.0):
    return smooth_run(moving, alignments(moving), np.ones(len(moving)), period)


def moved(points, x, y=0.0):
    shift = np.stack([x, y * np.ones_like(x), np.zeros_like(x)], axis=-1)
    return points + shift[:, None]


@pytest.mark.parametrize("frames", [1, 2])
def test_runs_shorter_than_three_frames_are_untouched(points, frames):
    jumping = moved(points, np.array([0.0, 50.0])[:frames])
    assert np.array_equal(smoothed(jumping), jumping)


def test_no_smoothing_leaves_every_bit(points):
    jittered = points + np.random.default_rng(1).normal(size=(FRAMES, 478, 3))
    assert np.array_equal(smoothed(jittered, 0.0), jittered)


@pytest.mark.parametrize("frames", [3, 4, 5, 40])
def test_a_move_of_constant_velocity_passes_without_lag(points, frames):
    moving = moved(points, 13.7 * np.arange(frames), -4.2 * np.arange(frames))
    np.testing.assert_allclose(smoothed(moving), moving, atol=1e-6)


def test_a_steady_zoom_passes_unchanged(points):
    zooming = points * (1 + 0.02 * PLACE[:, None, None])
    np.testing.assert_allclose(smoothed(zooming), zooming, atol=1e-6)


def test_a_rigid_face_stays_rigid_under_a_shaking_camera(points):
    shake = np.random.default_rng(2).normal(0, 5, (FRAMES, 2))
    calm = smoothed(moved(points, shake[:, 0], shake[:, 1]))
    shape = calm - calm.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(shape, np.broadcast_to(points - points.mean(axis=0), shape.shape), atol=1e-6)


def test_one_slipped_frame_does_not_pull_on_its_neighbours(points):
    moving = moved(points, 2.0 * PLACE)
    slipped = moving.copy()
    slipped[20] += [60.0, -40.0, 0.0]
    np.testing.assert_allclose(smoothed(slipped), moving, atol=0.5)


def test_a_sudden_start_is_not_taken_for_a_slip(points):
    start = moved(points, np.maximum(0, PLACE - 20) * 12.0)
    off = np.abs(smoothed(start) - start).max()
    assert off < 12.0


def test_a_jump_cut_is_not_smeared_over_the_frames_beside_it(points):
    jump = moved(points, 0.5 * PLACE + np.where(PLACE < 20, 0.0, 35.0))
    np.testing.assert_allclose(smoothed(jump), jump, atol=1e-6)


def test_smoothing_does_not_depend_on_where_the_face_is(points):
    jittered = points + np.random.default_rng(4).normal(size=(FRAMES, 478, 3))
    shift = np.array([3000.0, -70.0, 0.0])
    np.testing.assert_allclose(smoothed(jittered + shift), smoothed(jittered) + shift, atol=1e-5)


@pytest.mark.parametrize(
    ("numbers", "seen", "expected"),
    [
        ((1, 2, 3, 4), {0, 1, 2, 3}, [(0, 4)]),
        ((1, 2, 3, 4), {0, 1, 3}, [(0, 2), (3, 4)]),
        ((1, 2, 9, 10), {0, 1, 2, 3}, [(0, 2), (2, 4)]),
        ((1, 3, 5), {0, 1, 2}, [(0, 1), (1, 2), (2, 3)]),
        ((1, 2), set(), []),
    ],
)
def test_a_run_ends_where_a_frame_is_missing(numbers, seen, expected):
    assert [(run.start, run.stop) for run in runs(numbers, seen)] == expected
