import numpy as np
import pytest

from faceplate.align import crop_matrix, fit_alignment, fit_similarity, invert, transform
from faceplate.align.template import mean_face, steady_points
from faceplate.errors import TrackError
from faceplate.models import CropGeometry


def similarity(scale, turn_deg, shift):
    angle = np.radians(turn_deg)
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([linear, shift])


def landmarks_on(matrix):
    points = np.zeros((68, 2))
    points[list(steady_points)] = transform(matrix, mean_face)
    return points


@pytest.mark.parametrize("seed", range(20))
def test_a_moved_mean_face_gives_back_the_move_that_made_it(seed):
    random = np.random.default_rng(seed)
    matrix = similarity(random.uniform(50, 1500), random.uniform(-180, 180), random.uniform(-500, 4000, 2))
    np.testing.assert_allclose(fit_alignment(landmarks_on(matrix)), invert(matrix), rtol=1e-9, atol=1e-9)


def test_no_other_similarity_comes_nearer_than_the_fit():
    random = np.random.default_rng(5)
    source, target = random.normal(size=(33, 2)) * 90 + 400, random.normal(size=(33, 2))

    def residual(matrix):
        return ((transform(matrix, source) - target) ** 2).sum()

    fitted = fit_similarity(source, target)
    for change in random.normal(scale=1e-4, size=(200, 4)):
        a, b = fitted[0, 0] + change[0], fitted[1, 0] + change[1]
        near = np.array([[a, -b, fitted[0, 2] + change[2]], [b, a, fitted[1, 2] + change[3]]])
        assert residual(near) >= residual(fitted)


def test_a_mirrored_face_is_fitted_by_a_turn_and_not_by_a_mirror():
    fitted = fit_similarity(mean_face * [-1, 1], mean_face)
    assert np.linalg.det(fitted[:, :2]) > 0


def test_an_anamorphic_face_aligns_as_its_square_pixel_picture_does():
    matrix = similarity(400, 10, (900, 500))
    square = landmarks_on(matrix)
    squeezed = square / [2.0, 1.0]
    in_square = transform(fit_alignment(square), square)
    np.testing.assert_allclose(transform(fit_alignment(squeezed, 2.0), squeezed), in_square, atol=1e-9)


def test_points_on_one_spot_are_refused_with_the_next_step():
    with pytest.raises(TrackError, match=r"landmarks that lie apart.*by hand"):
        fit_alignment(np.full((68, 2), 7.0))


def test_a_crop_puts_the_named_centre_in_its_middle_and_spans_its_scale():
    alignment = invert(similarity(300, 25, (1000, 800)))
    matrix = crop_matrix(alignment, CropGeometry(scale=2.0, centre=(0.5, 0.43)), 256)
    middle = transform(invert(alignment), np.array([0.5, 0.43]))
    np.testing.assert_allclose(transform(matrix, middle), [128, 128], atol=1e-9)
    assert np.sqrt(np.linalg.det(invert(matrix)[:, :2])) == pytest.approx(300 * 2.0 / 256)


def test_the_whole_face_crop_is_deepfacelabs_closed_form():
    padding = 0.40
    k = 1 + 2 * np.sqrt(2) * padding
    alignment = invert(similarity(512, -8, (700, 650)))
    point = np.array([880.0, 910.0])
    expected = 224 * ((transform(alignment, point) - [0.5, 0.43]) / k + 0.5)
    matrix = crop_matrix(alignment, CropGeometry(scale=k, centre=(0.5, 0.43)), 224)
    np.testing.assert_allclose(transform(matrix, point), expected, atol=1e-9)


def test_an_inverse_returns():
    matrix = similarity(3.7, 33, (12, -9))
    np.testing.assert_allclose(transform(invert(matrix), transform(matrix, np.eye(2))), np.eye(2), atol=1e-12)
