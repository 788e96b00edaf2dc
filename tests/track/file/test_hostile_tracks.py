"""Files that are damaged or hostile: refused with what was expected and what came."""

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import load
from stored_track import FRAMES, POINTS, about_with, alignments, rewritten

from faceplate.errors import TrackError
from faceplate.track import read_track, write_track
from shots import known_track

NO_FRAMES = "expected frames as whole numbers that rise; came "
NO_SIZE = "expected size as two sides of 1 to 65536 pixels; came "
NO_ASPECT = "expected pixel_aspect as a number of 0.1 to 10; came "
NO_NAMES = "expected names as texts of one line, each another; came "


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
        (
            {"frames": [1, 2], "digests": [], "cuts": []},
            "expected landmarks_plate of person1 as float32 (2, 478, 2); came float32 (4, 478, 2)",
        ),
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
        ({"names": ["ann", "bob\n  carl"]}, NO_NAMES),
        ({"names": ["ann", "\x1b[31mbob"]}, NO_NAMES),
        ({"names": ["ann", " "]}, NO_NAMES),
        ({"names": ["one", "two", "three"]}, "expected landmarks_plate of three as float32 (4, 0, 2); came none"),
        ({"digests": ["a"]}, "expected no digests, or one for each of 4 frames; came 1"),
        ({"digests": ["a", "b", "c", 4]}, "expected digests as texts of at most 256 letters"),
        ({"digests": ["a", "b", "c", "d" * 257]}, "expected digests as texts of at most 256 letters"),
        ({"cuts": [0]}, "expected cuts as rows of 1 to 3; came [0]"),
        ({"cuts": [4]}, "expected cuts as rows of 1 to 3; came [4]"),
        ({"cuts": [2, 1]}, "expected cuts as whole numbers that rise; came [2, 1]"),
        ({"focal_px": 0}, "expected focal_px as null or a number up to 1e+07; came 0"),
        ({"focal_px": float("inf")}, "expected focal_px as null"),
        ({"focal_px": "long"}, "expected focal_px as null"),
        ({"settings": []}, "expected settings as knobs of FaceTrack, each within its range; came []"),
        ({"settings": {"smoothing": 1e9}}, "expected settings as knobs of FaceTrack"),
        ({"settings": {"power": 1}}, "expected settings as knobs of FaceTrack"),
        ({"measured": -1}, "expected measured as a whole number of at most 1000; came -1"),
        ({"measured": 10**9}, "expected measured as a whole number"),
        ({"measured": 3}, "expected landmarks_plate of measured person 3 as float32 (4, 0, 2); came none"),
        ({"measured": None}, "expected measured as a whole number"),
        ({"edits": {}}, "expected edits as a list; came {}"),
        ({"edits": [{"kind": "drop"}] * 100_001}, "expected edits as a list of at most 100000; came 100001 entries"),
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
        ("0.place_cm", None),
        ("0.doubts", None),
        ("m0.landmarks_plate", None),
        ("m1.sharpness", np.zeros(FRAMES + 1, np.float32)),
        ("m0.motion.found_plate", None),
        ("m0.motion.found_plate", np.zeros((3, 4, 2), np.float32)),
        ("m0.motion.pairs", np.zeros((3, 3), np.int32)),
        ("m0.motion.pairs", np.zeros((3, 2), np.float32)),
        ("m0.motion.pairs", np.zeros((), np.int32)),
        ("m0.motion.pairs", np.zeros((2, 2), np.int32)),
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


def only_points(count, owner="0"):
    def spoil(arrays):
        for name in ("landmarks_plate", "depth_px", "confidence", "by_hand"):
            if f"{owner}.{name}" in arrays:
                arrays[f"{owner}.{name}"] = np.ascontiguousarray(arrays[f"{owner}.{name}"][:, :count])

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
        (set_at("0.place_cm", (1, 0), np.inf), "expected place_cm as numbers or NaN, and NaN where the person is not"),
        (set_at("1.place_cm", (1, 0), 3.0), "Zoë, frame 1002: expected place_cm as numbers or NaN"),
        (set_at("0.residual_px", 1, -1.0), "frame 1002: expected residual_px as numbers of 0 or more or NaN"),
        (set_at("1.residual_px", 1, 1.0), "Zoë, frame 1002: expected residual_px"),
        (set_at("0.doubts", 3, 512), "frame 1006: expected doubts as a sum of the 9 there are, 511 at most; came 512"),
        (set_at("m0.presence", 1, 1.5), "measured person 1, frame 1002: expected presence of 0 to 1; came 1.5"),
        (set_at("m1.landmarks_plate", (1, 5), 3.0), "measured person 2, frame 1002: " + NO_LANDMARKS),
        (
            set_at("m0.landmarks_plate", (3, 5), [10, 3e4]),
            "measured person 1, frame 1006: expected landmarks " + TOO_FAR,
        ),
        (set_at("m0.depth_px", (0, 3), np.nan), "measured person 1, frame 1001: expected depth_px as numbers"),
        (set_at("m0.sharpness", 1, -1), "measured person 1, frame 1002: expected sharpness of 0 or more, or NaN"),
        (set_at("m0.sharpness", 1, np.inf), "expected sharpness of 0 or more, or NaN; came inf"),
        (
            set_at("m0.motion.pairs", (1, 1), 4),
            "motion pair 2: expected two different rows of 0 to 3; came rows 0 and 4",
        ),
        (set_at("m0.motion.pairs", (1, 0), -1), "expected two different rows of 0 to 3; came rows -1 and 3"),
        (set_at("m0.motion.pairs", (1, 1), 2**31 - 1), "expected two different rows of 0 to 3"),
        (
            set_at("m0.motion.pairs", (2, 1), 3),
            "motion pair 3: expected two different rows of 0 to 3; came rows 3 and 3",
        ),
        (set_at("m0.motion.taken_plate", (0, 3), np.nan), "motion pair 1: expected texture taken within 4 plate sizes"),
        (set_at("m0.motion.found_plate", (0, 3), 1e6), "motion pair 1: expected texture found within 4 plate sizes"),
        (set_at("m0.motion.found_plate", (0, 3, 1), np.nan), "expected texture found within 4 plate sizes"),
        (set_at("m0.motion.found_plate", (0, 3), np.nan), "expected a standard deviation of 0 or more where texture"),
        (set_at("m0.motion.deviation_px", (0, 3), -1), "expected a standard deviation of 0 or more where texture"),
        (set_at("m0.motion.deviation_px", (0, 3), np.nan), "expected a standard deviation of 0 or more where texture"),
        (set_at("m0.motion.deviation_px", (0, 7), 1.0), "expected a standard deviation of 0 or more where texture"),
        (only_points(68, "m0"), "measured person 1: expected 478 landmarks of the face mesh; came 68 landmarks"),
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
        set_at("0.place_cm", 1, np.nan),
        set_at("0.residual_px", 1, np.nan),
        set_at("m0.sharpness", 1, np.nan),
        set_at("m0.motion.deviation_px", (0, 3), 0.0),
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


BARE = {
    "version": 1, "plate": "", "frames": [1], "size": [1, 1], "pixel_aspect": 1, "landmarker": "", "names": [],
}  # fmt: skip


def test_a_motion_of_more_pairs_than_a_shot_can_have_is_refused(path):
    pairs = np.tile(np.int32([[0, 1]]), (FRAMES * 64 + 1, 1))
    with pytest.raises(TrackError, match=r"expected at most 256 motion pairs in 4 frames; came 257"):
        read_track(rewritten(path, arrays={"m0.motion.pairs": pairs}))


@pytest.mark.parametrize(("kind", "size"), [("BF16", 2), ("F8_E4M3", 1), ("C64", 8)])
def test_an_array_of_a_type_that_no_track_has_is_refused(tmp_path, kind, size):
    header = {
        "__metadata__": {"faceplate_track": json.dumps(BARE)},
        "odd": {"dtype": kind, "shape": [8], "data_offsets": [0, 8 * size]},
    }
    text = json.dumps(header).encode()
    (tmp_path / "odd.track").write_bytes(struct.pack("<Q", len(text)) + text + bytes(8 * size))
    with pytest.raises(TrackError, match=f"expected arrays of F32, F64, BOOL, U16, I32; came odd of {kind}"):
        read_track(tmp_path / "odd.track")
