import numpy as np
import pytest

from faceplate.track.find.sightings import Sighting
from faceplate.track.landmarks.mesh import Face
from faceplate.track.people.link import LONGEST_GAP_FRAMES, link

SHAPE = np.random.default_rng(0).random((478, 2)) * 100
SHOTS = np.random.default_rng(1).random((2, 32, 32, 3)).astype(np.float32)


def face(x, y=0.0, size=1.0, presence=1.0):
    return Face(SHAPE * size + [x, y], np.zeros(478), np.full(478, presence), presence)


def sighting(*faces, shot=0):
    return Sighting(faces, SHOTS[shot])


def places(chains):
    return sorted((sorted(chain) for chain in chains), key=lambda each: (each[0], -len(each)))


def test_a_face_that_moves_is_one_chain():
    assert places(link([sighting(face(20.0 * n)) for n in range(10)])) == [list(range(10))]


def test_two_people_keep_apart_whatever_the_order_of_the_detector():
    left, right = [face(2.0 * n) for n in range(6)], [face(300 - 2.0 * n) for n in range(6)]
    chains = link([sighting(*((a, b) if n % 2 else (b, a))) for n, (a, b) in enumerate(zip(left, right, strict=True))])
    assert places(chains) == [list(range(6))] * 2
    for chain in chains:
        steps = np.diff([chain[n].landmarks_plate[0, 0] for n in range(6)])
        assert np.ptp(steps) < 1e-9


@pytest.mark.parametrize("gap", [1, LONGEST_GAP_FRAMES])
def test_a_short_absence_leaves_a_hole_and_nothing_invented(gap):
    seen = [sighting(face(0))] * 3
    assert places(link(seen + [sighting()] * gap + seen)) == [[0, 1, 2, gap + 3, gap + 4, gap + 5]]


def test_a_long_absence_ends_the_chain():
    chains = link([sighting(face(0)), *[sighting()] * (LONGEST_GAP_FRAMES + 1), sighting(face(0))])
    assert places(chains) == [[0], [LONGEST_GAP_FRAMES + 2]]


def test_a_face_far_away_is_another_person():
    assert places(link([sighting(face(0)), sighting(face(500))])) == [[0], [1]]


def test_a_face_of_another_size_at_the_same_place_is_another_person():
    assert places(link([sighting(face(0)), sighting(face(-100, -100, size=3.0))])) == [[0], [1]]


def test_a_cut_ends_every_track_even_where_a_face_stays_in_place():
    chains = link([sighting(face(0), face(300), shot=0)] * 4 + [sighting(face(0), face(300), shot=1)] * 3)
    assert places(chains) == [[0, 1, 2, 3], [0, 1, 2, 3], [4, 5, 6], [4, 5, 6]]


def test_a_cut_inside_an_absence_ends_the_track():
    chains = link([sighting(face(0)), sighting(), sighting(shot=1), sighting(face(0), shot=1)])
    assert places(chains) == [[0], [3]]


def test_no_faces_give_no_chains():
    assert link([sighting(), sighting()]) == []
