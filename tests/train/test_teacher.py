import numpy as np
import pytest

from faceplate.train import regions
from faceplate.train.canvas import CANVAS_PX, TIMES, blurred, polygon, spot, stroke
from faceplate.train.reshape import Push, Swell, reshaped
from faceplate.train.teacher import face_matte, luma, older, younger


def mean_under(picture, mask):
    return float((picture * mask).sum() / mask.sum())


def test_the_retouch_is_a_picture_of_the_same_kind():
    assert older().shape == younger().shape == (CANVAS_PX, CANVAS_PX, 3)
    assert younger().dtype == np.float32
    assert younger().min() >= 0
    assert younger().max() <= 1


def test_nothing_changes_far_from_the_face():
    far = blurred(face_matte(), 6.0) < 1e-4
    assert far.mean() > 0.4
    assert np.abs(younger() - older())[far].max() < 0.02


@pytest.mark.parametrize("fold", [*regions.smile_folds, *regions.eye_bags])
def test_folds_are_shallower_than_they_were(fold):
    line = stroke(fold, 2.0, 0.6)
    around = np.clip(stroke(fold, 9.0, 1.0) - stroke(fold, 4.0, 1.0), 0, 1) * regions.skin()

    def depth(picture):
        return mean_under(picture @ luma, around) - mean_under(picture @ luma, line)

    assert depth(younger()) < 0.5 * depth(older())


def test_pores_stay():
    cheek = spot(regions.cheeks[0], (5.0, 4.0)) * regions.skin()
    fine = [picture @ luma - blurred(picture @ luma, 0.4) for picture in (older(), younger())]
    before, after = (np.sqrt(mean_under(each**2, cheek)) for each in fine)
    assert 0.7 < after / before < 1.1


def test_the_face_is_covered_and_hair_ears_and_backdrop_are_not():
    matte = face_matte()
    at = [
        (224, 125),
        (204, 160),
        (230, 90),
        (226, 40),
        (175, 125),
        (320, 120),
    ]  # nose, jaw, forehead, hair, ear, backdrop
    columns, rows = ((np.array(at) - (112, 10)) * TIMES).T
    np.testing.assert_allclose(matte[rows, columns], [1, 1, 1, 0, 0, 0], atol=0.25)
    assert matte.min() >= 0
    assert matte.max() <= 1


def test_a_shape_without_changes_returns_the_picture():
    np.testing.assert_array_equal(reshaped(older(), ()), older())


def test_a_push_moves_what_lies_at_its_centre():
    dot = polygon([(223, 121), (225, 121), (225, 123), (223, 123)], 0.5)
    moved = reshaped(np.repeat(dot[..., None], 3, axis=2), (Push((224.0, 122.0), (2.0, 0.0), (30.0, 30.0)),))[..., 0]
    columns = np.arange(CANVAS_PX)
    centres = [(each.sum(axis=0) * columns).sum() / each.sum() for each in (dot, moved)]
    assert (centres[1] - centres[0]) / TIMES == pytest.approx(2.0, abs=0.05)


def test_a_swelling_enlarges_by_its_factor():
    square = polygon([(222, 120), (226, 120), (226, 124), (222, 124)], 0.3)
    swell = Swell((224.0, 122.0), (1.1, 1.0), (60.0, 60.0))
    grown = reshaped(np.repeat(square[..., None], 3, axis=2), (swell,))[..., 0]
    assert grown.sum() / square.sum() == pytest.approx(1.1, abs=0.01)
