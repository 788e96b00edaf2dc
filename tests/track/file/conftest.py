import pytest
from stored_track import ASPECT, EDITS, measured, motion, person

from faceplate.track import write_track
from faceplate.values import Track


@pytest.fixture
def track():
    people = (person("person1", 1), person("Zoë", 2, unseen=(1, 2)))
    return Track(
        "shot/plate.%04d.exr",
        (1001, 1002, 1005, 1006),
        (4096, 2160),
        ASPECT,
        "mediapipe-face",
        people,
        digests=("a", "b", "c", "d"),
        cuts=(2,),
        focal_px=5000.5,
        measured=(measured(3, motion=motion(4)), measured(5, unseen=(1, 2))),
        edits=EDITS,
        settings={"smoothing": 2.5, "who": "largest"},
    )


@pytest.fixture
def path(track, tmp_path):
    write_track(track, tmp_path / "shot.track")
    return tmp_path / "shot.track"
