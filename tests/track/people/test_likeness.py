from dataclasses import replace

import numpy as np
import pytest
from people_staged import face

from faceplate.track.find.signature import layout
from faceplate.track.people.likeness import DOUBTFUL, SURE, unlikeness


def stretch(who, start=0, length=12):
    return [face(0, who=who, frame=frame) for frame in range(start, start + length)]


def pictured(rgb):
    return [replace(face(0), signature=layout(rgb))] * 6


@pytest.fixture
def picture():
    """A soft random crop, 32 x 32 x 3, for a seed."""

    def make(seed):
        coarse = np.random.default_rng(seed).random((8, 8, 3)).astype(np.float32)
        coloured = 0.3 * coarse + 0.7 * coarse.mean(axis=2, keepdims=True)
        return 0.1 + 0.6 * np.kron(coloured, np.ones((4, 4, 1), np.float32))

    return make


def test_a_face_is_wholly_like_itself(picture):
    assert unlikeness(pictured(picture(1)), pictured(picture(1))) == 0


def test_one_person_is_sure_and_two_are_not():
    assert unlikeness(stretch(1), stretch(1, start=50)) < SURE
    assert unlikeness(stretch(1), stretch(2)) > DOUBTFUL


def test_it_does_not_matter_who_comes_first():
    assert unlikeness(stretch(1), stretch(2)) == unlikeness(stretch(2), stretch(1))


def test_looks_that_nobody_knows_are_not_a_number():
    assert np.isnan(unlikeness(stretch(None), stretch(1)))


@pytest.mark.parametrize("gain", [0.6, 1.3])
def test_exposure_does_not_change_how_somebody_looks(picture, gain):
    assert unlikeness(pictured(picture(1)), pictured(gain * picture(1))) < SURE


def test_a_quarter_of_the_face_may_be_covered(picture):
    covered = picture(1)
    covered[24:] = (0.7, 0.5, 0.4)
    assert unlikeness(pictured(picture(1)), pictured(covered)) < DOUBTFUL


def test_a_few_covered_faces_do_no_harm():
    mixed = stretch(1)[:9] + stretch(2)[:3]
    assert unlikeness(mixed, stretch(1, start=50)) < SURE


def test_grey_pictures_tell_two_people_by_their_light_alone(picture):
    grey = [picture(seed).mean(axis=2, keepdims=True) * np.ones(3, np.float32) for seed in (1, 2)]
    assert unlikeness(pictured(grey[0]), pictured(grey[1])) > DOUBTFUL
    assert unlikeness(pictured(grey[0]), pictured(0.8 * grey[0])) < SURE


def test_embeddings_go_before_looks():
    vector = np.eye(64, dtype=np.float32)
    same = [replace(each, embedding=vector[0]) for each in stretch(1)]
    assert unlikeness(same, [replace(each, embedding=vector[0]) for each in stretch(2)]) == 0
    assert unlikeness(same, [replace(each, embedding=vector[1]) for each in stretch(1)]) > DOUBTFUL
