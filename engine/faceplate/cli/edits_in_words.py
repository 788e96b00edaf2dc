"""Edits of a track as an artist reads them."""

from collections.abc import Callable, Mapping

from faceplate.track import edit as edits
from faceplate.values import Edit, Track


def edit_in_words(edit: Edit) -> str:
    """What an edit does, on one line."""
    when = f"on frame {edit.frame}"
    if edit.last_frame not in (None, edit.frame):
        when = f"on frames {edit.frame}-{edit.last_frame}"
    return f"{_what[edit.kind](edit)} {when}"


def edits_in_words(track: Track) -> str:
    """The edits of a track, numbered, each with whose face it is about and who made it; those without effect say so."""
    unmet = {each.number: each.why for each in edits.unmet(track)}
    lines = [_line(number, edit, unmet.get(number, "")) for number, edit in enumerate(track.edits, start=1)]
    return "\n".join(lines) or "no edits"


def _line(number: int, edit: Edit, why: str) -> str:
    x, y = edit.at_plate
    words = f"{number:3}  {edit_in_words(edit)}, face at {x:.0f} {y:.0f}, by {edit.origin}"
    return f"{words}; changes nothing: {why}" if why else words


def _points(edit: Edit) -> str:
    group = edits.group_named(edit.points)
    several = f"{len(edit.points)} landmarks" if len(edit.points) > 1 else f"landmark {edit.points[0]}"
    return f"{group or several} set"


_what: Mapping[str, Callable[[Edit], str]] = {
    "points": _points,
    "alignment": lambda _: "alignment set",
    "absent": lambda _: "not there",
    "name": lambda edit: f"named {edit.text}",
    "drop": lambda _: "dropped",
    "split": lambda edit: f"somebody else{f', {edit.text},' if edit.text else ''} from here",
    "merge": lambda edit: f"merged with the face at frame {edit.other_frame}",
}
