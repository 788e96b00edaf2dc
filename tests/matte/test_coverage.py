import numpy as np
import pytest

from faceplate.align import crop_matrix, invert, resample, transform, window_through
from faceplate.matte import FaceMatteSettings, face_matte, outline_matte
from faceplate.matte.coverage import _as_halves, coverage_in_crop, least_coverage
from faceplate.models import CropGeometry
from faceplate.values import Crop, Swap, Window

SIDE = 128
GEOMETRY = CropGeometry(scale=2.0, centre=(0.5, 0.5))
DATA = Window(-20, -10, 1200, 1000)
FACE_PX = 300.0
ALIGNMENT = np.array([[1 / FACE_PX, 0, -1.5], [0, 1 / FACE_PX, -1.0]])
MIDDLE = np.array([600.0, 450.0])


def swap(**mattes):
    crop = Crop(
        np.zeros((SIDE, SIDE, 3), np.float32),
        crop_matrix(ALIGNMENT, GEOMETRY, SIDE),
        np.zeros((SIDE, SIDE, 3), np.float32),
    )
    return Swap(
        crop.rgb_model, {name: np.full((SIDE, SIDE), level, np.float32) for name, level in mattes.items()}, crop
    )


def ring(radius_px, middle=MIDDLE):
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    return middle + radius_px * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def matte_of(outline, settings=None, data=DATA, **mattes):
    return face_matte(outline, swap(**mattes), GEOMETRY, data, settings or FaceMatteSettings())


def distance_from_middle(window):
    y, x = np.mgrid[window.top : window.bottom, window.left : window.right] + 0.5
    return np.hypot(x - MIDDLE[0], y - MIDDLE[1])


def test_the_middle_is_covered_and_beyond_the_outline_there_is_nothing():
    matte = matte_of(ring(250))
    assert matte.coverage.min() >= 0
    assert matte.coverage.max() == 1
    away = distance_from_middle(matte.window)
    assert (matte.coverage[away < 200] == 1).all()
    assert (matte.coverage[away > 250 + 4] == 0).all()


def test_the_edge_falls_over_the_feathers_width():
    matte = matte_of(ring(250), FaceMatteSettings(feather=20.0))
    away = distance_from_middle(matte.window)
    middle_of_edge = np.abs(away - (250 - 0.5 * 0.2 * FACE_PX)) < 1
    np.testing.assert_allclose(matte.coverage[middle_of_edge], 0.5, atol=0.05)


def test_erode_draws_the_edge_in_by_hundredths_of_the_face_square():
    eroded = matte_of(ring(250), FaceMatteSettings(erode=10.0))
    smaller = matte_of(ring(250 - 0.1 * FACE_PX))
    area = [matte.coverage.sum() for matte in (eroded, smaller)]
    assert area[0] == pytest.approx(area[1], rel=2e-3)


def test_the_window_is_the_tightest_that_holds_the_matte():
    matte = matte_of(ring(250))
    for edge in (matte.coverage[0], matte.coverage[-1], matte.coverage[:, 0], matte.coverage[:, -1]):
        assert edge.any()


def test_coverage_survives_half_float():
    coverage = matte_of(ring(250), face=0.7).coverage
    np.testing.assert_array_equal(coverage, coverage.astype(np.float16).astype(np.float32))


@pytest.mark.parametrize(("level", "knob", "covered"), [(0.5, 1.0, 0.5), (0.5, 0.0, 1.0), (0.0, 0.5, 0.5)])
def test_the_models_matte_narrows_as_far_as_its_knob_says(level, knob, covered):
    matte = matte_of(ring(250), FaceMatteSettings(model_matte=knob), face=level)
    at_the_middle = matte.coverage[distance_from_middle(matte.window) < 100]
    np.testing.assert_allclose(at_the_middle, covered, atol=1e-3)


def test_a_model_that_sees_no_face_leaves_an_empty_matte():
    assert matte_of(ring(250), face=0.0).window.is_empty


def test_a_face_at_the_plates_edge_is_cut_off_there():
    data = Window(0, 0, 620, 460)
    matte = matte_of(ring(250), data=data)
    assert matte.window.intersect(data) == matte.window
    assert matte.window.right == data.right


def test_a_face_beyond_the_plate_leaves_an_empty_matte():
    assert matte_of(ring(250), data=Window(0, 0, 100, 100)).window.is_empty


def test_an_outline_that_moves_by_a_tenth_of_a_pixel_moves_its_matte_by_as_much():
    def centroid(matte):
        return (distance_from_left(matte.window) * matte.coverage).sum() / matte.coverage.sum()

    def distance_from_left(window):
        return np.arange(window.left, window.right) + 0.5

    still, moved = matte_of(ring(250)), matte_of(ring(250, MIDDLE + np.array([0.1, 0])))
    assert centroid(moved) - centroid(still) == pytest.approx(0.1, abs=0.01)


def test_a_turned_crop_gives_the_same_matte():
    angle = np.radians(30)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.column_stack([turn @ ALIGNMENT[:, :2], turn @ (ALIGNMENT[:, 2] - 0.5) + 0.5])
    crop = Crop(
        np.zeros((SIDE, SIDE, 3), np.float32),
        crop_matrix(matrix, GEOMETRY, SIDE),
        np.zeros((SIDE, SIDE, 3), np.float32),
    )
    turned = face_matte(ring(200), Swap(crop.rgb_model, {}, crop), GEOMETRY, DATA, FaceMatteSettings())
    middle = transform(invert(crop.plate_to_crop), np.array([SIDE / 2, SIDE / 2]))
    np.testing.assert_allclose(middle, MIDDLE, atol=1e-6)
    assert turned.coverage.sum() == pytest.approx(matte_of(ring(200)).coverage.sum(), rel=2e-3)


@pytest.mark.parametrize("settings", [FaceMatteSettings(), FaceMatteSettings(erode=-20.0, feather=30.0)])
def test_without_a_model_the_outline_alone_covers_what_it_covers_beside_one_that_has_no_matte(settings):
    alone = outline_matte(ring(200), ALIGNMENT, DATA, settings)
    beside = matte_of(ring(200), settings)
    # The two are drawn in crops of different size: 146 and 64 pixels to the face square.
    np.testing.assert_allclose(over_plate(alone), over_plate(beside), atol=0.02)


def over_plate(matte):
    whole = np.zeros((DATA.height, DATA.width), np.float32)
    whole[matte.window.slices(DATA)] = matte.coverage
    return whole


def test_an_outline_let_out_by_half_a_face_square_is_still_covered_whole():
    matte = outline_matte(ring(300), ALIGNMENT, DATA, FaceMatteSettings(erode=-50.0, feather=1.0))
    assert matte.coverage.sum() == pytest.approx(np.pi * 450**2, rel=0.01)


def test_coverage_is_rounded_as_numpy_rounds_to_halves():
    between = np.nextafter(np.float16(0.25), np.float16(1)).astype(np.float32)
    ties = np.float32([0.25 + (between - 0.25) / 2, between + (between - 0.25) / 2])
    random = np.random.default_rng(0).uniform(-0.2, 1.2, 4000).astype(np.float32)
    coverage = np.concatenate([random, random / 500, ties])[np.newaxis]
    expected = np.clip(coverage, 0, 1)
    expected[expected < least_coverage] = 0
    _as_halves(coverage.view(np.uint32), coverage, least_coverage)
    np.testing.assert_array_equal(coverage, expected.astype(np.float16).astype(np.float32))


def test_a_face_that_is_smaller_than_its_crop_is_covered_as_in_the_whole_crop():
    small = ALIGNMENT * [[8.0, 8.0, 1.0]]
    small[:, 2] = 0.5 - small[:, :2] @ [300.0, 250.0]
    matrix = crop_matrix(small, GEOMETRY, SIDE)
    crop = Crop(np.zeros((SIDE, SIDE, 3), np.float32), matrix, np.zeros((SIDE, SIDE, 3), np.float32))
    made = Swap(crop.rgb_model, {}, crop)
    outline, settings = ring(14.0, np.array([300.0, 250.0])), FaceMatteSettings()
    matte = face_matte(outline, made, GEOMETRY, DATA, settings)
    side = Window(0, 0, SIDE, SIDE)
    whole = window_through(invert(matrix), side)
    drawn = coverage_in_crop(outline, made, GEOMETRY, settings)
    expected = np.clip(resample(drawn, side, invert(matrix), whole), 0, 1)
    expected[expected < least_coverage] = 0
    seen = np.zeros_like(expected)
    seen[matte.window.slices(whole)] = matte.coverage
    np.testing.assert_allclose(seen, expected, atol=1e-3)
