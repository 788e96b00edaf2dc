import os
import pickle
import struct
import time
import zlib

import numpy as np
import pytest

from faceplate.align import fit_alignment
from faceplate.errors import TrackError
from faceplate.plate import frame_pattern
from faceplate.track import mesh_to_68, read_track, write_track
from faceplate.track.exchange import (
    FoundFace,
    Pictures,
    faceswap_faces,
    is_faceswap,
    parsed_json,
    read_aligned,
    read_fsa,
    read_pack,
    track_of_found,
)
from faceplate.track.exchange.frame_numbers import frame_numbers
from faceplate.track.exchange.mesh_from_68 import mesh_from_68
from faceplate.track.solve.pose import pose_deg
from faceplate.values import Track
from faces68 import face68
from foreign_tracks_by_hand import dfl_picture, faceswap_document, write_faceswap_json, write_fsa, write_pack

PLATE = Track("plate.%04d.exr", (1, 2, 3, 4), (640, 360), 1.0, "", ())
FACES = {"shot_000001.png": [face68()], "shot_000002.png": [face68((303, 201)), face68((500, 150), 60, 0.3)]}


def found(faces=FACES):
    return tuple(FoundFace(name, each + 0.5) for name, some in faces.items() for each in some)


def same_faces(read, faces=FACES, tolerance=1e-9):
    expected = found(faces)
    assert [face.picture for face in read] == [face.picture for face in expected]
    for one, other in zip(read, expected, strict=True):
        np.testing.assert_allclose(one.landmarks68, other.landmarks68, atol=tolerance)


@pytest.mark.parametrize("version", [2.0, 2.1, 2.4])
def test_faceswaps_json_is_read_in_each_of_its_layouts(tmp_path, version):
    write_faceswap_json(tmp_path / "a.json", FACES, version)
    document = parsed_json(tmp_path / "a.json")
    assert is_faceswap(document)
    same_faces(faceswap_faces(document, "it"))


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_faceswaps_own_file_is_read(tmp_path, protocol):
    write_fsa(tmp_path / "a.fsa", FACES, protocol=protocol)
    same_faces(read_fsa(tmp_path / "a.fsa"), tolerance=1e-4)


class Calls:
    def __reduce__(self):
        return (os.system, ("touch pwned",))


def test_an_alignments_file_that_would_run_something_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = faceswap_document(FACES)
    document["__data__"]["more"] = Calls()
    (tmp_path / "a.fsa").write_bytes(zlib.compress(pickle.dumps(document)))
    with pytest.raises(TrackError, match=r"system.*nothing of it was run"):
        read_fsa(tmp_path / "a.fsa")
    assert [path.name for path in tmp_path.iterdir()] == ["a.fsa"]


def test_a_zlib_bomb_is_refused_before_it_has_unfolded(tmp_path):
    (tmp_path / "a.fsa").write_bytes(zlib.compress(bytes(300 * 2**20), 9))
    begun = time.perf_counter()
    with pytest.raises(TrackError, match="zlib stream of at most"):
        read_fsa(tmp_path / "a.fsa")
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("data", [b"", b"nothing", zlib.compress(b"x" * 100)[:-3], zlib.compress(b"x")])
def test_damaged_alignments_are_refused(tmp_path, data):
    (tmp_path / "a.fsa").write_bytes(data)
    with pytest.raises(TrackError):
        read_fsa(tmp_path / "a.fsa")


@pytest.mark.parametrize(
    "landmarks",
    [
        None,
        "text",
        [[10**400, 1]] * 68,
        [[1, 2]] * 67,
        [[1, 2, 3]] * 68,
        [["a", "b"]] * 68,
        [[float("nan"), 1]] * 68,
        [[1e300, 1]] * 68,
        np.eye(2),
    ],
)
def test_faces_without_68_landmarks_are_refused(landmarks):
    document = {"1.png": {"faces": [{"landmarks_xy": landmarks}]}}
    with pytest.raises(TrackError, match=r"it, 1\.png: expected 68 landmarks"):
        faceswap_faces(document, "it")


def write_aligned(folder, **about):
    folder.mkdir()
    for name, faces in FACES.items():
        for index, face in enumerate(faces):
            (folder / f"{name[:-4]}_{index}.jpg").write_bytes(dfl_picture(face, name, **about))
    (folder / "note.txt").write_text("left alone")


@pytest.mark.parametrize("about", [{}, {"in_frame": False}, {"protocol": 2}, {"protocol": 5}])
def test_a_folder_of_aligned_pictures_is_read(tmp_path, about):
    write_aligned(tmp_path / "aligned", **about)
    same_faces(read_aligned(tmp_path / "aligned"))


def test_without_a_source_name_the_pictures_own_tells_the_frame(tmp_path):
    (tmp_path / "00012_0.jpg").write_bytes(dfl_picture(face68(), None))
    assert read_aligned(tmp_path)[0].picture == "00012"


def test_a_packed_face_set_is_read_with_its_enumerations(tmp_path):
    pictures = {
        f"{name[:-4]}_{index}.jpg": dfl_picture(face, name)
        for name, faces in FACES.items()
        for index, face in enumerate(faces)
    }
    write_pack(tmp_path / "faceset.pak", pictures)
    same_faces(read_pack(tmp_path / "faceset.pak"))


def test_cut_off_and_altered_packs_are_refused_and_never_break(tmp_path):
    write_pack(tmp_path / "whole.pak", {"a.jpg": dfl_picture(face68())})
    whole = (tmp_path / "whole.pak").read_bytes()
    path = tmp_path / "broken.pak"
    for broken in (whole[:5], whole[:40], whole[:300], b"", struct.pack("<QQ", 2, 10) + whole[16:],
                   struct.pack("<QQ", 1, 2**62) + whole[16:]):  # fmt: skip
        path.write_bytes(broken)
        with pytest.raises(TrackError):
            read_pack(path)
    generator = np.random.default_rng(1)
    for _ in range(300):
        broken = bytearray(whole)
        broken[generator.integers(len(whole))] = generator.integers(256)
        path.write_bytes(bytes(broken))
        try:
            read_pack(path)
        except TrackError:
            continue


def test_pictures_that_would_run_something_or_hold_nothing_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "aligned").mkdir()
    path = tmp_path / "aligned" / "1_0.jpg"
    path.write_bytes(dfl_picture(face68(), more=Calls()))
    with pytest.raises(TrackError, match="nothing of it was run"):
        read_aligned(tmp_path / "aligned")
    for data, words in (
        (b"\xff\xd8\xff\xd9", "without its data"),
        (b"GIF", "a JPEG"),
        (b"\xff\xd8\xff\xef\xff\xff1", "cut off"),
    ):
        path.write_bytes(data)
        with pytest.raises(TrackError, match=words):
            read_aligned(tmp_path / "aligned")
    assert [each.name for each in tmp_path.iterdir()] == ["aligned"]


@pytest.mark.parametrize(
    ("picture", "pattern", "offset", "expected"),
    [
        ("00001.png", None, 1000, 1001),
        ("film_000123.png", None, 0, 123),
        ("C:\\data\\take2.1004.jpg", "shot.%04d.exr", 0, 1004),
        ("plate1005_v2.jpg", "plate%04d_v2.exr", 0, 1005),
        ("plate.1006.tiff", "plate.%04d.exr", -6, 1000),
    ],
)
def test_the_name_of_a_picture_tells_its_frame(picture, pattern, offset, expected):
    named = None if pattern is None else frame_pattern(pattern)
    assert frame_numbers([picture], range(2000), named, offset) == {picture: expected}


def test_pictures_of_other_frames_are_refused_with_what_to_do():
    with pytest.raises(TrackError, match=r"frames 1-4; came 7\. Next: give --offset"):
        frame_numbers(["a_7.png"], (1, 2, 3, 4), None, 0)
    with pytest.raises(TrackError, match="names without numbers"):
        frame_numbers(["a.png"], (1, 2, 3, 4), None, 0)


def test_the_mesh_meets_the_68_and_the_alignment_is_theirs():
    track = track_of_found(found(), PLATE, Pictures(), "faceswap", "it")
    person = track.people[0]
    assert person.seen.tolist() == [True, True, False, False]
    for row, name in enumerate(("shot_000001.png", "shot_000002.png")):
        given = FACES[name][0] + 0.5
        np.testing.assert_allclose(person.landmarks_plate[row, list(mesh_to_68)], given, atol=1e-4)
        np.testing.assert_allclose(person.alignment[row], fit_alignment(given), atol=1e-9)
    assert (person.confidence[0, list(mesh_to_68)] == 1).all()
    others = sorted(set(range(478)) - set(mesh_to_68))
    assert (person.confidence[0, others] < 1).all()
    assert not person.by_hand.any()


def test_the_rest_of_the_mesh_lies_in_the_face():
    person = track_of_found(found(), PLATE, Pictures(), "faceswap", "it").people[0]
    given, mesh = FACES["shot_000001.png"][0] + 0.5, person.landmarks_plate[0]
    low, high = given.min(axis=0), given.max(axis=0)
    forehead = 0.6 * (high - low)[1]
    assert (mesh >= low - [15, forehead]).all()
    assert (mesh <= high + 15).all()
    right, left = mesh[468], mesh[473]
    np.testing.assert_allclose(right, given[36:42].mean(axis=0), atol=4)
    np.testing.assert_allclose(left, given[42:48].mean(axis=0), atol=4)


def test_people_are_told_apart_and_the_largest_is_first():
    faces = {
        f"{number}.png": [face68((500 - number, 150), 60), face68((200 + 9 * number, 200))] for number in (1, 2, 4)
    }
    track = track_of_found(found(faces), PLATE, Pictures(), "faceswap", "it")
    assert [person.name for person in track.people] == ["person1", "person2"]
    middles = [person.landmarks_plate[[0, 1, 3], 1, 0] for person in track.people]
    assert (np.diff(middles[0]) > 5).all()
    assert (np.diff(middles[1]) < 0).all()


def test_pictures_of_another_size_and_squeezed_plates_come_out_right():
    plate = Track("plate.%04d.exr", (1,), (320, 360), 2.0, "", ())
    half = {"1.png": [face68((149.5, 99.5), 50)]}
    track = track_of_found(found(half), plate, Pictures(size=(320, 180)), "faceswap", "it")
    expected = (half["1.png"][0] + 0.5) * 2 / [2, 1]
    np.testing.assert_allclose(track.people[0].landmarks_plate[0, list(mesh_to_68)], expected, atol=1e-4)
    np.testing.assert_allclose(track.people[0].alignment[0], fit_alignment(expected, 2.0), atol=1e-9)


def test_the_track_can_be_kept(tmp_path):
    track = track_of_found(found(), PLATE, Pictures(), "faceswap", "it")
    write_track(track, tmp_path / "one.track")
    back = read_track(tmp_path / "one.track")
    assert (back.landmarker, back.frames, len(back.people)) == ("faceswap", PLATE.frames, 2)


def test_the_head_turns_as_its_points_say():
    """A face seen from its side is narrower; the pose says which side, though only 68 flat points are known."""
    flat = mesh_from_68(face68())
    for yaw in (-25, 25):
        turn = np.radians(yaw)
        # Yaw is positive to the right of the picture; what lies nearer (depth below 0) goes there.
        about = np.array([[np.cos(turn), 0, -np.sin(turn)], [0, 1, 0], [np.sin(turn), 0, np.cos(turn)]])
        turned = (flat - flat.mean(axis=0)) @ about.T + flat.mean(axis=0)
        seen = pose_deg(mesh_from_68(turned[list(mesh_to_68), :2])) - pose_deg(flat)
        assert seen[0] == pytest.approx(yaw, abs=6)
