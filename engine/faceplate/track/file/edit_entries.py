"""Edits of a track as entries of its file's header: what an artist decided, checked before anything goes by it."""

import math
import reprlib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np

from faceplate.track.file.refused import refused
from faceplate.track.file.soundness import REACH, check_alignment
from faceplate.track.topology import POINTS
from faceplate.values import Edit, Track

MOST_EDITS = 100_000
LATEST_FRAME = 10**9
LONGEST_TEXT = 1000
# Control characters, ends of lines, and lone surrogates: they are text to JSON, and would be orders to a terminal.
NOT_TEXT = frozenset(("Cc", "Cs", "Zl", "Zp"))


def is_text(value: Any) -> bool:
    """True for a text of one line that any stream and any terminal takes as it is."""
    return isinstance(value, str) and not any(unicodedata.category(letter) in NOT_TEXT for letter in value)


def is_name(value: Any) -> bool:
    """True for what a person may be called: a text of one line, not too long, that is not blank."""
    return is_text(value) and len(value) <= LONGEST_TEXT and bool(value.strip())


def edit_entry(edit: Edit) -> dict[str, Any]:
    """The edit as plain JSON values; what it does not say is left out."""
    said = {entry.name: getattr(edit, entry.name) for entry in fields(Edit) if entry.name != "kind"}
    defaults = {entry.name: entry.default for entry in fields(Edit)}
    return {"kind": edit.kind, **{name: _plain(value) for name, value in said.items() if value != defaults[name]}}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def read_edits(source: str, entries: Any, header: Track) -> tuple[Edit, ...]:
    """The edits of a header; `header` gives size and pixel aspect of the track.

    Raises:
        TrackError: an entry is no edit, or asks for what cannot be.
    """
    if not isinstance(entries, list) or len(entries) > MOST_EDITS:
        came = f"{len(entries)} entries" if isinstance(entries, list) else reprlib.repr(entries)
        raise refused(source, f"edits as a list of at most {MOST_EDITS}", came)
    return tuple(_edit(f"{source}, edit {number}", entry, header) for number, entry in enumerate(entries, start=1))


class _Asked(NamedTuple):
    """What an entry must be, in words and as a test."""

    words: str
    is_sound: Callable[[Any, Track], bool]


def _is_frame(value: Any, _: Track) -> bool:
    return type(value) is int and abs(value) <= LATEST_FRAME


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _is_point(value: Any, header: Track) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):  # noqa: PLR2004 -- x and y
        return False
    return all(-REACH * side <= at <= (1 + REACH) * side for at, side in zip(value, header.size, strict=True))


def _are_indexes(value: Any, _: Track) -> bool:
    if not isinstance(value, list) or not 0 < len(value) <= POINTS:
        return False
    return all(type(index) is int and 0 <= index < POINTS for index in value) and len(set(value)) == len(value)


def _are_points(value: Any, header: Track) -> bool:
    return isinstance(value, list) and 0 < len(value) <= POINTS and all(_is_point(each, header) for each in value)


def _is_matrix(value: Any, _: Track) -> bool:
    rows = value if isinstance(value, list) and len(value) == 2 else [None]  # noqa: PLR2004 -- a 2 x 3 transform
    return all(isinstance(row, list) and len(row) == 3 and all(map(_is_number, row)) for row in rows)  # noqa: PLR2004 -- likewise


def _is_short_text(value: Any, _: Track) -> bool:
    return is_text(value) and len(value) <= LONGEST_TEXT


_frame = _Asked("a whole number", _is_frame)
_point = _Asked(f"x and y within {REACH:g} plate sizes of the plate", _is_point)
_everywhere = {"frame": _frame, "at_plate": _point}
_name = _Asked("a name on one line", lambda value, _: is_name(value))
_of_kind: Mapping[str, Mapping[str, _Asked]] = {
    "points": {
        "points": _Asked(f"1 to {POINTS} different numbers of landmarks, each 0 to {POINTS - 1}", _are_indexes),
        "target": _Asked(f"a place for each landmark, x and y within {REACH:g} plate sizes of the plate", _are_points),
    },
    "alignment": {"target": _Asked("two rows of three numbers", _is_matrix)},
    "absent": {"last_frame": _frame},
    "name": {"text": _name},
    "drop": {},
    "split": {},
    "merge": {"other_frame": _frame, "other_plate": _point},
}
_wherever_said = {"origin": _Asked("text", _name.is_sound), "text": _Asked("text", _is_short_text)}
kinds = tuple(_of_kind)


def _edit(source: str, entry: Any, header: Track) -> Edit:
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in _of_kind:
        raise refused(source, f"a kind of edit, one of {', '.join(kinds)}", reprlib.repr(kind))
    asked = {**_wherever_said, **_everywhere, **_of_kind[kind]}
    needed = {*_everywhere, *_of_kind[kind]}
    odd = sorted(entry.keys() - asked.keys() - {"kind"})
    if odd:
        raise refused(source, f"of {kind} no more than {', '.join(asked)}", reprlib.repr(odd[0]))
    for name, rule in asked.items():
        if (name in entry or name in needed) and not rule.is_sound(entry.get(name), header):
            raise refused(source, f"{name} as {rule.words}", reprlib.repr(entry.get(name)))
    edit = Edit(**{name: _frozen(value) for name, value in entry.items()})
    _check_whole(source, edit, header)
    return edit


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value


def _check_whole(source: str, edit: Edit, header: Track) -> None:
    """What no entry shows by itself."""
    if edit.kind == "points" and len(edit.points) != len(edit.target):
        raise refused(source, f"{len(edit.points)} places for as many landmarks", f"{len(edit.target)}")
    if edit.kind == "alignment":
        check_alignment(source, header, np.array(edit.target, np.float64))
    if edit.last_frame is not None and edit.last_frame < edit.frame:
        raise refused(source, f"a last frame of {edit.frame} or later", f"{edit.last_frame}")
