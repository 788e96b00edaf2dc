"""The arrays of a person as rows that text formats hold, and back."""

from typing import Any

import numpy as np

from faceplate.errors import TrackError
from faceplate.track.file.edit_entries import is_name
from faceplate.track.file.soundness import check_person
from faceplate.track.topology import POINTS
from faceplate.values import Doubt, Person, Track

shapes: dict[str, tuple[type[np.generic], tuple[int, ...]]] = {
    "landmarks_plate": (np.float32, (POINTS, 2)),
    "depth_px": (np.float32, (POINTS,)),
    "confidence": (np.float32, (POINTS,)),
    "presence": (np.float32, ()),
    "pose_deg": (np.float32, (3,)),
    "place_cm": (np.float32, (3,)),
    "alignment": (np.float64, (2, 3)),
    "exposure": (np.float32, ()),
    "residual_px": (np.float32, ()),
}
"""The numbers of a person that may be NaN: type, and shape of each frame."""


def empty_person(name: str, frames: int) -> Person:
    """A person who is in no frame."""
    nothing = {entry: np.full((frames, *shape), np.nan, kind) for entry, (kind, shape) in shapes.items()}
    hand, doubts = np.zeros((frames, POINTS), np.bool_), np.zeros(frames, np.uint16)
    return Person(name=name, by_hand=hand, doubts=doubts, **nothing)


def checked(track: Track, source: str) -> Track:
    """The track, whose people are faces in every frame.

    Raises:
        TrackError: two people have one name, a name is none that a person can have, or the numbers of one make no face.
    """
    names = [person.name for person in track.people]
    if len(set(names)) < len(names) or not all(map(is_name, names)):
        raise bad_text(source, "people with a name of one line each, another for everyone", repr(names)[:80])
    for person in track.people:
        check_person(source, track, person)
    return track


def doubts_of(words: Any, thing: str) -> int:
    """The sum of doubts that are named in lower case.

    Raises:
        TrackError: a word names none.
    """
    named = {str(doubt.name).lower(): int(doubt) for doubt in Doubt}
    if not isinstance(words, list) or not all(isinstance(word, str) and word in named for word in words):
        raise bad_text(thing, f"doubts of {', '.join(named)}", words)
    return sum(named[word] for word in set(words))


def bad_text(thing: str, expected: str, came: Any) -> TrackError:
    """The error for a text file that holds no track."""
    return TrackError(
        thing, expected=expected, came=str(came)[:120], next_step="write it anew with `faceplate convert`"
    )
