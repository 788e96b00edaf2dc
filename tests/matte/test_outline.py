import cv2
import numpy as np
import pytest

from faceplate.matte import signed_distance

SIDE = 64
AT = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), axis=-1)


def ring(centre, radius, count=720):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.asarray(centre) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def test_inside_a_circle_the_distance_is_that_to_its_rim():
    centre, radius = (31.3, 33.8), 20.0
    expected = radius - np.linalg.norm(AT - centre, axis=-1)
    np.testing.assert_allclose(signed_distance(ring(centre, radius), SIDE), expected, atol=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_a_crooked_outline_is_measured_as_opencv_measures_it(seed):
    random = np.random.default_rng(seed)
    outline = ring((32, 32), 1, 12) + (ring((0, 0), 1, 12) * random.uniform(6, 26, (12, 1)))
    contour = outline.astype(np.float32).reshape(-1, 1, 2)
    expected = [[cv2.pointPolygonTest(contour, tuple(map(float, at)), measureDist=True) for at in row] for row in AT]
    np.testing.assert_allclose(signed_distance(outline, SIDE), expected, atol=1e-3)


def test_the_way_round_does_not_matter():
    outline = ring((30, 30), 15, 9)
    np.testing.assert_allclose(signed_distance(outline, SIDE), signed_distance(outline[::-1], SIDE), atol=1e-5)
