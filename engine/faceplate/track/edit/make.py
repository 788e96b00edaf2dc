"""Edits made from what an artist says of a person on a frame, each checked as it is when a file is read."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from faceplate.align import invert, transform
from faceplate.errors import CallError, TrackError
from faceplate.track.edit.groups import WHOLE, groups
from faceplate.track.edit.moves import Move
from faceplate.track.file.edit_entries import edit_entry, is_name, read_edits
from faceplate.track.people.edited import edit_target
from faceplate.track.whom import frames_of, person_of, row_of, seen_row
from faceplate.values import Array, Edit, Matrix, Track


def moved_groups(
    track: Track, name: str, frame: int, moves: Mapping[str, Move], origin: str = Edit.origin
) -> tuple[Edit, ...]:
    """Groups of a person's landmarks (`groups`) moved on a frame, from where the track has them.

    The group `whole` moves the alignment, and takes the other groups along.

    Raises:
        TrackError: the track has nobody of that name, or they are not seen on that frame.
        CallError: there is no such group, or it would lie far off the plate.
    """
    person = person_of(track, name)
    row = seen_row(track, person, frame)
    points, aspect = person.landmarks_plate[row].astype(np.float64), track.pixel_aspect
    for move in moves.values():
        _check_move(move)
    whole = moves.get(WHOLE, Move()).plate_to_plate(points, aspect)
    at = edit_target(track, name, frame)
    made = []
    if WHOLE in moves:
        with np.errstate(all="ignore"):
            target = _composed(person.alignment[row], _inverse(whole))
        made.append(Edit("alignment", frame, at, origin, target=_tuples(target)))
    for group, move in moves.items():
        if group != WHOLE:
            members = _group(group)
            target = transform(whole, move.moved(points[list(members)], aspect))
            made.append(Edit("points", frame, at, origin, members, _tuples(target)))
    return tuple(_checked(track, edit) for edit in made)


def set_points(
    track: Track, name: str, frame: int, places: Mapping[int, Sequence[float]], origin: str = Edit.origin
) -> Edit:
    """Landmarks of a person put at places (x, y in plate pixels) on a frame, also on one that does not show them yet.

    Raises:
        TrackError: the track has nobody of that name, or no such frame.
        CallError: there is no such landmark, or a place is far off the plate.
    """
    target = tuple((float(x), float(y)) for x, y in places.values())
    return _checked(track, Edit("points", frame, _place(track, name, frame), origin, tuple(places), target))


def set_alignment(track: Track, name: str, frame: int, plate_to_unit: Array, origin: str = Edit.origin) -> Edit:
    """A person's alignment on a frame: 2 x 3, plate pixels to the unit face square; also where they were not seen.

    Raises:
        TrackError: the track has nobody of that name, or no such frame.
        CallError: the matrix makes no face square near the plate.
    """
    target = _tuples(plate_to_unit)
    return _checked(track, Edit("alignment", frame, _place(track, name, frame), origin, target=target))


def named(track: Track, name: str, new_name: str) -> Edit:
    """A person called otherwise.

    Raises:
        TrackError: the track has nobody of that name.
        CallError: somebody has the new name already, or it is none.
    """
    _check_name(track, new_name)
    return _checked(track, Edit("name", *_met(track, name), text=new_name))


def dropped(track: Track, name: str) -> Edit:
    """A person who is of no interest.

    Raises:
        TrackError: the track has nobody of that name.
    """
    return _checked(track, Edit("drop", *_met(track, name)))


def split(track: Track, name: str, frame: int, new_name: str = "") -> Edit:
    """Somebody else from a frame on, by a new name or by the next free number.

    Raises:
        TrackError: the track has nobody of that name, or they are not seen on that frame.
        CallError: it is the first frame that shows them, somebody has the new name already, or it is none.
    """
    if new_name:
        _check_name(track, new_name)
    person = person_of(track, name)
    seen_row(track, person, frame)
    if frame == frames_of(track, person)[0]:
        raise CallError(
            "the frame",
            expected=f"one after {frame}, the first that shows {name}",
            came=str(frame),
            next_step="name the first frame that shows somebody else",
        )
    return _checked(track, Edit("split", frame, edit_target(track, name, frame), text=new_name))


def merged(track: Track, name: str, other_name: str) -> Edit:
    """Two people of a track who are one: by the name that an artist gave one of them, else by the first one's.

    Raises:
        TrackError: the track has nobody of one of these names.
        CallError: they are the same.
    """
    if name == other_name:
        raise CallError("the other person", expected=f"another than {name}", came=other_name, next_step="name another")
    frame, at = _met(track, name)
    other_frame, other = _met(track, other_name)
    return _checked(track, Edit("merge", frame, at, other_frame=other_frame, other_plate=other))


def absent(track: Track, name: str, first_frame: int, last_frame: int) -> Edit:
    """A person who is not there from one frame to another.

    Raises:
        TrackError: the track has nobody of that name, or does not show them on any of these frames.
    """
    person = person_of(track, name)
    row_of(track, first_frame)
    row_of(track, last_frame)
    shown = [frame for frame in frames_of(track, person) if first_frame <= frame <= last_frame]
    frame = shown[0] if shown else first_frame
    seen_row(track, person, frame)
    return _checked(track, Edit("absent", frame, edit_target(track, name, frame), last_frame=last_frame))


def _met(track: Track, name: str) -> tuple[int, tuple[float, float]]:
    """The frame in the middle of those that show a person, and where they are on it."""
    person = person_of(track, name)
    shown = frames_of(track, person) or track.frames
    frame = shown[len(shown) // 2]
    return frame, edit_target(track, name, frame)


def _place(track: Track, name: str, frame: int) -> tuple[float, float]:
    """Where a person is found again on a frame, seen or not."""
    person_of(track, name)
    row_of(track, frame)
    return edit_target(track, name, frame)


def _check_name(track: Track, name: str) -> None:
    if not is_name(name):
        raise CallError("the new name", expected="a name on one line", came=f"{name!r:.60}", next_step="choose another")
    if name in {person.name for person in track.people}:
        raise CallError(
            "the new name",
            expected="one that nobody has",
            came=repr(name),
            next_step="choose another, or merge the two",
        )


def _check_move(move: Move) -> None:
    if not (move.scale > 0 and math.isfinite(move.scale)):
        raise CallError("the scale", expected="a number above 0", came=f"{move.scale:g}", next_step="give another")
    if not all(map(math.isfinite, (*move.by_plate, move.turn_deg))):
        x, y = move.by_plate
        came = f"by {x:g} {y:g}, turn {move.turn_deg:g}"
        raise CallError("the move", expected="finite pixels and degrees", came=came, next_step="give others")


def _group(name: str) -> tuple[int, ...]:
    if name not in groups:
        raise CallError(
            "the group of landmarks", expected=f"one of {', '.join(groups)}", came=repr(name), next_step="name one"
        )
    return groups[name]


def _inverse(matrix: Matrix) -> Matrix:
    return invert(matrix) if np.linalg.det(matrix[:, :2]) else np.full((2, 3), np.nan)


def _composed(outer: Matrix, inner: Matrix) -> Matrix:
    """The 2 x 3 transform that is `inner` and then `outer`."""
    return np.column_stack([outer[:, :2] @ inner[:, :2], outer[:, :2] @ inner[:, 2] + outer[:, 2]])


def _tuples(rows: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in rows)


def _checked(track: Track, edit: Edit) -> Edit:
    try:
        return read_edits("", [edit_entry(edit)], track)[0]
    except TrackError as fault:
        raise CallError("the edit", expected=fault.expected, came=fault.came, next_step="give other values") from fault
