"""People in pictures whom the first look misses, from the plate to the track."""

import cv2
import numpy as np
import pytest

from faceplate.track import FaceTrackSettings, track_plate, unheard
from faceplate.track.find.plate_search import PlateSearch
from faceplate.track.people.link import shots_in
from faceplate.track.people.look_again import look_again

FRAMES = 12
COVERED = range(8, 10)
# Where the middle of the face lies in the portrait, and the scale that makes it 45 px high.
MIDDLE, SMALL = np.array([225.6, 118.0]), 0.42
STEP_PX = 4


@pytest.fixture(scope="module")
def pictures(portrait, placed):
    """A large face, and beside it one of 45 px that walks behind a post and out again, too small for the first look."""
    small = cv2.resize(portrait, None, fx=SMALL, fy=SMALL, interpolation=cv2.INTER_AREA)
    made = []
    for place in range(FRAMES):
        picture = placed(1280, 720, 1.2, (30.0, 60.0)).copy()
        picture[:, 620:] = 0.4
        left = 900 + STEP_PX * place
        picture[300 : 300 + len(small), left : left + small.shape[1]] = small[:, ::-1]
        if place in COVERED:
            picture[:, left + 60 : left + 180] = (0.35, 0.22, 0.15)
        made.append(picture)
    return made


def settings(**knobs):
    return FaceTrackSettings(refine=False, **knobs)


@pytest.fixture(scope="module")
def people(pictures, plate_of, perception):
    return track_plate(plate_of(pictures), perception, settings()).people


def test_a_small_face_beside_a_large_one_is_tracked_in_every_frame_that_shows_it(people):
    large, small = people
    assert large.seen.all()
    assert small.seen.tolist() == [place not in COVERED for place in range(FRAMES)]
    middles = small.landmarks_plate[small.seen].mean(axis=1)
    true = [900 + STEP_PX * place + SMALL * (512 - MIDDLE[0]) for place in np.flatnonzero(small.seen)]
    np.testing.assert_allclose(middles[:, 0], true, atol=4)
    np.testing.assert_allclose(middles[:, 1], 300 + SMALL * MIDDLE[1], atol=4)


def test_without_tiles_it_is_not_looked_for(pictures, plate_of, perception):
    (large,) = track_plate(plate_of(pictures), perception, settings(tiles="off")).people
    assert large.seen.all()


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_workers_changes_no_bit(pictures, plate_of, perception, workers):
    def found(count):
        search = PlateSearch(plate_of(pictures), perception, settings(), workers=count)
        first = search.look()
        return look_again(search, first, shots_in(first), settings(), unheard)

    for one, other in zip(found(1), found(workers), strict=True):
        assert len(one.faces) == len(other.faces)
        for face, same in zip(one.faces, other.faces, strict=True):
            assert np.array_equal(face.landmarks_plate, same.landmarks_plate)
            assert np.array_equal(face.signature, same.signature)


def test_a_face_found_again_has_its_looks_and_its_exposure(pictures, plate_of, perception):
    lit = type(perception)(perception.to_display, perception.pack, lambda rgb: rgb.mean(axis=-1))
    search = PlateSearch(plate_of(pictures[:3]), lit, settings())
    first = search.look()
    seen = look_again(search, first, shots_in(first), settings(), unheard)
    assert [len(each.faces) for each in seen] == [2, 2, 2]
    again = [each.faces[1] for each in seen]
    assert all(face.signature is not None for face in again)
    assert np.isfinite([face.exposure for face in again]).all()
    assert [each.digest for each in seen] == [each.digest for each in first]
