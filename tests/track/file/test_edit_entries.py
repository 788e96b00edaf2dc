"""Edits in the header of a track: those that make no sense are refused."""

import pytest
from stored_track import about_with, rewritten

from faceplate.errors import TrackError
from faceplate.track import read_track

POINTS_EDIT = {"kind": "points", "frame": 1001, "at_plate": [1, 2], "points": [1], "target": [[1, 2]]}
ALIGNED = {"kind": "alignment", "frame": 1001, "at_plate": [1, 2], "target": [[0.006, 0, -8.5], [0, 0.003, -2.2]]}
PLACES = "expected target as a place for each landmark"
TWO_ROWS = "expected target as two rows of three numbers"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (None, "expected a kind of edit, one of points, alignment, absent, name, drop, split, merge; came None"),
        ([], "expected a kind of edit"),
        ({"kind": "explode", "frame": 1, "at_plate": [1, 2]}, "expected a kind of edit"),
        ({"kind": ["points"]}, "expected a kind of edit"),
        ({"kind": "drop", "frame": 1.5, "at_plate": [1, 2]}, "expected frame as a whole number; came 1.5"),
        ({"kind": "drop", "frame": 10**12, "at_plate": [1, 2]}, "expected frame as a whole number"),
        ({"kind": "drop", "frame": True, "at_plate": [1, 2]}, "expected frame as a whole number"),
        ({"kind": "drop", "at_plate": [1, 2]}, "expected frame as a whole number; came None"),
        ({"kind": "drop", "frame": 1}, "expected at_plate as x and y within 4 plate sizes of the plate; came None"),
        ({"kind": "drop", "frame": 1, "at_plate": [1, float("nan")]}, "expected at_plate as x and y"),
        ({"kind": "drop", "frame": 1, "at_plate": [1e9, 0]}, "expected at_plate as x and y"),
        ({"kind": "drop", "frame": 1, "at_plate": [1, 2], "run": "rm"}, "expected of drop no more than origin, text"),
        ({"kind": "drop", "frame": 1, "at_plate": [1, 2], "origin": ""}, "expected origin as text; came ''"),
        ({"kind": "drop", "frame": 1, "at_plate": [1, 2], "origin": 5}, "expected origin as text; came 5"),
        ({"kind": "name", "frame": 1, "at_plate": [1, 2]}, "expected text as a name on one line; came None"),
        ({"kind": "name", "frame": 1, "at_plate": [1, 2], "text": "a" * 1001}, "expected text as a name"),
        ({"kind": "name", "frame": 1, "at_plate": [1, 2], "text": "\ud800"}, "expected text as a name"),
        ({"kind": "name", "frame": 1, "at_plate": [1, 2], "text": "ann\nbob"}, "expected text as a name on one line"),
        ({"kind": "drop", "frame": 1, "at_plate": [1, 2], "origin": "\x1b[2J"}, "expected origin as text"),
        ({"kind": "absent", "frame": 5, "at_plate": [1, 2], "last_frame": 4}, "a last frame of 5 or later; came 4"),
        ({"kind": "absent", "frame": 5, "at_plate": [1, 2]}, "expected last_frame as a whole number; came None"),
        ({"kind": "merge", "frame": 5, "at_plate": [1, 2], "other_frame": 5}, "expected other_plate as x and y"),
        (POINTS_EDIT | {"points": []}, "expected points as 1 to 478 different numbers of landmarks"),
        (POINTS_EDIT | {"points": [478]}, "expected points as 1 to 478 different numbers of landmarks"),
        (POINTS_EDIT | {"points": [-1]}, "expected points as"),
        (POINTS_EDIT | {"points": [1, 1], "target": [[1, 2], [1, 2]]}, "expected points as"),
        (POINTS_EDIT | {"points": [1.0]}, "expected points as"),
        (POINTS_EDIT | {"points": list(range(500))}, "expected points as"),
        (POINTS_EDIT | {"target": [[1, 2], [3, 4]]}, "expected 1 places for as many landmarks; came 2"),
        (POINTS_EDIT | {"target": [[1e6, 0]]}, PLACES),
        (POINTS_EDIT | {"target": [[float("inf"), 0]]}, PLACES),
        (POINTS_EDIT | {"target": [[1]]}, PLACES),
        (POINTS_EDIT | {"target": "here"}, PLACES),
        (ALIGNED | {"target": [[1, 0, 0]]}, TWO_ROWS),
        (ALIGNED | {"target": [[1, 0], [0, 1]]}, TWO_ROWS),
        (ALIGNED | {"target": [[1, 0, "x"], [0, 1, 0]]}, TWO_ROWS),
        (ALIGNED | {"target": [[0, 0, 0], [0, 0, 0]]}, "expected a face square with a side of 2 to 16384 px"),
        (ALIGNED | {"target": [[-0.006, 0, 0], [0, 0.003, 0]]}, "came a mirror image"),
        (ALIGNED | {"target": [[0.006, 0, 1e9], [0, 0.003, 0]]}, "expected a face square within 4 plate sizes"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_with_its_number(path, entry, words):
    with pytest.raises(TrackError, match=r"shot\.track, edit 2: expected .*Next: track the plate again") as refused:
        read_track(rewritten(path, about_with(path, edits=[POINTS_EDIT, entry])))
    assert words in str(refused.value)
