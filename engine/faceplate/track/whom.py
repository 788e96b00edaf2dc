"""The people of a track by name, and the row of a frame; who or what is not there is refused."""

import numpy as np

from faceplate.errors import TrackError
from faceplate.values import Person, Track, describe_frames


def check_anybody(track: Track) -> None:
    """Refuses a track without people, of which nothing can be shown.

    Raises:
        TrackError: saying how people may have gone.
    """
    if not track.people:
        raise TrackError(
            f"track of {track.plate}",
            expected="somebody in it",
            came="nobody",
            next_step="see `faceplate edit SHOT.track list`: take back the edit by which they went, or track the plate",
        )


def person_of(track: Track, name: str, next_step: str = "name one of them") -> Person:
    """The person of a name.

    Raises:
        TrackError: the track has nobody of that name; the message lists who is there.
    """
    for person in track.people:
        if person.name == name:
            return person
    raise TrackError(
        f"track of {track.plate}",
        expected=f"a person named {name!r}",
        came=", ".join(person.name for person in track.people) or "nobody",
        next_step=next_step,
    )


def row_of(track: Track, frame: int, next_step: str = "name one of them") -> int:
    """The row of a frame.

    Raises:
        TrackError: the frame was not tracked.
    """
    if frame not in track.frames:
        raise TrackError(
            f"track of {track.plate}, frame {frame}",
            expected=f"a frame of {describe_frames(track.frames)}",
            came="a frame that was not tracked",
            next_step=next_step,
        )
    return track.frames.index(frame)


def seen_row(track: Track, person: Person, frame: int) -> int:
    """The row of a frame that shows the person.

    Raises:
        TrackError: the frame was not tracked, or does not show them.
    """
    row = row_of(track, frame)
    if not person.seen[row]:
        raise TrackError(
            f"track of {track.plate}, frame {frame}",
            expected=f"a frame that shows {person.name}: {describe_frames(frames_of(track, person))}",
            came="a frame without them",
            next_step="name a frame that shows them",
        )
    return row


def frames_of(track: Track, person: Person) -> tuple[int, ...]:
    """The frames that show a person."""
    return tuple(track.frames[row] for row in np.flatnonzero(person.seen))
