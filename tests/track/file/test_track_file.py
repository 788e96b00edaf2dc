import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load, save

from faceplate.errors import StorageError, TrackError
from faceplate.track import read_track, track_as_json, write_track
from faceplate.values import Person, Track
from shots import known_track

FRAMES, POINTS = 4, 478
ASPECT = 2.0


def alignments(face_px=300.0, turn=0.3, middle=(1500.0, 900.0)):
    """Plate pixels to a face square that is turned, `face_px` rows high, and square once the pixels are."""
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) / face_px * [ASPECT, 1.0]
    each = np.column_stack([turned, 0.5 - turned @ middle])
    return np.repeat(each[None], FRAMES, axis=0)


def person(name, seed, unseen=()):
    generator = np.random.default_rng(seed)

    def values(*shape):
        return generator.random((FRAMES, *shape)).astype(np.float32)

    about = {
        "landmarks_plate": values(POINTS, 2) * 1000,
        "depth_px": values(POINTS),
        "confidence": values(POINTS),
        "presence": values(),
        "pose_deg": values(3),
        "alignment": alignments(),
        "exposure": values(),
    }
    for array in about.values():
        array[list(unseen)] = np.nan
    return Person(name=name, **about, by_hand=generator.random((FRAMES, POINTS)) > 0.9)


@pytest.fixture
def track():
    people = (person("person1", 1), person("Zoë", 2, unseen=(1, 2)))
    return Track("shot/plate.%04d.exr", (1001, 1002, 1005, 1006), (4096, 2160), ASPECT, "mediapipe-face", people)


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
        for name in (
            "landmarks_plate",
            "depth_px",
            "confidence",
            "presence",
            "pose_deg",
            "alignment",
            "by_hand",
            "exposure",
        ):
            mine, theirs = getattr(one, name), getattr(other, name)
            assert mine.dtype == theirs.dtype
            assert np.array_equal(mine.view(np.uint8), theirs.view(np.uint8))


def test_a_track_made_before_exposure_was_measured_is_read_without_it(track, path):
    back = read_track(rewritten(path, arrays={"0.exposure": None, "1.exposure": None}))
    assert all(np.isnan(person.exposure).all() and person.exposure.shape == (FRAMES,) for person in back.people)
    np.testing.assert_array_equal(back.people[0].landmarks_plate, track.people[0].landmarks_plate)
    json.dumps(track_as_json(back), allow_nan=False)


def test_equal_tracks_make_equal_files(track, tmp_path, path):
    write_track(track, tmp_path / "again.track")
    assert (tmp_path / "again.track").read_bytes() == path.read_bytes()


def test_writing_leaves_nothing_beside_the_file(path):
    assert [each.name for each in path.parent.iterdir()] == ["shot.track"]


def test_an_earlier_file_is_replaced_whole(track, path):
    write_track(replace(track, plate="other"), path)
    assert read_track(path).plate == "other"


def test_a_folder_that_is_not_there_is_made(track, tmp_path):
    write_track(track, tmp_path / "absent" / "shot.track")
    assert read_track(tmp_path / "absent" / "shot.track").frames == track.frames


def test_a_folder_that_cannot_be_made_is_said(track, tmp_path):
    (tmp_path / "file").write_text("stands here")
    with pytest.raises(StorageError, match=r"file/shot\.track: expected room here, and the right to write"):
        write_track(track, tmp_path / "file" / "shot.track")


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


NO_FRAMES = "expected frames as whole numbers that rise; came "
NO_SIZE = "expected size as two sides of 1 to 65536 pixels; came "
NO_ASPECT = "expected pixel_aspect as a number of 0.1 to 10; came "
NO_NAMES = "expected names as texts, each another; came "


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frames": "1001"}, NO_FRAMES + "'1001'"),
        ({"frames": []}, NO_FRAMES),
        ({"frames": ["x"]}, NO_FRAMES),
        ({"frames": [None]}, NO_FRAMES),
        ({"frames": [1001.0, 1002.0, 1003.0, 1004.0]}, NO_FRAMES),
        ({"frames": [1001, 1001, 1002, 1003]}, NO_FRAMES + "[1001, 1001, 1002, 1003]"),
        ({"frames": [1001, 1003, 1002, 1004]}, NO_FRAMES),
        ({"frames": [1, 2]}, "expected landmarks_plate of person1 as float32 (2, 478, 2); came float32 (4, 478, 2)"),
        ({"size": [1]}, NO_SIZE),
        ({"size": None}, NO_SIZE + "None"),
        ({"size": [0, -5]}, NO_SIZE + "[0, -5]"),
        ({"size": ["a", "b"]}, NO_SIZE),
        ({"size": [4096, 65537]}, NO_SIZE),
        ({"pixel_aspect": "wide"}, NO_ASPECT + "'wide'"),
        ({"pixel_aspect": 0.0}, NO_ASPECT),
        ({"pixel_aspect": -1.0}, NO_ASPECT),
        ({"pixel_aspect": 1e9}, NO_ASPECT),
        ({"pixel_aspect": float("nan")}, NO_ASPECT + "nan"),
        ({"pixel_aspect": 10**400}, NO_ASPECT),
        ({"plate": None}, "expected plate as text; came None"),
        ({"landmarker": 5}, "expected landmarker as text; came 5"),
        ({"names": {"a": 1}}, NO_NAMES),
        ({"names": ["ann", "ann"]}, NO_NAMES + "['ann', 'ann']"),
        ({"names": ["ann", "\ud800"]}, NO_NAMES),
        ({"names": ["one", "two", "three"]}, "expected landmarks_plate of three as float32 (4, 0, 2); came none"),
    ],
)
def test_a_header_that_makes_no_sense_is_refused(path, change, words):
    with pytest.raises(TrackError, match=r"shot.track: expected") as refused:
        read_track(rewritten(path, about_with(path, **change)))
    assert words in str(refused.value)
    assert "Next: track the plate again" in str(refused.value)


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


def set_at(name, place, value):
    def spoil(arrays):
        arrays[name][place] = value

    return spoil


def times(name, factor):
    def spoil(arrays):
        arrays[name] *= np.asarray(factor, arrays[name].dtype)

    return spoil


def only_points(count):
    def spoil(arrays):
        for name in ("landmarks_plate", "depth_px", "confidence", "by_hand"):
            arrays[f"0.{name}"] = np.ascontiguousarray(arrays[f"0.{name}"][:, :count])

    return spoil


NO_FACE = "expected a face square with a side of 2 to 16384 px; came one of "
NO_SIMILARITY = "expected an alignment that only turns, scales and shifts square pixels (stretch of at most 1%); came "
NO_ALIGNMENT = "expected an alignment where the person has landmarks, and NaN where not; came "
NO_LANDMARKS = "expected all landmarks as numbers, or all as NaN where the person is not seen; came "
TOO_FAR = "within 4 plate sizes of the plate of 4096x2160; came "


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (times("0.alignment", 1e6), "person1, frame 1001: " + NO_FACE + "0.0003 px"),
        (times("0.alignment", 0), NO_FACE + "inf px"),
        (times("0.alignment", 1e-9), NO_FACE + "3e+11 px"),
        (set_at("0.alignment", (2, slice(None), slice(0, 2)), 1e308), "frame 1005: " + NO_SIMILARITY),
        (times("0.alignment", [0.5, 1, 1]), NO_SIMILARITY + "a stretch of 2"),
        (times("0.alignment", [1.03, 1, 1]), NO_SIMILARITY + "a stretch of 1.03"),
        (times("0.alignment", [-1, 1, 1]), NO_SIMILARITY + "a mirror image"),
        (set_at("0.alignment", (2, 0, 2), 1e5), "expected a face square " + TOO_FAR + "x -"),
        (set_at("0.alignment", (2, 0, 2), 1e308), "expected a face square " + TOO_FAR),
        (set_at("0.alignment", 2, np.nan), "frame 1005: " + NO_ALIGNMENT + "an alignment that is not finite"),
        (set_at("0.alignment", (2, 0, 2), np.inf), NO_ALIGNMENT + "an alignment that is not finite"),
        (set_at("1.alignment", 1, alignments()[0]), "Zoë, frame 1002: " + NO_ALIGNMENT + "an alignment without land"),
        (set_at("0.landmarks_plate", (1, 5), np.nan), NO_LANDMARKS + "1 of 478 landmarks without numbers"),
        (set_at("1.landmarks_plate", (1, 5, 0), np.inf), NO_LANDMARKS),
        (set_at("1.landmarks_plate", (1, 5), 3.0), NO_LANDMARKS + "477 of 478"),
        (set_at("0.landmarks_plate", (3, 5), [10, 3e4]), "1006: expected landmarks " + TOO_FAR + "x 10, y 30000"),
        (set_at("0.landmarks_plate", (3, 5), [-17000, 0]), "expected landmarks " + TOO_FAR + "x -17000, y 0"),
        (set_at("0.presence", 1, 1.5), "frame 1002: expected presence of 0 to 1; came 1.5"),
        (set_at("0.exposure", 1, np.inf), "frame 1002: expected exposure as a number or NaN, and NaN where the person"),
        (set_at("1.exposure", 1, 0.2), "Zoë, frame 1002: expected exposure as a number or NaN, and NaN where the"),
        (set_at("0.presence", 1, np.nan), "expected presence as numbers where the person is seen; came NaN"),
        (set_at("1.confidence", (1, 400), -0.5), "Zoë, frame 1002: expected confidence of 0 to 1; came -0.5"),
        (set_at("0.confidence", (1, 4), np.inf), "expected confidence of 0 to 1; came inf"),
        (set_at("0.depth_px", (0, 3), np.inf), "expected depth_px as numbers where the person is seen; came NaN or"),
        (set_at("0.pose_deg", (0, 2), np.nan), "expected pose_deg as numbers where the person is seen; came NaN or"),
        (only_points(68), "shot.track, person1: expected 478 landmarks of the face mesh; came 68 landmarks"),
        (only_points(0), "expected 478 landmarks of the face mesh; came 0 landmarks"),
    ],
)
def test_numbers_that_make_no_face_are_refused_with_person_and_frame(path, spoil, words):
    arrays = load(path.read_bytes())
    spoil(arrays)
    with pytest.raises(TrackError, match=r"shot\.track, .*Next: track the plate again") as refused:
        read_track(rewritten(path, arrays=arrays))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "spoil",
    [
        times("0.alignment", [1.009, 1, 1]),
        set_at("0.alignment", slice(None), alignments(face_px=2.1)),
        set_at("0.alignment", slice(None), alignments(face_px=16000.0)),
        set_at("0.landmarks_plate", (3, 5), [-16000, 10000]),
        set_at("0.confidence", (1, 4), np.nan),
        set_at("0.pose_deg", 1, [-180, 90, 180]),
        set_at("1.presence", 1, 0.0),
        set_at("0.exposure", 1, np.nan),
        set_at("0.exposure", 1, -0.01),
    ],
)
def test_faces_that_are_only_unusual_are_read(path, spoil):
    arrays = load(path.read_bytes())
    spoil(arrays)
    assert len(read_track(rewritten(path, arrays=arrays)).people) == 2


@pytest.mark.parametrize("about", [{}, {"unseen": (1002,)}, {"middle": (-300.0, 700.0)}, {"face_px": 4.0}])
def test_a_track_whose_alignments_were_fitted_is_read(tmp_path, about):
    known = known_track((1001, 1002, 1003), **about)
    write_track(known, tmp_path / "known.track")
    np.testing.assert_array_equal(read_track(tmp_path / "known.track").people[0].alignment, known.people[0].alignment)


@pytest.mark.parametrize(("kind", "size"), [("BF16", 2), ("F8_E4M3", 1), ("C64", 8)])
def test_an_array_of_a_type_that_no_track_has_is_refused(tmp_path, kind, size):
    header = {
        "__metadata__": {"faceplate_track": "{}"},
        "odd": {"dtype": kind, "shape": [8], "data_offsets": [0, 8 * size]},
    }
    text = json.dumps(header).encode()
    (tmp_path / "odd.track").write_bytes(struct.pack("<Q", len(text)) + text + bytes(8 * size))
    with pytest.raises(TrackError, match=f"expected arrays of F32, F64, BOOL; came odd of {kind}"):
        read_track(tmp_path / "odd.track")


def test_json_is_plain_and_says_null_where_a_person_is_not_seen(track):
    listed = json.loads(json.dumps(track_as_json(track), allow_nan=False))
    assert list(listed) == ["plate", "frames", "size", "pixel_aspect", "landmarker", "people"]
    assert listed["frames"] == [1001, 1002, 1005, 1006]
    assert listed["size"] == [4096, 2160]
    first, second = listed["people"]
    assert list(first) == ["name", "landmarks", "alignment", "presence", "pose_deg", "exposure"]
    np.testing.assert_array_equal(np.float32(first["landmarks"]), track.people[0].landmarks_plate)
    np.testing.assert_array_equal(first["alignment"], track.people[0].alignment)
    np.testing.assert_array_equal(np.float32(first["exposure"]), track.people[0].exposure)
    for name in ("landmarks", "alignment", "presence", "pose_deg", "exposure"):
        assert [row is None for row in second[name]] == [False, True, True, False]
