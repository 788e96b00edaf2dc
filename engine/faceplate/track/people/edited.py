"""The people of a track once an artist's decisions about who is who are followed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from faceplate.errors import TrackError
from faceplate.track.people.found import path_of
from faceplate.track.people.members import followed_members
from faceplate.values import Edit, Measured, Track, describe_frames


class Cast(NamedTuple):
    """One person of a track by name, as measured, with the edits of their landmarks in the order they were made."""

    name: str
    measured: Measured
    by_hand: tuple[Edit, ...]


def cast_of(measured: Sequence[Measured], edits: Sequence[Edit], frames: Sequence[int]) -> tuple[Cast, ...]:
    """Who is in the track once the artist's edits are followed one after the other; the largest first, split ones last.

    People without a name of their own are `person1`, `person2` and so on by their place in `measured`, and keep that
    when others are dropped. An edit that finds nobody is passed over (`unmatched`).

    Raises:
        CallError: two people are given the same name.
    """
    return tuple(Cast(each.name, each.measured, each.by_hand) for each in followed_members(measured, edits, frames)[0])


def unmatched(measured: Sequence[Measured], edits: Sequence[Edit], frames: Sequence[int]) -> tuple[Edit, ...]:
    """The edits that find nobody where they were made, in order: worth telling after a plate was tracked again."""
    return tuple(followed_members(measured, edits, frames)[1])


def edit_target(track: Track, name: str, frame: int) -> tuple[float, float]:
    """Where an edit of the named person on a frame is to be made: its `at_plate`.

    Raises:
        TrackError: the track does not hold that frame, or nobody of that name.
    """
    if frame not in track.frames:
        raise _unknown(f"frame {frame}", f"a frame of {describe_frames(track.frames)}", "choose one of those")
    paths = _paths(track)
    if name not in paths:
        raise _unknown(f"a person named {name}", "one of " + (", ".join(paths) or "nobody"), "choose one of those")
    x, y = path_of(paths[name]).middle(track.frames.index(frame))
    return float(x), float(y)


def _unknown(came: str, expected: str, next_step: str) -> TrackError:
    return TrackError("edit", expected=expected, came=came, next_step=next_step)


def _paths(track: Track) -> dict[str, Measured]:
    """What edits of a track are held against: what was measured, or, where nothing was, the people as they are."""
    if track.measured:
        return {each.name: each.measured for each in cast_of(track.measured, track.edits, track.frames)}
    unknown = np.full(len(track.frames), np.nan, np.float32)
    return {
        each.name: Measured(
            each.landmarks_plate, each.depth_px, each.confidence, each.presence, each.exposure, sharpness=unknown
        )
        for each in track.people
        if each.seen.any()
    }
