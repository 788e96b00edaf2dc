from dataclasses import replace

from faceplate.track.people.edited import cast_of
from faceplate.track.settings import FaceTrackSettings
from faceplate.track.solve.person import solve_person
from faceplate.values import Track


def solve_track(track: Track) -> Track:
    """The track with its people worked out anew from what was measured and from the artist's edits.

    The plate is not read. A track that came from elsewhere, without measurements, keeps its people.
    """
    if not track.measured:
        return track
    settings = FaceTrackSettings(**track.settings)
    cast = cast_of(track.measured, track.edits, track.frames)
    return replace(track, people=tuple(solve_person(track, each, settings) for each in cast))
