"""What `inspect --json` tells of a track."""

import json
from dataclasses import replace

import numpy as np
from stored_track import FRAMES, POINTS

from faceplate.track import track_as_json


def test_json_is_plain_and_says_null_where_a_person_is_not_seen(track):
    listed = json.loads(json.dumps(track_as_json(track), allow_nan=False))
    assert list(listed) == [
        "plate", "frames", "size", "pixel_aspect", "landmarker", "cuts", "focal_px", "digests", "settings", "people",
        "edits",
    ]  # fmt: skip
    assert listed["frames"] == [1001, 1002, 1005, 1006]
    assert listed["size"] == [4096, 2160]
    first, second = listed["people"]
    wherever_seen = (
        "landmarks",
        "alignment",
        "presence",
        "pose_deg",
        "exposure",
        "confidence",
        "place_cm",
        "residual_px",
    )
    assert list(first) == ["name", *wherever_seen, "doubts", "by_hand"]
    np.testing.assert_array_equal(np.float32(first["landmarks"]), track.people[0].landmarks_plate)
    np.testing.assert_array_equal(first["alignment"], track.people[0].alignment)
    np.testing.assert_array_equal(np.float32(first["exposure"]), track.people[0].exposure)
    np.testing.assert_array_equal(np.float32(first["place_cm"]), track.people[0].place_cm)
    np.testing.assert_array_equal(np.float32(first["residual_px"]), track.people[0].residual_px)
    for name in wherever_seen:
        assert [row is None for row in second[name]] == [False, True, True, False]


def test_json_tells_doubts_in_words_cuts_and_hand_set_frames_by_their_numbers_and_edits_as_they_are(track):
    by_hand = np.zeros((FRAMES, POINTS), bool)
    by_hand[[1, 3], 5] = True
    person = replace(track.people[0], by_hand=by_hand)
    listed = json.loads(json.dumps(track_as_json(replace(track, people=(person,))), allow_nan=False))
    assert listed["people"][0]["doubts"] == [[], ["profile"], ["at_edge", "small"], []]
    assert listed["people"][0]["by_hand"] == [1002, 1006]
    np.testing.assert_allclose(listed["people"][0]["confidence"], person.confidence.mean(axis=1), rtol=1e-6)
    assert listed["cuts"] == [1005]
    assert listed["focal_px"] == 5000.5
    assert listed["edits"][3] == {"kind": "name", "frame": 990, "at_plate": [1.0, 2.0], "text": "Zoë"}
    assert [edit["kind"] for edit in listed["edits"]] == [edit.kind for edit in track.edits]
