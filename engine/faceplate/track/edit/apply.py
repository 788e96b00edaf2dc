"""Tracks with edits and without: each is solved anew around those that it has, and its file is left alone."""

from dataclasses import replace
from typing import NamedTuple

from faceplate.errors import TrackError
from faceplate.track.edit.promoted import GIVEN, promoted
from faceplate.track.people.edited import unmatched
from faceplate.track.solve.solve_track import solve_track
from faceplate.values import Edit, Track, describe_frames


def with_edits(track: Track, *edits: Edit) -> Track:
    """The track with further edits, solved around them all.

    A track that came without measurements is taken as measured from its first edit on.
    """
    whole = promoted(track)
    return solve_track(replace(whole, edits=(*whole.edits, *edits)))


def without_edits(track: Track, *origins: str) -> Track:
    """The track without the edits of these origins; of any origin, where none is named.

    What people are called in a track from elsewhere is kept.
    """
    gone = set(origins) or {edit.origin for edit in track.edits} - {GIVEN}
    kept = tuple(edit for edit in track.edits if edit.origin not in gone)
    return track if kept == track.edits else solve_track(replace(track, edits=kept))


def without_last_edit(track: Track, origin: str = Edit.origin) -> Track:
    """The track without the last edit of an origin.

    Raises:
        TrackError: there is none.
    """
    places = [place for place, edit in enumerate(track.edits) if edit.origin == origin]
    if not places:
        raise TrackError(
            f"track of {track.plate}",
            expected=f"an edit made by {origin}",
            came=_origins(track),
            next_step="there is nothing to undo, or name another origin",
        )
    last = places[-1]
    return solve_track(replace(track, edits=track.edits[:last] + track.edits[last + 1 :]))


def _origins(track: Track) -> str:
    made = sorted({edit.origin for edit in track.edits} - {GIVEN})
    return f"edits by {', '.join(made)}" if made else "none"


def carried_over(old: Track, new: Track) -> Track:
    """A new track of a plate with the edits of its old one, solved around them; `unmet` says which found nothing.

    Raises:
        TrackError: the plates are not of one size and pixel aspect, so that the edits would lie elsewhere.
    """
    if not old.edits:
        return new
    check_shape(old, new.plate, new.size, new.pixel_aspect)
    return with_edits(new, *old.edits)


def check_shape(old: Track, plate: str, size: tuple[int, int], pixel_aspect: float) -> None:
    """Refuses a plate on which the edits of a track would lie elsewhere.

    Raises:
        TrackError: it is of another size or pixel aspect.
    """
    if old.edits and (old.size, old.pixel_aspect) != (size, pixel_aspect):
        raise TrackError(
            f"edits made on {old.plate}",
            expected=f"a plate of {_shape(old.size, old.pixel_aspect)}",
            came=f"{plate} of {_shape(size, pixel_aspect)}",
            next_step="keep this track in another file, or forget the edits",
        )


def _shape(size: tuple[int, int], pixel_aspect: float) -> str:
    return f"{size[0]}x{size[1]}, pixel aspect {pixel_aspect:g}"


class Unmet(NamedTuple):
    """An edit that changes nothing, and why."""

    number: int
    edit: Edit
    why: str


def unmet(track: Track) -> tuple[Unmet, ...]:
    """The edits that found no frame or nobody, by their number in the track, counted from 1."""
    lost = unmatched(track.measured, track.edits, track.frames)
    numbered = enumerate(track.edits, start=1)
    return tuple(Unmet(number, each, _why(track, each)) for number, each in numbered if each in lost)


def _why(track: Track, edit: Edit) -> str:
    frames = [frame for frame in (edit.frame, edit.other_frame) if frame is not None]
    gone = next((frame for frame in frames if frame not in track.frames), None)
    if gone is not None:
        return f"frame {gone} is not in the track of {describe_frames(track.frames)}"
    x, y = edit.at_plate
    return f"nobody is there any more, on frame {edit.frame} at x {x:.0f}, y {y:.0f}"
