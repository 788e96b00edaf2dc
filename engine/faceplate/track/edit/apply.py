"""Tracks with edits and without: each is solved anew around those that it has, and its file is left alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from faceplate.errors import TrackError
from faceplate.track.digest import frame_digest
from faceplate.track.edit.promoted import GIVEN, promoted
from faceplate.track.people.edited import unmatched
from faceplate.track.solve.solve_track import solve_track
from faceplate.values import Edit, Frame, Plate, Track, describe_frames


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
    _check_shape(old, new.plate, new.size, new.pixel_aspect)
    return with_edits(new, *old.edits)


def check_plate(old: Track, plate: Plate, *, other_plate: bool = False) -> None:
    """Refuses a plate that the edits of a track are not of; at most two of its frames are read.

    `other_plate` says that it is meant to show other pictures than those on which the edits were made.

    Raises:
        TrackError: it is of another size or pixel aspect, or shows another picture on the first frame with an edit.
    """
    if not (old.edits and plate.frames):
        return
    header = plate.read(plate.frames[0]).header
    _check_shape(old, plate.source, (header.display.width, header.display.height), header.pixel_aspect)
    number = None if other_plate else _frame_to_compare(old, plate.frames)
    if number is not None:
        _check_picture(old, plate.read(number))


def on_other_pictures(old: Track, new: Track) -> tuple[int, ...]:
    """The frames with an edit of the old track that show another picture in the new one."""
    before, now = _known_digests(old), _known_digests(new)
    both = {edit.frame for edit in old.edits} & before.keys() & now.keys()
    return tuple(number for number in new.frames if number in both and before[number] != now[number])


def _frame_to_compare(old: Track, frames: Sequence[int]) -> int | None:
    edited = {edit.frame for edit in old.edits} & _known_digests(old).keys()
    return next((number for number in frames if number in edited), None)


def _known_digests(track: Track) -> dict[int, str]:
    """Each frame's digest, where there is one."""
    return {number: digest for number, digest in zip(track.frames, track.digests, strict=False) if digest}


def _check_picture(old: Track, frame: Frame) -> None:
    digest, came = _known_digests(old)[frame.number], frame_digest(frame)
    if came != digest:
        raise TrackError(
            f"edits made on {old.plate}, frame {frame.number}",
            expected=f"the picture that they were made on, digest {digest}",
            came=f"{frame.source}, digest {came}",
            next_step="keep this track in another file, forget the edits (--forget-edits), "
            "or say --other-plate if its faces stand in the very same places",
        )


def _check_shape(old: Track, plate: str, size: tuple[int, int], pixel_aspect: float) -> None:
    if (old.size, old.pixel_aspect) != (size, pixel_aspect):
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
