import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load, save

from faceplate.errors import StorageError, TrackError
from faceplate.track import read_track, track_as_json, write_track
from faceplate.values import Person, Track

FRAMES, POINTS = 4, 478


def person(name, seed, unseen=()):
    generator = np.random.default_rng(seed)

    def values(*shape, dtype=np.float32):
        array = generator.random((FRAMES, *shape)).astype(dtype)
        array[list(unseen)] = np.nan
        return array

    return Person(
        name=name,
        landmarks_plate=values(POINTS, 2) * 1000,
        depth_px=values(POINTS),
        confidence=values(POINTS),
        presence=values(),
        pose_deg=values(3),
        alignment=values(2, 3, dtype=np.float64),
        by_hand=generator.random((FRAMES, POINTS)) > 0.9,
    )


@pytest.fixture
def track():
    people = (person("person1", 1), person("Zoë", 2, unseen=(1, 2)))
    return Track("shot/plate.%04d.exr", (1001, 1002, 1005, 1006), (4096, 2160), 2.0, "mediapipe-face", people)


@pytest.fixture
def path(track, tmp_path):
    write_track(track, tmp_path / "shot.track")
    return tmp_path / "shot.track"


def rewritten(path, metadata=None, arrays=None):
    """The file again with parts of its header or its arrays replaced; None takes an entry out."""
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    kept = json.loads(content[8 : 8 + length])["__metadata__"]
    whole = load(content)
    for entries, changes in ((kept, metadata or {}), (whole, arrays or {})):
        for name, value in changes.items():
            entries.pop(name, None)
            if value is not None:
                entries[name] = value
    path.write_bytes(save(whole, kept))
    return path


def about_with(path, **changes):
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    about = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["faceplate_track"])
    return {"faceplate_track": json.dumps(about | changes)}


def test_a_track_comes_back_bit_for_bit(track, path):
    back = read_track(path)
    assert replace(back, people=()) == replace(track, people=())
    for one, other in zip(back.people, track.people, strict=True):
        assert one.name == other.name
        for name in ("landmarks_plate", "depth_px", "confidence", "presence", "pose_deg", "alignment", "by_hand"):
            mine, theirs = getattr(one, name), getattr(other, name)
            assert mine.dtype == theirs.dtype
            assert np.array_equal(mine.view(np.uint8), theirs.view(np.uint8))


def test_equal_tracks_make_equal_files(track, tmp_path, path):
    write_track(track, tmp_path / "again.track")
    assert (tmp_path / "again.track").read_bytes() == path.read_bytes()


def test_writing_leaves_nothing_beside_the_file(path):
    assert [each.name for each in path.parent.iterdir()] == ["shot.track"]


def test_an_earlier_file_is_replaced_whole(track, path):
    write_track(replace(track, plate="other"), path)
    assert read_track(path).plate == "other"


def test_a_folder_that_is_not_there_is_said(track, tmp_path):
    with pytest.raises(StorageError, match=r"absent/shot.track: expected a folder to write to"):
        write_track(track, tmp_path / "absent" / "shot.track")


def test_a_name_that_is_taken_by_a_folder_is_said_and_nothing_is_left(track, tmp_path):
    (tmp_path / "shot.track" / "inside").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"shot\.track"):
        write_track(track, tmp_path / "shot.track")
    assert [each.name for each in tmp_path.iterdir()] == ["shot.track"]


@pytest.mark.parametrize("length", [0, 1, 7, 8, 100, 5000, -1])
def test_a_truncated_file_is_refused(path, length):
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(TrackError, match=r"shot.track: expected a whole track file"):
        read_track(path)


@pytest.mark.parametrize("content", [b"\x80\x04\x95cos\nsystem\n", b"{}" * 40, b"\xff" * 64, b"\x00" * 64])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    (tmp_path / "odd.track").write_bytes(content)
    with pytest.raises(TrackError, match=r"odd.track: expected"):
        read_track(tmp_path / "odd.track")


def test_an_absent_file_is_said(tmp_path):
    with pytest.raises(TrackError, match=r"absent\.track"):
        read_track(tmp_path / "absent.track")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(TrackError, match="expected a whole track file"):
        read_track(tmp_path)


def test_other_safetensors_are_refused(tmp_path):
    (tmp_path / "weights.safetensors").write_bytes(save({"w": np.zeros(3)}))
    with pytest.raises(TrackError, match="expected a Faceplate track; came a safetensors file of another kind"):
        read_track(tmp_path / "weights.safetensors")


def test_a_newer_version_is_refused_with_the_next_step(path):
    with pytest.raises(TrackError, match=r"expected track version 1; came version 2. Next: read it with"):
        read_track(rewritten(path, about_with(path, version=2)))


@pytest.mark.parametrize(
    "change",
    [
        {"frames": "1001"},
        {"frames": ["x"]},
        {"frames": [None]},
        {"size": [1]},
        {"size": [0, -5]},
        {"size": ["a", "b"]},
        {"pixel_aspect": "wide"},
        {"pixel_aspect": 0.0},
        {"pixel_aspect": float("nan")},
        {"plate": None},
        {"names": {"a": 1}},
        {"names": ["one", "two", "three"]},
        {"frames": [1001, 1001, 1002, 1003]},
        {"frames": [1, 2]},
    ],
)
def test_a_header_that_makes_no_sense_is_refused(path, change):
    with pytest.raises(TrackError, match=r"shot.track: expected"):
        read_track(rewritten(path, about_with(path, **change)))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100000])
def test_a_header_that_is_no_object_is_refused(path, text):
    with pytest.raises(TrackError, match=r"shot.track: expected"):
        read_track(rewritten(path, {"faceplate_track": text}))


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("0.landmarks_plate", None),
        ("0.depth_px", None),
        ("1.depth_px", np.zeros((FRAMES, POINTS - 1), np.float32)),
        ("0.landmarks_plate", np.zeros((FRAMES + 1, POINTS, 2), np.float32)),
        ("0.landmarks_plate", np.zeros((FRAMES, POINTS, 3), np.float32)),
        ("0.alignment", np.zeros((FRAMES, 2, 3), np.float32)),
        ("0.by_hand", np.zeros((FRAMES, POINTS), np.int8)),
        ("0.presence", np.zeros((), np.float32)),
        ("0.depth_px", np.zeros((), np.float32)),
    ],
)
def test_an_array_that_is_missing_or_of_another_shape_is_refused(path, name, array):
    with pytest.raises(TrackError, match=r"shot.track: expected \w+ of "):
        read_track(rewritten(path, arrays={name: array}))


def test_json_is_plain_and_says_null_where_a_person_is_not_seen(track):
    listed = json.loads(json.dumps(track_as_json(track), allow_nan=False))
    assert list(listed) == ["plate", "frames", "size", "pixel_aspect", "landmarker", "people"]
    assert listed["frames"] == [1001, 1002, 1005, 1006]
    assert listed["size"] == [4096, 2160]
    first, second = listed["people"]
    assert list(first) == ["name", "landmarks", "alignment", "presence", "pose_deg"]
    np.testing.assert_array_equal(np.float32(first["landmarks"]), track.people[0].landmarks_plate)
    np.testing.assert_array_equal(first["alignment"], track.people[0].alignment)
    for name in ("landmarks", "alignment", "presence", "pose_deg"):
        assert [row is None for row in second[name]] == [False, True, True, False]
