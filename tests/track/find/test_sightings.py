from dataclasses import replace

import numpy as np
import pytest

from faceplate.track import FaceTrackSettings
from faceplate.track.find.sightings import FaceFinder, distinct
from faceplate.track.landmarks.face import Face

SMALL = 0.7
PLACE = (2900.0, 1500.0)


@pytest.fixture(scope="module")
def wide(placed, frame_of):
    """A 4096 x 2160 half float frame with a face 75 px high."""
    return frame_of(placed(4096, 2160, SMALL, PLACE).astype(np.float16))


@pytest.mark.parametrize(("tiles", "count"), [("off", 0), ("auto", 1), ("on", 1)])
def test_a_small_face_of_a_4k_frame_is_found_with_tiles(look, wide, tiles, count):
    faces = look(wide, tiles=tiles).faces
    assert len(faces) == count
    for face in faces:
        np.testing.assert_allclose(face.box.mean(axis=0), np.add(PLACE, (224 * SMALL, 118 * SMALL)), atol=8)


def test_a_face_found_whole_and_in_tiles_is_one(look, placed, frame_of):
    frame = frame_of(placed(1280, 960, 2.0, (100.0, 50.0)))
    assert len(look(frame, tiles="on").faces) == 1


def test_a_landmarker_that_is_not_sure_enough_sees_nobody(look, portrait, frame_of):
    assert look(frame_of(portrait * np.float32(0.02)), min_presence=1.0, tiles="off").faces == ()


def test_a_face_upside_down_whose_landmarks_are_a_guess_is_nobody(look, portrait, frame_of):
    assert look(frame_of(portrait[::-1, ::-1].copy())).faces == ()


def test_a_display_transform_that_gives_no_numbers_shows_nobody(networks, portrait, frame_of, perception):
    settings = FaceTrackSettings(tiles="off")
    blind = replace(perception, to_display=lambda rgb: np.full_like(rgb, np.nan))
    seen = FaceFinder(networks, blind, settings).look(frame_of(portrait))
    assert seen.faces == ()
    assert np.isfinite(seen.thumbnail).all()


def face(x, presence):
    points = np.random.default_rng(0).random((478, 2)) * 100 + [x, 0]
    return Face(points, np.zeros(478), np.full(478, presence), presence)


def test_a_face_found_twice_is_kept_once_the_surer_one():
    (kept,) = distinct([face(3, presence=0.8), face(0, presence=0.9)])
    assert kept.presence == 0.9


def test_neighbours_are_kept_both():
    assert len(distinct([face(0, 1.0), face(90, 1.0)])) == 2
