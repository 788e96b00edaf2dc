"""The plates of known motion hold what they say: registered by quintic splines, which share no code with the plates."""

import numpy as np
import pytest
from face_bends import Expression, HeadTurn
from moving_face import FACE_MIDDLE, Layer, Scene, camera_path, portrait_picture
from scipy.ndimage import gaussian_filter, map_coordinates, spline_filter

from faceplate.align import transform

SIZE = (640, 480)
FACE_PX = 300.0
MOTION_ERROR_PX = 0.003
# Nose, cheek, brow, mouth, chin, forehead, cheek: portrait pixels.
SPOTS = np.array([[223, 122], [196, 125], [201, 87], [205, 140], [223, 165], [226, 75], [252, 120]], np.float64)
HALF_PATCH_PX = 22
BENT_HALF_PATCH_PX = 12


def scene_of(shift, bends=(), pixel_aspect=1.0, **camera):
    half = (round(SIZE[0] * pixel_aspect / 2) + 40, SIZE[1] // 2 + 40)
    picture = portrait_picture(FACE_PX, half, pixel_aspect)
    path = camera_path(SIZE, FACE_PX, shift, pixel_aspect=pixel_aspect, **camera)
    return Scene(SIZE, len(shift), (Layer(picture, path, tuple(bends)),), pixel_aspect)


def log_grey(scene, place):
    return np.log2(np.maximum(scene.clean(place), 0).mean(axis=-1) + 0.02).astype(np.float64)


def registered(template, spline, middle, start, half=HALF_PATCH_PX):
    """Where the patch of `template` around `middle` lies in another picture: affine Gauss-Newton, x and y.

    All in coordinates with the first pixel's centre at 0.
    """
    rows, columns = np.mgrid[-half : half + 1, -half : half + 1].astype(float)
    patch = map_coordinates(template, [rows + middle[1], columns + middle[0]], order=5, prefilter=False)
    weight = np.exp(-(rows**2 + columns**2) / (half / 1.5) ** 2)
    matrix = np.column_stack([np.eye(2), start])
    for _ in range(30):
        at = np.stack([columns, rows], axis=-1) @ matrix[:, :2].T + matrix[:, 2]
        read = [
            map_coordinates(spline, [at[..., 1] + dy, at[..., 0] + dx], order=5, prefilter=False)
            for dx, dy in ((0, 0), (0.5, 0), (-0.5, 0), (0, 0.5), (0, -0.5))
        ]
        slopes = [read[1] - read[2], read[3] - read[4]]
        basis = [slope * by for slope in slopes for by in (columns, rows, 1.0)] + [read[0], np.ones_like(rows)]
        design = np.stack(basis, axis=-1).reshape(-1, 8) * weight.reshape(-1, 1)
        step = np.linalg.lstsq(design, ((patch - read[0]) * weight).ravel(), rcond=None)[0]
        matrix += step[:6].reshape(2, 3)
        if np.abs(step[[2, 5]]).max() < 1e-6:
            break
    return matrix[:, 2]


def motion_error_px(scene, place, spots=SPOTS, half=HALF_PATCH_PX):
    """How far the picture itself is from where the truth says it is, worst of all spots."""
    (layer,) = scene.layers
    first, other = (spline_filter(log_grey(scene, each), 5) for each in (0, place))
    errors = []
    for spot in spots:
        before, after = layer.carry(spot, 0) - 0.5, layer.carry(spot, place) - 0.5
        found = registered(first, other, before, np.rint(after), half)
        errors.append(np.linalg.norm(found - after))
    return max(errors)


@pytest.mark.parametrize("shift", [(0.013, -0.021), (0.25, 0.75), (0.5, -0.5), (3.7, 1.9)])
def test_a_pan_moves_the_picture_by_what_it_says(shift):
    assert motion_error_px(scene_of([(0.0, 0.0), shift]), 1) < MOTION_ERROR_PX


def test_a_zoom_with_roll_moves_the_picture_by_what_it_says():
    scene = scene_of([(0.0, 0.0), (0.3, -0.4)], zoom=np.array([1.0, 1.013]), roll_deg=np.array([0.0, 0.4]))
    assert motion_error_px(scene, 1) < MOTION_ERROR_PX


def test_a_squeezed_pan_moves_the_picture_by_what_it_says():
    scene = scene_of([(0.0, 0.0), (0.77, 0.31)], pixel_aspect=2.0)
    assert motion_error_px(scene, 1) < MOTION_ERROR_PX
    np.testing.assert_allclose(
        scene.layers[0].carry(FACE_MIDDLE, 1) - scene.layers[0].carry(FACE_MIDDLE, 0), [0.385, 0.31], atol=1e-9
    )


@pytest.mark.parametrize("yaw", [-30.0, -12.0, 12.0, 30.0])
def test_the_way_back_through_a_turned_head_is_exact_for_every_pixel(yaw):
    layer = scene_of([(0.0, 0.0)], [HeadTurn(yaw)]).layers[0]
    grid = np.stack(np.meshgrid(np.arange(0, 640, 3.0), np.arange(0, 480, 3.0)), axis=-1)
    assert np.abs(layer.carry(layer.back(grid, 0), 0) - grid).max() < 1e-6


@pytest.mark.parametrize("yaw", [0.0, 20.0])
def test_a_turning_head_moves_the_picture_by_what_it_says(yaw):
    # Patches that are bent are no affine patches: small ones, small steps, and not on the nose.
    scene = scene_of(np.zeros((2, 2)), [HeadTurn(yaw), HeadTurn(yaw + 0.05)])
    assert motion_error_px(scene, 1, SPOTS[1:], BENT_HALF_PATCH_PX) < MOTION_ERROR_PX


def test_an_expression_moves_the_picture_by_what_it_says():
    bends = [Expression(mouth=0.5, smile=0.2, brows=0.5), Expression(mouth=0.51, smile=0.21, brows=0.49)]
    assert motion_error_px(scene_of(np.zeros((2, 2)), bends), 1, SPOTS, BENT_HALF_PATCH_PX) < MOTION_ERROR_PX


def test_an_open_shutter_blurs_about_the_middle_of_the_exposure():
    still = scene_of([(0.0, 0.0), (12.0, 0.0), (24.0, 0.0)])
    layer = still.layers[0]
    moving = Scene(SIZE, 3, (Layer(layer.picture, layer.camera, shutter=0.5),))
    blurred, sharp = (scene.clean(1)[..., 1] for scene in (moving, still))
    # Six pixels long: read at half pixels, a sharp picture's neighbours meet in the middle.
    halves = (sharp + np.roll(sharp, -1, axis=1)) / 2
    expected = np.mean([np.roll(halves, step, axis=1) for step in (-2, -1, 0, 1, 2, 3)], axis=0)
    assert np.abs(blurred - expected)[100:400, 200:450].max() < 0.01
    assert np.abs(blurred - np.roll(expected, 1, axis=1))[100:400, 200:450].max() > 0.05


def test_grain_of_two_frames_shares_nothing():
    scene = scene_of(np.zeros((2, 2)))
    one, two = (scene.stored(place).astype(np.float32)[..., 1] for place in (0, 1))
    fine = [each - gaussian_filter(each, 2.0) for each in (one, two)]
    clean = np.corrcoef((fine[0] + fine[1]).ravel(), (fine[0] - fine[1]).ravel())[0, 1]
    assert (one != two).mean() > 0.9
    assert abs(clean) < 0.05


def test_landmarks_of_one_frame_are_carried_with_the_picture():
    layer = scene_of([(0.0, 0.0), (5.0, 2.0)], zoom=np.array([1.0, 1.1])).layers[0]
    landmarks = transform(layer.camera[0], np.random.default_rng(0).uniform(180, 260, (478, 2)))
    first, second = layer.true_alignments(landmarks[None], np.array([0]), 2, 1.0)
    middle = layer.carry(FACE_MIDDLE, 0)
    np.testing.assert_allclose(transform(second, layer.carried(middle, 0, 1)), transform(first, middle), atol=1e-9)
