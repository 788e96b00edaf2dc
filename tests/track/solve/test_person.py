from dataclasses import replace

import numpy as np
import pytest

from faceplate.track import FaceTrackSettings
from faceplate.track.landmarks.mesh import Face
from faceplate.track.solve.person import people_of

SHAPE = np.random.default_rng(0).random((478, 2)) * 100


def chain(places, presence=1.0, size=1.0):
    return {place: Face(SHAPE * size, np.zeros(478), np.full(478, presence), presence) for place in places}


def people(*chains, frames=10, pixel_aspect=1.0, **knobs):
    return people_of(chains, tuple(range(1, frames + 1)), pixel_aspect, FaceTrackSettings(**knobs))


def test_frames_without_the_person_are_not_a_number():
    (person,) = people(chain([0, 1, 2, 6, 7]))
    assert person.seen.tolist() == [True] * 3 + [False] * 3 + [True] * 2 + [False] * 2
    for name in ("landmarks_plate", "depth_px", "confidence", "presence", "pose_deg", "alignment"):
        values = getattr(person, name).reshape(10, -1)
        assert np.isnan(values[~person.seen]).all()
        assert np.isfinite(values[person.seen]).all()
    assert not person.by_hand.any()


def test_exposure_is_kept_by_frame_and_unknown_where_it_was_not_measured():
    faces = {place: replace(face, exposure=0.1 * place) for place, face in chain([0, 1, 2, 6, 7]).items()}
    (person,) = people(faces)
    np.testing.assert_allclose(person.exposure, [0, 0.1, 0.2, *[np.nan] * 3, 0.6, 0.7, np.nan, np.nan], rtol=1e-6)
    assert np.isnan(people(chain(range(5)))[0].exposure).all()


def test_a_small_face_seen_long_comes_before_a_large_face_seen_shortly():
    first, second = people(chain(range(5), size=1.5), chain(range(10)))
    assert (first.name, first.seen.sum()) == ("person1", 10)
    assert (second.name, second.seen.sum()) == ("person2", 5)


@pytest.mark.parametrize(("length", "count"), [(4, 0), (5, 1)])
def test_a_face_has_to_be_seen_for_the_minimum_length(length, count):
    assert len(people(chain(range(length)), min_length=5)) == count


def test_the_alignment_of_an_anamorphic_face_is_that_of_the_square_one():
    (square,) = people(chain(range(5)))
    (wide,) = people({place: _squeezed(face) for place, face in chain(range(5)).items()}, pixel_aspect=2.0)
    np.testing.assert_allclose(wide.alignment[:5] * [[[0.5, 1, 1]]], square.alignment[:5], atol=1e-6)
    np.testing.assert_allclose(wide.pose_deg[:5], square.pose_deg[:5], atol=1e-3)


def _squeezed(face):
    return Face(face.landmarks_plate * [0.5, 1.0], face.depth_px, face.confidence, face.presence)
