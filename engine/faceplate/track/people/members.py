"""The people of a track while the artist's decisions about who is who are followed, one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np

from faceplate.errors import CallError
from faceplate.track.people.found import Path, path_of, person_at
from faceplate.track.people.rows import Rows, merged, only_rows
from faceplate.values import Edit, Measured


@dataclass(frozen=True)
class Member:
    """One person.

    Attributes:
        name: `person1`, `person2` and so on, or what an artist named them.
        measured: their rows.
        path: where their face is in them.
        sources: the places in what was measured that they are made of.
        by_hand: the edits of their landmarks, in the order they were made.
        named: True where an artist gave the name.
    """

    name: str
    measured: Measured
    path: Path
    sources: frozenset[int]
    by_hand: tuple[Edit, ...] = ()
    named: bool = False


Members: TypeAlias = tuple[Member, ...]


class _Decision(NamedTuple):
    """An edit, the place of the member it is about, and the rows of the track's frames."""

    edit: Edit
    place: int
    rows: dict[int, int]


def followed_members(
    measured: Sequence[Measured], edits: Sequence[Edit], frames: Sequence[int]
) -> tuple[Members, list[Edit]]:
    """The members once every edit is followed, and the edits that found nobody where they were made.

    Raises:
        CallError: two people are given the same name.
    """
    rows = {frame: row for row, frame in enumerate(frames)}
    members: Members = tuple(
        Member(f"person{place + 1}", each, path_of(each), frozenset({place})) for place, each in enumerate(measured)
    )
    lost: list[Edit] = []
    for edit in edits:
        place = _concerned(members, edit.frame, edit.at_plate, rows)
        after = None if place is None else _follow[edit.kind](members, _Decision(edit, place, rows))
        members, lost = (members, [*lost, edit]) if after is None else (after, lost)
    gone = [edit for each in members if not each.path.rows.size for edit in each.by_hand]
    return tuple(each for each in members if each.path.rows.size), lost + gone


def _concerned(members: Members, frame: int, at_plate: tuple[float, float], rows: dict[int, int]) -> int | None:
    return person_at([each.path for each in members], rows[frame], at_plate) if frame in rows else None


def _named(members: Members, decision: _Decision) -> Members:
    return _with_name(members, decision.place, decision.edit)


def _with_name(members: Members, place: int, edit: Edit) -> Members:
    """The members, with one named; somebody who has that name only by their number takes a free one."""
    others = {each.name: at for at, each in enumerate(members) if at != place}
    holder = others.get(edit.text)
    if holder is not None and members[holder].named:
        raise CallError(
            f"name {edit.text}, frame {edit.frame}",
            expected="a name that nobody else of the track has",
            came="the name of another person",
            next_step="choose another name, or merge the two if they are the same person",
        )
    members = _with(members, place, replace(members[place], name=edit.text, named=True))
    if holder is None:
        return members
    return _with(members, holder, replace(members[holder], name=_free_name(members)))


def _with(members: Members, place: int, member: Member) -> Members:
    return (*members[:place], member, *members[place + 1 :])


def _free_name(members: Members) -> str:
    taken = {each.name for each in members}
    return next(name for name in (f"person{number}" for number in range(1, len(taken) + 2)) if name not in taken)


def _dropped(members: Members, decision: _Decision) -> Members:
    return members[: decision.place] + members[decision.place + 1 :]


def _split(members: Members, decision: _Decision) -> Members:
    edit, place, rows = decision
    late = np.arange(len(rows)) >= rows[edit.frame]
    before, after = (_only_in(members[place], kept, rows) for kept in (~late, late))
    after = replace(after, name=_free_name(members), named=False)
    members = (*_with(members, place, before), after)
    return _with_name(members, len(members) - 1, edit) if edit.text else members


def _only_in(member: Member, kept: Rows, rows: dict[int, int]) -> Member:
    """The member in the rows that are kept, with what an artist set in them."""
    by_hand = tuple(edit for edit in member.by_hand if kept[rows[edit.frame]])
    return replace(_with_rows(member, only_rows(member.measured, kept)), by_hand=by_hand)


def _with_rows(member: Member, measured: Measured) -> Member:
    return replace(member, measured=measured, path=path_of(measured))


def _merged(members: Members, decision: _Decision) -> Members | None:
    edit, place, rows = decision
    if edit.other_frame is None or edit.other_plate is None:
        return None
    other = _concerned(members, edit.other_frame, edit.other_plate, rows)
    if other is None or other == place:
        return None if other is None else members
    one, two = members[place], members[other]
    both = replace(
        _with_rows(two if two.named and not one.named else one, merged(one.measured, two.measured)),
        sources=one.sources | two.sources,
        by_hand=(*one.by_hand, *two.by_hand),
    )
    return tuple(both if at == place else each for at, each in enumerate(members) if at != other)


def _absent(members: Members, decision: _Decision) -> Members:
    edit, place, rows = decision
    last = edit.frame if edit.last_frame is None else edit.last_frame
    kept = np.array([not edit.frame <= frame <= last for frame in rows])
    return _with(members, place, _only_in(members[place], kept, rows))


def _by_hand(members: Members, decision: _Decision) -> Members:
    member = members[decision.place]
    return _with(members, decision.place, replace(member, by_hand=(*member.by_hand, decision.edit)))


_follow: dict[str, Callable[[Members, _Decision], Members | None]] = {
    "name": _named,
    "drop": _dropped,
    "split": _split,
    "merge": _merged,
    "absent": _absent,
    "points": _by_hand,
    "alignment": _by_hand,
}
