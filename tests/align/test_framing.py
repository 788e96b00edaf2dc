"""The oracles are written anew from the published facts, with points as OpenCV counts them: 0 at the first centre."""

import math

import numpy as np
import pytest

from faceplate.align import crop_matrix, fit_alignment, frame_face, transform
from faceplate.models import framed_crop, templates

# Index among the 68 iBUG points, and where DeepFaceLab's mean face has it.
DEEPFACELAB = {
    17: (0.000213, 0.106454), 18: (0.075262, 0.038915), 19: (0.18113, 0.018748), 20: (0.29077, 0.034489),
    21: (0.393397, 0.077391), 22: (0.586856, 0.077391), 23: (0.689483, 0.034489), 24: (0.799124, 0.018748),
    25: (0.904991, 0.038915), 26: (0.98004, 0.106454), 27: (0.490127, 0.203352), 28: (0.490127, 0.307009),
    29: (0.490127, 0.409805), 30: (0.490127, 0.515625), 31: (0.36688, 0.587326), 32: (0.426036, 0.609345),
    33: (0.490127, 0.628106), 34: (0.554217, 0.609345), 35: (0.613373, 0.587326), 36: (0.121737, 0.216423),
    37: (0.187122, 0.178758), 38: (0.265825, 0.179852), 39: (0.334606, 0.231733), 40: (0.260918, 0.245099),
    41: (0.182743, 0.244077), 42: (0.645647, 0.231733), 43: (0.714428, 0.179852), 44: (0.793132, 0.178758),
    45: (0.858516, 0.216423), 46: (0.79751, 0.244077), 47: (0.719335, 0.245099), 48: (0.254149, 0.780233),
    54: (0.726104, 0.780233),
}  # fmt: skip
PADDINGS = {"half": 0, "mid_full": 0.0675, "full": 0.2109375, "whole_face": 0.4, "head": 0.7}
SIDE_PX = 512
POSES = 200


def nearest_similarity(source, target):
    """Least squares over a, b, x, y of [[a, -b, x], [b, a, y]], as a plain linear system."""
    x, y = source.T
    ones, none = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate([np.column_stack([x, -y, ones, none]), np.column_stack([y, x, none, ones])])
    a, b, right, down = np.linalg.lstsq(rows, target.T.ravel(), rcond=None)[0]
    return np.array([[a, -b, right], [b, a, down]])


def moved(matrix, points):
    return points @ matrix[:, :2].T + matrix[:, 2]


def deepfacelab_crop(face_type, landmarks_cv, points_cv, side_px):
    """Where points of the frame lie in the crop, both in OpenCV's count."""
    square = nearest_similarity(landmarks_cv[list(DEEPFACELAB)], np.array(list(DEEPFACELAB.values())))
    centre = {"whole_face": (0.5, 0.43), "head": (0.5, 0.0)}.get(face_type, (0.5, 0.5))
    if face_type == "head":
        x = moved(square, landmarks_cv)[:, 0]
        left = sum(x[n] - x[m] for n, m in ((27, 0), (28, 1), (29, 2))) / 3
        right = sum(x[m] - x[n] for n, m in ((27, 16), (28, 15), (29, 14))) / 3
        yaw = (right - left) * abs(math.tanh((right - left) * 2))
        centre = (0.5 + yaw / 2, 0.0)
    span = 1 + 2 * math.sqrt(2) * PADDINGS[face_type]
    return side_px * ((moved(square, points_cv) - centre) / span + 0.5)


def posed_face(random):
    """68 points of a face that is no mean face, turned, tilted and seen from the side."""
    points = random.uniform(-0.2, 1.2, (68, 2))
    points[list(DEEPFACELAB)] = list(DEEPFACELAB.values())
    points += random.normal(0, 0.03, points.shape)
    points[:, 0] = 0.5 + (points[:, 0] - 0.5) * random.uniform(0.5, 1)
    angle, size = random.uniform(-math.pi, math.pi), random.uniform(40, 1500)
    turn = size * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return points @ turn.T + random.uniform(-200, 4000, 2)


@pytest.mark.parametrize("face_type", list(PADDINGS))
@pytest.mark.parametrize(("side_px", "pixel_aspect"), [(SIDE_PX, 1.0), (224, 2.0)])
def test_the_crop_is_deepfacelabs_within_a_hundredth_of_a_pixel(face_type, side_px, pixel_aspect):
    random, worst = np.random.default_rng(6), 0.0
    for _ in range(POSES):
        landmarks_cv = posed_face(random)
        landmarks_plate = (landmarks_cv + 0.5) / [pixel_aspect, 1.0]
        alignment = fit_alignment(landmarks_plate, pixel_aspect)
        matrix = crop_matrix(alignment, frame_face(face_type, side_px, alignment, landmarks_plate), side_px)
        expected = deepfacelab_crop(face_type, landmarks_cv, landmarks_cv, side_px)
        worst = max(worst, np.abs(transform(matrix, landmarks_plate) - 0.5 - expected).max())
    assert worst < 0.01


@pytest.mark.parametrize("template", list(templates))
def test_a_template_is_fitted_to_the_faces_own_five_points(template):
    random, side_px = np.random.default_rng(7), 256
    for _ in range(POSES):
        landmarks_cv = posed_face(random)
        five = [landmarks_cv[36:42].mean(axis=0), landmarks_cv[42:48].mean(axis=0), *landmarks_cv[[30, 48, 54]]]
        expected = moved(nearest_similarity(np.array(five), templates[template] * side_px), landmarks_cv)
        alignment = fit_alignment(landmarks_cv + 0.5)
        matrix = crop_matrix(alignment, frame_face(template, side_px, alignment, landmarks_cv + 0.5), side_px)
        assert np.abs(transform(matrix, landmarks_cv + 0.5) - 0.5 - expected).max() < 0.01


@pytest.mark.parametrize(
    ("face_type", "left_eye", "mouth"),
    [
        ("full", (0.328069, 0.322118), (0.641614, 0.675516)),
        ("whole_face", (0.371206, 0.399591), (0.606084, 0.664323)),
        ("head", (0.407880, 0.572482), (0.575876, 0.761832)),
        ("mid_full", (0.269499, 0.261521), (0.689857, 0.735308)),
    ],
)
def test_the_mean_face_lies_where_it_is_published_to(face_type, left_eye, mouth):
    matrix = crop_matrix(np.eye(2, 3), framed_crop(face_type, SIDE_PX), SIDE_PX)
    mean = np.array([np.mean([DEEPFACELAB[at] for at in range(36, 42)], axis=0), DEEPFACELAB[54]])
    np.testing.assert_allclose((transform(matrix, mean) - 0.5) / SIDE_PX, [left_eye, mouth], atol=2e-6)


def test_a_framing_of_the_mean_face_is_the_one_a_card_starts_from():
    mean = np.zeros((68, 2))
    mean[list(DEEPFACELAB)] = list(DEEPFACELAB.values())
    for template in templates:
        nominal, fitted = framed_crop(template, SIDE_PX), frame_face(template, SIDE_PX, np.eye(2, 3), mean)
        np.testing.assert_allclose(nominal.centre, fitted.centre, atol=1e-5)
        assert abs(nominal.scale - fitted.scale) < 1e-5
        assert abs(nominal.turn_deg - fitted.turn_deg) < 1e-3
