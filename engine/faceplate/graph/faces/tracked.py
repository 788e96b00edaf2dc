"""The track that a node goes by: its own, or that of the FaceTrack above, which travels with the picture."""

from typing import NamedTuple

from faceplate.errors import PlateError, TrackError
from faceplate.graph.faces.stream import check_format, file_identity, opened
from faceplate.graph.render import Node, Source
from faceplate.graph.shot_checks import person_named
from faceplate.track import read_track
from faceplate.values import Person, Track

track_entry, frame_entry = "faceplate/track", "faceplate/frame"
"""What FaceTrack says in the metadata: the file of its track, and the frame of it that the picture is."""


class Tracked(NamedTuple):
    """A person of a track, and the row of it that a picture is."""

    track: Track
    person: Person
    row: int

    @property
    def is_seen(self) -> bool:
        """True where the person is in the picture."""
        return bool(self.person.seen[self.row])


def tracked(group: Node, source: Source, person: str) -> Tracked:
    """Whom a node works on, and where they are in its picture.

    Raises:
        PlateError: no track is named, or its file is missing.
        TrackError: it is damaged, of another format, or knows neither the person nor the frame.
    """
    path = track_path(group, source)
    track = opened(group, "track_file", path, read_track)
    check_format(track, source.info, group)
    number = _frame_number(group, source)
    if number not in track.frames:
        raise TrackError(
            f"{group.path}: {path}",
            expected=f"frame {number}",
            came=f"a track of {track.frames[0]}-{track.frames[-1]}",
            next_step="track this frame too, or render frames that were tracked",
        )
    return Tracked(track, _person(group, track, person), track.frames.index(number))


def seen_again(group: Node, source: Source, found: Tracked) -> Tracked | None:
    """The person in another picture of the same track; None where that was not tracked, or they are not seen in it."""
    track, number = opened(group, "track_file", track_path(group, source), read_track), _frame_number(group, source)
    if track is not found.track or number not in track.frames:
        return None
    again = found._replace(row=track.frames.index(number))
    return again if again.is_seen else None


def _person(group: Node, track: Track, name: str) -> Person:
    try:
        return person_named(track, name)
    except TrackError as fault:
        raise TrackError(
            f"{group.path}.person: {fault.thing}",
            expected=fault.expected,
            came=fault.came,
            next_step="name one of them in the node's knob `person`",
        ) from fault


def track_path(group: Node, source: Source) -> str:
    """The file of the track: the node's own, else what the picture says.

    Raises:
        PlateError: neither names one.
    """
    own = group.text("track_file")
    stated = source.info.metadata.get(track_entry)
    if own or stated:
        return own or str(stated.value if stated else "")
    raise PlateError(
        f"{group.path}.track_file",
        expected="a track",
        came="none: the file is not named, and there is no FaceTrack above",
        next_step="put a FaceTrack above this node, or name a track",
    )


def track_state(group: Node) -> str:
    """The state of the track's file."""
    source = group.input(0)
    return file_identity(track_path(group, source)) if source else ""


def _frame_number(group: Node, source: Source) -> int:
    stated = source.info.metadata.get(frame_entry)
    return group.frame if stated is None or group.text("track_file") else round(float(stated.value))
