import threading
from dataclasses import replace

import numpy as np
import pytest

from faceplate.errors import CallError, PackError, PlateError
from faceplate.track import FaceTrackSettings, frame_digest
from faceplate.track.find.plate_search import PlateSearch
from faceplate.track.people.likeness import SURE, unlikeness
from faceplate.track.regions import Region


@pytest.fixture(scope="module")
def plate(placed, plate_of):
    """Six frames of a pan, the fourth of a wall."""
    pictures = [placed(640, 480, 0.9, (40.0 + 3 * place, 20.0)) for place in range(6)]
    pictures[3] = np.full_like(pictures[3], 0.3)
    return plate_of(pictures)


@pytest.fixture(scope="module")
def search(perception):
    def of(plate, workers=1, **knobs):
        return PlateSearch(plate, perception, FaceTrackSettings(**{"tiles": "off", **knobs}), workers=workers)

    return of


@pytest.fixture(scope="module")
def seen(plate, search):
    return search(plate).look()


def test_frames_are_told_in_their_order(plate, search, seen):
    assert search(plate).header == plate.read(1001).header
    assert [len(sighting.faces) for sighting in seen] == [1, 1, 1, 0, 1, 1]
    assert [sighting.digest for sighting in seen] == [frame_digest(plate.read(n)) for n in plate.frames]


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_workers_changes_no_bit(plate, search, seen, workers):
    again = search(plate, workers).look()
    for one, other in zip(seen, again, strict=True):
        assert one.digest == other.digest
        assert np.array_equal(one.thumbnail, other.thumbnail)
        for face, same in zip(one.faces, other.faces, strict=True):
            assert np.array_equal(face.landmarks_plate, same.landmarks_plate)
            assert np.array_equal(face.confidence, same.confidence)
            assert np.array_equal(face.signature, same.signature)


def test_few_frames_are_held_however_long_the_plate_is(plate, search):
    held, most, lock = set(), [0], threading.Lock()

    def read(number):
        with lock:
            held.add(number)
            most[0] = max(most[0], len(held))
        return replace(plate.reader(1004), number=number)

    def let_go(number):
        with lock:
            held.discard(number)

    wall = replace(plate, frames=tuple(range(1001, 1025)), reader=read)
    search(wall, 2).look(let_go)
    assert most[0] <= 4


def test_each_frame_is_told_once(plate, search):
    told = []
    search(plate, 2).look(told.append)
    assert sorted(told) == list(plate.frames)


def test_a_frame_of_another_size_or_pixel_aspect_is_refused(plate, frame_of, search):
    for other, came in (
        (frame_of(np.zeros((480, 600, 3), np.float32)), "600 x 480 with pixel aspect 1"),
        (frame_of(np.zeros((480, 640, 3), np.float32), pixel_aspect=2.0), "640 x 480 with pixel aspect 2"),
    ):
        mixed = replace(plate, reader=lambda n, other=other: other if n == 1005 else plate.reader(n))
        with pytest.raises(PlateError, match=f"came {came}"):
            search(mixed).look()


def test_a_wrong_box_and_an_absent_pack_are_refused_before_a_frame_is_read(plate, search, perception, tmp_path):
    def never(number):
        pytest.fail(f"frame {number} was read")

    unread = replace(plate, reader=never)
    with pytest.raises(CallError, match=r"FaceTrack.box: expected four numbers"):
        search(unread, box="10 20")
    with pytest.raises(PackError, match="models install"):
        PlateSearch(unread, replace(perception, pack=tmp_path), FaceTrackSettings())


def test_a_box_beside_the_picture_is_refused(plate, search):
    with pytest.raises(CallError, match=r"FaceTrack.box: .*0 0 640 480"):
        search(plate, box="700 0 900 100").look()


def about(face, sides=3.0):
    return Region(*map(float, face.middle), sides * face.size)


def test_a_face_that_is_expected_is_seen_as_the_first_look_saw_it(plate, search, seen):
    (known,) = seen[1].faces
    ((place, (face,)),) = search(plate).look_near({1: [about(known)]}).items()
    assert place == 1
    assert np.linalg.norm(face.landmarks_plate - known.landmarks_plate, axis=1).mean() < 0.01 * known.size
    assert unlikeness([face], [known]) < SURE


def test_nobody_is_seen_where_only_a_wall_is(plate, search, seen):
    (known,) = seen[2].faces
    assert search(plate).look_near({3: [about(known)]}) == {3: ()}


def test_an_expected_face_outside_the_box_of_the_artist_does_not_count(plate, search, seen):
    (known,) = seen[1].faces
    assert search(plate, box="0 300 640 480").look_near({1: [about(known)]}) == {1: ()}


def test_only_frames_that_are_asked_for_are_read_again(plate, search):
    read = []

    def reader(number):
        read.append(number)
        return plate.reader(number)

    again = search(replace(plate, reader=reader))
    read.clear()
    told = []
    assert sorted(again.look_in_tiles([4, 2], told.append)) == [2, 4]
    assert sorted(read) == sorted(told) == [1003, 1005]
