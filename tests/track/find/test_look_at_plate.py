import threading
from dataclasses import replace

import numpy as np
import pytest

from faceplate.errors import CallError, PackError, PlateError
from faceplate.track import FaceTrackSettings, frame_digest
from faceplate.track.find.look_at_plate import look_at_plate


@pytest.fixture(scope="module")
def plate(placed, plate_of):
    """Six frames of a pan, the fourth of a wall."""
    pictures = [placed(640, 480, 0.9, (40.0 + 3 * place, 20.0)) for place in range(6)]
    pictures[3] = np.full_like(pictures[3], 0.3)
    return plate_of(pictures)


@pytest.fixture(scope="module")
def seen(plate, as_is, face_pack):
    return look_at_plate(plate, as_is, FaceTrackSettings(tiles="off"), face_pack, workers=1)


def test_frames_are_told_in_their_order(plate, seen):
    header, sightings = seen
    assert header == plate.read(1001).header
    assert [len(sighting.faces) for sighting in sightings] == [1, 1, 1, 0, 1, 1]
    assert [sighting.digest for sighting in sightings] == [frame_digest(plate.read(n)) for n in plate.frames]


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_workers_changes_no_bit(plate, seen, as_is, face_pack, workers):
    _, again = look_at_plate(plate, as_is, FaceTrackSettings(tiles="off"), face_pack, workers=workers)
    for one, other in zip(seen[1], again, strict=True):
        assert one.digest == other.digest
        assert np.array_equal(one.thumbnail, other.thumbnail)
        for face, same in zip(one.faces, other.faces, strict=True):
            assert np.array_equal(face.landmarks_plate, same.landmarks_plate)
            assert np.array_equal(face.confidence, same.confidence)
            assert np.array_equal(face.signature, same.signature)


def test_few_frames_are_held_however_long_the_plate_is(plate, as_is, face_pack):
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
    look_at_plate(wall, as_is, FaceTrackSettings(tiles="off"), face_pack, on_frame=let_go, workers=2)
    assert most[0] <= 4


def test_each_frame_is_told_once(plate, as_is, face_pack):
    told = []
    look_at_plate(plate, as_is, FaceTrackSettings(tiles="off"), face_pack, on_frame=told.append, workers=2)
    assert sorted(told) == list(plate.frames)


def test_a_frame_of_another_size_or_pixel_aspect_is_refused(plate, frame_of, as_is, face_pack):
    for other, came in (
        (frame_of(np.zeros((480, 600, 3), np.float32)), "600 x 480 with pixel aspect 1"),
        (frame_of(np.zeros((480, 640, 3), np.float32), pixel_aspect=2.0), "640 x 480 with pixel aspect 2"),
    ):
        mixed = replace(plate, reader=lambda n, other=other: other if n == 1005 else plate.reader(n))
        with pytest.raises(PlateError, match=f"came {came}"):
            look_at_plate(mixed, as_is, FaceTrackSettings(tiles="off"), face_pack)


def test_a_wrong_box_and_an_absent_pack_are_refused_before_a_frame_is_read(plate, as_is, face_pack, tmp_path):
    def never(number):
        pytest.fail(f"frame {number} was read")

    unread = replace(plate, reader=never)
    with pytest.raises(CallError, match=r"FaceTrack.box: expected four numbers"):
        look_at_plate(unread, as_is, FaceTrackSettings(box="10 20"), face_pack)
    with pytest.raises(PackError, match="models install"):
        look_at_plate(unread, as_is, FaceTrackSettings(), tmp_path)


def test_a_box_beside_the_picture_is_refused(plate, as_is, face_pack):
    with pytest.raises(CallError, match=r"FaceTrack.box: .*0 0 640 480"):
        look_at_plate(plate, as_is, FaceTrackSettings(box="700 0 900 100"), face_pack)
