import numpy as np
import pytest

from faceplate.composite.skin import margin, skin_of
from faceplate.values import Window
from mesh_face import at_unit, face_place, openings

WINDOW = Window(10, 5, 1110, 1105)
PLACE = face_place(400.0, (380.0, 300.0))


def test_no_opening_is_skin_and_the_cheeks_are():
    skin = skin_of(PLACE, WINDOW)
    for middle, _ in openings.values():
        assert skin[at_unit(PLACE, middle, WINDOW)] == 0
    for cheek in ((0.15, 0.5), (0.85, 0.5), (0.49, 0.4), (0.49, -0.1), (0.49, 1.1)):
        assert skin[at_unit(PLACE, cheek, WINDOW)] == 1


def test_beyond_the_outline_nothing_is_skin():
    skin = skin_of(PLACE, WINDOW)
    for beyond in ((-0.25, 0.45), (1.2, 0.45), (0.49, -0.45), (0.49, 1.33)):
        assert skin[at_unit(PLACE, beyond, WINDOW)] == 0


def test_skin_rises_smoothly_over_the_margin():
    skin = skin_of(PLACE, WINDOW)
    row, column = at_unit(PLACE, (0.22, 0.24), WINDOW)
    rising = skin[row : row + round(1.3 * margin * 400), column]
    assert rising[0] < 0.02
    assert rising[-1] > 0.98
    assert (np.diff(rising) >= -1e-6).all()
    assert np.abs(np.diff(rising)).max() < 0.25


@pytest.mark.parametrize("aspect", [2.0, 0.5])
def test_skin_of_an_anamorphic_plate_is_that_of_the_face(aspect):
    squeezed = face_place(400.0, (380.0 / aspect, 300.0), pixel_aspect=aspect)
    window = Window(0, 5, 1400, 1105)
    for middle in ((0.22, 0.21), (0.15, 0.5), (0.49, 0.78), (0.6, 0.4), (0.3, 0.21)):
        there = skin_of(squeezed, window)[at_unit(squeezed, middle, window)]
        assert there == pytest.approx(skin_of(PLACE, WINDOW)[at_unit(PLACE, middle, WINDOW)], abs=0.1)


def test_skin_follows_a_face_that_moves_by_a_fraction_of_a_pixel():
    moved = face_place(400.0, (380.5, 300.0))
    before, after = skin_of(PLACE, WINDOW), skin_of(moved, WINDOW)
    half = (before[:, 1:] + before[:, :-1]) / 2
    np.testing.assert_allclose(after[:, 1:], half, atol=0.02)


def test_the_closed_mouth_is_still_an_opening():
    place = face_place(400.0, (380.0, 300.0))
    from_lips = next(ring for ring, (middle, _) in openings.items() if middle == (0.49, 0.78))
    place.landmarks_plate[list(from_lips), 1] = place.landmarks_plate[list(from_lips), 1].mean()
    assert skin_of(place, WINDOW)[at_unit(place, (0.49, 0.78), WINDOW)] < 0.05
