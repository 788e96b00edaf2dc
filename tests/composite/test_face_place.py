import numpy as np

from faceplate.align import transform
from mesh_face import face_place


def test_a_face_seen_through_a_crop_stands_there_as_on_the_plate():
    place = face_place(70.0, (95.0, 90.0), pixel_aspect=2.0)
    matrix = np.array([[0.6, 0.04, -8.0], [-0.02, 0.3, -2.0]])
    seen = place.seen_through(matrix)
    np.testing.assert_allclose(seen.landmarks_plate, transform(matrix, place.landmarks_plate), rtol=1e-6)
    on_plate, in_crop = (transform(each.alignment, each.landmarks_plate) for each in (place, seen))
    np.testing.assert_allclose(in_crop, on_plate, atol=1e-5)


def test_a_crop_that_undoes_the_anamorphic_squeeze_shows_the_face_square_as_a_square():
    place = face_place(70.0, (95.0, 90.0), pixel_aspect=2.0)
    across, down = place.square_px
    assert across * 2 == down
    seen = place.seen_through(np.array([[0.6, 0.0, 0.0], [0.0, 0.3, 0.0]]))
    np.testing.assert_allclose(*seen.square_px)
